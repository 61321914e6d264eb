"""The live feed over a websocket: who comes in, who leaves, and how it ends."""

import asyncio
from collections.abc import AsyncGenerator, MutableMapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from calls.api import create_api
from calls.feed import EventFeed
from contracts.call_event import CallEvent

TOKEN = "a-token"
Message = MutableMapping[str, Any]


class Watcher:
    """The other end of one websocket."""

    def __init__(self) -> None:
        self.received: asyncio.Queue[Message] = asyncio.Queue()
        self.stuck = False
        """It reads nothing more."""
        self._sent: asyncio.Queue[Message] = asyncio.Queue()
        self._sent.put_nowait({"type": "websocket.connect"})

    def says(self, text: str) -> None:
        self._sent.put_nowait({"type": "websocket.receive", "text": text})

    def leaves(self) -> None:
        self._sent.put_nowait({"type": "websocket.disconnect", "code": 1001})

    async def run(self, feed: EventFeed, *, token: str = TOKEN) -> None:
        """Until the server is done with it."""
        scope = {
            "type": "websocket",
            "path": "/feed",
            "query_string": b"",
            "headers": [(b"authorization", f"Bearer {token}".encode())],
            "subprotocols": [],
        }
        api = create_api(feed=feed, token=TOKEN, calls_now=lambda: 0)
        await api(scope, self._sent.get, self._receive)

    async def _receive(self, message: Message) -> None:
        if self.stuck:
            await asyncio.Event().wait()
        self.received.put_nowait(message)


@asynccontextmanager
async def watching(feed: EventFeed) -> AsyncGenerator[tuple[Watcher, asyncio.Task[None]]]:
    watcher = Watcher()
    task = asyncio.create_task(watcher.run(feed))
    async with asyncio.timeout(10):
        assert (await watcher.received.get())["type"] == "websocket.accept"
        try:
            yield watcher, task
        finally:
            watcher.leaves()
            await task
    assert feed.watchers == 0


def event() -> CallEvent:
    return CallEvent(
        call_id="c1",
        sequence=0,
        sample=0,
        utc=datetime(2026, 1, 1, tzinfo=UTC),
        bundle_id="b",
        kind="silence",
        fields={},
    )


async def test_a_watcher_that_leaves_is_let_go_without_an_event() -> None:
    feed = EventFeed()
    async with watching(feed) as (watcher, task):
        watcher.leaves()
        await task
        assert feed.watchers == 0 and watcher.received.empty()


async def test_a_watcher_that_reads_nothing_is_let_go_when_it_leaves() -> None:
    feed = EventFeed()
    async with watching(feed) as (watcher, task):
        watcher.stuck = True
        feed.publish(event())
        for _ in range(10):
            await asyncio.sleep(0)
        watcher.leaves()
        await task


async def test_the_feed_takes_its_leave_of_watchers() -> None:
    feed = EventFeed()
    async with watching(feed) as (watcher, task):
        watcher.says("anything")
        feed.publish(event())
        feed.close()
        assert CallEvent.from_json((await watcher.received.get())["text"]) == event()
        assert (await watcher.received.get()).items() >= {"type": "websocket.close", "code": 1001}.items()
        await task
    async with watching(feed) as (late, task):
        assert (await late.received.get())["type"] == "websocket.close"
        await task


async def test_without_the_token_nobody_watches() -> None:
    feed, watcher = EventFeed(), Watcher()
    async with asyncio.timeout(10):
        await watcher.run(feed, token="another")
    assert (await watcher.received.get())["type"] == "websocket.close"
    assert feed.watchers == 0 and watcher.received.empty()
