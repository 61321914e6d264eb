"""What every request goes through: a bound on what is read of it, and headers that keep other pages out of ours."""

import asyncio

from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chat.errors import ChatError, TooLong
from chat.messages import BODY_BYTES, problem_out
from contracts.page_headers import PAGE_HEADERS

READ_S = 15.0
"""A request of 16 kB takes no longer on any line."""


def problem(error: ChatError) -> JSONResponse:
    headers = {"retry-after": str(error.retry_after_s)} if error.retry_after_s else None
    return JSONResponse(problem_out(error).model_dump(), error.status, headers)


class Guarded:
    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                ours = ((name.encode(), value.encode()) for name, value in PAGE_HEADERS.items())
                message["headers"] = [*message["headers"], *ours]
            await send(message)

        try:
            async with asyncio.timeout(READ_S):
                body = await _body(scope, receive)
        except TimeoutError:
            await Response(status_code=408, headers={"connection": "close"})(scope, receive, with_headers)
            return
        except TooLong as error:
            # What is still to come is not read: the connection ends with this answer.
            answer = problem(error)
            answer.headers["connection"] = "close"
            await answer(scope, receive, with_headers)
            return
        await self._app(scope, _once(body, receive), with_headers)


async def _body(scope: Scope, receive: Receive) -> bytes:
    """Raises `TooLong` before more than a bounded part of it is read."""
    told = dict(scope["headers"]).get(b"content-length", b"0")
    if told.isdigit() and int(told) > BODY_BYTES:
        raise TooLong(BODY_BYTES)
    body = b""
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return body
        body += message.get("body", b"")
        if len(body) > BODY_BYTES:
            raise TooLong(BODY_BYTES)
        if not message.get("more_body"):
            return body


def _once(body: bytes, receive: Receive) -> Receive:
    """The body, then whatever else comes."""
    waiting = [body]

    async def next_message() -> Message:
        if waiting:
            return {"type": "http.request", "body": waiting.pop(), "more_body": False}
        return await receive()

    return next_message
