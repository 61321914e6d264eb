"""The console as one web application. Everything but health, figures and the sign-in page needs a session."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import httpx
from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from calls.call_backs import CallBacks
from calls.on_air.board import OnAirBoard
from calls.packets.files import PacketFiles
from console import audit, users
from console.access import Access, NotSignedIn
from console.audit import AuditLog
from console.calls_client import CallsClient
from console.config import ConsoleConfig
from console.errors import AuditUnwritable, UserFileUnreadable
from console.figures import Figures
from console.handoffs import handoff_routes
from console.hub import Hub
from console.live import live_routes
from console.metrics import Metrics
from console.on_air import on_air_routes
from console.pages import STATIC, page
from console.sessions import Sessions
from console.sign_in import SignIn, sign_in_routes
from console.sign_in_limit import SignInLimit
from console.status import status_routes
from console.take_over import take_over_routes
from console.users import Users
from contracts.clock import Clock, SystemClock
from contracts.page_headers import PAGE_HEADERS

log = logging.getLogger(__name__)


def create_console(config: ConsoleConfig, figures: Figures, clock: Clock | None = None) -> FastAPI:
    clock = clock or SystemClock()
    known = Users(config.folder / users.FILE_NAME)
    sessions = Sessions(known, clock)
    log_of_looks = AuditLog(config.folder / audit.FILE_NAME, clock)
    http = httpx.AsyncClient(trust_env=False)
    client = CallsClient(http)
    metrics = Metrics(figures, feeds_connected=lambda: hub.connected, calls_shown=lambda: hub.calls.going_on_now)
    hub = Hub(config.feeds, client, clock, observe=metrics.observe)

    @asynccontextmanager
    async def living(_: FastAPI) -> AsyncGenerator[None]:
        running = asyncio.create_task(hub.run(), name="hub")
        try:
            yield
        finally:
            running.cancel()
            await asyncio.wait([running])
            await http.aclose()

    console = FastAPI(title="Tổng đài", docs_url=None, redoc_url=None, openapi_url=None, lifespan=living)
    access = Access(sessions)
    sign_in = SignIn(
        users=known, sessions=sessions, limit=SignInLimit(clock), audit=log_of_looks, https=config.https,
        link_key=config.link_key,
    )  # fmt: skip
    console.include_router(sign_in_routes(sign_in, access))
    console.include_router(live_routes(hub, access, sessions, log_of_looks, config.phones))
    console.include_router(take_over_routes(hub, client, access, log_of_looks))
    packets, call_backs = PacketFiles(config.folder / "handoffs"), CallBacks(config.folder / "call_backs")
    console.include_router(handoff_routes(packets, call_backs, access, log_of_looks))
    board = OnAirBoard(config.on_air or config.folder / "content", clock)
    console.include_router(on_air_routes(board, access, log_of_looks))
    console.include_router(status_routes(console, access, figures, metrics))
    # The looks of the sign-in page are for everybody.
    console.mount("/static", StaticFiles(directory=STATIC))
    _answer_errors(console, access)
    console.add_middleware(_Guarded)
    return console


def _answer_errors(console: FastAPI, access: Access) -> None:
    @console.exception_handler(NotSignedIn)
    async def not_signed_in(request: Request, _: Exception) -> Response:  # pyright: ignore[reportUnusedFunction]
        if _is_page(request):
            return RedirectResponse("/sign-in", 303)
        return JSONResponse({"detail": "Chưa đăng nhập, hoặc phiên đã hết."}, 401)

    @console.exception_handler(UserFileUnreadable)
    @console.exception_handler(AuditUnwritable)
    async def unusable(request: Request, error: Exception) -> Response:  # pyright: ignore[reportUnusedFunction]
        log.error("console cannot work", extra={"error": str(error)})
        words = (
            "Tệp tài khoản hoặc nhật ký truy cập không dùng được. Hãy báo người quản trị; chi tiết ở nhật ký máy chủ."
        )
        return page("problem", status=503, problem=words) if _is_page(request) else JSONResponse({"detail": words}, 503)

    @console.exception_handler(HTTPException)
    async def refused(request: Request, error: Exception) -> Response:  # pyright: ignore[reportUnusedFunction]
        assert isinstance(error, HTTPException)
        if not _is_page(request):
            return JSONResponse({"detail": error.detail}, error.status_code, error.headers)
        try:
            session = access.session(request)
        except (NotSignedIn, UserFileUnreadable):
            return page("problem", status=error.status_code, problem=str(error.detail))
        return page(
            "problem", status=error.status_code, problem=str(error.detail), user=session.user, csrf=session.csrf
        )


def _is_page(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "")


class _Guarded:
    """Headers that keep other pages out of ours, and ours out of caches."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [
                    *message["headers"], *((name.encode(), value.encode()) for name, value in PAGE_HEADERS.items())
                ]  # fmt: skip
            await send(message)

        await self._app(scope, receive, with_headers if scope["type"] == "http" else send)
