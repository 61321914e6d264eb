"""The web chat below the guard, where the settings ask for it."""

import socket

from contracts.clock import Clock
from hotline.guard.child import Child, ChildSpec
from hotline.guard.keeper import Keeper, KeepingRules
from hotline.settings import Settings
from hotline.web import listening_socket

RULES = KeepingRules(silent_s=30, start_s=300, longest_wait_s=60)
"""It runs after calls, and may get little of a busy machine for long."""


def chat_socket(settings: Settings) -> socket.socket | None:
    """None: there is to be no chat. Raises `NotReadyError`."""
    return listening_socket("chat.port", settings.chat.host, settings.chat.port) if settings.chat.enabled else None


def chat_keeper(settings: Settings, listening: socket.socket, clock: Clock) -> Keeper:
    spec = ChildSpec(
        name="chat",
        module="hotline.chat_process",
        greeting={"settings": settings.model_dump(mode="json"), "descriptor": listening.fileno()},
        descriptors=(listening.fileno(),),
    )
    return Keeper(make=lambda: spec, clock=clock, rules=RULES, on_up=_nothing, on_down=_nothing)


async def _nothing(child: Child) -> None:
    return
