"""The page on which people stop content and put up bulletins, for all calls at once."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, TypeVar

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from calls.on_air.board import OnAirBoard
from calls.on_air.entries import NOTE_CHARS, TEXT_CHARS, Board
from calls.on_air.errors import BoardUnreadable, EntryRefused, NotOnBoard, OnAirError, SamePerson
from console.access import Access, Right, check_token
from console.audit import Action, AuditLog
from console.pages import page
from console.sessions import Session
from contracts.clock import HANOI
from contracts.meaning import Aspect

_STATUS: dict[type[OnAirError], int] = {
    EntryRefused: 422, NotOnBoard: 404, SamePerson: 409, BoardUnreadable: 503,
}  # fmt: skip

Answer = TypeVar("Answer")
Text = Annotated[str, Form(max_length=TEXT_CHARS)]
Token = Annotated[str, Form(max_length=100)]


class _OnAirPage:
    def __init__(self, board: OnAirBoard, access: Access, audit: AuditLog) -> None:
        self._board = board
        self._access = access
        self._audit = audit

    def session(self, request: Request, csrf: str | None = None) -> Session:
        session = self._access.having(request, Right.PUT_ON_AIR)
        if csrf is not None:
            check_token(session, csrf)
        return session

    async def shown(self, session: Session) -> Response:
        board = await self.asked(self._board.read)
        told = (await self.asked(self._board.on_air)).bulletins
        return page(
            "on_air",
            stops=board.stops,
            bulletins=[one for one in board.bulletins if one.bulletin() in told],
            aspects=[aspect.value for aspect in Aspect],
            local=_local,
            user=session.user,
            csrf=session.csrf,
        )

    async def done(self, session: Session, action: Action, change: Callable[[], object], **details: str) -> Response:
        """In the audit log before it is done."""
        self._audit.record(session.user, action, **details)
        await self.asked(change)
        return RedirectResponse("/on-air", 303)

    async def asked(self, question: Callable[[], Answer]) -> Answer:
        try:
            return await asyncio.to_thread(question)
        except OnAirError as error:
            raise HTTPException(_STATUS.get(type(error), 400), str(error)) from error


def on_air_routes(board: OnAirBoard, access: Access, audit: AuditLog) -> APIRouter:
    router = APIRouter()
    shown = _OnAirPage(board, access, audit)
    _add_lists(router, board, shown)
    _add_stops(router, board, shown)
    _add_bulletins(router, board, shown)
    return router


def _add_lists(router: APIRouter, board: OnAirBoard, shown: _OnAirPage) -> None:
    @router.get("/on-air.json", summary="What is stopped and what is told, on all calls")
    async def listed(request: Request) -> Board:  # pyright: ignore[reportUnusedFunction]
        shown.session(request)
        return await shown.asked(board.read)

    @router.get("/on-air", include_in_schema=False)
    async def list_page(request: Request) -> Response:  # pyright: ignore[reportUnusedFunction]
        return await shown.shown(shown.session(request))


def _add_stops(router: APIRouter, board: OnAirBoard, shown: _OnAirPage) -> None:
    @router.post("/on-air/stops", include_in_schema=False)
    async def stop(  # pyright: ignore[reportUnusedFunction]
        request: Request,
        code: Annotated[str, Form(max_length=20)],
        aspect: Annotated[str, Form(max_length=20)] = "",
        fact: Annotated[str, Form(max_length=20)] = "",
        note: Annotated[str, Form(max_length=NOTE_CHARS)] = "",
        csrf: Token = "",
    ) -> Response:
        session = shown.session(request, csrf)
        wanted = _aspect(aspect)
        return await shown.done(
            session,
            Action.STOPPED,
            lambda: board.stop(code.strip(), wanted, fact.strip(), by=session.user, note=note),
            what=" ".join(part for part in (code, aspect, fact) if part),
        )

    @router.post("/on-air/stops/{stop_id}/lift", include_in_schema=False)
    async def lift(request: Request, stop_id: str, csrf: Token = "") -> Response:  # pyright: ignore[reportUnusedFunction]
        session = shown.session(request, csrf)
        return await shown.done(session, Action.LIFTED, lambda: board.lift(stop_id, by=session.user), what=stop_id)


def _add_bulletins(router: APIRouter, board: OnAirBoard, shown: _OnAirPage) -> None:
    @router.post("/on-air/bulletins", include_in_schema=False)
    async def tell(  # pyright: ignore[reportUnusedFunction]
        request: Request,
        text: Text,
        until: Annotated[str, Form(max_length=30)],
        code: Annotated[str, Form(max_length=20)] = "",
        aspect: Annotated[str, Form(max_length=20)] = "",
        csrf: Token = "",
    ) -> Response:
        session = shown.session(request, csrf)
        end, only = _moment(until), _aspect(aspect)
        codes, aspects = ((code.strip(),) if code.strip() else ()), ((only,) if only else ())
        return await shown.done(
            session,
            Action.TOLD,
            lambda: board.tell(text, until=end, by=session.user, codes=codes, aspects=aspects),
            what=text,
        )

    @router.post("/on-air/bulletins/{bulletin_id}/withdraw", include_in_schema=False)
    async def withdraw(  # pyright: ignore[reportUnusedFunction]
        request: Request, bulletin_id: str, csrf: Token = ""
    ) -> Response:
        session = shown.session(request, csrf)
        return await shown.done(
            session, Action.WITHDREW, lambda: board.withdraw(bulletin_id, by=session.user), what=bulletin_id
        )


def _local(moment: datetime) -> str:
    return moment.astimezone(HANOI).strftime("%d/%m/%Y %H:%M")


def _aspect(given: str) -> Aspect | None:
    try:
        return Aspect(given) if given else None
    except ValueError:
        raise HTTPException(422, f"aspect: không có điều {given}") from None


def _moment(given: str) -> datetime:
    """As browsers send it: the time of the clock on the wall in Hà Nội."""
    try:
        moment = datetime.fromisoformat(given)
    except ValueError:
        raise HTTPException(422, "until: không phải thời điểm") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=HANOI)
