"""One test call over SIP: places it, talks, and lays what the hotline says of itself beside what the caller heard."""

import asyncio
import contextlib
import itertools
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from contracts.call_event import CallEvent
from hotline.feed_reader import CallLog, following
from hotline.state import RunState
from telephony.g711 import Pcm
from telephony.sip.caller import SipCaller
from telephony.sip.conditions import Conditions
from telephony.sip.conversation import Conversation, Patience
from telephony.sip.transaction import Timers
from telephony.sip.turns import ConversationEvent, ConversationResult, Turn, TurnResult, TurnStarted

STAGES = ("endpoint_ms", "recognition_ms", "meaning_ms", "decision_ms", "voice_ms")
"""Fields of the hotline's events that tell where a turn's time went."""
TIMERS = Timers(t1_s=0.1)
"""A hotline in this network answers at once; after 6.4 s nobody is there (RFC 3261 would wait for 32 s)."""
ENDS = {"us": "caller", "peer": "hotline", "refusal": "refused", "timeout": "timeout"}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PlacedCall:
    """A finished call."""

    result: ConversationResult
    events: tuple[tuple[CallEvent, ...], ...]
    """The hotline's events before the first turn, then those of each turn; empty without its feed."""
    heard: Pcm = field(repr=False)
    """Everything the caller heard, 8 kHz."""
    setup_ms: float | None

    def document(self, answers_heard: Sequence[str] = ()) -> dict[str, Any]:
        """What `call --json` prints; `answers_heard`: the answers as recognised from the caller's ear."""
        turns = [
            self._turn(number, turn, answers_heard[number] if number < len(answers_heard) else None)
            for number, turn in enumerate(self.result.turns)
        ]
        return {
            "turns": turns,
            "greeting": _said(self.events[0] if self.events else ()),
            "setup_ms": _rounded(self.setup_ms),
            "end": ENDS.get(self.result.end.by.value, self.result.end.by.value),
        }

    def _turn(self, number: int, turn: TurnResult, answer_heard: str | None) -> dict[str, Any]:
        events = self.events[number + 1] if number + 1 < len(self.events) else ()
        heard = [str(event.fields["text"]) for event in events if event.kind == "turn.heard"]
        said = _said(events)
        return {
            "kind": turn.kind.value,
            "said": turn.said,
            "heard_text": " / ".join(heard) if heard else None,
            "answer": said if said else answer_heard,
            "answer_heard": answer_heard,
            "answered": turn.answered,
            "cut_off": turn.cut_off,
            "voice_to_voice_ms": _rounded(turn.voice_to_voice_ms),
            "barge_in_ms": _rounded(turn.barge_in_ms),
            "stages_ms": stages(events),
        }


def stages(events: Sequence[CallEvent]) -> dict[str, float]:
    """Where the time of a turn went, in milliseconds, as the hotline measured it."""
    found: dict[str, float] = {}
    for event in events:
        for stage in STAGES:
            value = event.fields.get(stage)
            if isinstance(value, int | float):
                # What came first delayed the answer; a second sentence delayed nothing.
                found.setdefault(stage.removesuffix("_ms"), float(value))
    return found


async def place_call(
    to: str,
    turns: Sequence[Turn],
    *,
    state: RunState | None = None,
    conditions: Conditions | None = None,
    patience: Patience | None = None,
    observe: Callable[[CallEvent], None] = lambda event: None,
) -> PlacedCall:
    """`to`: `number@host:port`. Raises `SipError`."""
    number = f"09{secrets.randbelow(10**8):08d}"
    log = CallLog(number, observe)
    marks: list[int] = []

    def mark(event: ConversationEvent) -> None:
        if isinstance(event, TurnStarted):
            marks.append(len(log.events))

    async with contextlib.AsyncExitStack() as stack:
        if state is not None:
            await stack.enter_async_context(following(state.feeds, log.put))
        caller = await stack.enter_async_context(SipCaller(to, number=number, conditions=conditions, timers=TIMERS))
        await caller.place()
        await caller.wait_answered()
        result = await Conversation(caller, patience=patience, observe=mark).run(turns)
        if state is not None:
            await _last_events(log)
        return PlacedCall(
            result=result,
            events=_by_turn(log.events, marks) if state is not None else (),
            heard=caller.received(),
            setup_ms=caller.setup_ms,
        )


async def _last_events(log: CallLog, deadline_s: float = 3.0) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(deadline_s):
            await log.ended.wait()


def _by_turn(events: list[CallEvent], marks: list[int]) -> tuple[tuple[CallEvent, ...], ...]:
    edges = [0, *marks, len(events)]
    return tuple(tuple(events[start:end]) for start, end in itertools.pairwise(edges))


def _said(events: Sequence[CallEvent]) -> str:
    return " ".join(str(event.fields["text"]) for event in events if event.kind == "say.started")


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)
