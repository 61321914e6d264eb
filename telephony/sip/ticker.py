"""One clock of 20 ms for all calls of an event loop: a single timer, without drift."""

import asyncio
import logging
import time
from collections.abc import Callable
from weakref import WeakKeyDictionary

TICK_S = 0.02

log = logging.getLogger(__name__)

Tick = Callable[[float], None]
"""Called with the instant that the tick was due, in seconds of `time.monotonic`."""


class Ticker:
    """Calls each member every 20 ms. A tick that comes late does not move the following ones: they catch up."""

    def __init__(self) -> None:
        self._members: dict[Tick, None] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._due = 0.0
        self.max_late_s = 0.0
        """Worst delay of a tick so far: what this process itself may have added to a measurement."""
        self.failures = 0

    def add(self, member: Tick) -> None:
        self._members[member] = None
        if self._timer is None:
            self._due = time.monotonic() + TICK_S
            self._arm()

    def remove(self, member: Tick) -> None:
        self._members.pop(member, None)
        if not self._members and self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _arm(self) -> None:
        loop = asyncio.get_running_loop()
        # The loop's clock is `time.monotonic` on every selector loop; the difference keeps other loops right.
        self._timer = loop.call_at(loop.time() + self._due - time.monotonic(), self._tick)

    def _tick(self) -> None:
        self.max_late_s = max(self.max_late_s, time.monotonic() - self._due)
        for member in tuple(self._members):
            try:
                member(self._due)
            except Exception:
                # One call's fault must not stop the clock of the others.
                self.failures += 1
                self.remove(member)
                log.exception("tick failed")
        if self._members:
            self._due += TICK_S
            self._arm()
        else:
            self._timer = None


_tickers: WeakKeyDictionary[asyncio.AbstractEventLoop, Ticker] = WeakKeyDictionary()


def shared_ticker() -> Ticker:
    """The ticker of the running event loop."""
    return _tickers.setdefault(asyncio.get_running_loop(), Ticker())
