"""The live page: what is being said on the calls now, as server-sent events."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from time import monotonic

from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse

from console.access import Access, Right
from console.audit import Action, AuditLog
from console.config import Phone
from console.errors import AuditUnwritable, UserFileUnreadable
from console.hub import Hub, Told
from console.pages import page
from console.sessions import Session, Sessions

LOOK_S = 5.0
"""So often an open page is asked whether its session still holds; also keeps the connection awake."""
_NO_AUDIT = "Không ghi được nhật ký truy cập nên không được xem cuộc gọi. Hãy báo người quản trị."


def live_routes(hub: Hub, access: Access, sessions: Sessions, audit: AuditLog, phones: Sequence[Phone]) -> APIRouter:
    router = APIRouter()

    @router.get("/", include_in_schema=False)
    async def live_page(request: Request) -> Response:  # pyright: ignore[reportUnusedFunction]
        session = access.having(request, Right.WATCH)
        return page("live", user=session.user, csrf=session.csrf, phones=phones)

    @router.get(
        "/live",
        summary="What is said on the calls now, as server-sent events",
        response_class=StreamingResponse,
        responses={200: {"content": {"text/event-stream": {}}}, 401: {}, 403: {}},
    )
    async def live(request: Request) -> StreamingResponse:  # pyright: ignore[reportUnusedFunction]
        """Events `begin`, `feeds` {connected, of, utc}, `message` {call_id, kind, utc, fields}, `forgotten` {call_id},
        `refused` {message}, `signed-out`."""
        session = access.having(request, Right.WATCH)
        return StreamingResponse(server_sent(hub, session, sessions, audit), media_type="text/event-stream")

    return router


async def server_sent(hub: Hub, session: Session, sessions: Sessions, audit: AuditLog) -> AsyncIterator[str]:
    """Until the session ends, or the browser is too far behind and has to begin anew."""
    with hub.watching() as watch:
        yield "retry: 1000\n" + sent(Told(name="begin", data="{}"))
        looked = monotonic()
        while True:
            told: Told | None = None
            try:
                async with asyncio.timeout(LOOK_S):
                    told = await watch.next()
            except TimeoutError:
                yield ": \n\n"
            else:
                if told is None:
                    return
            if told is None or monotonic() - looked >= LOOK_S:
                looked = monotonic()
                if not _holds(session, sessions):
                    yield sent(Told(name="signed-out", data="{}"))
                    return
            if told is not None:
                if not _looked_at(told.call_id, session, audit):
                    yield sent(Told(name="refused", data=json.dumps({"message": _NO_AUDIT})))
                    return
                yield sent(told)


def _looked_at(call_id: str, session: Session, audit: AuditLog) -> bool:
    """False: it could not be written down, so nothing may be shown."""
    if call_id and call_id not in session.looked_at:
        try:
            audit.record(session.user, Action.LOOKED_AT_CALL, call_id=call_id)
        except AuditUnwritable:
            return False
        session.looked_at.add(call_id)
    return True


def _holds(session: Session, sessions: Sessions) -> bool:
    try:
        return sessions.get(session.id) is not None
    except UserFileUnreadable:
        return False


def sent(told: Told) -> str:
    name = "" if told.name == "message" else f"event: {told.name}\n"
    return f"{name}data: {told.data}\n\n"
