"""Answers of the Asterisk REST Interface, as far as they are used. Names follow Asterisk's own `api-docs`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

Record = Mapping[str, Any]

T = TypeVar("T")


class Malformed(ValueError):
    """A message lacks a field, or it has another type; the text names the field, never its value."""


def take(record: Record, name: str, kind: type[T]) -> T:
    """Raises `Malformed`."""
    value = record.get(name)
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise Malformed(name)
    return value


def take_record(record: Record, name: str) -> Record:
    return cast(Record, take(record, name, dict))


def take_strings(record: Record, name: str) -> tuple[str, ...]:
    values = cast(Sequence[object], take(record, name, list))
    if not all(isinstance(value, str) for value in values):
        raise Malformed(name)
    return tuple(cast(Sequence[str], values))


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    id: str
    name: str
    """Technology and endpoint: `PJSIP/trunk-00000001`, `WebSocket/…`."""
    state: str
    """`Down`, `Ring`, `Ringing`, `Up`, …"""
    caller_number: str = field(repr=False)
    """Personal; empty if withheld."""
    context: str
    extension: str
    """Where it is in the dialplan."""
    application: str = ""
    """Arguments of the `Stasis` that it is in, its application first; empty in the rest of the dialplan."""

    @classmethod
    def parse(cls, record: Record) -> "Channel":
        caller, dialplan = take_record(record, "caller"), take_record(record, "dialplan")
        return cls(
            id=take(record, "id", str),
            name=take(record, "name", str),
            state=take(record, "state", str),
            caller_number=take(caller, "number", str),
            context=take(dialplan, "context", str),
            extension=take(dialplan, "exten", str),
            application=_stasis(dialplan),
        )


def _stasis(dialplan: Record) -> str:
    data = dialplan.get("app_data")
    return data if dialplan.get("app_name") == "Stasis" and isinstance(data, str) else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bridge:
    id: str
    technology: str
    """`softmix`, `simple_bridge`, …: what Asterisk chose."""
    bridge_type: str
    channels: tuple[str, ...]
    """Ids of the channels in it."""

    @classmethod
    def parse(cls, record: Record) -> "Bridge":
        return cls(
            id=take(record, "id", str),
            technology=take(record, "technology", str),
            bridge_type=take(record, "bridge_type", str),
            channels=take_strings(record, "channels"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    name: str
    channel_ids: tuple[str, ...]
    bridge_ids: tuple[str, ...]

    @classmethod
    def parse(cls, record: Record) -> "Application":
        return cls(
            name=take(record, "name", str),
            channel_ids=take_strings(record, "channel_ids"),
            bridge_ids=take_strings(record, "bridge_ids"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AsteriskInfo:
    version: str
    entity_id: str

    @classmethod
    def parse(cls, record: Record) -> "AsteriskInfo":
        system = take_record(record, "system")
        return cls(version=take(system, "version", str), entity_id=take(system, "entity_id", str))


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """A phone or trunk as Asterisk sees it."""

    technology: str
    resource: str
    """Its name: an agent's name, `trunk`."""
    state: str
    """`online`, `offline` or `unknown`."""
    channel_ids: tuple[str, ...]

    @classmethod
    def parse(cls, record: Record) -> "Endpoint":
        state = record.get("state")
        return cls(
            technology=take(record, "technology", str),
            resource=take(record, "resource", str),
            state=state if isinstance(state, str) else "unknown",
            channel_ids=take_strings(record, "channel_ids"),
        )
