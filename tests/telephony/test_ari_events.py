"""Recorded events become values; anything else is told apart and never raises something unexpected."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.ari.events import (
    PARSERS,
    ApplicationReplaced,
    BridgeDestroyed,
    ChannelDestroyed,
    ChannelDtmfReceived,
    ChannelEnteredBridge,
    ChannelHangupRequest,
    ChannelLeftBridge,
    ChannelStateChange,
    StasisEnd,
    StasisStart,
    UnknownEvent,
    parse_message,
)
from telephony.ari.models import Malformed

FIXTURES = Path(__file__).with_name("fixtures") / "ari"


def recorded(name: str) -> dict[str, Any]:
    return json.loads((FIXTURES / f"{name}.json").read_text(encoding="utf-8"))


def parse(record: Mapping[str, Any]) -> object:
    return parse_message(json.dumps(record))


def test_a_call_from_the_trunk() -> None:
    event = parse(recorded("StasisStart"))
    assert isinstance(event, StasisStart)
    assert event.application == "tongdai"
    assert event.args == ("inbound", "19001009")
    assert event.channel.name.startswith("PJSIP/trunk-")
    assert (event.channel.state, event.channel.caller_number) == ("Ring", "0901234567")
    assert (event.channel.context, event.channel.extension) == ("from-trunk", "19001009")


def test_the_callers_number_is_not_shown() -> None:
    assert "0901234567" not in repr(parse(recorded("StasisStart")))


def test_the_media_leg_has_no_arguments() -> None:
    event = parse(recorded("StasisStart_media_leg"))
    assert isinstance(event, StasisStart)
    assert (event.args, event.channel.id) == ((), "leg-1")


def test_a_key_press() -> None:
    event = parse(recorded("ChannelDtmfReceived"))
    assert isinstance(event, ChannelDtmfReceived)
    assert event.digit == "5"
    assert event.duration_ms > 0


def test_a_bridge_and_who_enters_it() -> None:
    event = parse(recorded("ChannelEnteredBridge"))
    assert isinstance(event, ChannelEnteredBridge)
    assert event.bridge.technology == "softmix"
    assert event.channel is not None and event.bridge.channels == (event.channel.id,)
    without = recorded("ChannelEnteredBridge")
    del without["channel"]
    event = parse(without)
    assert isinstance(event, ChannelEnteredBridge) and event.channel is None


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("StasisEnd", StasisEnd),
        ("ChannelStateChange", ChannelStateChange),
        ("ChannelHangupRequest", ChannelHangupRequest),
        ("ChannelDestroyed", ChannelDestroyed),
        ("ChannelLeftBridge", ChannelLeftBridge),
        ("BridgeDestroyed", BridgeDestroyed),
        ("ApplicationReplaced", ApplicationReplaced),
    ],
)
def test_recorded_events_are_known(name: str, kind: type[object]) -> None:
    assert isinstance(parse(recorded(name)), kind)


@pytest.mark.parametrize("name", ["Dial", "ChannelVarset"])
def test_events_that_are_not_used_are_named_only(name: str) -> None:
    assert parse(recorded(name)) == UnknownEvent(type=name)


@pytest.mark.parametrize("name", [name for name in PARSERS if (FIXTURES / f"{name}.json").exists()])
def test_a_missing_field_is_named(name: str) -> None:
    for field in ("channel", "bridge", "application", "args", "digit", "duration_ms", "cause"):
        record = recorded(name)
        if field not in record or (name, field) == ("ChannelEnteredBridge", "channel"):
            continue
        if field not in read_fields(name):
            continue
        del record[field]
        with pytest.raises(Malformed, match=rf"^{name}\.{field}$"):
            parse(record)


def read_fields(name: str) -> set[str]:
    seen: set[str] = set()

    class Seen(dict[str, Any]):
        def get(self, key: str, default: Any = None, /) -> Any:
            seen.add(key)
            return super().get(key, default)

    PARSERS[name](Seen(recorded(name)))
    return seen


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ("", "not JSON"),
        ("{", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[]", "not an object"),
        ("null", "not an object"),
        ("{}", "type"),
        ('{"type": 7}', "type"),
        ('{"type": "StasisStart", "application": "a", "args": [1], "channel": {}}', "StasisStart.caller"),
        ('{"type": "BridgeDestroyed", "bridge": {"id": "b"}}', "BridgeDestroyed.technology"),
    ],
)
def test_what_is_no_event_is_malformed_and_quotes_nothing(message: str | bytes, reason: str) -> None:
    with pytest.raises(Malformed) as found:
        parse_message(message)
    assert str(found.value) == reason


def test_true_is_no_number() -> None:
    record = recorded("ChannelDestroyed") | {"cause": True}
    with pytest.raises(Malformed, match=r"ChannelDestroyed\.cause"):
        parse(record)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@given(
    st.sampled_from(sorted(PARSERS)),
    st.dictionaries(st.sampled_from(["channel", "bridge", "args", "application", "digit", "cause"]), JSON),
)
def test_any_content_parses_or_is_malformed(kind: str, fields: dict[str, Any]) -> None:
    try:
        parse({**fields, "type": kind})
    except Malformed as error:
        assert str(error).startswith(f"{kind}.")
