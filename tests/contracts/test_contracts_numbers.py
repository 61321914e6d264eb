import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.numbers import cardinal, digits, parse_cardinal, parse_digits


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "không"),
        (5, "năm"),
        (14, "mười bốn"),
        (15, "mười lăm"),
        (21, "hai mươi mốt"),
        (24, "hai mươi tư"),
        (105, "một trăm linh năm"),
        (1004, "một nghìn không trăm linh bốn"),
        (1005, "một nghìn không trăm linh năm"),
        (10_000, "mười nghìn"),
        (1_250_000, "một triệu hai trăm năm mươi nghìn"),
        (2_500_000_000, "hai tỷ năm trăm triệu"),
        (1_000_000_001, "một tỷ không trăm linh một"),
    ],
)
def test_cardinal(value: int, words: str) -> None:
    assert cardinal(value) == words


def test_southern() -> None:
    assert cardinal(1005, southern=True) == "một ngàn không trăm lẻ năm"


@given(st.integers(min_value=0, max_value=10**12))
def test_a_cardinal_is_parsed_back(value: int) -> None:
    assert parse_cardinal(cardinal(value).split()) == value
    assert parse_cardinal(cardinal(value, southern=True).split()) == value


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("trăm rưỡi", 150),
        ("hai triệu rưỡi", 2_500_000),
        ("hai triệu mốt", 2_100_000),
        ("nghìn rưỡi", 1500),
        ("hăm lăm", 25),
        ("ba mốt", 31),
        ("trăm hai", 120),
        ("năm chục", 50),
        ("một trăm lẻ một", 101),
    ],
)
def test_spoken_variants(words: str, value: int) -> None:
    assert parse_cardinal(words.split()) == value


@pytest.mark.parametrize("words", ["", "giấy", "hai giấy", "trăm giấy tờ", "mười mười", "nghìn nghìn nghìn giấy"])
def test_no_number(words: str) -> None:
    assert parse_cardinal(words.split()) is None


def test_digits() -> None:
    assert digits("1900-1009") == "một chín không không một không không chín"
    assert parse_digits("không chín một".split()) == "091"
    assert parse_digits(["chín", "mươi"]) is None
    assert parse_digits([]) is None
