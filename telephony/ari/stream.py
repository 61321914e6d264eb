"""The event websocket: opened again whenever it breaks, never ended by a message that cannot be read."""

import base64
import logging
from collections import Counter
from collections.abc import AsyncGenerator

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException

from contracts.clock import Clock
from telephony.ari.events import Connected, Disconnected, StreamEvent, UnknownEvent, parse_message
from telephony.ari.models import Malformed
from telephony.errors import AriAuthError

log = logging.getLogger(__name__)

FIRST_WAIT_S = 0.1
LONGEST_WAIT_S = 2.0
_OPEN_TIMEOUT_S = 5.0
# A broken network is noticed within two of these.
_PING_S = 5.0
_MESSAGE_LIMIT = 1 << 20


class EventStream:
    """Events of one application. `malformed` and `unknown` count what was passed over, by kind and without content."""

    def __init__(self, base_url: str, user: str, password: str, app: str, clock: Clock) -> None:
        self._uri = f"{base_url.replace('http', 'ws', 1)}/events?app={app}"
        credentials = base64.b64encode(f"{user}:{password}".encode()).decode()
        self._headers = {"Authorization": f"Basic {credentials}"}
        self._clock = clock
        self.malformed: Counter[str] = Counter()
        self.unknown: Counter[str] = Counter()

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
                try:
                    yield Connected(attempt=attempt)
                    async for event in self._read(socket):
                        yield event
                finally:
                    await socket.close()
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

    async def _read(self, socket: ClientConnection) -> AsyncGenerator[StreamEvent]:
        while True:
            try:
                message = await socket.recv()
            except ConnectionClosed:
                return
            try:
                event = parse_message(message)
            except Malformed as error:
                self.malformed[str(error)] += 1
                log.warning("ari event malformed", extra={"field": str(error)})
                continue
            if isinstance(event, UnknownEvent):
                self.unknown[event.type] += 1
            yield event
