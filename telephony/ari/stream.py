"""The websocket: events come over it, and requests go over it while it is open, at a tenth of HTTP's cost.

It is opened again whenever it breaks, and never ended by a message that cannot be read.
"""

import asyncio
import base64
import contextlib
import itertools
import json
import logging
from collections import Counter
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException

from contracts.clock import Clock
from telephony.ari.events import Connected, Disconnected, StreamEvent, UnknownEvent, parse_message
from telephony.ari.models import Malformed
from telephony.errors import AriAuthError, AriUnreachable

log = logging.getLogger(__name__)

FIRST_WAIT_S = 0.1
LONGEST_WAIT_S = 2.0
_OPEN_TIMEOUT_S = 5.0
# A broken network is noticed within two of these.
_PING_S = 5.0
_MESSAGE_LIMIT = 1 << 20
_RESPONSE = '"RESTResponse"'
_TYPE_WITHIN = 64
"""Characters at the beginning of a message in which its type stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """Of a request over the websocket."""

    status: int
    body: str


class EventStream:
    """Events of one application. `malformed` and `unknown` count what was passed over, by kind and without content."""

    def __init__(self, base_url: str, user: str, password: str, app: str, clock: Clock) -> None:
        self._uri = f"{base_url.replace('http', 'ws', 1)}/events?app={app}"
        credentials = base64.b64encode(f"{user}:{password}".encode()).decode()
        self._headers = {"Authorization": f"Basic {credentials}"}
        self._clock = clock
        self._socket: ClientConnection | None = None
        self._numbers = itertools.count(1)
        self._waiting: dict[str, asyncio.Future[Reply]] = {}
        self.malformed: Counter[str] = Counter()
        self.unknown: Counter[str] = Counter()

    @property
    def is_open(self) -> bool:
        return self._socket is not None

    async def request(
        self, method: str, path: str, *, query: Mapping[str, str], body: Mapping[str, Any] | None, timeout_s: float
    ) -> Reply:
        """ARI's "REST over websocket". Raises `AriUnreachable` when the socket is not open, breaks or stays silent."""
        if self._socket is None:
            raise AriUnreachable(f"{method} {path}: no websocket")
        name = str(next(self._numbers))
        message: dict[str, Any] = {
            "type": "RESTRequest",
            "request_id": name,
            "method": method,
            "uri": path.lstrip("/"),
            "query_strings": [{"name": key, "value": value} for key, value in query.items()],
        }
        if body is not None:
            message |= {"content_type": "application/json", "message_body": json.dumps(body)}
        reply = self._waiting[name] = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(timeout_s):
                await self._socket.send(json.dumps(message))
                return await reply
        except (ConnectionClosed, TimeoutError) as error:
            raise AriUnreachable(f"{method} {path}: {type(error).__name__}") from error
        finally:
            self._waiting.pop(name, None)
            # Where it broke while it was being sent nobody takes what the reply became.
            if not reply.cancel() and not reply.cancelled():
                reply.exception()

    async def events(self) -> AsyncGenerator[StreamEvent]:
        """Raises `AriAuthError` where the password is refused; every other trouble is waited out."""
        attempt, wait_s = 0, FIRST_WAIT_S
        while True:
            try:
                socket = await self._open()
            except (OSError, TimeoutError, WebSocketException) as error:
                yield Disconnected(reason=type(error).__name__)
            else:
                attempt, wait_s = attempt + 1, FIRST_WAIT_S
                async with contextlib.aclosing(self._connected(socket, attempt)) as events:
                    async for event in events:
                        yield event
                yield Disconnected(reason=f"closed {socket.close_code}")
            await self._clock.sleep(wait_s)
            wait_s = min(wait_s * 2, LONGEST_WAIT_S)

    async def _open(self) -> ClientConnection:
        try:
            return await connect(
                self._uri,
                additional_headers=self._headers,
                compression=None,
                proxy=None,
                open_timeout=_OPEN_TIMEOUT_S,
                ping_interval=_PING_S,
                ping_timeout=_PING_S,
                max_size=_MESSAGE_LIMIT,
                max_queue=None,
            )
        except InvalidStatus as error:
            if error.response.status_code == 401:
                raise AriAuthError("the event stream refuses our password", status=401) from None
            raise

    async def _connected(self, socket: ClientConnection, attempt: int) -> AsyncGenerator[StreamEvent]:
        """A task of its own reads: whoever takes an event may wait for a reply before it takes the next."""
        events: asyncio.Queue[StreamEvent | None] = asyncio.Queue()
        reader = asyncio.create_task(self._read(socket, events), name="ari websocket")
        self._socket = socket
        try:
            yield Connected(attempt=attempt)
            while (event := await events.get()) is not None:
                yield event
        finally:
            self._socket = None
            await socket.close()
            await asyncio.wait([reader])
            self._lose_replies()

    async def _read(self, socket: ClientConnection, events: asyncio.Queue[StreamEvent | None]) -> None:
        try:
            async for message in socket:
                text = message if isinstance(message, str) else message.decode(errors="replace")
                if _RESPONSE in text[:_TYPE_WITHIN]:
                    self._replied(text)
                elif (event := self._parsed(text)) is not None:
                    events.put_nowait(event)
        except ConnectionClosed:
            pass
        finally:
            self._socket = None
            self._lose_replies()
            events.put_nowait(None)

    def _parsed(self, text: str) -> StreamEvent | None:
        try:
            event = parse_message(text)
        except Malformed as error:
            self._count_malformed(str(error))
            return None
        if isinstance(event, UnknownEvent):
            self.unknown[event.type] += 1
        return event

    def _replied(self, text: str) -> None:
        try:
            raw = json.loads(text)
            name, reply = (
                str(raw["request_id"]),
                Reply(status=int(raw["status_code"]), body=raw.get("message_body") or ""),
            )
        except (ValueError, KeyError, TypeError):
            self._count_malformed("RESTResponse")
            return
        waiting = self._waiting.get(name)
        if waiting is not None and not waiting.done():
            waiting.set_result(reply)

    def _lose_replies(self) -> None:
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(AriUnreachable("the websocket closed before the reply"))

    def _count_malformed(self, field: str) -> None:
        self.malformed[field] += 1
        log.warning("ari event malformed", extra={"field": field})
