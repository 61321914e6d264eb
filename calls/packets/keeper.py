"""Keeps the packets of the calls that go on up to date: on disk, and as a summary on the caller's channel.

So whoever hands a caller over when this process has died — the guard, the dialplan — hands over what was known. Both
happen beside the call: no turn waits for them, and their failures are logged and concern nobody else.
"""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from calls.packets.collector import PacketCollector
from calls.packets.files import KeptPacket, PacketFiles
from calls.recorder import Listener
from contracts.call_event import CallEvent
from contracts.clock import Clock, SystemClock
from contracts.errors import TongdaiError

log = logging.getLogger(__name__)

PRUNE_EVERY_S = 600.0
GONE_AFTER_S = 2.0
"""After a call's end: whoever was hung up is gone then, and whoever went to people is with them."""


@dataclass(slots=True, kw_only=True)
class _Call:
    collector: PacketCollector
    key: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    dirty: bool = True
    page_told: bool = False
    handed_over: bool = False
    over: bool = False
    task: asyncio.Task[None] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """What is asked of it; `telephony.call_notes` has both. Each raises `TongdaiError`."""

    leave_note: Callable[[str, str, str], Awaitable[None]]
    """Call id, summary, URL of the page (empty: it was told)."""
    has_caller: Callable[[str], Awaitable[bool]]
    """Whether the caller of that call is still there."""


class PacketKeeper:
    def __init__(
        self, files: PacketFiles, exchange: Exchange, *, page: Callable[[str, str], str], clock: Clock | None = None
    ) -> None:
        """`page`: the URL by call id and key."""
        self._files = files
        self._exchange = exchange
        self._page = page
        self._clock = clock or SystemClock()
        self._calls: dict[str, _Call] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def listener(self, names: Callable[[str], str]) -> Listener:
        """For the recorders of calls. `names`: a procedure's name by its code."""

        def take(event: CallEvent) -> None:
            if event.kind == "call.started":
                self._calls[event.call_id] = _Call(collector=PacketCollector(event, names))
            call = self._calls.get(event.call_id)
            if call is not None:
                self._take(event, call)

        return take

    async def run(self) -> None:
        """Removes old packets from time to time; until cancelled."""
        while True:
            try:
                await asyncio.to_thread(self._files.prune)
            except OSError as error:
                log.warning("old handoff packets not removed", extra={"error": error.strerror})
            await self._clock.sleep(PRUNE_EVERY_S)

    async def close(self) -> None:
        """What has not been written by now is not written."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def settled(self) -> None:
        """Until there is nothing to write or to tell."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    def _take(self, event: CallEvent, call: _Call) -> None:
        call.dirty = call.collector.take(event) or call.dirty
        match event.kind:
            case "handoff.started":
                call.handed_over = True
            case "handoff.failed":
                call.handed_over = False
            case "call.ended":
                call.over = True
            case _:
                pass
        if (call.dirty or call.over) and call.task is None:
            call.task = asyncio.create_task(self._keep(event.call_id, call), name=f"handoff packet {event.call_id}")
            self._tasks.add(call.task)
            call.task.add_done_callback(self._tasks.discard)

    async def _keep(self, call_id: str, call: _Call) -> None:
        try:
            while call.dirty:
                call.dirty = False
                await self._write(call_id, call)
                await self._tell(call_id, call)
        finally:
            call.task = None
        if call.over:
            del self._calls[call_id]
            await self._put_away(call_id, call)

    async def _write(self, call_id: str, call: _Call) -> None:
        packet = call.collector.packet(self._clock.utc())
        try:
            await asyncio.to_thread(self._files.write, KeptPacket(packet=packet, key=call.key))
        except (OSError, ValueError) as error:
            log.warning("handoff packet not written", extra={"call_id": call_id, "error": type(error).__name__})

    async def _tell(self, call_id: str, call: _Call) -> None:
        if call.handed_over or call.over:
            # The transfer has a summary of its own, which a late note would replace.
            return
        page = "" if call.page_told else self._page(call_id, call.key)
        try:
            await self._exchange.leave_note(call_id, call.collector.packet(self._clock.utc()).summary(), page)
            call.page_told = True
        except TongdaiError as error:
            log.info("handoff summary not left", extra={"call_id": call_id, "code": error.code})

    async def _put_away(self, call_id: str, call: _Call) -> None:
        """The packet of a caller who is gone, and was with nobody, is of no use."""
        if call.handed_over:
            return
        await self._clock.sleep(GONE_AFTER_S)
        try:
            if not await self._exchange.has_caller(call_id):
                await asyncio.to_thread(self._files.remove, call_id)
        except (TongdaiError, OSError) as error:
            log.info("handoff packet left", extra={"call_id": call_id, "error": type(error).__name__})
