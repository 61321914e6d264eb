"""Whose turn it is when somebody speaks into what we say."""

from dataclasses import replace

import pytest

from calls.barge_in import BargeInPolicy, Interruption, Verdict
from contracts.expectation import Expectation, Expecting

POLICY = BargeInPolicy()
OURS = "Lệ phí đăng ký khai sinh là tám nghìn đồng."
YES_NO = Expectation(kind=Expecting.YES_NO)
MORE = Expectation(phrases=("có", "nghe tiếp", "không", "thôi"))


@pytest.mark.parametrize(
    "text",
    [
        "vâng cháu nghe", "ừ đúng rồi", "vâng đúng ạ", "dạ rồi", "ừ ừ", "ok", "ok ok", "dạ vâng", "rồi ạ", "vâng vâng",
        "vâng vâng vâng", "dạ dạ dạ", "thế à", "vâng tôi nghe", "dạ em nghe đây", "vâng hiểu rồi ạ", "ô kê",
    ],
)  # fmt: skip
def test_what_shows_listening_is_no_turn(text: str) -> None:
    words = text.split()
    for said in range(1, len(words) + 1):
        for speech_ms in (300, 500, 700, 860):
            assert POLICY.while_speaking(voice(speech_ms, " ".join(words[:said]))) is Verdict.WAIT
    assert POLICY.after_speech(voice(860, text)) is Verdict.RESUME


@pytest.mark.parametrize(
    ("speech_ms", "text"), [(610, "cá"), (550, "hạn rồi"), (580, "giản rồi"), (860, "vô ca"), (860, "coca")]
)
def test_a_short_word_that_was_misheard_is_no_turn(speech_ms: float, text: str) -> None:
    assert POLICY.while_speaking(voice(speech_ms, text, confidence=0.4)) is Verdict.WAIT
    assert POLICY.after_speech(voice(speech_ms, text, confidence=0.4)) is Verdict.RESUME


def voice(
    speech_ms: float,
    text: str,
    *,
    confidence: float = 0.9,
    being_said: str = OURS,
    left_ms: float | None = 5000,
    expectation: Expectation | None = None,
) -> Interruption:
    return Interruption(
        speech_ms=speech_ms, text=text, confidence=confidence, being_said=being_said, left_ms=left_ms,
        expectation=expectation,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("speech_ms", "text", "verdict"),
    [
        (100, "", Verdict.WAIT),
        (1400, "", Verdict.WAIT),
        (1500, "", Verdict.RESUME),
        (300, "dạ", Verdict.WAIT),
        (600, "dạ vâng", Verdict.WAIT),
        (600, "vân vân", Verdict.WAIT),
        (600, "thế", Verdict.WAIT),
        (950, "dạ", Verdict.INTERRUPT),
        (400, "đăng ký khai sinh", Verdict.WAIT),
        (1500, "đăng ký khai sinh", Verdict.INTERRUPT),
        (400, "thế lệ phí", Verdict.INTERRUPT),
        (400, "dạ cho tôi", Verdict.INTERRUPT),
        (400, "sạc", Verdict.WAIT),
        (600, "răng", Verdict.INTERRUPT),
    ],
)
def test_while_the_caller_speaks(speech_ms: float, text: str, verdict: Verdict) -> None:
    assert POLICY.while_speaking(voice(speech_ms, text)) is verdict


@pytest.mark.parametrize(
    ("speech_ms", "text", "confidence", "verdict"),
    [
        (200, "", 1.0, Verdict.RESUME),
        (900, "", 1.0, Verdict.RESUME),
        (200, "ừ", 0.9, Verdict.RESUME),
        (700, "dạ vâng ạ", 0.9, Verdict.RESUME),
        (400, "vân vân", 0.9, Verdict.RESUME),
        (250, "sạc", 0.8, Verdict.RESUME),
        (250, "không", 0.8, Verdict.INTERRUPT),
        (400, "tám nghìn đồng", 0.9, Verdict.RESUME),
        (450, "nhắc lại", 0.9, Verdict.INTERRUPT),
        (450, "dương ạ", 0.3, Verdict.RESUME),
        (900, "dương ạ", 0.3, Verdict.INTERRUPT),
    ],
)
def test_after_a_sound(speech_ms: float, text: str, confidence: float, verdict: Verdict) -> None:
    assert POLICY.after_speech(voice(speech_ms, text, confidence=confidence)) is verdict


@pytest.mark.parametrize(
    ("text", "left_ms", "expectation", "verdict"),
    [
        ("vâng", 800, YES_NO, Verdict.INTERRUPT),
        ("vâng", 3000, YES_NO, Verdict.RESUME),
        ("vâng", None, YES_NO, Verdict.RESUME),
        ("vâng", 800, None, Verdict.RESUME),
        ("có", 800, MORE, Verdict.INTERRUPT),
        ("dạ", 800, MORE, Verdict.RESUME),
    ],
)
def test_a_backchannel_answers_a_question_that_was_nearly_heard(
    text: str, left_ms: float | None, expectation: Expectation | None, verdict: Verdict
) -> None:
    found = POLICY.after_speech(voice(250, text, left_ms=left_ms, expectation=expectation, being_said="phải không ạ"))
    assert found is verdict


def test_nothing_said_by_us_is_no_echo() -> None:
    assert POLICY.after_speech(voice(500, "lệ phí", being_said="")) is Verdict.INTERRUPT


def test_the_words_are_the_contents() -> None:
    own = BargeInPolicy(backchannels=("dạ nghe",), one_word_turns=("ngưng",))
    assert own.after_speech(voice(500, "dạ nghe")) is Verdict.RESUME
    assert own.after_speech(voice(300, "ngưng")) is Verdict.INTERRUPT
    assert own.after_speech(voice(700, "vâng")) is Verdict.INTERRUPT


def test_somebody_else_in_the_room_takes_no_turn() -> None:
    said = replace(voice(2000, "lệ phí làm giấy khai sinh", confidence=0.9), background=True)
    assert POLICY.while_speaking(said) is Verdict.RESUME
    assert POLICY.after_speech(said) is Verdict.RESUME


def test_a_soft_answer_to_a_question_that_was_nearly_heard_is_the_callers() -> None:
    answer = replace(voice(300, "dạ có", left_ms=600, expectation=YES_NO), background=True)
    assert POLICY.after_speech(answer) is Verdict.INTERRUPT
