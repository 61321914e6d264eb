"""One media websocket that Asterisk's `chan_websocket` has opened, as a media leg."""

import asyncio
import logging
from collections import Counter, deque
from typing import Final

from starlette.websockets import WebSocket

from contracts.audio import frame_bytes
from telephony.ari.models import Malformed
from telephony.errors import MediaError
from telephony.media_leg import LegListener
from telephony.media_messages import (
    DtmfEnd,
    MarkProcessed,
    MediaStart,
    MediaXoff,
    MediaXon,
    Status,
    Unknown,
    command,
    parse_message,
)
from telephony.reframing import Reframer

log = logging.getLogger(__name__)

FORMAT_RATES_HZ: Final = {"slin": 8000, "slin12": 12000, "slin16": 16000, "slin24": 24000, "slin48": 48000}
OUTBOX_LIMIT = 1 << 20
"""Bytes that may wait for the socket; a peer that reads so little is taken for dead."""
CLOSE_WAIT_S = 1.0
"""For what still waits for the socket when it is to be closed."""

_PAUSE = command("PAUSE_MEDIA")
_RESUME = command("CONTINUE_MEDIA")
_FLUSH = command("FLUSH_MEDIA")
_STATUS = command("GET_STATUS")
_HANG_UP = command("HANGUP")


class SocketLeg:
    """A `MediaLeg`. Whoever accepted the websocket runs `read`, `write` and `overdue`; the leg is over when the first
    of them returns."""

    def __init__(self, start: MediaStart, counts: Counter[str], *, close_wait_s: float = CLOSE_WAIT_S) -> None:
        """`counts`: of what was passed over, by kind. Raises `MediaError` for a format that is not PCM16."""
        rate_hz = FORMAT_RATES_HZ.get(start.format)
        if rate_hz is None or start.frame_bytes != frame_bytes(rate_hz):
            raise MediaError(f"media socket offers {start.format} in frames of {start.frame_bytes} bytes")
        self.rate_hz = rate_hz
        self._frame_bytes = start.frame_bytes
        self._frame_samples = start.frame_bytes // 2
        self._reframer = Reframer(start.frame_bytes)
        self._counts = counts
        self._listener: LegListener | None = None
        self._outbox: deque[str | bytes] = deque()
        self._outbox_bytes = 0
        self._close_wait_s = close_wait_s
        self._wake = asyncio.Event()
        self._stop = asyncio.Event()
        self._stalled = False
        self._gone = False

    # ---- MediaLeg

    def listen(self, listener: LegListener) -> None:
        self._listener = listener
        if self._gone:
            listener.leg_gone()

    def send_audio(self, pcm: bytes) -> None:
        self._put(pcm)

    def mark(self, number: int) -> None:
        self._put(command("MARK_MEDIA", correlation_id=str(number)))

    def pause(self) -> None:
        self._put(_PAUSE)

    def resume(self) -> None:
        self._put(_RESUME)

    def flush(self) -> None:
        self._put(_FLUSH)

    def ask_queue_length(self) -> None:
        self._put(_STATUS)

    def close(self) -> None:
        if not self._stop.is_set():
            self._put(_HANG_UP)
            self._stop.set()
            self._wake.set()

    # ---- the socket's side

    async def read(self, socket: WebSocket) -> None:
        while True:
            message = await socket.receive()
            if message["type"] != "websocket.receive":
                return
            data: bytes | None = message.get("bytes")
            if data is not None:
                self._take_audio(data)
            else:
                self._take_text(message.get("text") or "")

    async def write(self, socket: WebSocket) -> None:
        while True:
            while self._outbox:
                item = self._outbox.popleft()
                self._outbox_bytes -= len(item)
                if isinstance(item, bytes):
                    await socket.send_bytes(item)
                else:
                    await socket.send_text(item)
            if self._stop.is_set():
                return
            self._wake.clear()
            await self._wake.wait()

    async def overdue(self) -> None:
        """Returns when the leg should be closed, and a peer that does not read keeps `write` from its end."""
        await self._stop.wait()
        if not self._stalled:
            await asyncio.sleep(self._close_wait_s)
            self._count("not closed in time")

    def gone(self) -> None:
        """The socket is closed; the listener is told once."""
        if not self._gone:
            self._gone = True
            self._stop.set()
            self._outbox.clear()
            if self._listener is not None:
                self._listener.leg_gone()

    def _put(self, item: str | bytes) -> None:
        if self._stop.is_set():
            return
        self._outbox.append(item)
        self._outbox_bytes += len(item)
        if self._outbox_bytes > OUTBOX_LIMIT:
            self._count("stalled")
            self._outbox.clear()
            self._stalled = True
            self._stop.set()
        self._wake.set()

    def _take_audio(self, data: bytes) -> None:
        if len(data) != self._frame_bytes:
            self._count("reframed")
        listener = self._listener
        for frame in self._reframer.feed(data):
            if listener is not None:
                listener.frame(frame)

    def _take_text(self, text: str) -> None:
        try:
            message = parse_message(text)
        except Malformed as error:
            self._count(f"malformed {error}")
            return
        listener = self._listener
        match message:
            case _ if listener is None:
                pass
            case DtmfEnd(key=key):
                listener.key(key)
            case MarkProcessed(correlation_id=number):
                self._marked(listener, number)
            case Status(queue_length=frames):
                listener.queue_length(frames * self._frame_samples)
            case MediaXoff():
                listener.hold(True)
            case MediaXon():
                listener.hold(False)
            case MediaStart():
                self._count("started twice")
            case Unknown():
                self._count("unknown")
            case _:
                self._counts[type(message).__name__] += 1

    def _marked(self, listener: LegListener, number: str) -> None:
        # Only digits that int() reads as we wrote them.
        if number.isascii() and number.isdigit() and len(number) < 12:
            listener.marked(int(number))
        else:
            self._count("malformed correlation_id")

    def _count(self, kind: str) -> None:
        self._counts[kind] += 1
        # Whoever floods the socket does not flood the log.
        if self._counts[kind] in (1, 10, 100, 1000) or self._counts[kind] % 10000 == 0:
            log.warning("media message passed over", extra={"kind": kind, "count": self._counts[kind]})
