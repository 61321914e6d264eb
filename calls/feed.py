"""Live events of all calls for those who watch: a slow watcher loses events, a call never waits."""

import asyncio
from collections.abc import AsyncIterator, Generator
from contextlib import contextmanager

from contracts.call_event import CallEvent


class Watch:
    """One watcher's events."""

    def __init__(self, limit: int) -> None:
        self._events: asyncio.Queue[CallEvent | None] = asyncio.Queue(limit)
        self.lost = 0

    def put(self, event: CallEvent) -> None:
        if self._events.full():
            self._events.get_nowait()
            self.lost += 1
        self._events.put_nowait(event)

    def end(self) -> None:
        if self._events.full():
            self._events.get_nowait()
        self._events.put_nowait(None)

    async def __aiter__(self) -> AsyncIterator[CallEvent]:
        """Until the feed is closed."""
        while (event := await self._events.get()) is not None:
            yield event


class EventFeed:
    def __init__(self, limit: int = 1000) -> None:
        """`limit`: events kept for a watcher that does not keep up."""
        self._limit = limit
        self._watches: set[Watch] = set()
        self._closed = False

    @property
    def watchers(self) -> int:
        return len(self._watches)

    def publish(self, event: CallEvent) -> None:
        for watch in self._watches:
            watch.put(event)

    def close(self) -> None:
        """Ends every watch, also those that come later."""
        self._closed = True
        for watch in self._watches:
            watch.end()

    @contextmanager
    def watching(self) -> Generator[Watch]:
        watch = Watch(self._limit)
        self._watches.add(watch)
        if self._closed:
            watch.end()
        try:
            yield watch
        finally:
            self._watches.discard(watch)
