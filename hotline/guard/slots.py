"""The calls processes below the guard: each start is an application of its own in the exchange."""

import logging
import secrets
import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from contracts.clock import Clock
from hotline.calls_greeting import Greeting
from hotline.guard.applications import Applications
from hotline.guard.child import Child, ChildSpec
from hotline.guard.disposal import dispose
from hotline.guard.keeper import Keeper, KeepingRules
from hotline.settings import Settings
from hotline.web import port_of
from telephony.ari.client import AriClient
from telephony.asterisk.process import AsteriskProcess

log = logging.getLogger(__name__)

MODULE = "hotline.calls_process"


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A place for a calls process; its socket and token stay when the process is replaced."""

    name: str
    listening: socket.socket
    token: str

    @property
    def feed_url(self) -> str:
        return f"ws://127.0.0.1:{port_of(self.listening)}/feed"


def unwilling(keepers: Iterable[Keeper]) -> list[str]:
    """Applications of the calls processes that say that they take no new calls."""
    return [
        str(child.spec.greeting["app"])
        for keeper in keepers
        if (child := keeper.child) is not None and child.figures.get("draining")
    ]


def calls_keeper(
    slot: Slot, settings: Settings, exchange: Callable[[], AsteriskProcess], ari: AriClient,
    applications: Applications, clock: Clock, console_url: str, rules: KeepingRules | None = None,
) -> Keeper:  # fmt: skip
    """Its callers go to people whenever the process ends; new calls come to it only while it lives."""

    def spec() -> ChildSpec:
        asterisk = exchange()
        greeting = Greeting(
            settings=settings,
            # An incarnation: what is left of an earlier start is never taken for this one's.
            app=f"tongdai-{slot.name}-{secrets.token_hex(4)}",
            ari_url=asterisk.ari_url,
            ari_user=asterisk.settings.ari_user,
            ari_password=asterisk.settings.ari_password,
            media_descriptor=slot.listening.fileno(),
            console_url=console_url,
            token=slot.token,
        )
        return ChildSpec(
            name=f"calls-{slot.name}",
            module=MODULE,
            greeting=greeting.model_dump(mode="json"),
            descriptors=(slot.listening.fileno(),),
            outlives_us=settings.guard.calls_outlive_it,
        )

    async def up(child: Child) -> None:
        await applications.add(str(child.spec.greeting["app"]))

    async def down(child: Child) -> None:
        app = str(child.spec.greeting["app"])
        await applications.remove(app)
        await dispose(ari, app)

    return Keeper(make=spec, clock=clock, rules=rules, on_up=up, on_down=down)
