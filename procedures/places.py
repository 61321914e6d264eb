"""The city's wards and communes, the old units they were made of, and the points where papers are taken."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from contracts.syllables import syllables
from procedures.record import Profile

SOURCE_CODE = "places"
"""What stands in for a procedure's code where an answer rests on this list."""
WARD, OLD_WARD, OLD_DISTRICT = "ward", "old_ward", "old_district"
"""Names of a meaning's slots. Their values: a ward's code; a name that `Places.olds` knows; "quận Cầu Giấy"."""
UNIT_TYPES = ("phường", "xã", "thị trấn")
LONG_NAME = 4
"""Syllables; of such a name people say only a half."""
_NUMBER_WORDS = {"1": "một", "2": "hai"}
_UNIT = re.compile(r"(?P<type>phường|xã|thị trấn) (?P<name>[^()]+?)(?: \((?P<district>[^()]+)\))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    type: str
    """One of `UNIT_TYPES`; new units are no "thị trấn"."""
    name: str
    """Without its type."""
    district: str = ""
    """Of an old unit that shares its name with another: "quận Hà Đông"."""

    @property
    def full_name(self) -> str:
        """As spoken."""
        return f"{self.type} {self.short_name}"

    @property
    def short_name(self) -> str:
        """As spoken, without its type."""
        return self.name.replace(" - ", " ")

    @property
    def key(self) -> str:
        """As written in the list: no two old units share it."""
        return f"{self.full_name} ({self.district})" if self.district else self.full_name

    @property
    def spoken_names(self) -> tuple[str, ...]:
        """Without its type, as people say it: "Mỹ Đình 1", "Mỹ Đình một", "Mỹ Đình"; a long one also by its halves."""
        words = self.short_name.split()
        if words[-1] in _NUMBER_WORDS:
            stem = " ".join(words[:-1])
            return self.name, f"{stem} {_NUMBER_WORDS[words[-1]]}", stem
        if len(words) >= LONG_NAME:
            return self.name, " ".join(words[:2]), " ".join(words[2:])
        return (self.name,)

    @classmethod
    def parse(cls, text: str) -> "Unit":
        """From "phường Minh Khai (quận Hai Bà Trưng)". Raises `ValueError`."""
        match = _UNIT.fullmatch(text)
        if match is None:
            raise ValueError(f"phải là phường, xã hoặc thị trấn rồi đến tên: {text!r}")
        return cls(type=match["type"], name=match["name"], district=match["district"] or "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ward:
    """A ward (phường) or commune (xã) of today."""

    code: str
    """Of the General Statistics Office, five digits."""
    unit: Unit
    merged_from: tuple[Unit, ...]
    """Old units that lie in it wholly or in part."""


class PointKind(StrEnum):
    BRANCH = "branch"
    """Of the city's service centre."""
    RECEPTION = "reception"
    AGENT = "agent"
    """A service agent, such as a post office."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """Where papers are handed in."""

    name: str
    kind: PointKind
    address: str
    ward: str
    """Code of its ward."""
    hours: str = ""
    phone: str = ""
    verified_by: str
    verified_on: date
    review_by: date
    """Last day on which the verification counts."""

    def sayable(self, day: date) -> bool:
        return self.verified_on <= day <= self.review_by


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceList:
    """What wards.yml says of itself."""

    version: str
    """Hash of its content."""
    as_of: date
    """Day of its newest source."""
    source: str
    reviewer: str = ""
    review_by: date | None = None
    everyday_words: tuple[str, ...] = ()
    """Names that mean a place only after their type: "hợp đồng"."""
    old_districts: tuple[str, ...] = ()


class Places:
    """Immutable. Without wards (a bundle that has no list) nothing is known and nothing is said."""

    def __init__(self, told: PlaceList | None = None, wards: Sequence[Ward] = (), points: Sequence[Point] = ()) -> None:
        self.told = told
        self.wards: Mapping[str, Ward] = {ward.code: ward for ward in wards}
        self.points = tuple(points)
        self._in: dict[str, list[Ward]] = {}
        self._olds: dict[str, dict[str, Unit]] = {}
        for ward in wards:
            for old in ward.merged_from:
                self._in.setdefault(old.key, []).append(ward)
                for name in (old.key, *(f"{kind}{said}" for said in old.spoken_names for kind in ("", f"{old.type} "))):
                    self._olds.setdefault(name_key(name), {})[old.key] = old

    @property
    def old_units(self) -> tuple[Unit, ...]:
        return tuple(dict.fromkeys(old for ward in self.wards.values() for old in ward.merged_from))

    def olds(self, name: str) -> tuple[Unit, ...]:
        """Old units by key, or by a spoken name with or without their type; several share some names."""
        return tuple(self._olds.get(name_key(name), {}).values())

    def now(self, olds: Iterable[Unit]) -> tuple[Ward, ...]:
        """The wards in which these old units lie wholly or in part."""
        found = {ward.code: ward for old in olds for ward in self._in.get(old.key, ())}
        return tuple(found.values())

    def sayable(self, day: date, profile: Profile) -> bool:
        """Whether a caller may hear what the list says: as with facts, in production only what was reviewed."""
        if self.told is None or not self.wards:
            return False
        if profile is Profile.DEMO:
            return True
        return bool(self.told.reviewer) and (self.told.review_by is None or day <= self.told.review_by)

    def points_in(self, code: str, day: date) -> tuple[Point, ...]:
        """Verified points of a ward, whatever the profile."""
        return tuple(point for point in self.points if point.ward == code and point.sayable(day))


def name_key(name: str) -> str:
    """Two spellings of one name have one key."""
    return " ".join(syllables(name))
