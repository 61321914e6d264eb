"""Keeps one worker process running: one that ends is replaced, and so is one that lives and does not answer."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from contracts.workers import Header, WorkerDead, WorkerError, WorkerProcess, WorkerStartError, end_task

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """The worker answers a `ping` frame between two batches; any frame of it is a sign of life."""

    ping_s: float = 0.5
    patience: int = 5
    """So many pings in a row without a sign of life: the worker hangs, which is noticed within 3 s.

    Pings are counted rather than seconds, so that a pause of this process is not taken for one of the worker.
    """
    longest_wait_s: float = 30.0
    """Between two starts of a worker that does not come up, or does not last."""
    proven_s: float = 10.0
    """A worker that lasted so long is replaced without a wait."""


class WorkerKeeper:
    """`on_lost` is called as soon as a worker is given up: what it was doing has failed."""

    def __init__(
        self,
        module: str,
        args: Sequence[str],
        *,
        on_message: Callable[[Header, bytes], None],
        on_lost: Callable[[], None],
        watch: Watch | None = None,
    ) -> None:
        self._module = module
        self._args = tuple(args)
        self._on_message = on_message
        self._on_lost = on_lost
        self._watch = watch or Watch()
        self._worker: WorkerProcess | None = None
        self._running = asyncio.Event()
        self._lost = asyncio.Event()
        self._keeper: asyncio.Task[None] | None = None
        self._unanswered = 0
        self._asked_at = 0.0

    async def start(self) -> None:
        """Raises `WorkerError` if the first worker does not start."""
        await self._start_worker()
        self._keeper = asyncio.create_task(self._keep(), name=f"keeper of {self._module}")

    @property
    def pid(self) -> int | None:
        return self._worker.pid if self._worker else None

    @property
    def silent_ms(self) -> float:
        """For how long a ping has been waiting for a sign of life; 0 if none is."""
        return (time.monotonic() - self._asked_at) * 1000 if self._unanswered else 0.0

    async def running(self) -> None:
        """Returns as soon as there is a worker."""
        await self._running.wait()

    def send(self, header: Header, payload: bytes = b"") -> None:
        """Never blocks. Raises `WorkerDead`, `WorkerBusy`."""
        if self._worker is None:
            raise WorkerDead(f"{self._module} is not running")
        self._worker.send(header, payload)

    async def close(self) -> None:
        """Idempotent."""
        if self._keeper is not None:
            await end_task(self._keeper)
            self._keeper = None
        worker = self._worker
        if worker is not None:
            self._lose(worker)
            await worker.stop()

    async def _start_worker(self) -> None:
        def receive(header: Header, payload: bytes) -> None:
            if worker is self._worker:
                self._unanswered = 0
                self._on_message(header, payload)

        worker = WorkerProcess(self._module, self._args, on_message=receive, on_exit=lambda code: self._lose(worker))
        try:
            await worker.start()
        except BaseException as error:
            # Also where this is cancelled: a process that nobody knows of would stay.
            await worker.stop(grace_s=0)
            if isinstance(error, OSError):
                raise WorkerStartError(f"{self._module}: {error}") from error
            raise
        if not worker.alive:
            raise WorkerStartError(f"{self._module}: ended as soon as it was ready")
        self._worker, self._unanswered = worker, 0
        self._running.set()

    async def _keep(self) -> None:
        starts = 0
        while True:
            began = time.monotonic()
            await self._watch_worker()
            self._lost.clear()
            lasted = time.monotonic() - began >= self._watch.proven_s
            starts = await self._replace(0 if lasted else starts)

    async def _watch_worker(self) -> None:
        """Returns when there is no worker any more."""
        while (worker := self._worker) is not None:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._lost.wait(), self._watch.ping_s)
                return
            if self._unanswered >= self._watch.patience:
                log.error("worker hangs", extra={"worker": self._module, "silent_ms": round(self.silent_ms)})
                self._lose(worker)
                await worker.stop(grace_s=0)
            else:
                self._ping(worker)

    def _ping(self, worker: WorkerProcess) -> None:
        if not self._unanswered:
            self._asked_at = time.monotonic()
        self._unanswered += 1
        # A full pipe is silence too, and a worker that has ended is told of by its exit.
        with contextlib.suppress(WorkerError):
            worker.send({"type": "ping"})

    async def _replace(self, starts: int) -> int:
        """Waits longer after each start that came to nothing, of which there were `starts`; how many there are now."""
        while True:
            await asyncio.sleep(min(self._watch.longest_wait_s, 2.0 ** min(starts - 1, 10) if starts else 0.0))
            starts += 1
            try:
                await self._start_worker()
            except WorkerError:
                log.exception("worker does not start", extra={"worker": self._module, "starts": starts})
            else:
                log.warning("worker replaced", extra={"worker": self._module, "starts": starts})
                return starts

    def _lose(self, worker: WorkerProcess) -> None:
        if worker is not self._worker:
            return
        self._worker, self._unanswered = None, 0
        self._running.clear()
        self._lost.set()
        self._on_lost()
