"""Starts the exchange, the calls processes and the console, keeps them running, and ends them in order."""

import asyncio
import logging
import os
import secrets
import socket
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path

from contracts.clock import Clock, SystemClock
from contracts.tasks import end_tasks
from hotline.guard.applications import Applications
from hotline.guard.chat import chat_socket
from hotline.guard.exchange import Exchange
from hotline.guard.keeper import Keeper
from hotline.guard.media_ports import MediaPorts
from hotline.guard.programs import Programs, programs, slots_on
from hotline.guard.slots import Slot, unwilling
from hotline.guard.steadily import Duty, steadily
from hotline.guard.telling import Telling
from hotline.settings import Settings
from hotline.state import AgentSecret, Feed, RunState, run_dir, started_at, write_state
from hotline.web import listening_socket, port_of
from telephony.ari.client import AriClient
from telephony.asterisk.process import AsteriskProcess
from telephony.errors import AriError

log = logging.getLogger(__name__)

_LOOK_EVERY_S = 0.25


class Guard:
    def __init__(
        self, settings: Settings, exchange: Exchange, applications: Applications, ari: AriClient,
        calls: Mapping[str, Keeper], clock: Clock,
    ) -> None:  # fmt: skip
        self._settings = settings
        self._exchange = exchange
        self._applications = applications
        self._ari = ari
        self._calls = calls
        self._clock = clock

    async def drain(self, *, calls_s: float, people_s: float) -> None:
        """No new calls; those that go on end or go to people. Returns when nobody is left, or the times are over."""
        await self._applications.close()
        for keeper in self._calls.values():
            keeper.retire()
            if keeper.child is not None:
                keeper.child.send({"command": "drain", "seconds": calls_s})
        end = self._clock.now() + calls_s + people_s
        while self._clock.now() < end and await self._somebody_left():
            await self._clock.sleep(_LOOK_EVERY_S)

    async def _somebody_left(self) -> bool:
        try:
            return bool(await self._ari.channels())
        except AriError:
            # One that is slow to answer has its callers still.
            return self._exchange.running.alive


@asynccontextmanager
async def guarding(settings: Settings, clock: Clock | None = None) -> AsyncGenerator[tuple[Guard, RunState, Path]]:
    """Calls are answered when it yields; its end ends everything. Raises `TongdaiError` naming what is wrong."""
    clock = clock or SystemClock()
    async with AsyncExitStack() as stack:
        folder = run_dir(settings)
        folder.mkdir(parents=True, exist_ok=True)
        media = MediaPorts(settings.guard.calls_processes, settings.telephony.media_port)
        stack.callback(media.close)
        console = listening_socket("console.port", settings.console.host, settings.console.port)
        stack.callback(console.close)
        chat = chat_socket(settings)
        if chat is not None:
            stack.callback(chat.close)
        exchange = Exchange(settings, folder, clock)
        await exchange.prepare(media.open)
        stack.push_async_callback(exchange.stop)
        await exchange.start()
        ari = await stack.enter_async_context(exchange.running.ari())
        applications, slots = Applications(ari), slots_on(media.sockets)
        link_key = secrets.token_urlsafe(24) if settings.console.open_link else ""
        below = programs(settings, folder, lambda: exchange.running, ari, applications, slots, console, link_key, clock,
                         chat)  # fmt: skip
        stack.push_async_callback(below.stop)
        await below.start()
        state = partial(
            _state, settings, exchange.running, port_of(console), slots, link_key, _chat_page(settings, chat)
        )
        file = write_state(folder, state())
        stack.callback(file.unlink, missing_ok=True)
        duties = _duties(below, exchange, applications, ari, clock, on_exchange=lambda: _rewrite(folder, state()))
        tasks = [asyncio.create_task(steadily(name, duty, clock), name=name) for name, duty in duties.items()]
        stack.push_async_callback(end_tasks, *tasks)
        exchange.in_service = True
        yield Guard(settings, exchange, applications, ari, below.calls, clock), state(), file


def _duties(
    below: Programs, exchange: Exchange, applications: Applications, ari: AriClient, clock: Clock, *,
    on_exchange: Callable[[], None],
) -> Mapping[str, Duty]:  # fmt: skip
    """By name. `on_exchange`: the exchange was started anew."""

    async def up() -> None:
        await applications.tell()
        on_exchange()

    telling = Telling(calls=below.calls, others=below.others, exchange=exchange, ari=ari, clock=clock)
    return {
        **{f"keeper {number}": keeper.run for number, keeper in enumerate(below.keepers)},
        "exchange": partial(exchange.run, up, ari),
        "applications": partial(applications.keep_told, clock, lambda: unwilling(below.calls.values())),
        "telling": partial(telling.run, below.console),
    }


def _chat_page(settings: Settings, listening: socket.socket | None) -> str:
    return f"http://{settings.chat.host}:{port_of(listening)}/chat" if listening is not None else ""


def _rewrite(folder: Path, state: RunState) -> None:
    try:
        write_state(folder, state)
    except OSError as error:
        log.error("state not written", extra={"error": str(error)})


def _state(
    settings: Settings, asterisk: AsteriskProcess, console_port: int, slots: Sequence[Slot], link_key: str,
    chat_page: str,
) -> RunState:  # fmt: skip
    return RunState(
        pid=os.getpid(),
        started=started_at(os.getpid()),
        asterisk_pid=asterisk.pid or 0,
        sip=asterisk.sip_address,
        number=asterisk.settings.hotline,
        console=f"http://{settings.console.host}:{console_port}/",
        console_link=f"http://{settings.console.host}:{console_port}/open?key={link_key}" if link_key else "",
        chat=chat_page,
        feeds=tuple(Feed(url=slot.feed_url, token=slot.token) for slot in slots),
        ari=asterisk.ari_url,
        ari_user=asterisk.settings.ari_user,
        ari_password=asterisk.settings.ari_password,
        agents=tuple(
            AgentSecret(name=agent.name, number=agent.number, password=agent.password)
            for agent in asterisk.settings.agents
        ),
    )
