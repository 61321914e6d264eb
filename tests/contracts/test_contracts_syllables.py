import pytest

from contracts.syllables import (
    Syllable,
    canonical,
    fold,
    fold_text,
    is_syllable,
    split,
    strip_marks,
    strip_tone,
    tokens,
)


@pytest.mark.parametrize(
    ("syllable", "parts"),
    [
        ("giấy", Syllable("gi", "ây", 2)),
        ("gì", Syllable("gi", "i", 1)),
        ("quyền", Syllable("qu", "yên", 1)),
        ("nghiệp", Syllable("ngh", "iêp", 5)),
        ("ở", Syllable("", "ơ", 3)),
        ("đường", Syllable("đ", "ương", 1)),
        ("giếng", Syllable("gi", "iêng", 2)),
    ],
)
def test_split(syllable: str, parts: Syllable) -> None:
    assert split(syllable) == parts


@pytest.mark.parametrize(
    ("written", "one"),
    [
        ("hoá", "hóa"),
        ("thuý", "thúy"),
        ("quý", "quý"),
        ("toàn", "toàn"),
        ("giá", "giá"),
        ("khuỷu", "khuỷu"),
        ("của", "của"),
    ],
)
def test_one_placement_of_the_tone(written: str, one: str) -> None:
    assert canonical(written) == one


@pytest.mark.parametrize(
    "word", "giấy khai sinh thường trú quyền sử dụng đất nghiêng huỳnh khuya xoong toàn ở yêu ngoẹo quốc".split()
)
def test_syllables(word: str) -> None:
    assert is_syllable(word)


@pytest.mark.parametrize("word", ["online", "vneid", "otp", "wifi", "h26", "", "tk", "facebook"])
def test_not_syllables(word: str) -> None:
    assert not is_syllable(word)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("lộp", "nộp"),
        ("sổ", "xổ"),
        ("trích", "chích"),
        ("giấy", "dấy"),
        ("rấy", "dấy"),
        ("bảng", "bản"),
        ("sanh", "san"),
    ],
)
def test_confusions_share_a_key(left: str, right: str) -> None:
    assert fold(left) == fold(right)


def test_texts() -> None:
    assert tokens("Lệ phí, bao nhiêu?") == ["lệ", "phí", "bao", "nhiêu"]
    assert tokens("le\u0323\u0302 phi\u0301") == ["lệ", "phí"]
    assert strip_tone("giấy tờ") == "giây tơ"
    assert strip_marks("Đường giấy") == "Duong giay"
    assert fold_text("Nộp, giấy") == fold_text("lộp dấy")
