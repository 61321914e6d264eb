"""The programs that run beside the exchange: what each is told at its start, and which of them callers depend on."""

import asyncio
import logging
import secrets
import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from contracts.clock import Clock
from contracts.tasks import end_tasks
from hotline.guard.applications import Applications
from hotline.guard.chat import chat_keeper
from hotline.guard.child import Child, ChildSpec, StartFailed
from hotline.guard.keeper import Keeper, KeepingRules
from hotline.guard.slots import Slot, calls_keeper
from hotline.settings import Settings
from hotline.state import content_store
from hotline.web import port_of
from telephony.ari.client import AriClient
from telephony.asterisk.process import AsteriskProcess

log = logging.getLogger(__name__)

STOP_GRACE_S = 8.0
_BELOW_GUARD = ("--below-guard",)
SHIPPER_RULES = KeepingRules(silent_s=120, longest_wait_s=60)
"""A pass may wait for a database that is slow; no caller waits for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Programs:
    calls: Mapping[str, Keeper]
    console: Keeper
    shipper: Keeper
    chat: Keeper | None = None

    @property
    def others(self) -> Mapping[str, Keeper]:
        """By the names that figures give them."""
        chat = {"chat": self.chat} if self.chat is not None else {}
        return {"console": self.console, "journal": self.shipper, **chat}

    @property
    def keepers(self) -> Sequence[Keeper]:
        return [*self.calls.values(), *self.others.values()]

    async def start(self) -> None:
        """Calls are answered when it returns. Raises the error of the first calls process that does not come up.

        Nobody on the telephone needs the others: the console gets its chance, shipper and chat start beside the calls,
        and their keepers try again.
        """
        starting = [asyncio.create_task(keeper.start(), name="start") for keeper in self.calls.values()]
        page = asyncio.create_task(_started(self.console), name="start")
        try:
            await asyncio.gather(*starting)
            await page
        finally:
            await end_tasks(*starting, page)

    async def stop(self) -> None:
        """The shipper's last pass comes when nobody writes any longer."""
        writing = [keeper for keeper in self.keepers if keeper is not self.shipper]
        await asyncio.gather(*(keeper.stop(STOP_GRACE_S) for keeper in writing))
        await self.shipper.stop(STOP_GRACE_S)


async def _started(keeper: Keeper) -> None:
    try:
        await keeper.start()
    except (StartFailed, OSError) as error:
        log.error("hotline begins without it", extra={"child": keeper.name, "error": str(error)})


def programs(
    settings: Settings, folder: Path, exchange: Callable[[], AsteriskProcess], ari: AriClient,
    applications: Applications, slots: Sequence[Slot], console: socket.socket, link_key: str, clock: Clock,
    chat: socket.socket | None = None,
) -> Programs:  # fmt: skip
    """`console`, `chat`: their listening sockets. `link_key`: signs in once, without a user; empty: nobody."""
    # A console that is started anew does not take the key a second time.
    keys = [link_key]
    url = settings.console.url or f"http://{settings.console.host}:{port_of(console)}/"
    return Programs(
        calls={slot.name: calls_keeper(slot, settings, exchange, ari, applications, clock, url) for slot in slots},
        console=Keeper(
            make=lambda: _console(console.fileno(), slots, settings, folder, keys),
            clock=clock,
            on_up=_nothing,
            on_down=_nothing,
        ),
        shipper=Keeper(
            make=lambda: _shipper(settings), clock=clock, rules=SHIPPER_RULES, on_up=_nothing, on_down=_nothing
        ),
        chat=chat_keeper(settings, chat, clock) if chat is not None else None,
    )


def slots_on(sockets: Sequence[socket.socket]) -> list[Slot]:
    return [
        Slot(name=str(number), listening=listening, token=secrets.token_urlsafe(24))
        for number, listening in enumerate(sockets)
    ]


async def _nothing(child: Child) -> None:
    return


def _console(descriptor: int, slots: Sequence[Slot], settings: Settings, folder: Path, keys: list[str]) -> ChildSpec:
    feeds = [{"url": slot.feed_url, "token": slot.token} for slot in slots]
    greeting = {
        "feeds": feeds,
        "descriptor": descriptor,
        "folder": str(folder),
        "on_air": str(content_store(settings)),
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
