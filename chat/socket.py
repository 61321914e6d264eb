"""The chat over a websocket: the same messages, a frame of JSON each."""

import asyncio
from collections import Counter
from collections.abc import Collection
from urllib.parse import urlsplit

from fastapi import APIRouter, WebSocket
from pydantic import BaseModel, ValidationError

from chat.errors import ChatError, TooLong
from chat.messages import BODY_BYTES, SocketIn, problem_out, refused
from chat.rate_limit import customer
from chat.service import Chat
from contracts.clock import Clock

MOST_SOCKETS = 200
MOST_OF_ONE = 10
"""Of one address."""
SILENT_S = 300.0
"""So long without a frame, and the socket is closed; the chat goes on over another one."""
POLICY, TRY_LATER, AWAY = 1008, 1013, 1001
"""Codes of RFC 6455 and its registry."""


class Sockets:
    def __init__(self, chat: Chat, clock: Clock, origins: Collection[str] = ()) -> None:
        """`origins`: of pages that may connect besides our own."""
        self._chat = chat
        self._clock = clock
        self._origins = origins
        self._open: Counter[str] = Counter()

    async def serve(self, socket: WebSocket) -> None:
        """Until the other side is gone or silent."""
        host = socket.client.host if socket.client else ""
        who = customer(host)
        if not self._our_page(socket):
            await socket.close(POLICY)
            return
        if self._open.total() >= MOST_SOCKETS or self._open[who] >= MOST_OF_ONE:
            await socket.close(TRY_LATER)
            return
        self._open[who] += 1
        try:
            await socket.accept()
            await self._talk(socket, host)
        finally:
            self._open[who] -= 1
            self._open += Counter()  # drops those who have none

    async def _talk(self, socket: WebSocket, host: str) -> None:
        session = ""
        while (frame := await self._next(socket)) is not None:
            try:
                given = _read(frame)
                if given.open or given.session is not None:
                    begun = self._chat.go_on(host, given.session) if given.session else self._chat.open(host)
                    session = begun.session
                    answer: BaseModel = begun
                elif given.contact is not None:
                    answer = await self._chat.contact(host, session, given.contact)
                else:
                    answer = await self._chat.message(host, session, given.text, given.choice)
            except ChatError as error:
                problem = {"status": error.status, "retry_after_s": error.retry_after_s}
                await socket.send_json({"error": problem_out(error).model_dump() | problem})
            else:
                await socket.send_text(answer.model_dump_json())

    async def _next(self, socket: WebSocket) -> str | None:
        """None: no more frames. A binary frame counts as an empty one."""
        receiving = asyncio.ensure_future(socket.receive())
        silence = asyncio.ensure_future(self._clock.sleep(SILENT_S))
        try:
            await asyncio.wait([receiving, silence], return_when=asyncio.FIRST_COMPLETED)
            if not receiving.done():
                await socket.close(AWAY)
                return None
            message = receiving.result()
            return None if message["type"] == "websocket.disconnect" else str(message.get("text") or "")
        finally:
            for task in (receiving, silence):
                task.cancel()
            await asyncio.wait([receiving, silence])

    def _our_page(self, socket: WebSocket) -> bool:
        """Browsers let any page connect, and tell which it is; other programs tell nothing."""
        origin = socket.headers.get("origin")
        if origin is None or origin in self._origins:
            return True
        return urlsplit(origin).netloc == socket.headers.get("host")


def _read(frame: str) -> SocketIn:
    if len(frame.encode("utf-8", "surrogatepass")) > BODY_BYTES:
        raise TooLong(BODY_BYTES)
    try:
        return SocketIn.model_validate_json(frame)
    except ValidationError as error:
        raise refused(error) from None


def socket_routes(chat: Chat, clock: Clock, origins: Collection[str] = ()) -> APIRouter:
    router, sockets = APIRouter(), Sockets(chat, clock, origins)
    router.add_api_websocket_route("/api/chat/ws", sockets.serve)
    return router
