"""A process with conversations follows the board, off its loop."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Protocol

from calls.on_air.board import OnAirBoard
from calls.on_air.errors import BoardUnreadable
from contracts.clock import Clock
from contracts.on_air import OnAir, Stop
from contracts.tasks import end_tasks

log = logging.getLogger(__name__)

LOOK_EVERY_S = 1.0
EVERYTHING_STOPPED = OnAir(stops=(Stop(code=""),))


class Conversations(Protocol):
    """`calls.control.CallControl` has those of a calls process."""

    def put_on_air(self, on_air: OnAir) -> None:
        """For those that go on and those to come; from the next answer on."""
        ...


class OnAirWatch:
    """A board that cannot be read leaves what was known; at the start, when nothing is, nothing is answered:
    somebody may have stopped what would be said.
    """

    def __init__(self, board: OnAirBoard, conversations: Conversations) -> None:
        self._board = board
        self._conversations = conversations
        self._trouble = ""
        self._known = False

    async def watch(self, clock: Clock) -> None:
        """Until cancelled."""
        while True:
            try:
                await self.look()
            except Exception:
                # Nobody waits for this task: ended unseen, it would leave every later stop without effect.
                log.exception("what is stopped was not looked at")
            await clock.sleep(LOOK_EVERY_S)

    async def look(self) -> None:
        try:
            on_air = await asyncio.to_thread(self._board.on_air)
        except BoardUnreadable as error:
            if str(error) != self._trouble:
                log.error("what is stopped cannot be read", extra={"why": str(error)})
            self._trouble = str(error)
            if not self._known:
                self._conversations.put_on_air(EVERYTHING_STOPPED)
            return
        self._trouble, self._known = "", True
        self._conversations.put_on_air(on_air)


@asynccontextmanager
async def following(board: OnAirBoard, conversations: Conversations, clock: Clock) -> AsyncGenerator[None]:
    """What is stopped is known when it yields, and followed until it ends."""
    watch = OnAirWatch(board, conversations)
    await watch.look()
    watching = asyncio.create_task(watch.watch(clock), name="on air")
    try:
        yield
    finally:
        await end_tasks(watching)
