"""The hotline's own Asterisk below the guard: started or adopted, and started again when it ends."""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable
from pathlib import Path

from contracts.clock import Clock
from contracts.tasks import end_tasks
from hotline.guard.exchange_state import ExchangeState, read_exchange_state, same_but_for_chance
from hotline.guard.silence import until_silent
from hotline.handoffs import call_backs_folder
from hotline.prompts import ensure_prompts
from hotline.settings import Settings
from hotline.setup import fetch_asterisk
from telephony.ari.client import AriClient
from telephony.asterisk.installation import Installation
from telephony.asterisk.ports import free_ports
from telephony.asterisk.process import AsteriskProcess
from telephony.asterisk.settings import AgentAccount, AsteriskSettings
from telephony.errors import AsteriskError, AsteriskStartError

log = logging.getLogger(__name__)

_STATE = "exchange.json"
_FIRST_WAIT_S = 0.1
_LONGEST_WAIT_S = 10.0
_FROZEN_GRACE_S = 1.0
_REFUSED_AT_ONCE = 10
"""Callers for whom a calls process has no room, and whom it hands to people itself, with a record."""

MediaPortsOf = Callable[[tuple[int, ...]], Awaitable[tuple[int, ...]]]
"""Given the ports that the exchange knows (empty: none yet), those that it is to know."""


class Exchange:
    """`start`, then `run` as a task, then `stop`."""

    def __init__(self, settings: Settings, folder: Path, clock: Clock) -> None:
        self._settings = settings
        self._folder = folder / "asterisk"
        self._state = folder / _STATE
        self._clock = clock
        self.process: AsteriskProcess | None = None
        self.restarts = 0
        self.frozen = 0
        """Times it was ended because it answered nothing."""
        self.in_service = False
        """The hotline has come up on it; until then calls on one that was adopted are not ours to end."""

    @property
    def running(self) -> AsteriskProcess:
        assert self.process is not None
        return self.process

    async def prepare(self, media_ports: MediaPortsOf) -> None:
        """Installs it where it is missing, and finds out whether one runs here already. Raises `AsteriskError`."""
        installation = await asyncio.to_thread(fetch_asterisk)
        left = read_exchange_state(self._state)
        if left is not None and await self._adopted(installation, left, media_ports):
            return
        wanted = _wanted(self._settings, await media_ports(()))
        self.process = self._made(installation, wanted)
        await ensure_prompts(self.process.sounds_dir, engine=self._settings.speech.engine)

    async def start(self) -> None:
        """Ready when it returns. Raises `AsteriskError`."""
        process = self.running
        if not process.alive:
            await process.start()
        try:
            await process.wait_ready()
        except BaseException:
            await process.stop()
            raise
        try:
            ExchangeState(pid=process.pid or 0, settings=process.settings).write(self._state)
        except OSError as error:
            # It answers calls all the same; only the next guard will not know of it.
            log.error("state of asterisk not written", extra={"error": str(error)})

    async def run(self, on_up: Callable[[], Awaitable[None]], ari: AriClient) -> None:
        """Until cancelled. `on_up`: after each start anew."""
        wait_s = _FIRST_WAIT_S
        while True:
            began = self._clock.now()
            if self.running.alive:
                await self._until_down(ari)
            wait_s = _FIRST_WAIT_S if self._clock.now() - began > _LONGEST_WAIT_S else min(wait_s * 2, _LONGEST_WAIT_S)
            await self._clock.sleep(wait_s)
            self.restarts += 1
            try:
                await self.start()
            except AsteriskError as error:
                log.error("asterisk does not start", extra={"code": error.code, "error": str(error)})
            except OSError as error:
                log.error("asterisk does not start", extra={"error": str(error)})
            else:
                await on_up()

    async def _until_down(self, ari: AriClient) -> None:
        """Until it has ended, by itself or because it does nothing any longer."""
        process = self.running
        ended = asyncio.create_task(process.wait(), name="end of asterisk")
        silent = asyncio.create_task(
            until_silent(lambda: process.answers(ari), self._clock, self._settings.guard.asterisk_silent_s),
            name="silence of asterisk",
        )
        try:
            await asyncio.wait([ended, silent], return_when=asyncio.FIRST_COMPLETED)
            if not ended.done():
                silent.result()
                log.error("asterisk is silent", extra={"pid": process.pid})
                self.frozen += 1
                await process.stop(_FROZEN_GRACE_S)
        finally:
            await end_tasks(ended, silent)
        log.error("asterisk has ended", extra={"log": str(process.log_path)})
        await process.stop()

    async def stop(self) -> None:
        if self.process is not None:
            if not self.in_service and self.process.release():
                log.warning("adopted asterisk is left to its calls")
                return
            await self.process.stop()
        self._state.unlink(missing_ok=True)

    def _made(self, installation: Installation, settings: AsteriskSettings) -> AsteriskProcess:
        bound = not self._settings.guard.calls_outlive_it
        return AsteriskProcess(installation, settings, self._folder, dies_with_parent=bound)

    async def _adopted(self, installation: Installation, left: ExchangeState, media_ports: MediaPortsOf) -> bool:
        process = self._made(installation, left.settings)
        if not process.adopt(left.pid):
            return False
        known = left.settings.media_ports
        wanted = _wanted(self._settings, known, left.settings.agents)
        if not same_but_for_chance(wanted, left.settings, free=_left_open(self._settings)):
            log.warning("asterisk of other settings is ended", extra={"pid": left.pid})
            await process.stop()
            return False
        try:
            await process.wait_ready(self._settings.guard.asterisk_silent_s)
        except AsteriskStartError:
            log.error("asterisk that was left is silent", extra={"pid": left.pid})
            await process.stop(_FROZEN_GRACE_S)
            return False
        await media_ports(known)
        self.process = process
        return True


def _wanted(settings: Settings, media_ports: tuple[int, ...], known: tuple[AgentAccount, ...] = ()) -> AsteriskSettings:
    """`known`: agents that keep the passwords which they got by chance."""
    phone, free = settings.telephony, free_ports()
    kept = {agent.name: agent.password for agent in known}
    return AsteriskSettings(
        sip_host=phone.sip_host,
        sip_port=phone.sip_port or free.sip,
        http_port=phone.ari_port or free.http,
        media_ports=media_ports,
        rtp_start=phone.rtp_start or free.rtp_start,
        rtp_end=phone.rtp_start + phone.rtp_ports if phone.rtp_start else free.rtp_end,
        trunks=phone.trunks,
        agents=tuple(
            AgentAccount(
                name=agent.name,
                number=agent.number,
                password=agent.password or kept.get(agent.name) or secrets.token_urlsafe(12),
            )
            for agent in phone.agents
        ),
        hotline=phone.number,
        queue_max_s=phone.queue_max_s,
        wait_max_s=phone.wait_max_s,
        stasis_apps=(),
        most_inside=settings.guard.calls_processes * (phone.max_calls + _REFUSED_AT_ONCE),
        call_backs_dir=call_backs_folder(settings),
    )


def _left_open(settings: Settings) -> frozenset[str]:
    """Fields of `_wanted` that chance decides."""
    phone = settings.telephony
    decided = {"sip_port": phone.sip_port, "http_port": phone.ari_port, "rtp_start": phone.rtp_start}
    found = {name for name, value in decided.items() if not value}
    if "rtp_start" in found:
        found.add("rtp_end")
    return frozenset(found)
