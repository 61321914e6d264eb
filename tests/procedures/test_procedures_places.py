"""The list of wards that ships, and what is refused in such a list."""

from datetime import date
from pathlib import Path

import pytest

from procedures.errors import ContentFileError
from procedures.places import Places
from procedures.places_yaml import load_places
from procedures.record import Profile

CONTENT = Path(__file__).parents[2] / "config" / "content"
TODAY = date(2026, 11, 24)
WARDS = """version: "1"
as_of: 2026-08-02
source: nguồn thử
wards:
- code: "00025"
  name: phường Giảng Võ
  merged_from: [phường Láng Hạ]
"""
POINTS = """version: "1"
points:
- name: Điểm thử
  kind: reception
  address: 1 phố Thử
  ward: "00025"
  verified_by: Cán bộ A
  verified_on: 2026-11-01
  review_by: 2026-12-01
"""


@pytest.fixture(scope="module")
def places() -> Places:
    return load_places(CONTENT)


def folder_with(tmp_path: Path, *, wards: str = WARDS, points: str = "") -> Path:
    (tmp_path / "places").mkdir()
    (tmp_path / "places" / "wards.yml").write_text(wards, encoding="utf-8")
    if points:
        (tmp_path / "places" / "points.yml").write_text(points, encoding="utf-8")
    return tmp_path


def names(places: Places, old: str) -> list[str]:
    return [ward.unit.full_name for ward in places.now(places.olds(old))]


def test_what_ships_has_every_ward_and_old_unit(places: Places) -> None:
    types = [ward.unit.type for ward in places.wards.values()]
    assert (types.count("phường"), types.count("xã")) == (51, 75)
    assert len(places.old_units) == 526
    assert places.points == ()


def test_an_old_unit_may_lie_in_several(places: Places) -> None:
    assert names(places, "phường Láng Thượng") == ["phường Láng"]
    assert names(places, "phường Láng Hạ") == ["phường Giảng Võ", "phường Láng", "phường Đống Đa"]


def test_names_are_found_in_either_spelling_and_without_type(places: Places) -> None:
    assert names(places, "xã Hoà Thạch") == names(places, "xã Hòa Thạch") == ["xã Phú Cát"]
    assert {old.type for old in places.olds("trung hòa")} == {"phường", "xã"}


def test_units_of_one_name_are_told_apart_by_their_district(places: Places) -> None:
    assert len(places.olds("phường Minh Khai")) == 2
    assert names(places, "phường Minh Khai (quận Hai Bà Trưng)") == ["phường Bạch Mai", "phường Tương Mai"]


def test_production_says_only_a_list_that_was_reviewed(tmp_path: Path) -> None:
    unreviewed = load_places(folder_with(tmp_path))
    assert unreviewed.sayable(TODAY, Profile.DEMO)
    assert not unreviewed.sayable(TODAY, Profile.PRODUCTION)
    (tmp_path / "places" / "wards.yml").write_text(f"reviewer: A\nreview_by: 2026-11-24\n{WARDS}", encoding="utf-8")
    reviewed = load_places(tmp_path)
    assert reviewed.sayable(TODAY, Profile.PRODUCTION)
    assert not reviewed.sayable(date(2026, 11, 25), Profile.PRODUCTION)


def test_content_without_a_list_knows_nothing(tmp_path: Path) -> None:
    places = load_places(tmp_path)
    assert not places.wards
    assert not places.sayable(TODAY, Profile.DEMO)


def test_a_point_counts_as_long_as_its_verification(tmp_path: Path) -> None:
    places = load_places(folder_with(tmp_path, points=POINTS))
    assert [point.name for point in places.points_in("00025", TODAY)] == ["Điểm thử"]
    assert places.points_in("00025", date(2026, 12, 2)) == ()
    assert places.points_in("00025", date(2026, 10, 31)) == ()
    assert places.points_in("00008", TODAY) == ()


@pytest.mark.parametrize(
    ("wrong", "line", "field"),
    [
        (WARDS.replace('"00025"', '"25"'), 5, "wards.0.code"),
        (WARDS.replace("phường Giảng Võ", "Giảng Võ"), 6, "wards.0.name"),
        (WARDS.replace("phường Giảng Võ", "thị trấn Giảng Võ"), 6, "wards.0.name"),
        (WARDS.replace("[phường Láng Hạ]", "[Láng Hạ]"), 7, "wards.0.merged_from.0"),
        (WARDS.replace("[phường Láng Hạ]", "[phường A, phường A]"), 7, "wards.0.merged_from"),
        (WARDS + WARDS.partition("wards:\n")[2].replace("Giảng", "Khác"), 8, "wards.1.code"),
        (WARDS.replace("as_of: 2026-08-02\n", ""), 1, "as_of"),
    ],
)
def test_a_wrong_list_is_refused_by_line_and_field(tmp_path: Path, wrong: str, line: int, field: str) -> None:
    with pytest.raises(ContentFileError) as refused:
        load_places(folder_with(tmp_path, wards=wrong))
    assert (refused.value.file, refused.value.line, refused.value.field) == ("wards.yml", line, field)


def test_a_point_in_no_ward_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ContentFileError) as refused:
        load_places(folder_with(tmp_path, points=POINTS.replace("00025", "00026")))
    assert (refused.value.file, refused.value.field) == ("points.yml", "points.0.ward")
