"""The caller goes to a person: as the dialog decided, or because the call's program failed."""

import logging
from collections.abc import Awaitable, Callable

from calls.recorder import CallRecorder
from contracts.acts import HandoffReason, Transfer
from contracts.errors import TongdaiError
from contracts.events import ActFailed, ActFinished
from telephony.line import Line

log = logging.getLogger(__name__)


class Handoff:
    def __init__(self, line: Line, recorder: CallRecorder) -> None:
        self._line = line
        self._recorder = recorder
        self.done = False
        """The caller has gone to people."""

    async def decided(self, act: Transfer) -> ActFinished | ActFailed:
        """What became of it, for the dialog."""
        try:
            await self._to_people(act.reason, act.summary, to=act.to)
        except TongdaiError as error:
            self._recorder.record("handoff.failed", {"code": error.code})
            return ActFailed(act_id=act.act_id, code=error.code)
        return ActFinished(act_id=act.act_id)

    async def after_fault(self, fall_silent: Callable[[], Awaitable[object]]) -> None:
        """Never raises: where not even this works the line is closed and the dialplan acts."""
        try:
            await fall_silent()
            # The summary that was left on the channel says more than we can now.
            await self._to_people(HandoffReason.FAULT, "")
        except Exception as error:  # Nothing is left to try; the line's end is the dialplan's.
            log.exception("handoff after a fault failed", extra={"call_id": self._line.call_id})
            code = error.code if isinstance(error, TongdaiError) else type(error).__name__
            self._recorder.record("handoff.failed", {"code": code})

    async def _to_people(self, reason: HandoffReason, summary: str, *, to: str = "") -> None:
        self._recorder.record(
            "handoff.started", {"reason": reason.value, "summary": summary, "to": to}, personal=("summary",)
        )
        await self._line.transfer(reason.value, summary, to=to)
        self.done = True
        self._recorder.record("handoff.done")
