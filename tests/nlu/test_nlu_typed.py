"""Typed without marks, understood as with them; what has its marks stays as it is."""

import pytest

from contracts.context import Context
from contracts.meaning import Aspect, Intent
from contracts.syllables import strip_marks
from nlu.embedded import EmbeddedInterpreter
from nlu.interpreter import Content
from nlu.linker import MAX_SYLLABLES
from nlu.typed import MarkRestorer, mark_restorer

BIRTH = "1.001193"


@pytest.fixture(scope="module")
def restorer(content: Content) -> MarkRestorer:
    return mark_restorer(content.folder, content.procedures)


@pytest.mark.parametrize(
    ("text", "intent", "aspect", "code"),
    [
        ("làm giấy khai sinh cần giấy tờ gì", Intent.ASK, Aspect.DOCUMENTS, BIRTH),
        ("đăng ký kết hôn hết bao nhiêu tiền", Intent.ASK, Aspect.FEE, "1.000894"),
        ("đúng rồi", Intent.YES, None, None),
        ("không phải", Intent.NO, None, None),
        ("cho tôi gặp cán bộ", Intent.AGENT, None, None),
        ("xin nhắc lại", Intent.REPEAT, None, None),
    ],
)
def test_what_is_typed_without_marks_is_understood(
    restorer: MarkRestorer, interpreter: EmbeddedInterpreter, text: str, intent: Intent, aspect: Aspect | None,
    code: str | None,
) -> None:  # fmt: skip
    for typed in (strip_marks(text), strip_marks(text).upper() + "?"):
        best, as_typed = restorer.hypotheses(typed)
        assert (best.text, as_typed.text) == (text, typed) and best.confidence > as_typed.confidence
        meaning = interpreter.understand([best, as_typed], Context())
        assert meaning.intent is intent and meaning.acceptance >= 0.6
        assert aspect is None or meaning.aspects == (aspect,)
        assert code is None or meaning.candidates[0].procedure_code == code


def test_what_has_its_marks_stays(restorer: MarkRestorer) -> None:
    for text in ("Làm khai sinh cho con, hết bao nhiêu?", "khai sinh cho con", "", "!!!", "12 abc xyz"):
        (only,) = restorer.hypotheses(text)
        assert (only.text, only.confidence) == (text, 1.0)


def test_words_of_no_sentence_stay_among_the_others(restorer: MarkRestorer) -> None:
    best, _ = restorer.hypotheses("lam giay khai sinh cho zxqw 2 thang")
    assert best.text.startswith("làm giấy khai sinh cho zxqw 2 ")


def test_a_long_text_is_restored_as_far_as_it_is_read(restorer: MarkRestorer) -> None:
    best, _ = restorer.hypotheses("giay to " * 10_000)
    assert best.text == " ".join(["giấy tờ"] * (MAX_SYLLABLES // 2))
