"""Live events of all calls for those who watch: a slow watcher loses events, a call never waits."""

import asyncio
from collections.abc import AsyncIterator, Generator
from contextlib import contextmanager

from contracts.call_event import CallEvent


class Watch:
    """One watcher's events."""

    def __init__(self, limit: int) -> None:
        self._events: asyncio.Queue[CallEvent] = asyncio.Queue(limit)
        self.lost = 0

    def put(self, event: CallEvent) -> None:
        if self._events.full():
            self._events.get_nowait()
            self.lost += 1
        self._events.put_nowait(event)

    async def __aiter__(self) -> AsyncIterator[CallEvent]:
        while True:
            yield await self._events.get()


class EventFeed:
    def __init__(self, limit: int = 1000) -> None:
        """`limit`: events kept for a watcher that does not keep up."""
        self._limit = limit
        self._watches: set[Watch] = set()

    def publish(self, event: CallEvent) -> None:
        for watch in self._watches:
            watch.put(event)

    @contextmanager
    def watching(self) -> Generator[Watch]:
        watch = Watch(self._limit)
        self._watches.add(watch)
        try:
            yield watch
        finally:
            self._watches.discard(watch)
