"""The calls process's HTTP: health, the live feed, control of calls. Its media sockets are mounted beside it."""

import asyncio
import contextlib
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Header, HTTPException, WebSocket, WebSocketDisconnect
from pydantic import BaseModel, ConfigDict, Field
from starlette.websockets import WebSocketState

from calls.control import CallControl
from calls.errors import AlreadyTakenOver, NoSuchCall, NoSuchPhone
from calls.feed import EventFeed, Watch
from contracts.secret import same_secret

GOING_AWAY = 1001
POLICY_VIOLATION = 1008
CLOSE_WAIT_S = 1.0
"""A watcher that reads nothing does not get our goodbye."""


class TakeOver(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    to: str = Field("", pattern=r"^\d{0,20}$")
    """The number of a person's phone; empty: the queue."""
    by: str = Field(min_length=1, max_length=64)
    """Who wants it."""


class CallNow(BaseModel):
    call_id: str
    since: datetime
    taken_over_by: str
    """Empty: by nobody."""


def create_api(
    *, feed: EventFeed, token: str, calls_now: Callable[[], int], control: CallControl | None = None
) -> FastAPI:
    """`token` must come as a bearer token with all but the health: they carry transcripts, or move callers."""
    api = FastAPI(title="tongdai calls", docs_url=None, redoc_url=None, openapi_url=None)

    @api.get("/healthz")
    def healthz() -> dict[str, str | int]:  # pyright: ignore[reportUnusedFunction]
        return {"status": "ok", "calls": calls_now()}

    @api.websocket("/feed")
    async def live(socket: WebSocket) -> None:  # pyright: ignore[reportUnusedFunction]
        if not _is_token(socket.headers.get("authorization", ""), token):
            await socket.close(POLICY_VIOLATION)
            return
        await socket.accept()
        with feed.watching() as watch:
            await _serve(socket, watch)

    api.include_router(_control(control or CallControl(), token))
    return api


def _control(control: CallControl, token: str) -> APIRouter:
    def authorized(authorization: Annotated[str, Header()] = "") -> None:
        if not _is_token(authorization, token):
            raise HTTPException(401, {"code": "control.token"}, {"WWW-Authenticate": "Bearer"})

    router = APIRouter(dependencies=[Depends(authorized)])

    # Coroutines, so that they run in the loop of the calls.
    @router.get("/calls")
    async def calls() -> list[CallNow]:  # pyright: ignore[reportUnusedFunction]
        return [
            CallNow(call_id=call.call_id, since=call.since, taken_over_by=call.taken_over_by)
            for call in control.calls()
        ]

    @router.post("/calls/{call_id}/take-over", status_code=202)
    async def take_over(call_id: str, wanted: TakeOver) -> dict[str, Any]:  # pyright: ignore[reportUnusedFunction]
        try:
            control.take_over(call_id, to=wanted.to, by=wanted.by)
        except NoSuchCall as error:
            raise HTTPException(404, {"code": error.code}) from None
        except NoSuchPhone as error:
            raise HTTPException(422, {"code": error.code}) from None
        except AlreadyTakenOver as error:
            raise HTTPException(409, {"code": error.code, "by": error.by}) from None
        return {}

    return router


def _is_token(authorization: str, token: str) -> bool:
    scheme, _, given = authorization.partition(" ")
    return scheme.lower() == "bearer" and same_secret(token, given)


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
