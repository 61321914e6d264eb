"""The people's recogniser as the calls process sees it: starts the worker, restarts it, and passes audio and text."""

import asyncio
import contextlib
import itertools
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from asr.errors import EarError, RecognizerBusy, RecognizerUnavailable
from asr.models import ensure_people
from asr.people.nbest import from_wire
from asr.recognizer import OnPartial, Partial
from contracts.expectation import Expectation
from contracts.heard import Hypothesis
from contracts.workers import Header, WorkerBusy, WorkerDead, WorkerError, WorkerProcess

log = logging.getLogger(__name__)

RATES_HZ = (8000, 16000)
_LONGEST_WAIT_S = 30.0
"""Between two starts of a worker that does not come up."""
_LOST = "the recogniser's process has ended"


class PeopleRecognizer:
    """Behind `asr.recognizer.Recognizer`. Make it with `start_people`."""

    def __init__(self, model: Path, vocabulary: Path, language_model: Path | None) -> None:
        self._args = [str(path) for path in (model, vocabulary, language_model) if path is not None]
        self._worker: WorkerProcess | None = None
        self._numbers = itertools.count(1)
        self._open: dict[int, PeopleRecognition] = {}
        self._requests: dict[int, asyncio.Future[Any]] = {}
        self._lost = asyncio.Event()
        self._running = asyncio.Event()
        self._keeper: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Raises `RecognizerUnavailable`."""
        self._worker = await self._start_worker()
        self._running.set()
        self._keeper = asyncio.create_task(self._keep(), name="people recogniser keeper")

    @property
    def pid(self) -> int | None:
        return self._worker.pid if self._worker else None

    async def running(self) -> None:
        """Returns as soon as there is a worker."""
        await self._running.wait()

    def open(self, *, rate_hz: int, expectation: Expectation, on_partial: OnPartial) -> "PeopleRecognition":
        """Raises `ValueError` for a rate other than 8000 or 16000 Hz."""
        if rate_hz not in RATES_HZ:
            raise ValueError(f"rate_hz: {rate_hz} is not one of {RATES_HZ}")
        name = next(self._numbers)
        self.send(
            {"type": "open", "stream": name, "rate_hz": rate_hz, "kind": expectation.kind,
             "phrases": list(expectation.phrases)}
        )  # fmt: skip
        recognition = self._open[name] = PeopleRecognition(self, name, on_partial)
        return recognition

    async def cpu_s(self) -> float:
        return float(await self.request({"type": "cpu"}))

    async def close(self) -> None:
        if self._keeper is not None:
            self._keeper.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._keeper
            self._keeper = None
        if self._worker is not None:
            await self._worker.stop()
            self._worker = None
        self._fail_all()

    def send(self, header: Header, payload: bytes = b"") -> None:
        if self._worker is None:
            raise RecognizerUnavailable(_LOST)
        try:
            self._worker.send(header, payload)
        except WorkerDead as error:
            raise RecognizerUnavailable(_LOST) from error
        except WorkerBusy as error:
            raise RecognizerBusy("the recogniser does not keep up") from error

    async def request(self, header: dict[str, Any]) -> Any:
        number = next(self._numbers)
        answer = self._requests[number] = asyncio.get_running_loop().create_future()
        try:
            self.send(header | {"request": number})
            return await answer
        finally:
            self._requests.pop(number, None)

    def forget(self, name: int) -> None:
        self._open.pop(name, None)

    async def _start_worker(self) -> WorkerProcess:
        worker = WorkerProcess(
            "asr.people.worker", self._args, on_message=self._receive, on_exit=lambda code: self._lost.set()
        )
        try:
            await worker.start()
        except WorkerError as error:
            raise RecognizerUnavailable(str(error)) from error
        return worker

    async def _keep(self) -> None:
        """Replaces the worker whenever it ends; waits longer after each start that fails."""
        while True:
            await self._lost.wait()
            self._lost.clear()
            self._running.clear()
            self._worker = None
            self._fail_all()
            for attempt in itertools.count():
                await asyncio.sleep(min(_LONGEST_WAIT_S, 0.0 if not attempt else 2.0 ** (attempt - 1)))
                try:
                    self._worker = await self._start_worker()
                    self._running.set()
                    log.warning("recogniser restarted", extra={"attempt": attempt + 1})
                    break
                except RecognizerUnavailable:
                    log.exception("recogniser does not start", extra={"attempt": attempt + 1})

    def _fail_all(self) -> None:
        lost = RecognizerUnavailable(_LOST)
        for recognition in self._open.values():
            recognition.failure = lost
        self._open.clear()
        for answer in self._requests.values():
            if not answer.done():
                answer.set_exception(lost)

    def _receive(self, header: Header, payload: bytes) -> None:
        match header["type"]:
            case "partial":
                if (recognition := self._open.get(header["stream"])) is not None:
                    recognition.hear(header)
            case "result":
                self._settle(header["request"], header["hypotheses"])
            case "cpu":
                self._settle(header["request"], header["cpu_s"])
            case "refused":
                self._refused(header)
            case kind:
                log.error("unknown frame", extra={"frame": kind})

    def _settle(self, request: int, value: Any) -> None:
        if (answer := self._requests.get(request)) is not None and not answer.done():
            answer.set_result(value)

    def _refused(self, header: Header) -> None:
        kind = RecognizerBusy if header["code"] == RecognizerBusy.code else RecognizerUnavailable
        error = kind(header["reason"])
        recognition = self._open.pop(header["stream"], None)
        if recognition is not None:
            recognition.failure = error
        if (answer := self._requests.get(header["request"] or 0)) is not None and not answer.done():
            answer.set_exception(error)


class PeopleRecognition:
    """Behind `asr.recognizer.Recognition`."""

    def __init__(self, recognizer: PeopleRecognizer, name: int, on_partial: OnPartial) -> None:
        self._recognizer = recognizer
        self._name = name
        self._on_partial = on_partial
        self._over = False
        self.failure: EarError | None = None
        """Why there will be no result."""

    def feed(self, pcm: bytes) -> None:
        if self.failure is not None or self._over:
            return
        try:
            self._recognizer.send({"type": "feed", "stream": self._name}, pcm)
        except EarError as error:
            self.failure = error

    async def peek(self) -> tuple[Hypothesis, ...]:
        return await self._ask("peek")

    async def finish(self) -> tuple[Hypothesis, ...]:
        try:
            return await self._ask("finish")
        finally:
            self._over = True
            self._recognizer.forget(self._name)

    def cancel(self) -> None:
        if self._over:
            return
        self._over = True
        self._recognizer.forget(self._name)
        if self.failure is None:
            # A worker that is gone has nothing left to cancel.
            with contextlib.suppress(EarError):
                self._recognizer.send({"type": "cancel", "stream": self._name})

    def hear(self, header: Mapping[str, Any]) -> None:
        self._on_partial(
            Partial(text=header["text"], confidence=header["confidence"], stable_chars=header["stable_chars"])
        )

    async def _ask(self, kind: str) -> tuple[Hypothesis, ...]:
        if self.failure is not None:
            raise self.failure
        if self._over:
            raise RecognizerUnavailable("the recognition is over")
        return from_wire(await self._recognizer.request({"type": kind, "stream": self._name}))


async def start_people(*, language_model: Path | None = None) -> PeopleRecognizer:
    """Fetches the model if it is missing, and starts the worker. Raises `EarError`."""
    model = await asyncio.to_thread(ensure_people)
    recognizer = PeopleRecognizer(model.onnx, model.vocabulary, language_model)
    await recognizer.start()
    return recognizer
