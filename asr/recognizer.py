"""What every engine gives: a recogniser that opens recognitions, one for each turn of a caller."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

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
