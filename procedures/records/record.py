"""A published record as plain data in the shape of our own schema, and what is kept of it to know it again."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from procedures.schema import content_hash

Record = Mapping[str, Any]
"""Fields as in the National Portal's record, under the names of `HUONG_DAN.md`: `documents`, `steps`, …"""

LEFT_OUT = frozenset({"aliases_vi", "priority", "provenance", "quality"})
"""Said about the record by those who collected it, not by the portal."""
LISTS = (
    "documents",
    "steps",
    "submission_methods",
    "processing_cases",
    "results",
    "legal_basis",
    "executing_agency",
    "requirements",
)
"""Fields whose size is kept: a record that was cut shows in them."""
UNSPECIFIED = "unspecified"


def published(record: Record) -> dict[str, Any]:
    return {field: value for field, value in record.items() if field not in LEFT_OUT}


def record_hash(record: Record) -> str:
    return content_hash(published(record))


def field_hashes(record: Record) -> dict[str, str]:
    return {field: content_hash(value) for field, value in sorted(published(record).items())}


def size(value: object) -> tuple[int, int]:
    """Entries and characters; a text is one entry, an empty one none."""
    texts = list(leaves(value))
    entries = len(cast(list[object], value)) if isinstance(value, list) else int(bool(texts))
    return entries, sum(map(len, texts))


def leaves(value: object) -> Iterator[str]:
    """Every text and number in it, in order, with single spaces."""
    match value:
        case None | bool():
            return
        case dict():
            for one in cast(dict[str, object], value).values():
                yield from leaves(one)
        case list() | tuple():
            for one in cast(Sequence[object], value):
                yield from leaves(one)
        case _:
            if text := " ".join(str(value).split()):
                yield text


def fees(record: Record) -> dict[str, list[int]]:
    """Amounts in đồng by method of submission, sorted."""
    found: dict[str, set[int]] = {}
    for method in dicts(record.get("submission_methods")):
        amounts = [fee.get("amount_vnd") for fee in dicts(method.get("fees"))]
        known = {amount for amount in amounts if isinstance(amount, int)}
        found.setdefault(str(method.get("method")), set()).update(known)
    return {method: sorted(amounts) for method, amounts in sorted(found.items())}


def times(record: Record) -> dict[str, str]:
    """ "3 working_day" by method of submission and by code of case; what names no time is left out."""
    found = {
        str(method.get("method")): _time(method.get("processing_time"))
        for method in dicts(record.get("submission_methods"))
    }
    found |= {str(case.get("case_code")): _time(case) for case in dicts(record.get("processing_cases"))}
    return {name: time for name, time in sorted(found.items()) if time}


def _time(given: object) -> str:
    time = mapping(given)
    return "" if time.get("value") is None else f"{time['value']} {time.get('unit') or UNSPECIFIED}"


def mapping(value: object) -> dict[str, Any]:
    """Empty for what is none."""
    return cast(dict[str, Any], value) if isinstance(value, dict) else {}


def dicts(value: object) -> list[dict[str, Any]]:
    """Those entries of a list that are mappings."""
    entries = cast(list[object], value) if isinstance(value, list) else []
    return [cast(dict[str, Any], one) for one in entries if isinstance(one, dict)]
