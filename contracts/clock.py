"""The wall clock, injected at the edges. Inside a call, time is counted in samples."""

import asyncio
import heapq
import itertools
import time
from datetime import UTC, datetime, timedelta, timezone
from typing import Protocol

HANOI = timezone(timedelta(hours=7))
"""Days and times of callers and officials; Vietnam has no summer time."""


class Clock(Protocol):
    def now(self) -> float:
        """Monotonic seconds; only differences mean anything."""
        ...

    def utc(self) -> datetime:
        """The time of day, aware, in UTC."""
        ...

    async def sleep(self, seconds: float) -> None: ...


class SystemClock:
    def now(self) -> float:
        return time.monotonic()

    def utc(self) -> datetime:
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class ScriptedClock:
    """A clock that moves only when told: `advance` wakes the sleepers whose time has come, in order."""

    def __init__(self, start: datetime | None = None) -> None:
        self._start = start or datetime(2026, 1, 1, tzinfo=UTC)
        self._now = 0.0
        self._order = itertools.count()
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []

    def now(self) -> float:
        return self._now

    def utc(self) -> datetime:
        return self._start + timedelta(seconds=self._now)

    async def sleep(self, seconds: float) -> None:
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._now + max(seconds, 0.0), next(self._order), woken))
        await woken

    async def advance(self, seconds: float) -> None:
        """Move on by `seconds`, letting everything that was waiting run after each wake-up."""
        end = self._now + seconds
        await _settle()
        while self._sleepers and self._sleepers[0][0] <= end:
            due, _, woken = heapq.heappop(self._sleepers)
            self._now = max(self._now, due)
            if not woken.done():
                woken.set_result(None)
            await _settle()
        self._now = end
        await _settle()


async def _settle(turns: int = 10) -> None:
    for _ in range(turns):
        await asyncio.sleep(0)
