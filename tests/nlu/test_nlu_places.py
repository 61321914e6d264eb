"""Places are read out of what was said, never out of words that only look like names."""

from pathlib import Path

import pytest

from nlu.places import PlaceReader
from procedures.places_yaml import load_places

CONTENT = Path(__file__).parents[2] / "config" / "content"


@pytest.fixture(scope="module")
def reader() -> PlaceReader:
    return PlaceReader(load_places(CONTENT))


def said(reader: PlaceReader, text: str) -> list[tuple[str, str]]:
    return [(slot.name, slot.value) for slot in reader.read(text).slots]


GIANG_VO, CAU_GIAY, TAY_HO, LANG = "00025", "00166", "00103", "00199"


@pytest.mark.parametrize(
    ("text", "slot"),
    [
        ("tôi ở phường Giảng Võ thì nộp ở đâu", ("ward", GIANG_VO)),
        ("tôi ở Cầu Giấy thì làm ở đâu", ("ward", CAU_GIAY)),
        ("còn ở Tây Hồ thì sao", ("ward", TAY_HO)),
        ("còn Tây Hồ thì sao", ("ward", TAY_HO)),
        ("Tây Hồ ạ", ("ward", TAY_HO)),
        ("phường Láng", ("ward", LANG)),
        ("phường làng hạ nộp ở đâu", ("old_ward", "phường Láng Hạ")),
        ("phường náng hạ nộp ở đâu", ("old_ward", "phường Láng Hạ")),
        ("xã Tân Triều nộp chỗ nào", ("old_ward", "xã Tân Triều")),
        ("thị trấn Văn Điển", ("old_ward", "thị trấn Văn Điển")),
        ("phường Mỹ Đình một", ("old_ward", "phường Mỹ Đình một")),
        ("phường Mỹ Đình", ("old_ward", "phường Mỹ Đình")),
        ("tôi ở phường Trung Tự", ("old_ward", "phường Trung Tự")),
        ("phường Văn Miếu", ("ward", "00226")),
        ("phường Minh Khai", ("old_ward", "phường Minh Khai")),
        ("phường Minh Khai quận Hai Bà Trưng", ("old_ward", "phường Minh Khai (quận Hai Bà Trưng)")),
        ("tôi ở Trung Hòa", ("old_ward", "Trung Hòa")),
        ("tôi ở quận Cầu Giấy", ("old_district", "quận Cầu Giấy")),
        ("tôi ở Bắc Từ Liêm", ("old_district", "quận Bắc Từ Liêm")),
        ("nhà tôi ở thị xã Sơn Tây", ("old_district", "thị xã Sơn Tây")),
        ("xã Thanh Xuân", ("old_ward", "xã Thanh Xuân")),
        ("phường Thanh Xuân", ("ward", "00367")),
    ],
)
def test_a_place_is_read(reader: PlaceReader, text: str, slot: tuple[str, str]) -> None:
    assert said(reader, text) == [slot]


def test_old_and_new_units_of_one_name_are_told_apart(reader: PlaceReader) -> None:
    assert said(reader, "tôi ở phường Ngọc Hà") == [("ward", "00008")]
    assert said(reader, "tôi ở phường Ngọc Hà cũ") == [("old_ward", "phường Ngọc Hà")]
    assert said(reader, "trước đây là phường Ngọc Hà") == [("old_ward", "phường Ngọc Hà")]


@pytest.mark.parametrize(
    "text",
    [
        "ở thường trú cần giấy tờ gì",
        "hợp đồng thuê nhà",
        "ghi ở hợp đồng",
        "làng tôi nộp ở đâu",
        "nộp ở phường nào",
        "bảo hiểm xã hội một lần",
        "đăng ký ở ủy ban phường xã nơi cư trú",
        "quê tôi ở Ba Vì",
        "tôi sinh ở Sơn Tây",
        "nhà tôi ở đường Láng",
        "tôi ở phố Láng Hạ",
        "làm khai sinh ở Hòa Bình",
        "làm căn cước ở Vĩnh Phúc",
        "cầu giấy tờ",
        "đăng ký hợp tác xã, liên hiệp hợp tác xã",
        "nộp ở phường, xã nơi cư trú",
        "phường xã nào cũng được",
        "",
    ],
)
def test_no_place_is_read(reader: PlaceReader, text: str) -> None:
    assert said(reader, text) == []


@pytest.mark.parametrize(
    "text",
    [
        "phường Láng Hạ bây giờ là phường nào",
        "phường Láng Hạ cũ giờ thuộc phường nào ạ",
        "Láng Hạ giờ là phường nào",
        "cho hỏi xã Tân Triều sáp nhập vào đâu",
        "phường Láng Hạ cũ là phường gì",
        "thị trấn Văn Điển nay thuộc xã nào",
        "phường Kim Mã đổi tên là gì",
        "nhà tôi ở phường Láng Hạ thì giờ thuộc phường nào",
    ],
)
def test_what_became_of_a_place_is_asked(reader: PlaceReader, text: str) -> None:
    read = reader.read(text)
    assert read.asks_now
    assert [slot.name for slot in read.slots] == ["old_ward"]


@pytest.mark.parametrize(
    "text",
    ["xã Tân Triều nộp chỗ nào", "phường Láng Hạ ở đâu", "tôi ở phường Láng thì cần giấy gì", "tôi ở phường Láng"],
)
def test_something_else_is_asked(reader: PlaceReader, text: str) -> None:
    assert not reader.read(text).asks_now


@pytest.mark.parametrize("text", ["còn ở Tây Hồ thì sao", "tôi ở phường Láng", "thế phường Láng thì sao ạ"])
def test_nothing_but_a_place(reader: PlaceReader, text: str) -> None:
    assert reader.read(text).only_place


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("tôi ở phường Láng thì nộp khai sinh ở đâu", "nộp khai sinh ở đâu"),
        ("nhà em đang ở phường Láng Hạ cũ thì nộp ở đâu", "nộp ở đâu"),
        ("làm khai sinh ở Cầu Giấy cần giấy gì", "làm khai sinh cần giấy gì"),
        ("xã Tân Triều nộp chỗ nào", "nộp chỗ nào"),
        ("tôi nộp ở đâu", "tôi nộp ở đâu"),
    ],
)
def test_the_rest_is_what_was_said_without_the_place(reader: PlaceReader, text: str, rest: str) -> None:
    assert " ".join(reader.read(text).rest) == rest


def test_a_name_alone_that_was_a_district_too_is_less_sure(reader: PlaceReader) -> None:
    assert reader.read("tôi ở Cầu Giấy").slots[0].confidence < 0.8
    assert reader.read("tôi ở phường Cầu Giấy").slots[0].confidence == 1.0
