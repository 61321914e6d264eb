from pathlib import Path

import numpy as np
import pytest

from asr.ctc.biasing import Biasing
from asr.ctc.lm import UNSEEN_WORDS, LanguageModel, build_lm, load_lm
from asr.ctc.mixture import Mixture
from asr.ctc.number_lines import number_lines
from asr.errors import ModelMismatch
from contracts.expectation import Expecting

LINES = ["đăng ký khai sinh", "đăng ký kết hôn", "đăng ký khai tử", "lệ phí khai sinh bao nhiêu", "khai sinh ở đâu"]


@pytest.fixture(scope="module")
def model() -> LanguageModel:
    return build_lm(LINES * 3)


@pytest.mark.parametrize("before", [(), ("đăng",), ("đăng", "ký"), ("ký", "khai"), ("lạ", "hoắc"), ("sinh", "lạ")])
def test_probabilities_add_up_to_one(model: LanguageModel, before: tuple[str, ...]) -> None:
    state = model.start
    for word in before:
        state = model.advance(state, word)
    seen = sum(model.probability(state, word) for word in model.words[2:])
    assert seen + UNSEEN_WORDS * model.probability(state, "khuỷu") == pytest.approx(1.0)


def test_a_mixture_adds_up_to_one_over_the_words_it_shares_out(model: LanguageModel) -> None:
    mixture = Mixture([(0.7, model)])
    seen = sum(mixture.probability(mixture.start, word) for word in model.words[2:])
    unseen = UNSEEN_WORDS - (len(model.words) - 2)
    rest = unseen * mixture.probability(mixture.start, "khuỷu")
    assert seen + rest == pytest.approx(1.0, abs=0.01)


def test_what_was_seen_is_likelier(model: LanguageModel) -> None:
    assert model.log_probability("đăng ký khai sinh".split()) > model.log_probability("đăng ký sinh khai".split())
    assert model.log_probability(["khuỷu"]) > -20


def test_the_spelling_of_the_tone_mark_does_not_matter() -> None:
    assert build_lm(["xoá đăng ký"]).words == build_lm(["xóa đăng ký"]).words


def test_saved_and_loaded_it_is_the_same(model: LanguageModel, tmp_path: Path) -> None:
    model.save(tmp_path / "lm.npz")
    loaded = load_lm(tmp_path / "lm.npz")
    for line in LINES:
        assert loaded.log_probability(line.split()) == model.log_probability(line.split())


def test_no_lines_give_a_uniform_model() -> None:
    assert build_lm([]).probability((1, 1), "có") == pytest.approx(1 / UNSEEN_WORDS)


@pytest.mark.parametrize("content", [b"", b"nonsense", b"PK\x03\x04 broken"])
def test_another_file_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "lm.npz").write_bytes(content)
    with pytest.raises(ModelMismatch, match=r"lm\.npz"):
        load_lm(tmp_path / "lm.npz")


def test_a_file_without_the_tables_is_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "lm.npz", format=np.array(1), words=np.zeros(1, np.uint8))
    with pytest.raises(ModelMismatch, match=r"lm\.npz"):
        load_lm(tmp_path / "lm.npz")


def test_number_lines_are_the_same_each_time() -> None:
    assert list(number_lines(40)) == list(number_lines(40))
    assert all(not any(char.isdigit() for char in line) for line in number_lines(40))


def test_what_is_expected_gets_likelier(model: LanguageModel) -> None:
    biasing = Biasing(model)
    free, yes_no = biasing.scorer(Expecting.QUESTION, ()), biasing.scorer(Expecting.YES_NO, ())
    assert yes_no.probability(yes_no.start, "vâng") > 10 * free.probability(free.start, "vâng")
    choice = biasing.scorer(Expecting.CHOICE, ("hộ chiếu",))
    assert choice.probability(choice.start, "hộ") > 10 * free.probability(free.start, "hộ")
    assert Biasing(None).scorer(Expecting.QUESTION, ()).probability((), "gì") == pytest.approx(1 / UNSEEN_WORDS)
