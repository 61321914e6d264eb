"""What Asterisk tells over the event websocket. Event and field names follow its own `api-docs/events.json`."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from telephony.ari.models import Bridge, Channel, Malformed, Record, take, take_record, take_strings


@dataclass(frozen=True, slots=True, kw_only=True)
class Connected:
    """The event stream is open. What happened in a gap before is lost: look at the application's channels."""

    attempt: int
    """1 for the first connection, then counting."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Disconnected:
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownEvent:
    type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StasisStart:
    application: str
    channel: Channel
    args: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StasisEnd:
    application: str
    channel: Channel


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelDtmfReceived:
    channel: Channel
    digit: str
    duration_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelStateChange:
    channel: Channel


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelHangupRequest:
    channel: Channel


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelDestroyed:
    channel: Channel
    cause: int
    """Q.850: 16 normal, 17 busy, 19 no answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelEnteredBridge:
    bridge: Bridge
    channel: Channel | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelLeftBridge:
    bridge: Bridge
    channel: Channel


@dataclass(frozen=True, slots=True, kw_only=True)
class BridgeDestroyed:
    bridge: Bridge


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationReplaced:
    """Another websocket took over the application: this one gets nothing more."""

    application: str


AriEvent = (
    StasisStart
    | StasisEnd
    | ChannelDtmfReceived
    | ChannelStateChange
    | ChannelHangupRequest
    | ChannelDestroyed
    | ChannelEnteredBridge
    | ChannelLeftBridge
    | BridgeDestroyed
    | ApplicationReplaced
    | UnknownEvent
)
StreamEvent = AriEvent | Connected | Disconnected


def _channel(record: Record) -> Channel:
    return Channel.parse(take_record(record, "channel"))


def _bridge(record: Record) -> Bridge:
    return Bridge.parse(take_record(record, "bridge"))


def _stasis_start(record: Record) -> AriEvent:
    return StasisStart(
        application=take(record, "application", str), channel=_channel(record), args=take_strings(record, "args")
    )


def _dtmf(record: Record) -> AriEvent:
    return ChannelDtmfReceived(
        channel=_channel(record), digit=take(record, "digit", str), duration_ms=take(record, "duration_ms", int)
    )


def _entered_bridge(record: Record) -> AriEvent:
    return ChannelEnteredBridge(
        bridge=_bridge(record), channel=_channel(record) if record.get("channel") is not None else None
    )


PARSERS: Mapping[str, Callable[[Record], AriEvent]] = {
    "StasisStart": _stasis_start,
    "StasisEnd": lambda r: StasisEnd(application=take(r, "application", str), channel=_channel(r)),
    "ChannelDtmfReceived": _dtmf,
    "ChannelStateChange": lambda r: ChannelStateChange(channel=_channel(r)),
    "ChannelHangupRequest": lambda r: ChannelHangupRequest(channel=_channel(r)),
    "ChannelDestroyed": lambda r: ChannelDestroyed(channel=_channel(r), cause=take(r, "cause", int)),
    "ChannelEnteredBridge": _entered_bridge,
    "ChannelLeftBridge": lambda r: ChannelLeftBridge(bridge=_bridge(r), channel=_channel(r)),
    "BridgeDestroyed": lambda r: BridgeDestroyed(bridge=_bridge(r)),
    "ApplicationReplaced": lambda r: ApplicationReplaced(application=take(r, "application", str)),
}
"""The events that are parsed; every other one becomes `UnknownEvent`."""


def parse_record(record: Record) -> AriEvent:
    """Raises `Malformed`."""
    kind = take(record, "type", str)
    parse = PARSERS.get(kind)
    if parse is None:
        return UnknownEvent(type=kind)
    try:
        return parse(record)
    except Malformed as error:
        raise Malformed(f"{kind}.{error}") from None


def parse_message(message: str | bytes) -> AriEvent:
    """One websocket message. Raises `Malformed` for anything that is no event."""
    try:
        record: Any = json.loads(message)
    except (ValueError, RecursionError):
        raise Malformed("not JSON") from None
    if not isinstance(record, dict):
        raise Malformed("not an object")
    return parse_record(cast(Record, record))
