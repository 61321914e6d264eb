"""What the guard does from its start to its end, whatever goes wrong meanwhile."""

import logging
from collections.abc import Awaitable, Callable

from contracts.clock import Clock

log = logging.getLogger(__name__)

AGAIN_S = 1.0

Duty = Callable[[], Awaitable[None]]


async def steadily(name: str, duty: Duty, clock: Clock) -> None:
    """Until `duty` returns, or this is cancelled: one that fails is logged and begun again."""
    while True:
        try:
            await duty()
        except Exception:
            # Nobody waits for these tasks: one that ended unseen would leave what it watches unwatched.
            log.exception("duty failed", extra={"duty": name})
        else:
            return
        await clock.sleep(AGAIN_S)
