"""The calls process's HTTP: health, and the live feed for the console. Its media sockets are mounted beside it."""

import asyncio
import contextlib
import secrets
from collections.abc import Callable

from fastapi import FastAPI, WebSocket, WebSocketDisconnect
from starlette.websockets import WebSocketState

from calls.feed import EventFeed, Watch

GOING_AWAY = 1001
POLICY_VIOLATION = 1008
CLOSE_WAIT_S = 1.0
"""A watcher that reads nothing does not get our goodbye."""


def create_api(*, feed: EventFeed, token: str, calls_now: Callable[[], int]) -> FastAPI:
    """`token` must come as a bearer token with the feed's handshake: the feed carries transcripts."""
    api = FastAPI(title="tongdai calls", docs_url=None, redoc_url=None)

    @api.get("/healthz")
    def healthz() -> dict[str, str | int]:  # pyright: ignore[reportUnusedFunction]
        return {"status": "ok", "calls": calls_now()}

    @api.websocket("/feed")
    async def live(socket: WebSocket) -> None:  # pyright: ignore[reportUnusedFunction]
        given = socket.headers.get("authorization", "").removeprefix("Bearer ")
        if not secrets.compare_digest(given.encode(), token.encode()):
            await socket.close(POLICY_VIOLATION)
            return
        await socket.accept()
        with feed.watching() as watch:
            await _serve(socket, watch)

    return api


async def _serve(socket: WebSocket, watch: Watch) -> None:
    """Until the watcher leaves or the feed is closed."""
    telling = asyncio.create_task(_tell(socket, watch), name="feed")
    leaving = asyncio.create_task(_left(socket), name="feed watcher")
    try:
        done, _ = await asyncio.wait([telling, leaving], return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            with contextlib.suppress(WebSocketDisconnect):
                task.result()
    finally:
        for task in (telling, leaving):
            task.cancel()
        await asyncio.gather(telling, leaving, return_exceptions=True)
    if socket.client_state is WebSocketState.CONNECTED and socket.application_state is WebSocketState.CONNECTED:
        with contextlib.suppress(TimeoutError, WebSocketDisconnect):
            async with asyncio.timeout(CLOSE_WAIT_S):
                await socket.close(GOING_AWAY)


async def _tell(socket: WebSocket, watch: Watch) -> None:
    async for event in watch:
        await socket.send_text(event.to_json())


async def _left(socket: WebSocket) -> None:
    """What a watcher says is passed over."""
    while (await socket.receive())["type"] != "websocket.disconnect":
        pass
