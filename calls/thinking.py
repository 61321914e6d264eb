"""One thread in which meaning is worked out, off the audio's loop; one that does not come back is replaced.

A thread cannot be ended from outside: the hung one is left behind, as a daemon, so that it keeps no program from
ending. Its job fails, and its call with it; the jobs that waited behind it are done by the next thread.
"""

import asyncio
import logging
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor, Future
from queue import SimpleQueue
from typing import Any, ParamSpec, TypeVar

from contracts.errors import TongdaiError

log = logging.getLogger(__name__)

OVERRUN_S = 3.0
"""A turn's meaning takes 10 ms. Shorter than an event of a call may take (`calls.watchdog.HANDLING_S`), so that those
who wait behind a hung job still get their answer."""
MOST_HUNG = 3
"""A process that has left so many threads behind is to be replaced."""

P = ParamSpec("P")
T = TypeVar("T")


class ThinkingOverran(TongdaiError):
    """The job did not end; nobody waits for it any longer."""

    code = "call.thinking_overran"


class _Job:
    def __init__(self, work: Callable[[], Any]) -> None:
        self.work = work
        self.future: Future[Any] = Future()


class ThinkingThread(Executor):
    """An `Executor` for one event loop: `submit` is called on it, and one job runs at a time, in order."""

    def __init__(self, *, overrun_s: float = OVERRUN_S) -> None:
        self._overrun_s = overrun_s
        self._waiting: deque[_Job] = deque()
        self._running: _Job | None = None
        self._overrun: asyncio.TimerHandle | None = None
        self._jobs = self._new_thread()
        self._closed = False
        self.hung = 0
        """Threads that were left behind."""
        self.worn_out = asyncio.Event()
        """There are `MOST_HUNG` of them."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        if self._closed:
            raise RuntimeError("closed")
        job = _Job(lambda: fn(*args, **kwargs))
        self._waiting.append(job)
        self._begin_next()
        return job.future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """What runs is not waited for; what waits is cancelled."""
        self._closed = True
        if self._overrun is not None:
            self._overrun.cancel()
        while self._waiting:
            self._waiting.popleft().future.cancel()
        self._jobs.put(None)

    def _begin_next(self) -> None:
        while self._running is None and self._waiting:
            job = self._waiting.popleft()
            if job.future.set_running_or_notify_cancel():
                loop = asyncio.get_running_loop()
                self._running = job
                self._overrun = loop.call_later(self._overrun_s, self._overran, job)
                self._jobs.put((job, loop))

    def _done(self, job: _Job, result: Any, error: BaseException | None) -> None:
        if job is not self._running:  # It came back after all; its thread ends.
            return
        self._free()
        if error is not None:
            job.future.set_exception(error)
        else:
            job.future.set_result(result)
        self._begin_next()

    def _overran(self, job: _Job) -> None:
        self.hung += 1
        if self.hung >= MOST_HUNG:
            self.worn_out.set()
        log.error("thinking overran", extra={"hung": self.hung, "seconds": self._overrun_s})
        self._free()
        self._jobs.put(None)
        self._jobs = self._new_thread()
        job.future.set_exception(ThinkingOverran(f"not done within {self._overrun_s:g} s"))
        self._begin_next()

    def _free(self) -> None:
        self._running = None
        if self._overrun is not None:
            self._overrun.cancel()

    def _new_thread(self) -> "SimpleQueue[tuple[_Job, asyncio.AbstractEventLoop] | None]":
        jobs: SimpleQueue[tuple[_Job, asyncio.AbstractEventLoop] | None] = SimpleQueue()
        threading.Thread(target=self._work, args=(jobs,), name="meaning", daemon=True).start()
        return jobs

    def _work(self, jobs: "SimpleQueue[tuple[_Job, asyncio.AbstractEventLoop] | None]") -> None:
        while (item := jobs.get()) is not None:
            job, loop = item
            result, error = None, None
            try:
                result = job.work()
            except BaseException as fault:  # noqa: BLE001 – it is whoever submitted the job who is told.
                error = fault
            try:
                loop.call_soon_threadsafe(self._done, job, result, error)
            except RuntimeError:  # The loop is closed: nobody waits.
                return
