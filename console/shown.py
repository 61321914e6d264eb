"""What a browser gets of a call's events: named fields only, never the caller's number or which keys were pressed."""

import json
from collections.abc import Mapping

from contracts.call_event import CallEvent, Value

FIELDS: Mapping[str, tuple[str, ...]] = {
    "call.started": (),
    "call.refused": ("why",),
    "call.ended": (),
    "speech.started": (),
    "turn.partial": ("text",),
    "turn.heard": (
        "text", "confidence", "acceptance", "intent", "aspects", "procedures", "endpoint_ms", "recognition_ms",
        "meaning_ms",
    ),
    "turn.decided": ("decision_ms",),
    "recognition.failed": (),
    "say.started": ("text", "behaviour", "voice_ms", "answer_ms", "sources"),
    "barge_in.interrupted": (),
    "barge_in.false_alarm": (),
    "key.pressed": (),
    "silence": (),
    "takeover.asked": ("to", "by"),
    "handoff.started": ("reason", "summary", "to"),
    "handoff.failed": (),
    "handoff.done": (),
    "fault": (),
}  # fmt: skip
"""Events of other kinds are not shown."""


def shown(event: CallEvent) -> str | None:
    """One line of JSON; None: nothing of it is shown."""
    if event.kind not in FIELDS:
        return None
    kept = {name: event.fields[name] for name in FIELDS[event.kind] if name in event.fields}
    return message(event.call_id, event.kind, event.utc.isoformat(), kept)


def message(call_id: str, kind: str, utc: str, fields: Mapping[str, Value]) -> str:
    document = {"call_id": call_id, "kind": kind, "utc": utc, "fields": dict(fields)}
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))
