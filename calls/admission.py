"""Whether a new call is taken. One that is not goes to the queue of people at once, and is recorded like any other."""

import logging
from collections.abc import Callable
from datetime import date
from enum import StrEnum

from calls.control import CallControl
from calls.handoff import Handoff
from calls.parts import Parts
from calls.recorder import CallRecorder
from calls.session import Session
from contracts.acts import HandoffReason, Transfer
from telephony.line import Line

log = logging.getLogger(__name__)

BUSY_SUMMARY = "Tổng đài tự động đang quá tải, chưa hỏi chuyện người gọi này."


class Refusal(StrEnum):
    CALLS = "calls"
    """As many calls as may be are going on."""
    RECOGNISER_BEHIND = "recogniser_behind"
    """One more caller would slow down all those who are talking."""
    RECOGNISER_DOWN = "recogniser_down"
    SET_UPS = "set_ups"
    """Too many callers rang at once."""


class Admission:
    def __init__(
        self, parts: Callable[[], Parts], *, most_calls: int, most_behind_ms: float, control: CallControl | None = None
    ) -> None:
        """`parts`: for a call that begins now.

        `most_behind_ms`: a recogniser that is further behind gets no further callers.
        """
        self._parts = parts
        self._control = control or CallControl()
        self._most_calls = most_calls
        self._most_behind_ms = most_behind_ms

    async def answer(self, line: Line, *, calls_now: int, today: date) -> None:
        """Until the call is over. `calls_now`: with this one. A caller who is left on the line goes to a person."""
        parts = self._parts()
        refusal = self.refusal(calls_now)
        if refusal is None:
            session = Session(line, parts, today=today, on_air=self._control.on_air)
            with self._control.holding(line.call_id, session):
                await session.run()
        else:
            await self._hand_over(line, parts, refusal)

    async def turn_away(self, line: Line, *, calls_now: int) -> None:
        """Hands over a caller who is not answered. `calls_now`: with this one."""
        await self._hand_over(line, self._parts(), self.refusal(calls_now) or Refusal.SET_UPS)

    @property
    def behind_ms(self) -> float:
        """How much work waits for the recogniser."""
        return self._parts().recognizer_load().behind_ms

    def refusal(self, calls_now: int) -> Refusal | None:
        load = self._parts().recognizer_load()
        if calls_now > self._most_calls:
            return Refusal.CALLS
        if not load.capacity:
            return Refusal.RECOGNISER_DOWN
        if load.behind_ms > self._most_behind_ms or load.open_streams >= load.capacity:
            return Refusal.RECOGNISER_BEHIND
        return None

    async def _hand_over(self, line: Line, parts: Parts, refusal: Refusal) -> None:
        recorder = CallRecorder(
            call_id=line.call_id,
            bundle_id=parts.bundle_id,
            clock=parts.clock,
            position=lambda: 0,
            listeners=parts.listeners,
        )
        log.warning("call not taken", extra={"call_id": line.call_id, "why": refusal.value})
        recorder.record("call.started", {"caller": line.caller_number}, personal=("caller",))
        recorder.record("call.refused", {"why": refusal.value, "behind_ms": round(parts.recognizer_load().behind_ms)})
        try:
            await Handoff(line, recorder).decided(Transfer(act_id=0, reason=HandoffReason.BUSY, summary=BUSY_SUMMARY))
        finally:
            await line.close()
            recorder.record("call.ended")
