"""The console against a real calls API, both served over loopback."""

import asyncio
import socket
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import httpx
import pytest
import uvicorn
import websockets
from fastapi import FastAPI

from calls.api import create_api
from calls.feed import EventFeed
from console.live import create_console, shown
from contracts.call_event import CallEvent
from contracts.feeds import FeedAddress

TOKEN = "a-token"


@asynccontextmanager
async def served(app: FastAPI) -> AsyncGenerator[str]:
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    listening.listen()
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", ws="websockets-sansio"))
    task = asyncio.create_task(server.serve([listening]))
    try:
        yield f"127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        server.force_exit = True
        await task
        listening.close()


def event(sequence: int) -> CallEvent:
    return CallEvent(
        call_id="c1",
        sequence=sequence,
        sample=0,
        utc=datetime(2026, 1, 1, tzinfo=UTC),
        bundle_id="b",
        kind="turn.heard",
        fields={"text": "giấy khai sinh"},
        personal=("text",),
    )


async def test_what_is_said_reaches_the_page() -> None:
    feed = EventFeed()
    async with asyncio.timeout(20), served(create_api(feed=feed, token=TOKEN, calls_now=lambda: 0)) as calls:
        async with served(create_console([FeedAddress(url=f"ws://{calls}/feed", token=TOKEN)])) as console:
            async with httpx.AsyncClient(base_url=f"http://{console}") as client:
                assert "Cuộc gọi đang diễn ra" in (await client.get("/")).text
                async with client.stream("GET", "/live") as stream:
                    lines = stream.aiter_lines()
                    assert await anext(lines) == "event: connected"
                    feed.publish(event(0))
                    got = [line async for line in _until(lines, "giấy khai sinh")]
                    assert CallEvent.from_json(got[-1].removeprefix("data: ")) == event(0)


async def _until(lines: AsyncIterator[str], text: str) -> AsyncGenerator[str]:
    async for line in lines:
        yield line
        if text in line:
            return


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer wrong"}])
async def test_the_feed_needs_its_token(header: dict[str, str]) -> None:
    async with asyncio.timeout(20), served(create_api(feed=EventFeed(), token=TOKEN, calls_now=lambda: 0)) as calls:
        with pytest.raises(websockets.InvalidStatus, match="403"):
            async with websockets.connect(f"ws://{calls}/feed", additional_headers=header):
                pass


async def test_a_slow_watcher_loses_the_oldest_events() -> None:
    feed = EventFeed(limit=2)
    with feed.watching() as watch:
        for sequence in range(5):
            feed.publish(event(sequence))
        assert watch.lost == 3
        async for first in watch:
            assert first.sequence == 3
            break
    feed.publish(event(9))


def test_the_page_does_not_get_the_callers_number() -> None:
    told = CallEvent(
        call_id="c1",
        sequence=0,
        sample=0,
        utc=datetime(2026, 1, 1, tzinfo=UTC),
        bundle_id="b",
        kind="call.started",
        fields={"caller": "0901234567"},
        personal=("caller",),
    )
    assert "0901234567" not in shown(told.to_json())
    assert CallEvent.from_json(shown(told.to_json())).kind == "call.started"
    assert shown(event(1).to_json()) == event(1).to_json()
    assert shown("junk") == "{}"
