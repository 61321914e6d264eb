"""The web chat as one application: its page, its API over HTTP and over a websocket."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, cast

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from fastapi.staticfiles import StaticFiles

from calls.call_backs import CallBacks
from chat.errors import ChatError
from chat.guarded import Guarded, problem
from chat.messages import refused_field
from chat.pages import STATIC, page
from chat.routes import chat_routes
from chat.service import Chat
from chat.sessions import Sessions
from chat.socket import socket_routes
from contracts.clock import Clock
from contracts.tasks import end_tasks

log = logging.getLogger(__name__)

_DESCRIPTION = """The hotline's answers in text. The same over a websocket at `/api/chat/ws`, a frame of JSON each:
first `{"open": true}` or `{"session": id}`, answered as `POST /api/chat/sessions`; then `{"text"}`, `{"choice"}` or
`{"contact": {...}}`, answered as their requests; a problem comes as `{"error": {"status", "code", "field", "detail",
"retry_after_s"}}`. A socket without a frame for five minutes is closed; its session goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatConfig:
    number: str
    """Of the telephone hotline, for the page."""
    origin: str = ""
    """Of the address that browsers use, where a proxy is before us; empty: ours."""


def create_chat(config: ChatConfig, sessions: Sessions, call_backs: CallBacks, clock: Clock) -> FastAPI:
    @asynccontextmanager
    async def living(_: FastAPI) -> AsyncGenerator[None]:
        sweeping = asyncio.create_task(sessions.run(), name="idle chats")
        try:
            yield
        finally:
            await end_tasks(sweeping)
            sessions.close()

    app = FastAPI(
        title="Tổng đài: chat", description=_DESCRIPTION, docs_url=None, redoc_url=None,
        openapi_url="/api/chat/openapi.json", lifespan=living,
    )  # fmt: skip
    chat = Chat(sessions, call_backs, clock)
    app.include_router(chat_routes(chat))
    app.include_router(socket_routes(chat, clock, (config.origin,) if config.origin else ()))
    _pages(app, config)
    _answer_errors(app)
    app.add_middleware(Guarded)
    return app


def _pages(app: FastAPI, config: ChatConfig) -> None:
    @app.get("/chat", include_in_schema=False)
    async def chat_page() -> Response:  # pyright: ignore[reportUnusedFunction]
        return page("chat", number=config.number)

    @app.get("/", include_in_schema=False)
    async def root() -> Response:  # pyright: ignore[reportUnusedFunction]
        return RedirectResponse("/chat", 303)

    @app.get("/healthz", include_in_schema=False)
    async def healthz() -> dict[str, str]:  # pyright: ignore[reportUnusedFunction]
        return {"status": "ok"}

    app.mount("/chat/static", StaticFiles(directory=STATIC))


def _answer_errors(app: FastAPI) -> None:
    @app.exception_handler(ChatError)
    async def told(_: Request, error: Exception) -> Response:  # pyright: ignore[reportUnusedFunction]
        assert isinstance(error, ChatError)
        return problem(error)

    @app.exception_handler(RequestValidationError)
    async def wrong(_: Request, error: Exception) -> Response:  # pyright: ignore[reportUnusedFunction]
        """Without what was given, which may be personal."""
        assert isinstance(error, RequestValidationError)
        first = cast(dict[str, Any], error.errors()[0])
        return problem(refused_field(first["type"], first["loc"], first.get("ctx") or {}))
