"""The control messages of Asterisk's `chan_websocket` in their JSON form (Asterisk 22.8 and later).

Source: the module's documentation, https://docs.asterisk.org/Configuration/Channel-Drivers/WebSocket/
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from telephony.ari.models import Malformed, Record, take

TEXT_LIMIT = 16384
"""Characters of a message that is looked at. The longest, `MEDIA_START`, carries the channel's variables."""
COMMAND_LIMIT = 128
"""Bytes: Asterisk ignores a longer command."""
KEYS = frozenset("0123456789*#ABCD")


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaStart:
    channel_id: str
    format: str
    """`slin` is PCM16 at 8 kHz."""
    frame_bytes: int
    """A frame of 20 ms."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DtmfEnd:
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaXoff:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaXon:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class BufferingCompleted:
    correlation_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkProcessed:
    correlation_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueDrained:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    queue_length: int
    """Frames that wait, without marks."""
    paused: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Asterisk could not do what a command asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    pass


Message = (
    MediaStart
    | DtmfEnd
    | MediaXoff
    | MediaXon
    | BufferingCompleted
    | MarkProcessed
    | QueueDrained
    | Status
    | Refused
    | Unknown
)


def parse_message(text: str) -> Message:
    """Raises `Malformed` naming the field."""
    if len(text) > TEXT_LIMIT:
        raise Malformed("too long")
    try:
        record: Any = json.loads(text)
    except (ValueError, RecursionError):
        raise Malformed("not JSON") from None
    if not isinstance(record, dict):
        raise Malformed("not an object")
    found = cast(Record, record)
    parse = _PARSERS.get(take(found, "event", str))
    return Unknown() if parse is None else parse(found)


def command(name: str, **fields: str) -> str:
    return json.dumps({"command": name, **fields}, separators=(",", ":"))


def _dtmf_end(record: Record) -> DtmfEnd:
    digit = take(record, "digit", str).upper()
    if digit not in KEYS:
        raise Malformed("digit")
    return DtmfEnd(key=digit)


def _status(record: Record) -> Status:
    length = take(record, "queue_length", int)
    if length < 0:
        raise Malformed("queue_length")
    return Status(queue_length=length, paused=take(record, "media_paused", bool))


def _media_start(record: Record) -> MediaStart:
    frame_bytes = take(record, "optimal_frame_size", int)
    if frame_bytes <= 0 or frame_bytes % 2:
        raise Malformed("optimal_frame_size")
    return MediaStart(
        channel_id=take(record, "channel_id", str), format=take(record, "format", str), frame_bytes=frame_bytes
    )


_PARSERS: Mapping[str, Callable[[Record], Message]] = {
    "MEDIA_START": _media_start,
    "DTMF_END": _dtmf_end,
    "MEDIA_XOFF": lambda _: MediaXoff(),
    "MEDIA_XON": lambda _: MediaXon(),
    "MEDIA_BUFFERING_COMPLETED": lambda r: BufferingCompleted(correlation_id=take(r, "correlation_id", str)),
    "MEDIA_MARK_PROCESSED": lambda r: MarkProcessed(correlation_id=take(r, "correlation_id", str)),
    "QUEUE_DRAINED": lambda _: QueueDrained(),
    "STATUS": _status,
    "ERROR": lambda _: Refused(),
}
