"""An Asterisk in memory: channels and bridges as ARI shows them, and its side of a media websocket.

The media side keeps the rules of `chan_websocket`: whole frames are queued and the rest of a message is lost, marks
take no time, at 900 frames it says XOFF and below 800 XON, past 1,000 it drops without a word, commands longer than 128
bytes are ignored.
"""

import asyncio
import json
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, MutableMapping
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote

from starlette.websockets import WebSocket

from telephony.ari.events import ChannelEnteredBridge, Connected, StasisEnd, StasisStart, StreamEvent
from telephony.ari.models import Application, Bridge, Channel
from telephony.errors import AriError, AriNotFound
from telephony.media_socket import MediaSockets

FRAME_BYTES = 320
QUEUE_MAX, XOFF, XON, COMMAND_MAX = 1000, 900, 800, 128

Message = MutableMapping[str, Any]


class FakeMediaClient:
    """Asterisk's end of one media websocket. `tick` is its timer of 20 ms."""

    def __init__(self) -> None:
        self.commands: list[str] = []
        self.lost_bytes = 0
        self.dropped_messages = 0
        self.close_code: int | None = None
        self.subprotocol: str | None = None
        self.answers_status = True
        self.stuck = False
        """It reads nothing more."""
        self.closed = asyncio.Event()
        self._queue: deque[bytes | str] = deque()
        self._paused = self._full = False
        self._report_drained = False
        self._to_server: asyncio.Queue[Message] = asyncio.Queue()
        self._to_server.put_nowait({"type": "websocket.connect"})
        self._never = asyncio.Event()

    @property
    def queued_frames(self) -> int:
        return sum(isinstance(item, bytes) for item in self._queue)

    # ---- what the test does

    def start(self, *, audio_format: str = "slin", frame_bytes: int = FRAME_BYTES) -> None:
        self.event(
            "MEDIA_START", channel_id="leg", format=audio_format, optimal_frame_size=frame_bytes, channel_variables={}
        )

    def event(self, name: str, **fields: object) -> None:
        self.text(json.dumps({"event": name, "channel_id": "leg", **fields}))

    def text(self, text: str) -> None:
        self._to_server.put_nowait({"type": "websocket.receive", "text": text})

    def audio(self, data: bytes) -> None:
        self._to_server.put_nowait({"type": "websocket.receive", "bytes": data})

    def hang_up(self) -> None:
        self._to_server.put_nowait({"type": "websocket.disconnect", "code": 1001})

    def tick(self) -> bytes | None:
        """The frame that the caller hears now, None for silence."""
        if self._paused:
            return None
        if self._full and self.queued_frames < XON:
            self._full = False
            self.event("MEDIA_XON")
        if not self._queue and self._report_drained:
            self._report_drained = False
            self.event("QUEUE_DRAINED")
        while self._queue:
            item = self._queue.popleft()
            if isinstance(item, bytes):
                return item
            self.event("MEDIA_MARK_PROCESSED", correlation_id=item)
        return None

    # ---- the websocket

    async def run(self, sockets: MediaSockets, query: str) -> None:
        """The connection, until it is closed; `query` is that of the address."""
        scope = {
            "type": "websocket",
            "path": "/media",
            "query_string": query.encode(),
            "headers": [],
            "subprotocols": ["media"],
        }
        await sockets.serve(WebSocket(scope, self._to_server.get, self._from_server))
        self.closed.set()

    async def _from_server(self, message: Message) -> None:
        if self.stuck:
            await self._never.wait()
        match message["type"]:
            case "websocket.accept":
                self.subprotocol = message["subprotocol"]
            case "websocket.close":
                self.close_code = message["code"]
                self.closed.set()
                self.hang_up()
            case _ if message.get("bytes") is not None:
                self._take_audio(message["bytes"])
            case _:
                self._take_command(message["text"])

    def _take_audio(self, data: bytes) -> None:
        if self.queued_frames >= QUEUE_MAX:
            self.dropped_messages += 1
            return
        self.lost_bytes += len(data) % FRAME_BYTES
        whole = len(data) - len(data) % FRAME_BYTES
        self._queue.extend(data[start : start + FRAME_BYTES] for start in range(0, whole, FRAME_BYTES))
        if not self._full and self.queued_frames >= XOFF:
            self._full = True
            self.event("MEDIA_XOFF")

    def _take_command(self, text: str) -> None:
        assert len(text) <= COMMAND_MAX
        command = json.loads(text)
        self.commands.append(command["command"])
        match command["command"]:
            case "MARK_MEDIA":
                self._queue.append(command["correlation_id"])
            case "FLUSH_MEDIA":
                self._queue.clear()
            case "PAUSE_MEDIA":
                self._paused = True
            case "CONTINUE_MEDIA":
                self._paused = False
            case "REPORT_QUEUE_DRAINED":
                self._report_drained = True
            case "GET_STATUS" if self.answers_status:
                self.event("STATUS", queue_length=self.queued_frames, media_paused=self._paused)
            case _:
                pass


@asynccontextmanager
async def fake_media_client(sockets: MediaSockets, token: str) -> AsyncGenerator[FakeMediaClient]:
    client = FakeMediaClient()
    task = asyncio.create_task(client.run(sockets, f"token={quote(token)}"), name="fake media client")
    try:
        yield client
    finally:
        client.hang_up()
        async with asyncio.timeout(10):
            await task


