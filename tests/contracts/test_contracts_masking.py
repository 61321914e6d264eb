"""Whatever is said or written around it, no personal number can be read in a masked text."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.masking import mask, mask_number
from contracts.numbers import DIGIT_WORDS, digits
from contracts.syllables import nfc

WORDS = ("số", "của", "tôi", "là", "cần", "giấy", "tờ", "năm", "ba", "nghìn", "2025", "01/07/2025", "5", ",", "?", "(")
FILLERS = ("", "", "", "ờ", "rồi", "dạ", "tiếp")


@st.composite
def numbers(draw: st.DrawFn) -> str:
    """A number of 6 to 14 digits as people write or say it."""
    number = draw(st.text("0123456789", min_size=6, max_size=14))
    parts = list[str]()
    while number:
        size = draw(st.integers(1, 5))
        part, number = number[:size], number[size:]
        parts.append(digits(part) if draw(st.booleans()) else part)
        parts.append(draw(st.sampled_from(FILLERS)))
    written = draw(st.sampled_from((" ", ".", "-", " - ")))
    joined = " ".join(filter(None, parts))
    return re.sub(r"(?<=\d) (?=\d)", written, joined)


@given(st.lists(st.sampled_from(WORDS), max_size=6), numbers(), st.lists(st.sampled_from(WORDS), max_size=6))
def test_no_run_of_six_digits_survives(before: list[str], number: str, after: list[str]) -> None:
    masked = mask(" ".join((*before, number, *after)))
    assert longest(masked) < 6, masked
    assert mask(masked) == masked


def longest(text: str) -> int:
    """Digits in a row, with what a reader would read over between them."""
    most = run = 0
    for word in re.findall(r"\d|[^\W\d_]+|[/,?(]", text.lower()):
        if word.isdecimal() or (word in DIGIT_WORDS):
            run += 1
        elif word not in FILLERS:
            run = 0
        most = max(most, run)
    return most


@given(st.text())
def test_any_text_can_be_masked_again(text: str) -> None:
    masked = mask(text)
    assert mask(masked) == masked
    assert re.search(r"\d{6}", masked) is None


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("số của tôi là 0901234678 nhé", "số của tôi là 09xxxxx678 nhé"),
        ("căn cước 001 080 123 456", "căn cước 00xxxxxxx456"),
        ("chứng minh 012345678.", "chứng minh 01xxxx678."),
        ("không chín không một hai ba bốn sáu bảy tám ạ", "09xxxxx678 ạ"),
        ("không chín không, ờ một hai ba, rồi bốn sáu bảy tám", "09xxxxx678"),
        ("số 0901-234-678 và nhà số 5", "số 09xxxxx678 và nhà số 5"),
        ("+84 901 234 678", "+84xxxxxx678"),
        ("không chín mươi một hai ba bốn năm sáu", "xxxxxx56"),
        ("hồ sơ H01.123456", "hồ sơ Hxxxxxx56"),
    ],
)  # fmt: skip
def test_personal_numbers(text: str, masked: str) -> None:
    assert mask(nfc(text)) == masked


@pytest.mark.parametrize(
    "text",
    [
        "lệ phí 500.000 đồng, nộp từ ngày 01/07/2025",
        "1.500.000đ cho hai người",
        "Nghị định 356/2025/NĐ-CP",
        "hai triệu ba trăm bốn mươi lăm nghìn sáu trăm bảy mươi tám đồng",
        "trong 60 ngày, muộn nhất năm 2025, 10 ngày nữa",
        "con tôi sinh năm hai nghìn không trăm hai mươi",
        "gọi 113, 114 hoặc 115",
    ],
)
def test_what_is_no_personal_number_stays(text: str) -> None:
    assert mask(text) == text


def test_an_amount_is_a_number_again_without_its_unit() -> None:
    assert mask("1.500.000 là mã") == "xxxxx00 là mã"


@pytest.mark.parametrize(
    ("number", "masked"), [("0901234678", "09xxxxx678"), ("", ""), ("113", "x13"), ("12", "xx"), ("anonymous", "")]
)
def test_numbers(number: str, masked: str) -> None:
    assert mask_number(number) == masked
