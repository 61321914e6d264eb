"""Where the caller is: what his words say of it, and what must be asked where an old unit lies in several wards."""

from collections.abc import Sequence
from dataclasses import replace

from contracts.meaning import Meaning
from contracts.numbers import DIGIT_WORDS
from dialogs.cases import number_said
from dialogs.responses import Responses, capital
from dialogs.state import Whereabouts
from procedures.places import OLD_DISTRICT, OLD_WARD, WARD, Places, Unit, Ward
from procedures.record import CaseAnswer, CaseQuestion

SURE = 0.7
"""Confidence of a ward below which its name may as well have been that of the district around it."""
_SLOTS = frozenset({WARD, OLD_WARD, OLD_DISTRICT})


def after(before: Whereabouts, meaning: Meaning, places: Places) -> Whereabouts:
    """What is known after this turn; a turn that names no place changes nothing, and two places tell nothing."""
    slots = [slot for slot in meaning.slots if slot.name in _SLOTS]
    if not slots:
        return before
    if len(slots) > 1:
        return Whereabouts()
    slot = slots[0]
    if slot.name == OLD_DISTRICT:
        return Whereabouts(district=slot.value)
    if slot.name == WARD and slot.value in places.wards:
        if slot.value in {ward.code for ward in options(before, places)}:
            return taken(before, slot.value)
        return Whereabouts(ward=slot.value, loosely=slot.confidence < SURE)
    wards = places.now(places.olds(slot.value)) if slot.name == OLD_WARD else ()
    return Whereabouts(old=slot.value, ward=wards[0].code if len(wards) == 1 else "") if wards else before


def options(where: Whereabouts, places: Places) -> tuple[Ward, ...]:
    """Between which the caller must choose; empty: nothing to choose."""
    return () if where.ward or where.unknown or not where.old else places.now(places.olds(where.old))


def taken(where: Whereabouts, ward: str) -> Whereabouts:
    """One of the options; empty: the caller does not know which."""
    return replace(where, ward=ward, unknown=not ward, told=True)


def ward_said(where: Whereabouts, meaning: Meaning, places: Places, unsure: Sequence[str]) -> str | None:
    """The code of the option that was said, empty for "không biết"; None: neither."""
    wards = options(where, places)
    codes = [ward.code for ward in wards]
    for slot in meaning.slots:
        if slot.name == WARD and slot.value in codes:
            return slot.value
    if not wards:
        return None
    answers = tuple(
        CaseAnswer(case=ward.code, words=(*ward.unit.spoken_names, f"số {number}", f"thứ {number}"))
        for number, ward in zip(DIGIT_WORDS[1:], wards, strict=False)
    )
    number = number_said(CaseQuestion(aspects=(), ask="", answers=answers), meaning, unsure)
    return None if number is None else (codes[number] if number < len(codes) else "")


def ward_keyed(where: Whereabouts, key: str, places: Places) -> str | None:
    """As `ward_said`, for a key: after the last option is "không rõ"."""
    wards = options(where, places)
    if not wards or not key.isdecimal() or not 1 <= int(key) <= len(wards) + 1:
        return None
    return wards[int(key) - 1].code if int(key) <= len(wards) else ""


def ward_words(where: Whereabouts, places: Places, responses: Responses) -> dict[str, str]:
    """What sentences about the old unit are filled with; keys as long as there is something to choose."""
    if not where.old:
        return {"old_ward": "", "wards": "", "ward_keys": ""}
    wards = places.now(places.olds(where.old))
    return {
        "old_ward": capital(old_name(where.old, places)),
        "wards": listed([ward.unit for ward in wards], responses, "list_or"),
        "ward_keys": responses.keys([ward.unit.full_name for ward in wards]) if options(where, places) else "",
    }


def old_name(value: str, places: Places) -> str:
    """As spoken: a unit that shares its name is named with its district."""
    olds = places.olds(value)
    if len(olds) == 1 and olds[0].district:
        return f"{olds[0].full_name}, {olds[0].district}"
    return value


def listed(units: Sequence[Unit], responses: Responses, word: str, *more: str) -> str:
    """ "phường Giảng Võ, Láng hoặc xã Đông Anh": a type that was just said is not said again."""
    names = [
        unit.short_name if at and units[at - 1].type == unit.type else unit.full_name for at, unit in enumerate(units)
    ]
    return responses.joined(word, (*names, *more))
