"""Who of those who ring is answered: a burst of calls must not take the time of callers who talk.

A set-up is eight requests and a websocket; handing a caller to people is three requests. So those who cannot be taken
are told apart before the set-up, and only a few set-ups go on at once: the renewals of the dead-man's timers of calls
that go on wait behind their requests.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

AT_ONCE = 6
"""Set-ups. One takes 20 to 40 ms on a machine that has time for it."""
WAIT_S = 1.5
"""The longest that a caller waits for his set-up to begin; the dead-man's timer is 4 s."""


class Doorkeeper:
    def __init__(
        self, has_room: Callable[[int], bool] = lambda calls: True, *, at_once: int = AT_ONCE, wait_s: float = WAIT_S
    ) -> None:
        """`has_room`: whether so many calls, the one that rings among them, can go on."""
        self._has_room = has_room
        self._turns = asyncio.Semaphore(at_once)
        self._wait_s = wait_s
        self.inside = 0
        """Calls that were let in and are not over, those in set-up among them."""

    @asynccontextmanager
    async def letting_in(self) -> AsyncGenerator[bool]:
        """For the whole call. False: it is not to be answered."""
        if not self._has_room(self.inside + 1):
            yield False
            return
        self.inside += 1
        try:
            yield True
        finally:
            self.inside -= 1

    @asynccontextmanager
    async def set_up_turn(self) -> AsyncGenerator[bool]:
        """For the set-up. False: too many wait for theirs."""
        try:
            async with asyncio.timeout(self._wait_s):
                await self._turns.acquire()
        except TimeoutError:
            yield False
            return
        try:
            yield True
        finally:
            self._turns.release()
