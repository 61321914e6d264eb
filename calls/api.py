"""The calls process's HTTP: health, and the live feed for the console. Its media sockets are mounted beside it."""

import secrets
from collections.abc import Callable

from fastapi import FastAPI, WebSocket, WebSocketDisconnect

from calls.feed import EventFeed

POLICY_VIOLATION = 1008


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
            try:
                async for event in watch:
                    await socket.send_text(event.to_json())
            except WebSocketDisconnect:
                return

    return api
