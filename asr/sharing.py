"""Several recognisers as one: each turn goes to the one with the fewest turns open, so that all cores help."""

import contextlib
from collections.abc import Sequence

from asr.errors import EarError
from asr.recognizer import OnPartial, Recognition, Recognizer
from contracts.expectation import Expectation
from contracts.heard import Hypothesis


class SharedRecognizer:
    def __init__(self, recognizers: Sequence[Recognizer]) -> None:
        """At least one, started; they become this one's and are closed with it."""
        self._recognizers = tuple(recognizers)
        self._open = [0] * len(self._recognizers)

    def open(self, *, rate_hz: int, expectation: Expectation, on_partial: OnPartial) -> Recognition:
        """Raises what the recogniser raises."""
        order = sorted(range(len(self._open)), key=self._open.__getitem__)
        for at in order[:-1]:
            # One that is gone has no turns open and would attract all of them.
            with contextlib.suppress(EarError):
                return self._open_at(at, rate_hz, expectation, on_partial)
        return self._open_at(order[-1], rate_hz, expectation, on_partial)

    def _open_at(self, at: int, rate_hz: int, expectation: Expectation, on_partial: OnPartial) -> Recognition:
        recognition = self._recognizers[at].open(rate_hz=rate_hz, expectation=expectation, on_partial=on_partial)
        self._open[at] += 1
        return _Counted(recognition, self, at)

    def ended(self, at: int) -> None:
        self._open[at] -= 1

    async def cpu_s(self) -> float:
        return sum([await recognizer.cpu_s() for recognizer in self._recognizers])

    async def close(self) -> None:
        for recognizer in self._recognizers:
            await recognizer.close()


class _Counted:
    """A recognition that tells once when it is over."""

    def __init__(self, recognition: Recognition, owner: SharedRecognizer, at: int) -> None:
        self._recognition = recognition
        self._owner: SharedRecognizer | None = owner
        self._at = at

    def feed(self, pcm: bytes) -> None:
        self._recognition.feed(pcm)

    async def peek(self) -> tuple[Hypothesis, ...]:
        return await self._recognition.peek()

    async def finish(self) -> tuple[Hypothesis, ...]:
        try:
            return await self._recognition.finish()
        finally:
            self._end()

    def cancel(self) -> None:
        self._recognition.cancel()
        self._end()

    def _end(self) -> None:
        if self._owner is not None:
            self._owner.ended(self._at)
            self._owner = None
