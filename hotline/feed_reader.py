"""Follows a running hotline's live events, to lay them beside what a test caller hears."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, Callable, Sequence

import websockets

from contracts.call_event import CallEvent, EnvelopeError
from hotline.state import Feed

log = logging.getLogger(__name__)


class CallLog:
    """The events of the one call that comes from `number`, in order of arrival."""

    def __init__(self, number: str, observe: Callable[[CallEvent], None] = lambda event: None) -> None:
        self.number = number
        self._observe = observe
        self._call_id: str | None = None
        self.events: list[CallEvent] = []
        self.ended = asyncio.Event()

    def put(self, event: CallEvent) -> None:
        if event.kind == "call.started" and event.fields.get("caller") == self.number:
            self._call_id = event.call_id
        if event.call_id == self._call_id:
            self.events.append(event)
            self._observe(event)
        if event.kind == "call.ended" and event.call_id == self._call_id:
            self.ended.set()


@contextlib.asynccontextmanager
async def following(
    feeds: Sequence[Feed], put: Callable[[CallEvent], None], *, local_ip: str = "127.0.0.1"
) -> AsyncGenerator[None]:
    """Connected to all, from `local_ip`, when it yields.

    Raises `OSError` or a websockets error where a feed does not answer.
    """
    async with contextlib.AsyncExitStack() as stack:
        tasks: list[asyncio.Task[None]] = []
        for feed in feeds:
            headers = {"Authorization": f"Bearer {feed.token}"}
            # A proxy is for the outside; the hotline is next to us.
            socket = await stack.enter_async_context(
                websockets.connect(feed.url, additional_headers=headers, proxy=None, local_addr=(local_ip, 0))
            )
            tasks.append(asyncio.create_task(_follow(socket, put), name="feed"))
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)


async def _follow(feed: websockets.ClientConnection, put: Callable[[CallEvent], None]) -> None:
    with contextlib.suppress(websockets.ConnectionClosed):
        async for message in feed:
            try:
                put(CallEvent.from_json(message if isinstance(message, str) else message.decode()))
            except EnvelopeError as error:
                log.warning("feed event unreadable", extra={"error": str(error)})
