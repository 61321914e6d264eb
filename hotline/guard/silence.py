"""When a program that lives has answered nothing for so long that it must be taken for frozen."""

from collections.abc import Awaitable, Callable

from contracts.clock import Clock

LOOK_EVERY_S = 1.0
_HELD_UP_S = 8.0
"""A look takes no longer than this, with all its time limits: then we ourselves stood still, and know nothing."""


async def until_silent(answers: Callable[[], Awaitable[bool]], clock: Clock, silent_s: float) -> None:
    """Returns when `answers` has said no for `silent_s`."""
    answered = clock.now()
    while True:
        began = clock.now()
        await clock.sleep(LOOK_EVERY_S)
        it_does = await answers()
        now = clock.now()
        if it_does or now - began > LOOK_EVERY_S + _HELD_UP_S:
            answered = now
        elif now - answered >= silent_s:
            return
