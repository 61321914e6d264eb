import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.call_event import CallEvent, EnvelopeError, Value

MOMENT = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


def event(fields: dict[str, Value], personal: tuple[str, ...] = ()) -> CallEvent:
    return CallEvent(
        call_id="c1",
        sequence=3,
        sample=8000,
        utc=MOMENT,
        bundle_id="b",
        kind="turn.heard",
        fields=fields,
        personal=personal,
    )


@given(st.dictionaries(st.text(), st.one_of(st.text(), st.integers(), st.booleans(), st.none())))
def test_round_trip(fields: dict[str, Value]) -> None:
    one = event(fields, tuple(fields)[:1])
    assert CallEvent.from_json(one.to_json()) == one


def test_personal_fields_stay_out_of_logs() -> None:
    assert event({"text": "tôi tên là An", "ms": 40}, ("text",)).public_fields() == {"ms": 40}


def test_a_personal_name_without_a_field_is_refused() -> None:
    with pytest.raises(EnvelopeError, match="personal: no such field: phone"):
        event({}, ("phone",))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"schema_version": 2}, "schema_version: 2 is not 1"),
        ({"sequence": "3"}, "sequence: missing or not int"),
        ({"sequence": True}, "sequence"),
        ({"sequence": -1}, "sequence: must not be negative"),
        ({"utc": "yesterday"}, "utc"),
        ({"utc": "2026-01-01T00:00:00"}, "utc: must carry a time zone"),
        ({"fields": []}, "fields"),
        ({"call_id": None}, "call_id"),
    ],
)
def test_a_wrong_field_is_named(change: dict[str, object], message: str) -> None:
    record = json.loads(event({"a": 1}).to_json()) | change
    with pytest.raises(EnvelopeError, match=message):
        CallEvent.from_json(json.dumps(record))


@pytest.mark.parametrize("line", ["", "{", "[]", '"x"', "{}"])
def test_junk_is_refused(line: str) -> None:
    with pytest.raises(EnvelopeError):
        CallEvent.from_json(line)
