"""The times of an ear, and how it asks how complete a text is."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from asr.speech_onset import OnsetSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class EarSettings:
    pre_roll_ms: int = 300
    """Audio before the first speech that the recogniser gets, so that no first consonant is lost."""
    noise_ms: int = 1000
    """Up to so much speech in which no word was understood is noise; more of it is a turn without words."""
    wordless_ms: int = 6000
    """A turn that has gone on for so long without a word is over: music, a machine, a language that is not known."""
    after_noise_ms: int = 1500
    """The least time that is left to speak after a noise, before the caller counts as silent."""
    answer_ms: int = 5000
    """The longest that the recogniser's answer is waited for, on the line's clock; then the turn has failed."""
    told_every_ms: int = 100
    """Speech that goes on is told of whenever so much more of it was heard."""
    told_up_to_ms: int = 3000
    """After that everybody knows that it is a turn."""
    glances_ms: tuple[int, ...] = (500, 600, 700)
    """Speech into what the hotline says after which the recogniser is asked what it has, as its own first text comes up
    to 200 ms later; what shows listening is mostly over by then."""
    onset: OnsetSettings = field(default_factory=OnsetSettings)


Completeness = Callable[[str], Awaitable[float]]
"""How far a text is a whole thing to say, 0–1; the interpreter knows."""


async def whole(_: str) -> float:
    return 1.0
