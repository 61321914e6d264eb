"""Barge-in in two stages: a voice pauses our speech; words or enough speech make it the caller's turn, else we go on.

A pause loses nothing (the line continues from the exact place), so the first stage may be quick and the second sure.
"""

from dataclasses import dataclass
from enum import StrEnum

from contracts.syllables import tokens

BACKCHANNELS = frozenset(("dạ vâng ừ ờ à ạ ừm ờm ok ô kê rồi thế phải đúng vậy hả há hở hử ơ ồ ừa").split())
"""Words that show listening, in Northern, Central and Southern speech; alone they are no turn."""


class Verdict(StrEnum):
    WAIT = "wait"
    INTERRUPT = "interrupt"
    """The turn is the caller's: what we were saying is dropped."""
    RESUME = "resume"
    """A false alarm: go on from the exact place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BargeInPolicy:
    sure_speech_ms: int = 600
    """Speech as long as this is a turn even without recognised words."""
    min_words: int = 1
    """Recognised words, backchannels not counted, that make a turn."""

    def while_speaking(self, *, speech_ms: float, text: str, being_said: str) -> Verdict:
        """The caller is making sound: `text` is what was recognised so far, `being_said` our current sentence."""
        if speech_ms >= self.sure_speech_ms:
            return Verdict.INTERRUPT
        return Verdict.INTERRUPT if self._is_turn(text, being_said) else Verdict.WAIT

    def after_speech(self, *, text: str, being_said: str) -> Verdict:
        """The caller has stopped: a turn, or a cough, a backchannel, an echo of ours."""
        return Verdict.INTERRUPT if self._is_turn(text, being_said) else Verdict.RESUME

    def _is_turn(self, text: str, being_said: str) -> bool:
        words = tokens(text)
        telling = [word for word in words if word not in BACKCHANNELS]
        return len(telling) >= self.min_words and not _contained(words, tokens(being_said))


def _contained(words: list[str], ours: list[str]) -> bool:
    """Whether `words` stand in `ours` in this order, one after the other: an echo."""
    return any(ours[at : at + len(words)] == words for at in range(len(ours) - len(words) + 1))
