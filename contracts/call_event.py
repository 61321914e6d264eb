"""The envelope of everything that is recorded about a call."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar, cast

SCHEMA_VERSION = 1

T = TypeVar("T")
Value = str | int | float | bool | None | list["Value"] | dict[str, "Value"]


class EnvelopeError(ValueError):
    """A record that is no call event; the message names the field."""

    code = "call_event.invalid"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallEvent:
    call_id: str
    sequence: int
    """0, 1, 2 … without gaps within a call."""
    sample: int
    """Position on the line's clock."""
    utc: datetime
    bundle_id: str
    """Hash of the content that the call runs on."""
    kind: str
    """Dotted name, such as `turn.heard`."""
    fields: Mapping[str, Value]
    personal: tuple[str, ...] = ()
    """Names of those `fields` that hold personal data (a transcript, a phone number)."""
    schema_version: int = SCHEMA_VERSION

    def __post_init__(self) -> None:
        if self.utc.tzinfo is None:
            raise EnvelopeError("utc: must carry a time zone")
        if self.sequence < 0:
            raise EnvelopeError("sequence: must not be negative")
        if unknown := set(self.personal) - set(self.fields):
            raise EnvelopeError(f"personal: no such field: {', '.join(sorted(unknown))}")

    def public_fields(self) -> dict[str, Value]:
        """The fields that may stand in a log."""
        return {name: value for name, value in self.fields.items() if name not in self.personal}

    def to_json(self) -> str:
        """One line of JSON."""
        return json.dumps(
            {
                "schema_version": self.schema_version,
                "call_id": self.call_id,
                "sequence": self.sequence,
                "sample": self.sample,
                "utc": self.utc.astimezone(UTC).isoformat(),
                "bundle_id": self.bundle_id,
                "kind": self.kind,
                "fields": dict(self.fields),
                "personal": list(self.personal),
            },
            ensure_ascii=False,
            separators=(",", ":"),
        )

    @classmethod
    def from_json(cls, line: str) -> "CallEvent":
        """Raises `EnvelopeError` naming the field for anything that `to_json` did not write."""
        try:
            raw = json.loads(line)
        except ValueError as error:
            raise EnvelopeError(f"not JSON: {error}") from error
        if not isinstance(raw, dict):
            raise EnvelopeError("not a JSON object")
        record = cast(dict[str, Any], raw)
        version = _take(record, "schema_version", int)
        if version != SCHEMA_VERSION:
            raise EnvelopeError(f"schema_version: {version} is not {SCHEMA_VERSION}")
        try:
            utc = datetime.fromisoformat(_take(record, "utc", str))
        except ValueError as error:
            raise EnvelopeError(f"utc: {error}") from error
        return cls(
            call_id=_take(record, "call_id", str),
            sequence=_take(record, "sequence", int),
            sample=_take(record, "sample", int),
            utc=utc,
            bundle_id=_take(record, "bundle_id", str),
            kind=_take(record, "kind", str),
            fields=cast(dict[str, Value], _take(record, "fields", dict)),
            personal=tuple(str(name) for name in cast(list[object], _take(record, "personal", list))),
        )


def _take(record: dict[str, Any], name: str, kind: type[T]) -> T:
    value = record.get(name)
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise EnvelopeError(f"{name}: missing or not {kind.__name__}")
    return value
