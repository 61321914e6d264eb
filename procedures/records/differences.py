"""What is new in a record against the one that was read before, field by field."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

from procedures.record import Procedure, SpokenFact
from procedures.records.reading import Given
from procedures.records.record import Record, dicts, fees, leaves, published, times
from procedures.records.sources import SourceRecord
from procedures.schema import content_hash

_IN_ORDER = frozenset({"steps"})
"""Of other lists the portal gives the entries now in this order, now in that."""
_DERIVED = frozenset({"processing_time_effective"})
"""Worked out from other fields by those who collected the record; the portal has none."""
_ENTRY_CHARS = 160


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    field: str
    old_hash: str
    """Empty: the record had no such field."""
    new_hash: str
    """Empty: it has none any more."""
    removed: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    """Entries; of the old record nothing is known where it was not kept."""
    figures: tuple[str, ...] = ()
    """Fees and times: "online: 7000 → 8000"."""


def settled(given: Given, before: Record | None) -> dict[str, Any]:
    """The record as it is now: what only looks different stays as it was, and so does what a partial one leaves out."""
    new = published(given.record)
    if before is None:
        return new
    old = published(before)
    merged: dict[str, Any] = dict(old) if given.partial else {}
    for field, value in new.items():
        if given.partial:
            value = _completed(field, value, old.get(field))
        merged[field] = old[field] if field in old and same_words(field, old[field], value) else value
    return merged


def same_words(field: str, old: object, new: object) -> bool:
    """Whether a caller could be told the same from both."""
    if field in _IN_ORDER:
        return _words(old) == _words(new)
    return _bag(old) == _bag(new)


def _bag(value: object) -> Counter[str]:
    texts = [_words(one) for one in _list(value)]
    return Counter(text for text in texts if text)


def _list(value: object) -> list[object]:
    return cast(list[object], value) if isinstance(value, list) else [value]


def _words(value: object) -> str:
    return " ".join(leaves(value))


def _completed(field: str, value: Any, old: Any) -> Any:
    """What a table says, in the form that the record has it."""
    if field == "documents":
        names = Counter(_words(paper.get("name")) for paper in dicts(old) if paper.get("kind") != "note")
        return old if names == Counter(_words(paper.get("name")) for paper in dicts(value)) else value
    if field == "legal_basis":
        codes = Counter(str(one.get("code")) for one in dicts(old))
        return old if codes == Counter(str(one.get("code")) for one in dicts(value)) else value
    if field == "decision":
        known = dicts([old])
        return known[0] if known and known[0].get("number") == value["number"] else value
    if field == "submission_methods":
        return _methods(value, old)
    return value


def _methods(value: Any, old: Any) -> list[dict[str, Any]]:
    """The methods that a table does not name stay, and so do those of which it says nothing new."""
    before = {str(one.get("method")): one for one in dicts(old)}
    for one in dicts(value):
        name = str(one["method"])
        was: Record = {"submission_methods": [before.get(name, {})]}
        now: Record = {"submission_methods": [one]}
        if fees(was) != fees(now) or times(was) != times(now):
            before[name] = one
    return list(before.values())


def differences(old: SourceRecord | None, before: Record | None, new: SourceRecord, record: Record) -> list[Change]:
    """`before`: the record behind `old`, where it was kept."""
    known: Mapping[str, str] = old.fields if old else {}
    fields = {*known, *new.fields} - _DERIVED
    changed = [field for field in fields if known.get(field) != new.fields.get(field)]
    return [_change(field, old, before, new, record) for field in sorted(changed)]


def _change(field: str, old: SourceRecord | None, before: Record | None, new: SourceRecord, record: Record) -> Change:
    change = Change(field=field, old_hash=old.fields.get(field, "") if old else "", new_hash=new.fields.get(field, ""))
    if before is not None:
        was, now = _entries(before.get(field)), _entries(record.get(field))
        change = replace(change, removed=tuple((was - now).elements()), added=tuple((now - was).elements()))
    if old is not None and field in ("submission_methods", "processing_cases"):
        change = replace(change, figures=_figures(old, new))
    return change


def _figures(old: SourceRecord, new: SourceRecord) -> tuple[str, ...]:
    pairs = [
        (name, list(old.fees.get(name, ())), list(new.fees.get(name, ()))) for name in sorted({*old.fees, *new.fees})
    ]
    pairs += [(name, old.times.get(name, ""), new.times.get(name, "")) for name in sorted({*old.times, *new.times})]
    return tuple(f"{name}: {_shown(was)} → {_shown(now)}" for name, was, now in pairs if was != now)


def _shown(value: object) -> str:
    return ", ".join(map(str, value)) or "–" if isinstance(value, list) else str(value or "–")  # pyright: ignore[reportUnknownArgumentType]


def _entries(value: object) -> Counter[str]:
    return Counter(text[:_ENTRY_CHARS] for entry in _list(value) if (text := _words(entry)))


def touched(procedure: Procedure, new: SourceRecord, changes: list[Change]) -> tuple[SpokenFact, ...]:
    """The facts of a procedure that were written from another text than a changed field of `new` has."""
    fields = {change.field for change in changes}
    found: list[SpokenFact] = []
    for fact in procedure.facts:
        named, _, field = fact.source.field.rpartition(" ")
        if (named or procedure.code) == new.code and field in fields and fact.source.hash != new.fields.get(field):
            found.append(fact)
    return tuple(found)


def updated_partly(old: SourceRecord, record: Mapping[str, Any], new: SourceRecord) -> SourceRecord:
    """`old` with what a partial record says, where the record itself was not kept."""
    fields = {**old.fields, **{field: new.fields[field] for field in record if field in new.fields}}
    return old.model_copy(
        update={
            "decision": new.decision or old.decision,
            "updated": new.updated or old.updated,
            "read": new.read,
            "hash": content_hash(fields),
            "fields": fields,
            "sizes": {**old.sizes, **new.sizes},
            "fees": {**old.fees, **new.fees},
            "times": {**old.times, **new.times},
        }
    )
