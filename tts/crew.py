"""The worker processes of one engine: sentences are shared out, the dead and the hung are replaced."""

import asyncio
import contextlib
import itertools
import logging
from dataclasses import dataclass, field

from contracts.errors import TongdaiError
from contracts.workers import Header, WorkerBusy, WorkerDead, WorkerError, WorkerProcess, WorkerStartError, end_task
from tts.errors import EngineBroken

log = logging.getLogger(__name__)

AHEAD_S = 4.0
"""Audio of one sentence that is made before some of it has been taken; seconds."""
_RESTART_DELAYS_S = (0.0, 0.5, 1.0, 2.0, 5.0)
_WORKER = "tts.worker"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    pcm: bytes
    words_at: int


@dataclass(slots=True)
class Slot:
    """A place for one process; `process` is None while it is being replaced."""

    process: WorkerProcess | None = None
    spoken: dict[int, "Spoken"] = field(default_factory=dict[int, "Spoken"])
    suspected: asyncio.TimerHandle | None = None
    """Runs out when the process has not answered a ping."""
    failures: int = 0
    """In a row, without a sentence finished."""


class Spoken:
    """One sentence on its way."""

    def __init__(self, crew: "Crew", slot: Slot, number: int) -> None:
        self._crew = crew
        self._slot = slot
        self._number = number
        self._arrived: asyncio.Queue[Chunk | TongdaiError | None] = asyncio.Queue()
        self._over = False

    async def take(self, timeout_s: float) -> Chunk | None:
        """The next audio, None at the end.

        Raises `WorkerDead`, `EngineBroken`, and `TimeoutError` when nothing came for `timeout_s`.
        """
        async with asyncio.timeout(timeout_s):
            item = await self._arrived.get()
        if isinstance(item, TongdaiError):
            raise item
        if item is not None:
            self._send({"type": "allow", "id": self._number, "samples": len(item.pcm) // 2})
        return item

    def put(self, item: Chunk | TongdaiError | None) -> None:
        if not isinstance(item, Chunk):
            self._over = True
            self._slot.spoken.pop(self._number, None)
        self._arrived.put_nowait(item)

    def close(self) -> None:
        """Stops the work if it is not finished; idempotent."""
        if not self._over:
            self._over = True
            self._slot.spoken.pop(self._number, None)
            self._send({"type": "cancel", "id": self._number})

    def blame(self) -> None:
        """The process does not answer: end it, and with it this sentence."""
        self._crew.replace(self._slot)

    def suspect(self, answer_s: float) -> None:
        """The process is late: unless it answers within `answer_s` it is replaced."""
        self._crew.suspect(self._slot, answer_s)

    def _send(self, header: Header) -> None:
        if self._slot.process is not None:
            with contextlib.suppress(WorkerDead, WorkerBusy):
                self._slot.process.send(header)


class Crew:
    """`size` processes that speak with one engine, variant and rate."""

    def __init__(self, engine: str, *, rate_hz: int, variant: str | None, size: int, most_waiting: int = 64) -> None:
        self.engine = engine
        self.model = ""
        """Known after `start`."""
        self.replaced = 0
        """Processes that had to be replaced; a counter for the metrics."""
        self._args = ["--engine", engine, "--rate-hz", str(rate_hz)] + (["--variant", variant] if variant else [])
        self._rate_hz = rate_hz
        self._slots = [Slot() for _ in range(size)]
        self._most_waiting = most_waiting
        self._numbers = itertools.count(1)
        self._vacant: asyncio.Queue[tuple[Slot, WorkerProcess | None]] = asyncio.Queue()
        """Places to fill again, with the process to end first."""
        self._processes: set[WorkerProcess] = set()
        """All that were started and not yet ended, those on their way in or out as well."""
        self._keeper: asyncio.Task[None] | None = None
        self._changed = asyncio.Condition()

    async def start(self) -> None:
        """Raises `EngineBroken` when no process could be started; those missing are tried again later."""
        results = await asyncio.gather(*(self._fill(slot) for slot in self._slots), return_exceptions=True)
        faults = [fault for fault in results if isinstance(fault, BaseException)]
        if len(faults) == len(self._slots):
            raise EngineBroken(f"engine {self.engine}: {faults[0]}")
        for slot in self._slots:
            if slot.process is None:
                self._vacant.put_nowait((slot, None))
        self._keeper = asyncio.create_task(self._keep(), name=f"voice crew {self.engine}")

    async def close(self) -> None:
        if self._keeper is not None:
            await end_task(self._keeper)
            self._keeper = None
        for slot in self._slots:
            self._fail(slot)
            slot.process = None
        await asyncio.gather(*(process.stop() for process in self._processes))
        self._processes.clear()

    def speak(self, words: str, rate: float) -> Spoken:
        """Gives the sentence to the least busy process.

        Raises `WorkerDead`: none is running; `WorkerBusy`: too many wait.
        """
        slots = [slot for slot in self._slots if slot.process is not None and slot.process.alive]
        if not slots:
            raise WorkerDead(f"engine {self.engine}: no process is running")
        slot = min(slots, key=lambda slot: (slot.suspected is not None, len(slot.spoken)))
        if len(slot.spoken) >= self._most_waiting:
            raise WorkerBusy(f"engine {self.engine}: {len(slot.spoken)} sentences wait")
        number = next(self._numbers)
        spoken = Spoken(self, slot, number)
        assert slot.process is not None
        allowance = int(AHEAD_S * self._rate_hz)
        slot.process.send({"type": "speak", "id": number, "words": words, "rate": rate, "allowance": allowance})
        slot.spoken[number] = spoken
        return spoken

    def pids(self) -> tuple[int, ...]:
        """Of the processes that run now."""
        return tuple(slot.process.pid for slot in self._slots if slot.process is not None and slot.process.pid)

    def waiting(self) -> int:
        """Sentences that are not finished."""
        return sum(len(slot.spoken) for slot in self._slots)

    def speaking(self, pid: int) -> bool:
        """Whether that process has a sentence to finish."""
        return any(slot.process is not None and slot.process.pid == pid and slot.spoken for slot in self._slots)

    async def wait_for_replacements(self, count: int) -> None:
        """Until that many processes have been replaced and all run."""
        async with self._changed:
            await self._changed.wait_for(lambda: self.replaced >= count and len(self.pids()) == len(self._slots))

    async def wait_for(self, running: int) -> None:
        """Until that many processes run."""
        async with self._changed:
            await self._changed.wait_for(lambda: len(self.pids()) >= running)

    def replace(self, slot: Slot) -> None:
        """A process that hangs is killed and another started; what it was saying fails with `WorkerDead`."""
        if slot.process is not None:
            log.warning("voice.worker_replaced", extra={"engine": self.engine})
            self._vacate(slot, slot.process)

    def suspect(self, slot: Slot, answer_s: float) -> None:
        if slot.process is None or slot.suspected is not None:
            return
        with contextlib.suppress(WorkerDead, WorkerBusy):
            slot.process.send({"type": "ping", "id": 0})
        slot.suspected = asyncio.get_running_loop().call_later(answer_s, self.replace, slot)

    def _vacate(self, slot: Slot, process: WorkerProcess) -> None:
        slot.process = None
        self.replaced += 1
        slot.failures += 1
        self._fail(slot)
        self._vacant.put_nowait((slot, process))

    def _fail(self, slot: Slot) -> None:
        _trust(slot)
        for spoken in list(slot.spoken.values()):
            spoken.put(WorkerDead(f"engine {self.engine}: the process has ended"))

    async def _keep(self) -> None:
        while True:
            slot, process = await self._vacant.get()
            if process is not None:
                await process.stop(grace_s=0)
                self._processes.discard(process)
            await asyncio.sleep(_RESTART_DELAYS_S[min(slot.failures, len(_RESTART_DELAYS_S)) - 1])
            try:
                await self._fill(slot)
            except (WorkerError, OSError) as error:
                log.error("voice.worker_failed", extra={"engine": self.engine, "error": str(error)})
                slot.failures += 1
                self._vacant.put_nowait((slot, None))

    async def _fill(self, slot: Slot) -> None:
        process = WorkerProcess(
            _WORKER,
            self._args,
            on_message=lambda header, payload: self._receive(slot, header, payload),
            on_exit=lambda code: self._lost(slot, process),
        )
        self._processes.add(process)
        try:
            ready = await process.start()
        except (WorkerError, OSError):
            self._processes.discard(process)
            raise
        if not process.alive:
            # Its end was told when it had no place yet; nobody would replace it.
            self._processes.discard(process)
            raise WorkerStartError(f"engine {self.engine}: ended as soon as it was ready")
        self.model = str(ready["model"])
        slot.process = process
        async with self._changed:
            self._changed.notify_all()

    def _lost(self, slot: Slot, process: WorkerProcess) -> None:
        if slot.process is process:
            self._vacate(slot, process)

    def _receive(self, slot: Slot, header: Header, payload: bytes) -> None:
        _trust(slot)
        spoken = slot.spoken.get(int(header["id"]))
        if spoken is None:
            return
        if header["type"] == "audio":
            spoken.put(Chunk(pcm=payload, words_at=int(header["words_at"])))
        elif header["type"] == "done":
            slot.failures = 0
            spoken.put(None)
        else:
            spoken.put(EngineBroken(f"engine {self.engine}: {header['code']}"))


def _trust(slot: Slot) -> None:
    if slot.suspected is not None:
        slot.suspected.cancel()
        slot.suspected = None
