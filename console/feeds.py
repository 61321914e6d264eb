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


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedMessage:
    feed: FeedAddress
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedChanged:
    feed: FeedAddress
    connected: bool


async def all_events(feeds: Sequence[FeedAddress]) -> AsyncGenerator[FeedMessage | FeedChanged]:
    """Messages as they come, and each change of what is connected. Until closed."""
    queue: asyncio.Queue[FeedMessage | FeedChanged] = asyncio.Queue(_QUEUE_LIMIT)

    async def follow(feed: FeedAddress) -> None:
        while True:
            connected = False
            async with aclosing(_messages(feed)) as messages:
                async for message in messages:
                    if message is None:
                        connected = True
                        await queue.put(FeedChanged(feed=feed, connected=True))
                    else:
                        await queue.put(FeedMessage(feed=feed, text=message))
            if connected:
                await queue.put(FeedChanged(feed=feed, connected=False))
            await asyncio.sleep(RETRY_S)

    tasks = [asyncio.create_task(follow(feed), name="feed") for feed in feeds]
    try:
        while True:
            yield await queue.get()
    finally:
        for task in tasks:
            task.cancel()
        if tasks:
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
