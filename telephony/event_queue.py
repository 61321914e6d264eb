"""What a line hands to its one consumer: bounded, never blocking the line, always ended by `HungUp`."""

import asyncio
from collections import deque

from telephony.line import Frame, HungUp, Key, LineEvent

FRAME_LIMIT = 3000
"""Frames that wait at most (60 s, 1 MB at 8 kHz); older ones are dropped."""
KEY_LIMIT = 64
"""Keys that wait at most; further ones are dropped until some were taken."""


class EventQueue:
    """An async iterator for one consumer."""

    def __init__(self) -> None:
        self._events: deque[LineEvent] = deque()
        self._frames = 0
        self._keys = 0
        self._waiter: asyncio.Future[None] | None = None
        self._ended = False
        self._finished = False
        self.dropped_frames = 0
        self.dropped_keys = 0

    def put(self, event: LineEvent) -> None:
        """After `HungUp` nothing more is taken."""
        if self._ended:
            return
        if isinstance(event, Frame):
            if self._frames >= FRAME_LIMIT:
                self._drop_oldest_frame()
            self._frames += 1
        elif isinstance(event, Key):
            if self._keys >= KEY_LIMIT:
                self.dropped_keys += 1
                return
            self._keys += 1
        elif isinstance(event, HungUp):
            self._ended = True
        self._events.append(event)
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def take(self) -> LineEvent | None:
        """The next event, None if there is none now."""
        if not self._events:
            return None
        event = self._events.popleft()
        if isinstance(event, Frame):
            self._frames -= 1
        elif isinstance(event, Key):
            self._keys -= 1
        elif isinstance(event, HungUp):
            self._finished = True
        return event

    def __aiter__(self) -> "EventQueue":
        return self

    async def __anext__(self) -> LineEvent:
        while (event := self.take()) is None:
            if self._finished:
                raise StopAsyncIteration
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        return event

    def _drop_oldest_frame(self) -> None:
        for at, event in enumerate(self._events):
            if isinstance(event, Frame):
                del self._events[at]
                self._frames -= 1
                self.dropped_frames += 1
                return
