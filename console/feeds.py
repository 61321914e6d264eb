"""The live events of all calls processes in one stream; each is connected to again when it was lost."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass

import websockets

from contracts.feeds import FeedAddress

log = logging.getLogger(__name__)

RETRY_S = 1.0
_QUEUE_LIMIT = 1000


@dataclass(frozen=True, slots=True)
class FeedChanged:
    """How many of the feeds are connected now."""

    connected: int
    of: int


async def all_events(feeds: Sequence[FeedAddress]) -> AsyncGenerator[str | FeedChanged]:
    """Messages as they come, and each change of what is connected. Until closed."""
    queue: asyncio.Queue[str | FeedChanged] = asyncio.Queue(_QUEUE_LIMIT)
    connected: set[FeedAddress] = set()

    async def follow(feed: FeedAddress) -> None:
        while True:
            async with aclosing(_messages(feed)) as messages:
                async for message in messages:
                    if message is None:
                        connected.add(feed)
                    await queue.put(message or FeedChanged(len(connected), len(feeds)))
            connected.discard(feed)
            await queue.put(FeedChanged(len(connected), len(feeds)))
            await asyncio.sleep(RETRY_S)

    tasks = [asyncio.create_task(follow(feed), name="feed") for feed in feeds]
    try:
        while True:
            yield await queue.get()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


async def _messages(feed: FeedAddress) -> AsyncGenerator[str | None]:
    """None when it is connected, then messages; ends when it is lost."""
    headers = {"Authorization": f"Bearer {feed.token}"}
    try:
        # A proxy is for the outside; the calls process is next to us.
        async with websockets.connect(feed.url, additional_headers=headers, proxy=None) as socket:
            yield None
            async for message in socket:
                yield message if isinstance(message, str) else message.decode(errors="replace")
    except (OSError, websockets.WebSocketException) as error:
        log.info("feed lost", extra={"error": type(error).__name__})
