"""The live page: what is being said on the calls now. It only reads, and has no sign-in: for this machine only."""

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import replace

import websockets
from fastapi import FastAPI
from fastapi.responses import HTMLResponse, StreamingResponse

from console.page import PAGE
from contracts.call_event import CallEvent, EnvelopeError

log = logging.getLogger(__name__)

RETRY_S = 1.0


def create_console(*, feed_url: str, token: str) -> FastAPI:
    """`feed_url`: the calls process's websocket feed."""
    console = FastAPI(title="Tổng đài", docs_url=None, redoc_url=None)

    @console.get("/", response_class=HTMLResponse)
    def page() -> str:  # pyright: ignore[reportUnusedFunction]
        return PAGE

    @console.get("/healthz")
    def healthz() -> dict[str, str]:  # pyright: ignore[reportUnusedFunction]
        return {"status": "ok"}

    @console.get("/live")
    async def live() -> StreamingResponse:  # pyright: ignore[reportUnusedFunction]
        return StreamingResponse(server_sent(feed_url, token), media_type="text/event-stream")

    return console


async def server_sent(feed_url: str, token: str) -> AsyncIterator[str]:
    """The feed as server-sent events; connects again when the calls process was restarted."""
    while True:
        try:
            headers = {"Authorization": f"Bearer {token}"}
            # A proxy is for the outside; the calls process is next to us.
            async with websockets.connect(feed_url, additional_headers=headers, proxy=None) as feed:
                yield "event: connected\ndata: {}\n\n"
                async for message in feed:
                    yield f"data: {shown(message if isinstance(message, str) else message.decode())}\n\n"
        except (OSError, websockets.WebSocketException) as error:
            log.info("feed lost", extra={"error": type(error).__name__})
        yield "event: lost\ndata: {}\n\n"
        await asyncio.sleep(RETRY_S)


def shown(message: str) -> str:
    """What the page gets of an event: not the caller's number."""
    try:
        event = CallEvent.from_json(message)
    except EnvelopeError:
        return "{}"
    if "caller" not in event.fields:
        return message
    kept = {name: value for name, value in event.fields.items() if name != "caller"}
    return replace(event, fields=kept, personal=tuple(name for name in event.personal if name in kept)).to_json()
