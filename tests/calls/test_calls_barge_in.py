import pytest

from calls.barge_in import BargeInPolicy, Verdict

POLICY = BargeInPolicy()
OURS = "Lệ phí đăng ký khai sinh là tám nghìn đồng."


@pytest.mark.parametrize(
    ("speech_ms", "text", "verdict"),
    [
        (100, "", Verdict.WAIT),
        (300, "dạ", Verdict.WAIT),
        (300, "vâng vâng", Verdict.WAIT),
        (400, "đăng ký khai sinh", Verdict.WAIT),
        (400, "thế lệ phí", Verdict.INTERRUPT),
        (400, "không", Verdict.INTERRUPT),
        (600, "", Verdict.INTERRUPT),
        (900, "dạ", Verdict.INTERRUPT),
    ],
)
def test_while_the_caller_speaks(speech_ms: float, text: str, verdict: Verdict) -> None:
    assert POLICY.while_speaking(speech_ms=speech_ms, text=text, being_said=OURS) is verdict


@pytest.mark.parametrize(
    ("text", "verdict"),
    [("", Verdict.RESUME), ("ừ", Verdict.RESUME), ("tám nghìn đồng", Verdict.RESUME), ("nhắc lại", Verdict.INTERRUPT)],
)
def test_after_a_short_sound(text: str, verdict: Verdict) -> None:
    assert POLICY.after_speech(text=text, being_said=OURS) is verdict


def test_nothing_said_by_us_is_no_echo() -> None:
    assert POLICY.after_speech(text="lệ phí", being_said="") is Verdict.INTERRUPT
