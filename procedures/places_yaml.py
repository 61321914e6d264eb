"""The shape of `places/*.yml`, and its way into places."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from contracts.mistakes import Mistakes
from procedures.places import UNIT_TYPES, PlaceList, Places, Point, PointKind, Unit, Ward
from procedures.schema import content_hash
from procedures.strict import Strict, Text
from procedures.yaml_source import Location, YamlSource, read_yaml

WARDS_FILE = "places/wards.yml"
POINTS_FILE = "places/points.yml"


def _is_unit(text: str) -> str:
    Unit.parse(text)
    return text


def _is_new_unit(text: str) -> str:
    unit = Unit.parse(text)
    if unit.type not in UNIT_TYPES[:2] or unit.district:
        raise ValueError(f"phải là phường hoặc xã, không ghi quận, huyện: {text!r}")
    return text


WardCode = Annotated[str, Field(pattern=r"^\d{5}$")]


class _WardYaml(Strict):
    code: WardCode
    name: Annotated[Text, AfterValidator(_is_new_unit)]
    merged_from: tuple[Annotated[Text, AfterValidator(_is_unit)], ...] = Field(min_length=1)


class _WardsYaml(Strict):
    version: Literal["1"]
    as_of: date
    source: Text
    reviewer: str | None = None
    review_by: date | None = None
    everyday_words: tuple[Text, ...] = ()
    old_districts: tuple[Annotated[Text, Field(pattern=r"^(quận|huyện|thị xã) ")], ...] = ()
    wards: tuple[_WardYaml, ...] = Field(min_length=1)


class PointYaml(Strict):
    name: Text
    kind: PointKind
    address: Text
    ward: WardCode
    hours: str = ""
    phone: Annotated[str, Field(pattern=r"^[0-9 .]*$")] = ""
    verified_by: Text
    verified_on: date
    review_by: date

    @model_validator(mode="after")
    def _in_order(self) -> "PointYaml":
        if self.review_by < self.verified_on:
            raise ValueError("review_by trước verified_on")
        return self

    def point(self) -> Point:
        return Point(**self.model_dump())


class _PointsYaml(Strict):
    version: Literal["1"]
    points: tuple[PointYaml, ...]


def load_places(folder: Path) -> Places:
    """Of a content folder; one without `places/wards.yml` knows no place. Raises `ContentFileError` per mistake."""
    wards_path, points_path = folder / WARDS_FILE, folder / POINTS_FILE
    if not wards_path.exists():
        return Places()
    source = read_yaml(wards_path)
    read = source.read_as(_WardsYaml)
    wards = [
        Ward(code=ward.code, unit=Unit.parse(ward.name), merged_from=tuple(map(Unit.parse, ward.merged_from)))
        for ward in read.wards
    ]
    mistakes = Mistakes()
    for place, problem in _twice(wards):
        mistakes.add(source.fail(place, problem))
    points = mistakes.attempt(_read_points, points_path, {ward.code for ward in wards}) if points_path.exists() else ()
    mistakes.raise_any()
    told = PlaceList(
        version=content_hash(source.data),
        as_of=read.as_of,
        source=read.source,
        reviewer=read.reviewer or "",
        review_by=read.review_by,
        everyday_words=read.everyday_words,
        old_districts=read.old_districts,
    )
    return Places(told, wards, points or ())


def _twice(wards: list[Ward]) -> Iterator[tuple[Location, str]]:
    for at, ward in enumerate(wards):
        if ward.code in {other.code for other in wards[:at]}:
            yield ("wards", at, "code"), f"mã lặp lại: {ward.code}"
        if ward.unit in {other.unit for other in wards[:at]}:
            yield ("wards", at, "name"), f"tên lặp lại: {ward.unit.full_name}"
        if len(set(ward.merged_from)) < len(ward.merged_from):
            yield ("wards", at, "merged_from"), "đơn vị cũ lặp lại"


def _read_points(path: Path, wards: set[str]) -> tuple[Point, ...]:
    source: YamlSource = read_yaml(path)
    read = source.read_as(_PointsYaml)
    mistakes = Mistakes()
    for at, point in enumerate(read.points):
        if point.ward not in wards:
            mistakes.add(source.fail(("points", at, "ward"), f"wards.yml không có mã {point.ward}"))
    mistakes.raise_any()
    return tuple(point.point() for point in read.points)
