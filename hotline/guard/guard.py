"""Starts the exchange, the calls processes and the console, keeps them running, and ends them in order."""

import asyncio
import logging
import os
import secrets
import socket
from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path

from contracts.clock import Clock, SystemClock
from contracts.tasks import end_tasks
from hotline.guard.applications import Applications
from hotline.guard.child import Child, ChildSpec
from hotline.guard.exchange import Exchange
from hotline.guard.keeper import Keeper, KeepingRules
from hotline.guard.media_ports import MediaPorts
from hotline.guard.slots import Slot, calls_keeper
from hotline.guard.steadily import Duty, steadily
from hotline.guard.telling import Telling
from hotline.settings import Settings
from hotline.state import AgentSecret, Feed, RunState, run_dir, write_state
from hotline.web import listening_socket, port_of
from telephony.ari.client import AriClient
from telephony.asterisk.process import AsteriskProcess
from telephony.errors import AriError

log = logging.getLogger(__name__)

_STOP_GRACE_S = 8.0
_LOOK_EVERY_S = 0.25
_BELOW_GUARD = ("--below-guard",)
SHIPPER_RULES = KeepingRules(silent_s=120)
"""A pass may wait for a database that is slow; no caller waits for it."""


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
        exchange = Exchange(settings, folder, clock)
        await exchange.prepare(media.open)
        stack.push_async_callback(exchange.stop)
        await exchange.start()
        ari = await stack.enter_async_context(exchange.running.ari())
        applications = Applications(ari)
        slots = [
            Slot(name=str(number), listening=listening, token=secrets.token_urlsafe(24))
            for number, listening in enumerate(media.sockets)
        ]
        calls = {
            slot.name: calls_keeper(
                slot, settings, lambda: exchange.running, ari, applications, clock, _console_url(settings, console)
            )
            for slot in slots
        }
        link_key = secrets.token_urlsafe(24) if settings.console.open_link else ""
        # A console that is started anew does not take the key a second time.
        keys = [link_key]
        page = Keeper(
            make=lambda: _console(console.fileno(), slots, settings, folder, keys),
            clock=clock,
            on_up=_nothing,
            on_down=_nothing,
        )
        shipper = Keeper(
            make=lambda: _shipper(settings), clock=clock, rules=SHIPPER_RULES, on_up=_nothing, on_down=_nothing
        )
        keepers = [*calls.values(), page, shipper]
        # The shipper's last pass comes when nobody writes any longer.
        stack.push_async_callback(_stop, [shipper])
        stack.push_async_callback(_stop, [*calls.values(), page])
        await _start(keepers)

        async def up() -> None:
            await applications.tell()
            try:
                write_state(folder, _state(settings, exchange.running, port_of(console), slots, link_key))
            except OSError as error:
                log.error("state not written", extra={"error": str(error)})

        state = _state(settings, exchange.running, port_of(console), slots, link_key)
        file = write_state(folder, state)
        stack.callback(file.unlink, missing_ok=True)
        others = {"console": page, "journal": shipper}
        telling = Telling(calls=calls, others=others, exchange=exchange, ari=ari, clock=clock)
        duties: dict[str, Duty] = {
            **{f"keeper {number}": keeper.run for number, keeper in enumerate(keepers)},
            "exchange": partial(exchange.run, up),
            "applications": partial(applications.keep_told, clock),
            "telling": partial(telling.run, page),
        }
        tasks = [asyncio.create_task(steadily(name, duty, clock), name=name) for name, duty in duties.items()]
        stack.push_async_callback(end_tasks, *tasks)
        exchange.in_service = True
        yield Guard(settings, exchange, applications, ari, calls, clock), state, file


async def _start(keepers: list[Keeper]) -> None:
    """All at once. Raises the error of the first that does not come up."""
    starting = [asyncio.create_task(keeper.start(), name="start") for keeper in keepers]
    try:
        await asyncio.gather(*starting)
    finally:
        await end_tasks(*starting)


async def _stop(keepers: list[Keeper]) -> None:
    await asyncio.gather(*(keeper.stop(_STOP_GRACE_S) for keeper in keepers))


async def _nothing(child: Child) -> None:
    return


def _console_url(settings: Settings, listening: socket.socket) -> str:
    return settings.console.url or f"http://{settings.console.host}:{port_of(listening)}/"


def _console(descriptor: int, slots: list[Slot], settings: Settings, folder: Path, keys: list[str]) -> ChildSpec:
    feeds = [{"url": slot.feed_url, "token": slot.token} for slot in slots]
    greeting = {
        "feeds": feeds,
        "descriptor": descriptor,
        "folder": str(folder),
        "phones": [{"name": agent.name, "number": agent.number} for agent in settings.telephony.agents],
        "https": settings.console.url.startswith("https://"),
        "link_key": keys.pop() if keys else "",
    }
    return ChildSpec(name="console", module="hotline.console_process", greeting=greeting, descriptors=(descriptor,))


def _shipper(settings: Settings) -> ChildSpec:
    return ChildSpec(
        name="shipper",
        module="hotline.shipping_process",
        arguments=_BELOW_GUARD,
        greeting={"settings": settings.model_dump(mode="json")},
    )


def _state(
    settings: Settings, asterisk: AsteriskProcess, console_port: int, slots: list[Slot], link_key: str
) -> RunState:
    return RunState(
        pid=os.getpid(),
        asterisk_pid=asterisk.pid or 0,
        sip=asterisk.sip_address,
        number=asterisk.settings.hotline,
        console=f"http://{settings.console.host}:{console_port}/",
        console_link=f"http://{settings.console.host}:{console_port}/open?key={link_key}" if link_key else "",
        feeds=tuple(Feed(url=slot.feed_url, token=slot.token) for slot in slots),
        ari=asterisk.ari_url,
        ari_user=asterisk.settings.ari_user,
        ari_password=asterisk.settings.ari_password,
        agents=tuple(
            AgentSecret(name=agent.name, number=agent.number, password=agent.password)
            for agent in asterisk.settings.agents
        ),
    )
