"""What of a call's words is kept: no number of a person, written or spoken, can be read in it."""

from dataclasses import replace

from contracts.call_event import CallEvent, Value
from contracts.masking import mask, mask_number

CALLER = "caller"
"""The field that is a telephone number as a whole."""


def masked(event: CallEvent) -> CallEvent:
    """The event with numbers of persons masked in its personal fields."""
    if not event.personal:
        return event
    kept = {name: _masked(name, value) if name in event.personal else value for name, value in event.fields.items()}
    return replace(event, fields=kept)


def _masked(name: str, value: Value) -> Value:
    if isinstance(value, str):
        return mask_number(value) if name == CALLER else mask(value)
    if isinstance(value, list):
        return [_masked(name, one) for one in value]
    if isinstance(value, dict):
        return {key: _masked(key, one) for key, one in value.items()}
    return value
