"""A hotline for tests of the line: media sockets in a real web server, the bridge as Stasis application."""

import asyncio
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import uvicorn
from starlette.applications import Starlette

from telephony.ari.client import AriClient
from telephony.asterisk.dialplan import media_client
from telephony.asterisk.process import AsteriskProcess
from telephony.asterisk_line import AsteriskLine
from telephony.bridge import Answer, CallBridge
from telephony.line import Line
from telephony.media_socket import MediaSockets
from telephony.sip.caller import SipCaller

DEADLINE_S = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Hotline:
    ari: AriClient
    sockets: MediaSockets
    bridge: CallBridge


@asynccontextmanager
async def serving(app: Starlette, port: int) -> AsyncGenerator[None]:
    config = uvicorn.Config(app, log_config=None, lifespan="off", ws="websockets-sansio", ws_per_message_deflate=False)
    server = uvicorn.Server(config)
    with socket.socket() as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", port))
        listening.listen()
        # `serve` alone would take over the signals of the test's process.
        task = asyncio.create_task(server._serve([listening]), name="web server")
        try:
            yield
        finally:
            server.should_exit = True
            await task


@asynccontextmanager
async def hotline(
    asterisk: AsteriskProcess, answer: Answer, *, ari: AriClient | None = None
) -> AsyncGenerator[Hotline]:
    """Answers calls until the block is left. `ari`: in place of one of its own."""
    sockets = MediaSockets()
    port = asterisk.settings.media_ports[0]
    async with ari or asterisk.ari() as ari, serving(Starlette(routes=[sockets.route()]), port):
        bridge = CallBridge(ari, sockets, media_client=media_client(port))
        task = asyncio.create_task(bridge.run(answer), name="bridge")
        try:
            async with asyncio.timeout(DEADLINE_S):
                await bridge.connected.wait()
            yield Hotline(ari=ari, sockets=sockets, bridge=bridge)
        finally:
            task.cancel()
            await asyncio.wait([task])


class Lines:
    """An `Answer` that hands each line to the test and keeps it until the test has released it."""

    def __init__(self) -> None:
        self._lines: asyncio.Queue[AsteriskLine] = asyncio.Queue()
        self._released = asyncio.Event()

    async def __call__(self, line: Line) -> None:
        assert isinstance(line, AsteriskLine)
        self._lines.put_nowait(line)
        await self._released.wait()

    async def next(self) -> AsteriskLine:
        async with asyncio.timeout(DEADLINE_S):
            return await self._lines.get()

    def release(self) -> None:
        self._released.set()


@asynccontextmanager
async def calling(asterisk: AsteriskProcess, *, number: str = "0901234567") -> AsyncGenerator[SipCaller]:
    async with SipCaller(f"{asterisk.settings.hotline}@{asterisk.sip_address}", number=number) as caller:
        await caller.place()
        yield caller


async def listening(caller: SipCaller) -> None:
    """Until the phone plays what comes: of what arrives before, right after the answer, it hears nothing."""
    async with asyncio.timeout(DEADLINE_S):
        await caller.wait_answered()
        await caller.when(lambda: caller.position > 0)


async def nothing_left(ari: AriClient) -> None:
    """Until Asterisk has neither channels nor bridges; the deadline is the test's failure."""
    async with asyncio.timeout(DEADLINE_S):
        while await ari.channels() or await ari.bridges():
            # A request is what passes the time here.
            pass
