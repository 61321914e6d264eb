"""The live page: what is being said on the calls now. It only reads, and has no sign-in: for this machine only."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

from fastapi import FastAPI
from fastapi.responses import HTMLResponse, StreamingResponse

from console.feeds import FeedChanged, all_events
from console.page import PAGE
from contracts.call_event import CallEvent, EnvelopeError
from contracts.feeds import FeedAddress


def create_console(feeds: Sequence[FeedAddress]) -> FastAPI:
    """`feeds`: of the calls processes."""
    console = FastAPI(title="Tổng đài", docs_url=None, redoc_url=None)

    @console.get("/", response_class=HTMLResponse)
    def page() -> str:  # pyright: ignore[reportUnusedFunction]
        return PAGE

    @console.get("/healthz")
    def healthz() -> dict[str, str]:  # pyright: ignore[reportUnusedFunction]
        return {"status": "ok"}

    @console.get("/live")
    async def live() -> StreamingResponse:  # pyright: ignore[reportUnusedFunction]
        return StreamingResponse(server_sent(feeds), media_type="text/event-stream")

    return console


async def server_sent(feeds: Sequence[FeedAddress]) -> AsyncIterator[str]:
    """The feeds as server-sent events; `lost` while one of them is not connected."""
    async for message in all_events(feeds):
        if isinstance(message, FeedChanged):
            yield f"event: {'connected' if message.connected == message.of else 'lost'}\ndata: {{}}\n\n"
        else:
            yield f"data: {shown(message)}\n\n"


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
