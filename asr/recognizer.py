"""What every engine gives: a recogniser that opens recognitions, one for each turn of a caller."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from asr.errors import EarError
from contracts.expectation import Expectation
from contracts.heard import Hypothesis


@dataclass(frozen=True, slots=True, kw_only=True)
class Partial:
    """What has been understood of a turn that goes on."""

    text: str
    """Lower case, NFC."""
    confidence: float
    """0–1."""
    stable_chars: int
    """So many characters at the beginning are not likely to change."""


OnPartial = Callable[[Partial], None]


class Recognition(Protocol):
    """One turn. Positions of words count from the first sample that was fed, at the rate it was opened with."""

    def feed(self, pcm: bytes) -> None:
        """Takes PCM16 mono of any length; never blocks. What an engine cannot take shows in `peek` and `finish`."""
        ...

    async def peek(self) -> tuple[Hypothesis, ...]:
        """The result as if the audio ended now; feeding may go on. Best first, never empty. Raises `EarError`."""
        ...

    async def finish(self) -> tuple[Hypothesis, ...]:
        """The result; the recognition is over. Best first, never empty. Raises `EarError`."""
        ...

    def cancel(self) -> None:
        """Ends the recognition without a result; idempotent, and nothing to do after `finish`."""
        ...


class Recognizer(Protocol):
    def open(self, *, rate_hz: int, expectation: Expectation, on_partial: OnPartial) -> Recognition:
        """Raises `RecognizerUnavailable`, `RecognizerBusy`."""
        ...

    async def cpu_s(self) -> float:
        """Processor seconds that the engine has used so far outside this process."""
        ...

    async def close(self) -> None:
        """Idempotent."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RecognizerLoad:
    behind_ms: float
    """How long it takes to work off the audio and requests that wait; what lasts above 400 ms is falling behind."""
    open_streams: int
    capacity: int
    """Recognitions that can be open at once; 0: it is down."""


IDLE = RecognizerLoad(behind_ms=0.0, open_streams=0, capacity=1)


class PooledRecognition(Recognition, Protocol):
    """One that tells early that it is lost, so that another recogniser can take the turn over."""

    @property
    def failure(self) -> EarError | None:
        """Why there will be no result."""
        ...


class PooledRecognizer(Recognizer, Protocol):
    """One of several that `asr.sharing.SharedRecognizer` makes one of."""

    def open(
        self, *, rate_hz: int, expectation: Expectation, on_partial: OnPartial, language_model: Path | None = None
    ) -> PooledRecognition:
        """`language_model`: the file that this turn leans towards, loaded with its first turn; None: none."""
        ...

    def unload(self, language_model: Path) -> None:
        """No further turn leans towards it; those that are open keep it."""
        ...

    def load(self) -> RecognizerLoad:
        """What is known already; asks nobody."""
        ...

    async def running(self) -> None:
        """Returns as soon as it can take a turn."""
        ...