class FakeAsterisk:
    """`telephony.call_control.CallControl`. `before` may hook in at a request, by its name, or fail it."""

    app = "tongdai"

    def __init__(self, sockets: MediaSockets) -> None:
        self.channels: dict[str, Channel] = {}
        self.bridges: dict[str, list[str]] = {}
        self.in_app: set[str] = set()
        self.variables: list[tuple[str, str, str]] = []
        self.in_dialplan: dict[str, str] = {}
        """Channel and context."""
        self.hung_up: list[str] = []
        self.requests: list[str] = []
        self.before: dict[str, Callable[[str], Awaitable[None] | None]] = {}
        self.technology = "softmix"
        self.leg_comes = True
        self.media: dict[str, FakeMediaClient] = {}
        self._sockets = sockets
        self._events: asyncio.Queue[StreamEvent] = asyncio.Queue()
        self._media_tasks: list[asyncio.Task[None]] = []

    async def close(self) -> None:
        for client in self.media.values():
            client.hang_up()
        async with asyncio.timeout(10):
            await asyncio.gather(*self._media_tasks)

    # ---- what the test does

    def tell(self, event: StreamEvent) -> None:
        self._events.put_nowait(event)

    def call_comes(self, call_id: str = "1.1", *, number: str = "0901234567") -> None:
        self.channels[call_id] = self._channel(call_id, number)
        self.in_app.add(call_id)
        self.tell(StasisStart(application=self.app, channel=self.channels[call_id], args=("inbound", "19001009")))

    def caller_hangs_up(self, call_id: str = "1.1") -> None:
        if call_id in self.channels:
            self._remove(call_id)

    # ---- CallControl

    async def events(self) -> AsyncGenerator[StreamEvent]:
        yield Connected(attempt=1)
        while True:
            yield await self._events.get()

    async def answer(self, channel_id: str) -> None:
        await self._request("answer", channel_id)
        self._find(channel_id)

    async def hang_up(self, channel_id: str) -> None:
        await self._request("hang_up", channel_id)
        self._find(channel_id)
        self.hung_up.append(channel_id)
        self._remove(channel_id)

    async def continue_in_dialplan(self, channel_id: str, *, context: str, extension: str, priority: int = 1) -> None:
        await self._request("continue_in_dialplan", channel_id)
        self._find(channel_id)
        self.in_dialplan[channel_id] = context
        self._leave_app(channel_id)

    async def set_variable(self, channel_id: str, name: str, value: str) -> None:
        await self._request("set_variable", channel_id)
        self._find(channel_id)
        self.variables.append((channel_id, name, value))

    async def external_media(self, *, channel_id: str, client: str, transport_data: str) -> Channel:
        await self._request("external_media", channel_id)
        channel = self.channels[channel_id] = self._channel(channel_id, "")
        if self.leg_comes:
            query = transport_data.partition("v(")[2].removesuffix(")")
            media = self.media[channel_id] = FakeMediaClient()
            self._media_tasks.append(asyncio.create_task(self._run_media(media, query, channel_id)))
            media.start()
        return channel

    async def channel(self, channel_id: str) -> Channel:
        await self._request("channel", channel_id)
        return self._find(channel_id)

    async def create_bridge(self, bridge_id: str) -> Bridge:
        await self._request("create_bridge", bridge_id)
        self.bridges[bridge_id] = []
        return self._bridge(bridge_id)

    async def bridge(self, bridge_id: str) -> Bridge:
        await self._request("bridge", bridge_id)
        return self._bridge(bridge_id)

    async def add_channel(self, bridge_id: str, channel_id: str) -> None:
        await self._request("add_channel", channel_id)
        channel = self._find(channel_id)
        if channel_id not in self.in_app:
            raise AriError("not in the application", status=422)
        self.bridges[bridge_id].append(channel_id)
        self.tell(ChannelEnteredBridge(bridge=self._bridge(bridge_id), channel=channel))

    async def destroy_bridge(self, bridge_id: str) -> None:
        await self._request("destroy_bridge", bridge_id)
        if self.bridges.pop(bridge_id, None) is None:
            raise AriNotFound(bridge_id, status=404)

    async def application(self, name: str) -> Application:
        await self._request("application", name)
        return Application(name=name, channel_ids=tuple(self.in_app), bridge_ids=tuple(self.bridges))

    # ---- inside

    async def _request(self, name: str, target: str) -> None:
        self.requests.append(name)
        # A request takes its time: others run meanwhile.
        await asyncio.sleep(0)
        hook = self.before.get(name)
        done = hook(target) if hook else None
        if done is not None:
            await done

    async def _run_media(self, media: FakeMediaClient, query: str, channel_id: str) -> None:
        self.in_app.add(channel_id)
        self.tell(StasisStart(application=self.app, channel=self.channels[channel_id], args=()))
        await media.run(self._sockets, query)
        if channel_id in self.channels:
            self._remove(channel_id)

    def _find(self, channel_id: str) -> Channel:
        if channel_id not in self.channels:
            raise AriNotFound(channel_id, status=404)
        return self.channels[channel_id]

    def _remove(self, channel_id: str) -> None:
        self._leave_app(channel_id)
        self.channels.pop(channel_id, None)
        if channel_id in self.media:
            self.media[channel_id].hang_up()

    def _leave_app(self, channel_id: str) -> None:
        if channel_id in self.in_app:
            self.in_app.discard(channel_id)
            self.tell(StasisEnd(application=self.app, channel=self.channels[channel_id]))
        for members in self.bridges.values():
            if channel_id in members:
                members.remove(channel_id)

    def _channel(self, channel_id: str, number: str) -> Channel:
        return Channel(
            id=channel_id, name="fake", state="Up", caller_number=number, context="from-trunk", extension="19001009"
        )

    def _bridge(self, bridge_id: str) -> Bridge:
        if bridge_id not in self.bridges:
            raise AriNotFound(bridge_id, status=404)
        return Bridge(
            id=bridge_id, technology=self.technology, bridge_type="mixing", channels=tuple(self.bridges[bridge_id])
        )
