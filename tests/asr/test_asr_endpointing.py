import pytest

from asr.endpointing import EndpointPolicy, EndpointSettings
from contracts.expectation import Expectation, Expecting

POLICY = EndpointPolicy(
    settings=EndpointSettings(
        peek_ms=150, complete_ms=300, incomplete_ms=1100, yes_no_ms=250, choice_ms=310, digits_ms=900, nothing_ms=750
    )
)
CHOICE = Expectation(kind=Expecting.CHOICE, phrases=("đăng ký khai sinh", "đăng ký kết hôn"))


@pytest.mark.parametrize(
    ("kind", "text", "completeness", "expected_ms"),
    [
        (Expecting.QUESTION, "làm giấy khai sinh cần những gì", 1.0, 300),
        (Expecting.QUESTION, "làm giấy khai sinh", 0.8, 300),
        (Expecting.QUESTION, "làm giấy khai sinh", 0.55, 700),
        (Expecting.QUESTION, "làm giấy", 0.1, 1100),
        (Expecting.QUESTION, "tôi muốn hỏi về", 1.0, 1100),
        (Expecting.QUESTION, "dạ em", 1.0, 1100),
        (Expecting.QUESTION, "", 1.0, 750),
        (Expecting.YES_NO, "dạ có", 0.0, 250),
        (Expecting.YES_NO, "vâng", 0.0, 250),
        (Expecting.YES_NO, "dạ", 0.9, 1100),
        (Expecting.YES_NO, "có nhưng mà tôi muốn hỏi", 0.2, 1100),
        (Expecting.DIGITS, "không chín một", 1.0, 900),
        (Expecting.CHOICE, "cái đăng ký kết hôn", 0.0, 310),
        (Expecting.CHOICE, "cái kia", 0.0, 1100),
    ],
)
def test_required_silence(kind: Expecting, text: str, completeness: float, expected_ms: int) -> None:
    expectation = CHOICE if kind is Expecting.CHOICE else Expectation(kind=kind)
    assert POLICY.required_silence_ms(expectation, text, completeness) == expected_ms


def test_the_spelling_of_the_tone_mark_does_not_matter() -> None:
    offered = Expectation(kind=Expecting.CHOICE, phrases=("xóa đăng ký",))
    assert POLICY.required_silence_ms(offered, "xoá đăng ký", 0.0) == 310


def test_the_peek_comes_before_the_shortest_end() -> None:
    chosen = EndpointSettings()
    assert chosen.peek_ms < min(chosen.yes_no_ms, chosen.choice_ms, chosen.complete_ms)
    assert chosen.complete_ms < chosen.incomplete_ms
