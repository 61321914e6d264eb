"""No frame for 60 ms: the line puts in silence by the injected clock, so that what is timed in samples always ends."""

import asyncio
import logging
from collections.abc import Callable

from contracts.audio import FRAME_MS
from contracts.clock import Clock

log = logging.getLogger(__name__)

FRAME_S = FRAME_MS / 1000
GAP_S = 0.06
"""Silence from the carrier for so long is a gap."""
DEBT_LIMIT = 250
"""Frames: the most late frames (5 s) that are dropped for silence put in before."""
FORGET_FRAMES = 50
"""After so many frames on time (1 s) nothing more is coming late."""
_SLACK_S = FRAME_S / 2
# Sums of 0.02 are not exact.
_ROUNDING_S = 1e-6


class FrameClock:
    """Decides for one line when silence is put in, and which late frames it stood for.

    Frames that come in a burst after a gap would move the line's clock ahead of the real time: they are dropped, at
    most as many as were put in. Of frames that come at their pace again at most the first is dropped.
    """

    def __init__(self, now: float) -> None:
        """`now`: seconds of the injected clock, as in every method."""
        self._last = now
        self._covered = now
        """Up to here the line has frames, as long as `_debt` counts."""
        self._debt = 0
        self._on_time = 0
        self._in_gap = False

    def arrived(self, now: float) -> bool:
        """A frame came. False: silence stands in its place already; drop it."""
        self._last = now
        self._in_gap = False
        if not self._debt:
            self._covered = now
            return True
        if now < self._covered + FRAME_S - _SLACK_S:
            self._debt -= 1
            self._on_time = 0
            return False
        self._covered += FRAME_S
        self._on_time += 1
        if self._on_time >= FORGET_FRAMES:
            self._debt = 0
        return True

    def missing(self, now: float) -> int:
        """Frames of silence to put in now."""
        if not self._in_gap and now - self._last < GAP_S - _ROUNDING_S:
            return 0
        frames = int((now - self._covered + _ROUNDING_S) / FRAME_S)
        if frames <= 0:
            return 0
        self._in_gap = True
        self._covered += frames * FRAME_S
        self._debt = min(self._debt + frames, DEBT_LIMIT)
        self._on_time = 0
        return frames


Tick = Callable[[float], None]
"""Called with the injected clock's seconds."""


class GapTicker:
    """One timer of 20 ms for all lines of a process. Whoever owns the lines runs it as a task, and hands all callers
    over when that ends."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._members: dict[Tick, Callable[[], None]] = {}
        self._occupied = asyncio.Event()
        self.failures = 0

    def add(self, member: Tick, on_fault: Callable[[], None]) -> None:
        """`on_fault`: the member failed and is called no more; its line must end, as nothing moves its clock."""
        self._members[member] = on_fault
        self._occupied.set()

    def remove(self, member: Tick) -> None:
        self._members.pop(member, None)
        if not self._members:
            self._occupied.clear()

    async def run(self) -> None:
        while True:
            await self._occupied.wait()
            due = self._clock.now() + FRAME_S
            while self._members:
                await self._clock.sleep(due - self._clock.now())
                now = self._clock.now()
                if now - due > FRAME_S:
                    # This process was held up: frames wait in its sockets and are read before the next tick.
                    due = now + FRAME_S
                    continue
                self._tick(now)
                due += FRAME_S

    def _tick(self, now: float) -> None:
        for member, on_fault in tuple(self._members.items()):
            try:
                member(now)
            except Exception:
                # One call's fault must not stop the clock of the others.
                self.failures += 1
                self.remove(member)
                log.exception("gap tick failed")
                on_fault()
