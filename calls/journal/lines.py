"""The lines of a spool file: a checksum, a space, one JSON object, a newline.

A line's checksum covers the line and the checksum before it, so that a changed, missing, added or exchanged line is
seen at its place. It has no key: it finds accidents and careless edits, not a forger. The last line of a whole file is
an `End`.
"""

import hashlib
import json
from dataclasses import dataclass
from typing import Any, cast

from contracts.call_event import SCHEMA_VERSION, CallEvent, EnvelopeError

START = b"0" * 32
"""What stands for the checksum before the first line."""
LINE_LIMIT = 4 << 20
"""Bytes; a longer line is neither written nor read."""
_CHECKSUM_CHARS = 32
_BIGGEST = (1 << 63) - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """The call's record is whole: nothing follows."""

    events: int
    """Written into this file."""
    lost: int
    """Events that could not be written."""


class BadLine(ValueError):
    """Not what was written. `code` is fixed; nothing of the line's content is told."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def encode(record: CallEvent | End, before: bytes) -> tuple[bytes, bytes]:
    """The line and its checksum. Raises `ValueError` or `TypeError` for fields that are no JSON."""
    if isinstance(record, End):
        text = json.dumps({"end": {"events": record.events, "lost": record.lost}}, separators=(",", ":"))
    else:
        text = record.to_json()
    # Half a surrogate pair, which UTF-8 does not know, becomes the escape that JSON knows.
    body = text.encode("utf-8", "backslashreplace")
    checksum = _checksum(before, body)
    return checksum + b" " + body + b"\n", checksum


def decode(line: bytes, before: bytes) -> tuple[CallEvent | End, bytes]:
    """The record and its checksum; `line` with its newline. Raises `BadLine`."""
    checksum, space, body = line[:_CHECKSUM_CHARS], line[_CHECKSUM_CHARS : _CHECKSUM_CHARS + 1], line[33:-1]
    if space != b" " or checksum != _checksum(before, body):
        raise BadLine("checksum", "the line is not as it was written")
    try:
        text = body.decode("utf-8")
        raw = json.loads(text)
    except (ValueError, RecursionError):
        raise BadLine("envelope", "no JSON text") from None
    if not isinstance(raw, dict):
        raise BadLine("envelope", "no JSON object")
    record = cast(dict[str, Any], raw)
    if "end" in record:
        return _end(record["end"]), checksum
    return _event(text, record), checksum


def _checksum(before: bytes, body: bytes) -> bytes:
    return hashlib.blake2b(before + body, digest_size=_CHECKSUM_CHARS // 2).hexdigest().encode()


def _end(raw: Any) -> End:
    try:
        return End(events=int(raw["events"]), lost=int(raw["lost"]))
    except (TypeError, KeyError, ValueError):
        raise BadLine("envelope", "end: must hold events and lost") from None


def _event(text: str, record: dict[str, Any]) -> CallEvent:
    version = record.get("schema_version")
    if isinstance(version, int) and version != SCHEMA_VERSION:
        raise BadLine("schema_version", f"schema version {version}; this program reads {SCHEMA_VERSION}")
    try:
        event = CallEvent.from_json(text)
    except EnvelopeError as error:
        raise BadLine("envelope", str(error)) from None
    for name in ("call_id", "bundle_id", "kind"):
        if not _storable(getattr(event, name)):
            raise BadLine("envelope", f"{name}: no text that a database takes")
    if max(event.sequence, abs(event.sample)) > _BIGGEST:
        raise BadLine("envelope", "sequence or sample: too big")
    return event


def _storable(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return "\0" not in text
