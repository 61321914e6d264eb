"""The names of wards, communes, old units and old districts, found again by how they sound."""

from collections.abc import Sequence
from dataclasses import dataclass

from contracts.syllables import fold, syllables, take_tone
from procedures.places import Places, Unit, Ward

EXACT, SAME_BUT_TONES, SOUNDS_ALIKE = 1.0, 0.9, 0.75
DISTRICT_TYPES = ("quận", "huyện", "thị xã")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceName:
    """Of exactly one of: a ward of today, an old unit, an old district."""

    said: str
    """As written, without its type."""
    type: str
    ward: Ward | None = None
    old: Unit | None = None
    district: str = ""
    """"quận Cầu Giấy"."""

    @property
    def words(self) -> tuple[str, ...]:
        return syllables(self.said)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A name in a text: all that sound most like it."""

    names: tuple[PlaceName, ...]
    likeness: float
    end: int
    """Past its last word."""


class PlaceNames:
    """Immutable."""

    def __init__(self, names: Sequence[PlaceName]) -> None:
        self._by_sound: dict[tuple[str, ...], list[PlaceName]] = {}
        for name in names:
            self._by_sound.setdefault(tuple(map(fold, name.words)), []).append(name)
        self._longest = max(map(len, self._by_sound), default=0)

    def at(self, words: Sequence[str], start: int) -> Heard | None:
        """The longest name that begins there; `words` are canonical syllables."""
        for length in range(min(self._longest, len(words) - start), 0, -1):
            said = tuple(words[start : start + length])
            alike = self._by_sound.get(tuple(map(fold, said)), ())
            if alike:
                best = max(_likeness(name.words, said) for name in alike)
                names = tuple(name for name in alike if _likeness(name.words, said) == best)
                return Heard(names=names, likeness=best, end=start + length)
        return None


def unit_names(places: Places) -> PlaceNames:
    """Of wards and communes, new and old."""
    new = [
        PlaceName(said=said, type=ward.unit.type, ward=ward)
        for ward in places.wards.values()
        for said in ward.unit.spoken_names
    ]
    old = [PlaceName(said=said, type=unit.type, old=unit) for unit in places.old_units for said in unit.spoken_names]
    return PlaceNames([*new, *old])


def district_names(places: Places) -> PlaceNames:
    names: list[PlaceName] = []
    for district in places.told.old_districts if places.told else ():
        kind = next(kind for kind in DISTRICT_TYPES if district.startswith(f"{kind} "))
        names.append(PlaceName(said=district.removeprefix(f"{kind} "), type=kind, district=district))
    return PlaceNames(names)


def _likeness(name: Sequence[str], said: Sequence[str]) -> float:
    if tuple(name) == tuple(said):
        return EXACT
    toneless = [take_tone(word)[0] for word in name] == [take_tone(word)[0] for word in said]
    return SAME_BUT_TONES if toneless else SOUNDS_ALIKE
