import pytest

from contracts.expectation import Expecting
from nlu.embedded import EmbeddedInterpreter


@pytest.mark.parametrize(
    "text",
    [
        "làm giấy khai sinh cần giấy tờ gì",
        "đăng ký kết hôn cần giấy tờ gì ạ",
        "hết bao nhiêu tiền",
        "nộp ở đâu",
        "mấy ngày thì xong",
        "cho tôi gặp người",
        "nhắc lại đi",
        "cảm ơn em",
        "làm hộ chiếu mất bao lâu",
    ],
)
def test_whole_utterances_end_fast(interpreter: EmbeddedInterpreter, text: str) -> None:
    assert interpreter.completeness(text) >= 0.8


@pytest.mark.parametrize(
    "text",
    [
        "",
        "làm giấy khai sinh cần",
        "tôi muốn hỏi",
        "dạ",
        "à",
        "vâng cho em hỏi",
        "nộp ở",
        "đăng ký kết hôn phải chuẩn bị",
        "làm giấy khai",
        "cho tôi",
        "giấy khai sinh cần giấy tờ",
    ],
)
def test_broken_off_utterances_wait(interpreter: EmbeddedInterpreter, text: str) -> None:
    assert interpreter.completeness(text) <= 0.4


def test_a_bare_procedure_may_go_on(interpreter: EmbeddedInterpreter) -> None:
    assert interpreter.completeness("làm giấy khai sinh") <= 0.4


def test_an_answer_to_yes_or_no_is_whole(interpreter: EmbeddedInterpreter) -> None:
    for text in ("vâng", "không", "dạ đúng rồi"):
        assert interpreter.completeness(text, Expecting.YES_NO) == 1.0
    assert interpreter.completeness("không chín một", Expecting.DIGITS) < 0.5
    assert interpreter.completeness("cái thứ hai", Expecting.CHOICE) == 1.0
