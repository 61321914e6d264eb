"""Sentences and their places in the text."""

from hypothesis import given
from hypothesis import strategies as st

from tts.sentences import LONGEST, sentences


def test_sentences_keep_their_places() -> None:
    text = "Bác mang tờ khai. Lệ phí 8.000 đồng!  Bác còn hỏi gì không?"
    found = sentences(text)
    assert [sentence.text for sentence in found] == [
        "Bác mang tờ khai.",
        "Lệ phí 8.000 đồng!",
        "Bác còn hỏi gì không?",
    ]
    assert all(text[sentence.start : sentence.end] == sentence.text for sentence in found)


def test_a_full_stop_of_an_abbreviation_ends_nothing() -> None:
    assert len(sentences("Bác đến P. Tây Hồ, TP. Hà Nội, gặp ThS. Lan v.v. để hỏi.")) == 1
    assert len(sentences("1. Tờ khai\n2. Giấy chứng sinh")) == 2


def test_a_sentence_without_end_is_cut() -> None:
    found = sentences("một hai ba " * 1000)
    assert all(len(sentence.text) <= LONGEST for sentence in found)
    assert " ".join(sentence.text for sentence in found) == ("một hai ba " * 1000).strip()


@given(st.text(alphabet="ab .!?;\n…đ1", max_size=1500))
def test_no_word_is_lost(text: str) -> None:
    letters = "".join(char for char in text if char.isalnum())
    said = "".join(sentence.text for sentence in sentences(text))
    assert "".join(char for char in said if char.isalnum()) == letters
