"""Turns that name places, understood by the interpreter of the repository's own content."""

import pytest
from nlu_samples import said

from contracts.heard import Hypothesis
from contracts.meaning import Aspect, Intent
from nlu.embedded import EmbeddedInterpreter
from nlu.interpreter import Context

NOWHERE = Context()
WEDDING = Context(procedure_code="1.000894", aspects=(Aspect.PLACE,))
TAY_HO, LANG = "00103", "00199"


def heard(*texts: tuple[str, float]) -> tuple[Hypothesis, ...]:
    return tuple(Hypothesis(text=text, confidence=confidence) for text, confidence in texts)


@pytest.mark.parametrize(
    ("text", "aspect", "code"),
    [
        ("tôi ở phường láng thì làm khai sinh ở đâu", Aspect.PLACE, "1.001193"),
        ("tôi ở cầu giấy thì đăng ký kết hôn ở đâu", Aspect.PLACE, "1.000894"),
        ("xã tân triều làm khai sinh nộp chỗ nào", Aspect.PLACE, "1.001193"),
        ("ở cầu giấy làm hộ chiếu cần giấy tờ gì", Aspect.DOCUMENTS, "1.001456"),
        ("đăng ký tạm trú ở phường trung hòa hết bao nhiêu tiền", Aspect.FEE, "1.004194"),
    ],
)
def test_a_place_changes_nothing_of_the_question(
    interpreter: EmbeddedInterpreter, text: str, aspect: Aspect, code: str
) -> None:
    meaning = interpreter.understand(said(text), NOWHERE)
    assert (meaning.intent, meaning.aspects, meaning.text) == (Intent.ASK, (aspect,), text)
    assert meaning.candidates[0].procedure_code == code
    assert meaning.acceptance >= 0.7
    assert len(meaning.slots) == 1


@pytest.mark.parametrize("text", ["còn ở tây hồ thì sao", "thế tây hồ thì sao ạ", "tôi ở tây hồ"])
def test_only_a_place_keeps_procedure_and_aspect(interpreter: EmbeddedInterpreter, text: str) -> None:
    meaning = interpreter.understand(said(text), WEDDING)
    assert (meaning.intent, meaning.aspects) == (Intent.ASK, (Aspect.PLACE,))
    assert [candidate.procedure_code for candidate in meaning.candidates] == ["1.000894"]
    assert [slot.value for slot in meaning.slots] == [TAY_HO]
    assert meaning.acceptance >= 0.7
    fee = Context(procedure_code="1.000894", aspects=(Aspect.FEE,))
    assert interpreter.understand(said(text), fee).aspects == (Aspect.FEE,)


def test_only_a_place_asks_where_as_long_as_nothing_else_was_asked(interpreter: EmbeddedInterpreter) -> None:
    meaning = interpreter.understand(said("tôi ở phường láng"), NOWHERE)
    assert (meaning.intent, meaning.aspects, meaning.candidates) == (Intent.ASK, (Aspect.PLACE,), ())


@pytest.mark.parametrize("text", ["phường láng hạ bây giờ là phường nào", "xã tân triều cũ giờ thuộc phường nào vậy"])
def test_what_became_of_an_old_unit_is_asked(interpreter: EmbeddedInterpreter, text: str) -> None:
    meaning = interpreter.understand(said(text), WEDDING)
    assert (meaning.intent, [slot.name for slot in meaning.slots]) == (Intent.WHERE_NOW, ["old_ward"])
    assert meaning.acceptance >= 0.7


def test_another_province_is_no_place_of_ours(interpreter: EmbeddedInterpreter) -> None:
    meaning = interpreter.understand(said("làm khai sinh ở bắc ninh nộp ở đâu"), NOWHERE)
    assert (meaning.intent, meaning.slots) == (Intent.OUT_OF_SCOPE, ())


@pytest.mark.parametrize(
    ("text", "intent"), [("cháy nhà ở phường láng", Intent.EMERGENCY), ("ở phường láng cho gặp cán bộ", Intent.AGENT)]
)
def test_commands_with_a_place_stay_commands(interpreter: EmbeddedInterpreter, text: str, intent: Intent) -> None:
    assert interpreter.understand(said(text), NOWHERE).intent is intent


def test_hypotheses_together_tell_the_place(interpreter: EmbeddedInterpreter) -> None:
    meaning = interpreter.understand(
        heard(("tôi ở phường lắm thì nộp ở đâu", 0.5), ("tôi ở phường láng thì nộp ở đâu", 0.4)), WEDDING
    )
    assert [slot.value for slot in meaning.slots] == [LANG]


def test_a_place_of_an_unlikely_hypothesis_was_not_said(interpreter: EmbeddedInterpreter) -> None:
    hypotheses = heard(("tôi ở phường này thì nộp ở đâu", 0.9), ("tôi ở phường láng thì nộp ở đâu", 0.1))
    assert interpreter.understand(hypotheses, WEDDING).slots == ()
