"""The one thing that an ear waits for beside the audio: a recogniser's answer."""

import asyncio
import logging
from collections.abc import Callable, Coroutine

from asr.errors import EarError

log = logging.getLogger(__name__)

Work = Callable[[], Coroutine[None, None, None]]


class EarWork:
    """Runs at most one thing; what is begun overtakes what still runs."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, work: Work, on_failure: Callable[[EarError], None]) -> None:
        """`on_failure` is told of every way in which `work` fails, but not of an end by `cancel` or another `begin`."""
        self.cancel()
        task = asyncio.get_running_loop().create_task(_guarded(work, on_failure), name="ear")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    @property
    def busy(self) -> bool:
        return any(not task.done() for task in self._tasks)

    def cancel(self) -> None:
        for task in self._tasks:
            task.cancel()

    async def ended(self) -> None:
        """Returns when nothing runs any more."""
        if self._tasks:
            await asyncio.wait(set(self._tasks))


async def _guarded(work: Work, on_failure: Callable[[EarError], None]) -> None:
    try:
        await work()
    except EarError as error:
        on_failure(error)
    except Exception:
        log.exception("ear task failed")
        on_failure(EarError("fault"))
