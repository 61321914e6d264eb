"""Several recognisers as one: turns are spread over them, and a turn whose recogniser is lost goes on with another.

So that it can, the audio of each open turn is kept until its result is there: as long as the longest turn, and no more
(340 kB at 8 kHz for a turn of 20 s; 20 MB for 60 of them). A turn moves once: audio that ends the recogniser it is fed
to must not end all of them. Where none runs, a result that is asked for waits a while for the first that does.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from asr.errors import EarError, RecognizerUnavailable
from asr.recognizer import OnPartial, Partial, PooledRecognition, PooledRecognizer, RecognizerLoad
from contracts.audio import SAMPLE_BYTES, ms_to_samples
from contracts.expectation import Expectation
from contracts.heard import Hypothesis

log = logging.getLogger(__name__)

_LATE_MS = 1000.0
"""A recogniser that is so far behind, or silent for so long, gets new turns only when all are."""
_BEYOND_TURN_MS = 1500
"""Of audio is kept beyond the longest turn: what was before its first speech, and what came while it was ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Opening:
    rate_hz: int
    expectation: Expectation
    on_partial: OnPartial
    language_model: Path | None


class SharedRecognizer:
    """An `asr.recognizer.Recognizer` that tells its load."""

    def __init__(self, recognizers: Sequence[PooledRecognizer], *, replacement_s: float = 5.0) -> None:
        """At least one, started; they become this one's and are closed with it.

        `replacement_s`: how long a lost turn waits where no recogniser runs; one starts in a second or two.
        """
        self._recognizers = tuple(recognizers)
        self._replacement_s = replacement_s
        self._open = [0] * len(self._recognizers)
        self._users: Counter[Path] = Counter()

    def open(
        self, *, rate_hz: int, expectation: Expectation, on_partial: OnPartial, language_model: Path | None = None
    ) -> "SharedRecognition":
        """Raises what the recognisers raise, if all of them do."""
        opening = _Opening(
            rate_hz=rate_hz, expectation=expectation, on_partial=on_partial, language_model=language_model
        )
        return SharedRecognition(self, opening)

    def use(self, language_model: Path) -> None:
        """Somebody's turns lean towards it from now on, until `leave`."""
        self._users[language_model] += 1

    def leave(self, language_model: Path) -> None:
        """After the last one who uses it no recogniser keeps it."""
        self._users[language_model] -= 1
        if self._users[language_model] <= 0:
            del self._users[language_model]
            for recognizer in self._recognizers:
                recognizer.unload(language_model)

    def load(self) -> RecognizerLoad:
        """Of those that run; behind is what the least of them is, where the next turn can go."""
        loads = [recognizer.load() for recognizer in self._recognizers]
        return RecognizerLoad(
            behind_ms=min((one.behind_ms for one in loads if one.capacity), default=0.0),
            open_streams=sum(one.open_streams for one in loads),
            capacity=sum(one.capacity for one in loads),
        )

    def place(
        self, opening: _Opening, on_partial: OnPartial, *, last: int | None = None
    ) -> tuple[int, PooledRecognition]:
        """Opened at the one with the fewest turns open that takes it, and its number. `last` is tried last."""
        failure: EarError = RecognizerUnavailable("no recogniser")
        for at in sorted(range(len(self._open)), key=lambda at: (at == last, self._late(at), self._open[at])):
            try:
                recognition = self._recognizers[at].open(
                    rate_hz=opening.rate_hz,
                    expectation=opening.expectation,
                    on_partial=on_partial,
                    language_model=opening.language_model,
                )
            except EarError as error:
                failure = error
            else:
                self._open[at] += 1
                return at, recognition
        raise failure

    def _late(self, at: int) -> bool:
        return self._recognizers[at].load().behind_ms >= _LATE_MS

    async def some_running(self) -> None:
        """Returns when one can take a turn, or none has come in time."""
        coming = [asyncio.create_task(one.running(), name="recogniser comes") for one in self._recognizers]
        try:
            await asyncio.wait(coming, timeout=self._replacement_s, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in coming:
                task.cancel()
            await asyncio.wait(coming)

    def ended(self, at: int) -> None:
        self._open[at] -= 1

    async def cpu_s(self) -> float:
        return sum([await recognizer.cpu_s() for recognizer in self._recognizers])

    async def close(self) -> None:
        for recognizer in self._recognizers:
            await recognizer.close()


class SharedRecognition:
    """Behind `asr.recognizer.Recognition`."""

    def __init__(self, owner: SharedRecognizer, opening: _Opening) -> None:
        self._owner = owner
        self._opening = opening
        self._kept: bytearray | None = bytearray()
        """All audio so far; None once the turn can no longer move."""
        self._moved = False
        self._told_chars = 0
        self._over = False
        self._at, self._recognition = owner.place(opening, self._hear)

    def feed(self, pcm: bytes) -> None:
        if self._over:
            return
        if self._kept is not None:
            self._kept += pcm
            if len(self._kept) > self._most_bytes():
                self._kept = None
        if self._recognition.failure is None or not self._move():
            self._recognition.feed(pcm)

    async def peek(self) -> tuple[Hypothesis, ...]:
        return await self._ask(lambda recognition: recognition.peek())

    async def finish(self) -> tuple[Hypothesis, ...]:
        try:
            return await self._ask(lambda recognition: recognition.finish())
        finally:
            self._end()

    def cancel(self) -> None:
        self._recognition.cancel()
        self._end()

    def _most_bytes(self) -> int:
        longest = self._opening.expectation.max_turn_ms + _BEYOND_TURN_MS
        return ms_to_samples(longest, self._opening.rate_hz) * SAMPLE_BYTES

    async def _ask(
        self, question: Callable[[PooledRecognition], Awaitable[tuple[Hypothesis, ...]]]
    ) -> tuple[Hypothesis, ...]:
        while True:
            asked = self._recognition
            try:
                return await question(asked)
            except EarError:
                if not await self._goes_on(asked):
                    raise

    async def _goes_on(self, lost: PooledRecognition) -> bool:
        """Whether the turn is, or comes to be, with another recogniser than the one that lost it."""
        if self._recognition is lost and not self._move() and self._kept is not None:
            await self._owner.some_running()
        # Audio that came meanwhile may have moved it.
        return not self._over and (self._recognition is not lost or self._move())

    def _move(self) -> bool:
        """All audio so far goes to another recogniser; whether there was one to take it."""
        if self._kept is None or self._over:
            return False
        try:
            at, recognition = self._owner.place(self._opening, self._hear, last=self._at)
        except EarError:
            return False
        self._owner.ended(self._at)
        self._recognition.cancel()
        self._at, self._recognition = at, recognition
        self._moved, kept, self._kept = True, bytes(self._kept), None
        recognition.feed(kept)
        log.warning("turn moved", extra={"recogniser": at, "audio_bytes": len(kept)})
        return True

    def _hear(self, partial: Partial) -> None:
        """What is understood of audio that is heard once more is told from where it is news."""
        if not self._moved or len(partial.text) >= self._told_chars:
            self._told_chars = len(partial.text)
            self._opening.on_partial(partial)

    def _end(self) -> None:
        if not self._over:
            self._over, self._kept = True, None
            self._owner.ended(self._at)
