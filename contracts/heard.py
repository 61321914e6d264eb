"""What the ear made of one turn of the caller."""

from dataclasses import dataclass
from enum import StrEnum

from contracts.expectation import Expectation


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One syllable as recognised."""

    text: str
    start_sample: int
    """On the line's clock."""
    end_sample: int
    confidence: float
    """0–1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hypothesis:
    text: str
    """Lower case, NFC, syllables separated by one space, numbers as words; empty: nothing was said."""
    confidence: float
    """Posterior probability among what could have been said, 0–1; those of one n-best list add up to at most 1."""
    words: tuple[Word, ...] = ()


class Ended(StrEnum):
    """Why the turn ended."""

    ENDPOINT = "endpoint"
    MAX_TURN = "max_turn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One finished turn; sample positions are on the line's clock."""

    hypotheses: tuple[Hypothesis, ...]
    """Best first; never empty (a turn without words has one hypothesis with an empty text)."""
    start_sample: int
    """Of the first speech, without the pre-roll."""
    end_sample: int
    """Of the last speech, without the silence that ended the turn."""
    expectation: Expectation
    ended: Ended = Ended.ENDPOINT
    endpoint_ms: float = 0.0
    """Silence that was waited for after `end_sample`; milliseconds."""
    recognition_ms: float = 0.0
    """From the decision that the turn is over to the finished text; milliseconds."""

    @property
    def text(self) -> str:
        return self.hypotheses[0].text

    @property
    def confidence(self) -> float:
        return self.hypotheses[0].confidence
