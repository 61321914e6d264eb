"""Puts a hotline together and takes calls: Asterisk, ear, meaning, dialog, voice, web.

Processes: this one (calls: one event loop for audio and decisions; meaning is worked out in one thread beside it), the
recognisers, the voice's workers, Asterisk, and the console.
"""

import asyncio
import logging
import os
import secrets
import socket
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from calls.api import create_api
from calls.feed import EventFeed
from calls.parts import Parts
from calls.session import Session
from hotline.call_parts import call_parts
from hotline.errors import NotReadyError
from hotline.knowledge import today
from hotline.own_asterisk import own_asterisk
from hotline.settings import Settings
from hotline.state import AgentSecret, RunState, run_dir, write_state
from hotline.web import console_running, listening_socket, port_of, web_served
from telephony.asterisk.dialplan import media_client
from telephony.asterisk.process import AsteriskProcess
from telephony.bridge import CallBridge
from telephony.line import Line
from telephony.media_socket import MediaSockets

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hotline:
    state: RunState
    state_file: Path
    bridge: CallBridge
    sockets: MediaSockets
    failed: asyncio.Future[str]
    """Done, with the reason, when calls are no longer taken: Asterisk or the calls' task has ended."""


@asynccontextmanager
async def running_hotline(settings: Settings) -> AsyncGenerator[Hotline]:
    """Answers calls when it yields. Raises `TongdaiError` naming what is wrong."""
    async with AsyncExitStack() as stack:
        folder = run_dir(settings)
        folder.mkdir(parents=True, exist_ok=True)
        media = listening_socket("media_port", "127.0.0.1", settings.telephony.media_port)
        stack.callback(media.close)
        console = listening_socket("console.port", settings.console.host, settings.console.port)
        stack.callback(console.close)
        asterisk = await stack.enter_async_context(own_asterisk(settings, folder, port_of(media)))
        feed = EventFeed()
        parts = await stack.enter_async_context(call_parts(settings, feed))
        ari = await stack.enter_async_context(asterisk.ari())
        sockets = MediaSockets()
        bridge = CallBridge(ari, sockets, media_client=media_client(port_of(media)))
        token = secrets.token_urlsafe(24)
        api = create_api(feed=feed, token=token, calls_now=lambda: bridge.calls_now)
        api.router.routes.append(sockets.route())
        await stack.enter_async_context(web_served(api, media))
        stack.callback(feed.close)
        calls = await stack.enter_async_context(_taking_calls(bridge, parts, most=settings.telephony.max_calls))
        feed_url = f"ws://127.0.0.1:{port_of(media)}/feed"
        await stack.enter_async_context(console_running(console, feed_url, token))
        state = _state(settings, asterisk, console, feed_url, token)
        file = write_state(folder, state)
        stack.callback(file.unlink, missing_ok=True)
        failed: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        watcher = asyncio.create_task(_watch(asterisk, calls, failed), name="watch")
        stack.push_async_callback(_end, watcher)
        yield Hotline(state=state, state_file=file, bridge=bridge, sockets=sockets, failed=failed)


async def _watch(asterisk: AsteriskProcess, calls: asyncio.Task[None], failed: asyncio.Future[str]) -> None:
    ended = asyncio.create_task(asterisk.wait(), name="asterisk")
    try:
        await asyncio.wait([ended, calls], return_when=asyncio.FIRST_COMPLETED)
        failed.set_result(_why(asterisk, calls))
    finally:
        await _end(ended)


def _why(asterisk: AsteriskProcess, calls: asyncio.Task[None]) -> str:
    if not calls.done():
        return f"Asterisk has ended; see {asterisk.log_path}"
    error = None if calls.cancelled() else calls.exception()
    return f"calls are no longer taken: {str(error) or type(error).__name__}"


async def _end(task: asyncio.Task[None] | asyncio.Task[int]) -> None:
    task.cancel()
    await asyncio.wait([task])


@asynccontextmanager
async def _taking_calls(bridge: CallBridge, parts: Parts, *, most: int) -> AsyncGenerator[asyncio.Task[None]]:
    async def answer(line: Line) -> None:
        if bridge.calls_now > most:
            log.warning("call beyond max_calls", extra={"call_id": line.call_id})
            return  # To the queue of people.
        await Session(line, parts, today=today()).run()

    task = asyncio.create_task(bridge.run(answer), name="calls")
    try:
        connected = asyncio.create_task(bridge.connected.wait())
        await asyncio.wait([task, connected], return_when=asyncio.FIRST_COMPLETED, timeout=30)
        if not connected.done():
            connected.cancel()
            error = task.exception() if task.done() and not task.cancelled() else None
            raise NotReadyError("Asterisk did not register the hotline's application") from error
        yield task
    finally:
        await _end(task)


def _state(
    settings: Settings, asterisk: AsteriskProcess, console: socket.socket, feed_url: str, token: str
) -> RunState:
    return RunState(
        pid=os.getpid(),
        asterisk_pid=asterisk.pid or 0,
        sip=asterisk.sip_address,
        number=asterisk.settings.hotline,
        console=f"http://{settings.console.host}:{port_of(console)}/",
        feed=feed_url,
        feed_token=token,
        ari=asterisk.ari_url,
        ari_user=asterisk.settings.ari_user,
        ari_password=asterisk.settings.ari_password,
        agents=tuple(
            AgentSecret(name=agent.name, number=agent.number, password=agent.password)
            for agent in asterisk.settings.agents
        ),
    )
