"""The people's recogniser as the calls process sees it: passes audio to the worker, and text back."""

import asyncio
import contextlib
import itertools
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from asr.errors import EarError, RecognizerBusy, RecognizerUnavailable
from asr.models import ensure_people
from asr.people.keeper import Watch, WorkerKeeper
from asr.people.limits import MAX_STREAMS
from asr.people.nbest import from_wire
from asr.recognizer import OnPartial, Partial, RecognizerLoad
from contracts.expectation import Expectation
from contracts.heard import Hypothesis
from contracts.workers import Header, WorkerBusy, WorkerDead, WorkerError

log = logging.getLogger(__name__)

RATES_HZ = (8000, 16000)
_WORKER = "asr.people.worker"
_PIECE_BYTES = 1600
"""100 ms at 8 kHz, a quarter of what the model takes at once: each piece wakes a worker."""
_LOST = "the recogniser's process has ended"


class PeopleRecognizer:
    """Behind `asr.recognizer.PooledRecognizer`. Make it with `start_people`."""

    def __init__(
        self,
        model: Path,
        vocabulary: Path,
        *,
        module: str = _WORKER,
        watch: Watch | None = None,
    ) -> None:
        args = [str(model), str(vocabulary)]
        self._keeper = WorkerKeeper(module, args, on_message=self._receive, on_lost=self._fail_all, watch=watch)
        self._numbers = itertools.count(1)
        self._open: dict[int, PeopleRecognition] = {}
        self._requests: dict[int, asyncio.Future[Any]] = {}
        self._behind_ms = 0.0

    async def start(self) -> None:
        """Raises `RecognizerUnavailable`."""
        try:
            await self._keeper.start()
        except WorkerError as error:
            raise RecognizerUnavailable(str(error)) from error

    @property
    def pid(self) -> int | None:
        return self._keeper.pid

    async def running(self) -> None:
        """Returns as soon as there is a worker."""
        await self._keeper.running()

    def load(self) -> RecognizerLoad:
        """As the worker last told, twice a second; one that is silent is behind by its silence."""
        return RecognizerLoad(
            behind_ms=max(self._behind_ms, self._keeper.silent_ms),
            open_streams=len(self._open),
            capacity=MAX_STREAMS if self._keeper.pid is not None else 0,
        )

    def open(
        self, *, rate_hz: int, expectation: Expectation, on_partial: OnPartial, language_model: Path | None = None
    ) -> "PeopleRecognition":
        """Raises `ValueError` for a rate other than 8000 or 16000 Hz."""
        if rate_hz not in RATES_HZ:
            raise ValueError(f"rate_hz: {rate_hz} is not one of {RATES_HZ}")
        name = next(self._numbers)
        self.send(
            {"type": "open", "stream": name, "rate_hz": rate_hz, "kind": expectation.kind,
             "phrases": list(expectation.phrases), "language_model": str(language_model or "")}
        )  # fmt: skip
        recognition = self._open[name] = PeopleRecognition(self, name, on_partial)
        return recognition

    def unload(self, language_model: Path) -> None:
        # A worker that is gone has nothing loaded, nor has one that came after it.
        with contextlib.suppress(EarError):
            self.send({"type": "unload", "language_model": str(language_model)})

    async def cpu_s(self) -> float:
        return float(await self.request({"type": "cpu"}))

    async def close(self) -> None:
        await self._keeper.close()
        self._fail_all()

    def send(self, header: Header, payload: bytes = b"") -> None:
        try:
            self._keeper.send(header, payload)
        except WorkerDead as error:
            raise RecognizerUnavailable(_LOST) from error
        except WorkerBusy as error:
            raise RecognizerBusy("the recogniser does not keep up") from error

    async def request(self, header: dict[str, Any]) -> Any:
        """One that is no longer awaited is withdrawn: the worker drops it if it has not begun with it."""
        number = next(self._numbers)
        answer = self._requests[number] = asyncio.get_running_loop().create_future()
        try:
            self.send(header | {"request": number})
            return await answer
        except asyncio.CancelledError:
            with contextlib.suppress(EarError):
                self.send({"type": "withdraw", "request": number})
            raise
        finally:
            self._requests.pop(number, None)

    def forget(self, name: int) -> None:
        self._open.pop(name, None)

    def _fail_all(self) -> None:
        lost = RecognizerUnavailable(_LOST)
        for recognition in self._open.values():
            recognition.failure = lost
        self._open.clear()
        for answer in self._requests.values():
            if not answer.done():
                answer.set_exception(lost)
        self._behind_ms = 0.0

    def _receive(self, header: Header, payload: bytes) -> None:
        match header["type"]:
            case "partial":
                if (recognition := self._open.get(header["stream"])) is not None:
                    recognition.hear(header)
            case "result":
                self._settle(header["request"], header["hypotheses"])
            case "pong":
                self._behind_ms = float(header["behind_ms"])
            case "cpu":
                self._settle(header["request"], header["cpu_s"])
            case "refused":
                self._refused(header)
            case "model_refused":
                log.error("language model refused", extra={"file": header["language_model"], "why": header["reason"]})
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
    """Behind `asr.recognizer.PooledRecognition`."""

    def __init__(self, recognizer: PeopleRecognizer, name: int, on_partial: OnPartial) -> None:
        self._recognizer = recognizer
        self._name = name
        self._on_partial = on_partial
        self._over = False
        self._unsent = bytearray()
        self.failure: EarError | None = None
        """Why there will be no result."""

    def feed(self, pcm: bytes) -> None:
        if self.failure is not None or self._over:
            return
        self._unsent += pcm
        if len(self._unsent) >= _PIECE_BYTES:
            self._send_audio()

    def _send_audio(self) -> None:
        piece = bytes(self._unsent)
        self._unsent.clear()
        try:
            if piece:
                self._recognizer.send({"type": "feed", "stream": self._name}, piece)
        except EarError as error:
            self.failure = error

    async def peek(self) -> tuple[Hypothesis, ...]:
        return await self._ask("peek")

    async def finish(self) -> tuple[Hypothesis, ...]:
        try:
            found = await self._ask("finish")
        except BaseException:
            # Nobody waits any more; the worker must not keep the stream.
            self.cancel()
            raise
        self._over = True
        self._recognizer.forget(self._name)
        return found

    def cancel(self) -> None:
        if self._over:
            return
        self._over = True
        self._recognizer.forget(self._name)
        # A worker that is gone has nothing left to cancel, and one that came after it knows nothing of this stream.
        with contextlib.suppress(EarError):
            self._recognizer.send({"type": "cancel", "stream": self._name})

    def hear(self, header: Mapping[str, Any]) -> None:
        self._on_partial(
            Partial(text=header["text"], confidence=header["confidence"], stable_chars=header["stable_chars"])
        )

    async def _ask(self, kind: str) -> tuple[Hypothesis, ...]:
        if not self._over:
            self._send_audio()
        if self.failure is not None:
            raise self.failure
        if self._over:
            raise RecognizerUnavailable("the recognition is over")
        return from_wire(await self._recognizer.request({"type": kind, "stream": self._name}))


async def start_people() -> PeopleRecognizer:
    """Fetches the model if it is missing, and starts the worker. Raises `EarError`."""
    model = await asyncio.to_thread(ensure_people)
    recognizer = PeopleRecognizer(model.onnx, model.vocabulary)
    await recognizer.start()
    return recognizer
