"""One call's handoff packet, put together from what the recorder tells."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeVar, cast

from contracts.acts import Behaviour, HandoffReason, Source
from contracts.call_event import CallEvent, Value
from contracts.handoff import Answered, Asked, Doubt, DoubtKind, HandoffPacket
from contracts.meaning import Intent

LOW_ACCEPTANCE = 0.6
"""As the dialog's default: from here on it answers at once."""
MOST_KEPT = 30
"""Turns, answers and doubts each; the oldest go first."""
_TELLING = frozenset({
    Intent.ASK, Intent.WHERE_NOW, Intent.AGENT, Intent.EMERGENCY, Intent.COMPLAINT, Intent.OUT_OF_SCOPE, Intent.HELP,
    Intent.NOTHING,
})  # fmt: skip
"""A yes or a thanks says nothing to the person who takes over."""

T = TypeVar("T")


class PacketCollector:
    def __init__(self, started: CallEvent, names: Callable[[str], str]) -> None:
        """`started`: the call's first event. `names`: a procedure's name by its code."""
        self._names = names
        self._packet = HandoffPacket(
            call_id=started.call_id, caller=_text(started, "caller"), started=started.utc, duration_s=0.0
        )
        self._last_say: tuple[str, str] = ("", "")
        """Behaviour and text."""
        self._answer_acts: tuple[Value, ...] = ()
        """Act id of each of the packet's answers."""

    def packet(self, now: datetime) -> HandoffPacket:
        return replace(self._packet, duration_s=max(0.0, round((now - self._packet.started).total_seconds(), 1)))

    def take(self, event: CallEvent) -> bool:
        """Whether the packet has changed by it."""
        before = self._packet
        match event.kind:
            case "turn.heard":
                self._heard(event)
            case "say.started":
                self._said(event)
            case "barge_in.interrupted":
                self._cut(event.fields.get("act_id"))
            case "handoff.started":
                self._packet = replace(before, reason=_reason(_text(event, "reason")))
            case "handoff.failed":
                self._packet = replace(before, reason=None)
            case _:
                pass
        return self._packet is not before

    def _heard(self, event: CallEvent) -> None:
        text, intent = _text(event, "text"), _text(event, "intent")
        acceptance = _number(event, "acceptance")
        if intent in _TELLING and text:
            asked = Asked(
                text=text,
                intent=intent,
                aspects=tuple(_texts(event, "aspects")),
                procedures=tuple(self._names(code) for code in _texts(event, "procedures")),
                acceptance=acceptance,
            )
            self._packet = replace(self._packet, asked=_with(self._packet.asked, asked))
        if intent == Intent.NOTHING or not text:
            self._doubt(DoubtKind.NOT_UNDERSTOOD, text)
        elif intent == Intent.ASK and acceptance < LOW_ACCEPTANCE:
            self._doubt(DoubtKind.LOW_ACCEPTANCE, text)
        elif intent == Intent.NO and self._last_say[0] == Behaviour.CLARIFY:
            self._doubt(DoubtKind.REJECTED, self._last_say[1])

    def _doubt(self, kind: DoubtKind, text: str) -> None:
        doubt = Doubt(kind=kind, text=text)
        self._packet = replace(self._packet, doubts=_with(self._packet.doubts, doubt))

    def _said(self, event: CallEvent) -> None:
        behaviour, text = _text(event, "behaviour"), _text(event, "text")
        self._last_say = (behaviour, text)
        if behaviour == Behaviour.ANSWER:
            as_of = _text(event, "as_of")
            answered = Answered(text=text, sources=tuple(_source(one, as_of) for one in _texts(event, "sources")))
            self._packet = replace(self._packet, answered=_with(self._packet.answered, answered))
            self._answer_acts = _with(self._answer_acts, event.fields.get("act_id"))

    def _cut(self, act_id: Value) -> None:
        if act_id not in self._answer_acts:
            return
        at = self._answer_acts.index(act_id)
        answered = list(self._packet.answered)
        answered[at] = replace(answered[at], cut=True)
        self._packet = replace(self._packet, answered=tuple(answered))


def _with(kept: tuple[T, ...], new: T) -> tuple[T, ...]:
    return (*kept, new)[-MOST_KEPT:]


def _reason(value: str) -> HandoffReason:
    return HandoffReason(value) if value in {reason.value for reason in HandoffReason} else HandoffReason.FAULT


def _source(text: str, as_of: str) -> Source:
    """From "code@version"."""
    code, _, version = text.partition("@")
    return Source(code=code, version=version, as_of=as_of)


def _text(event: CallEvent, name: str) -> str:
    value = event.fields.get(name)
    return value if isinstance(value, str) else ""


def _number(event: CallEvent, name: str) -> float:
    value = event.fields.get(name)
    return float(value) if isinstance(value, int | float) else 0.0


def _texts(event: CallEvent, name: str) -> Sequence[str]:
    value = event.fields.get(name)
    return [one for one in cast(list[object], value) if isinstance(one, str)] if isinstance(value, list) else []
