"""Barge-in in two stages: a voice pauses our speech; words or enough speech make it the caller's turn, else we go on.

A pause loses nothing (the line continues from the exact place), so the first stage may be quick and the second sure.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from contracts.expectation import Expectation, Expecting
from contracts.syllables import fold, is_within, syllables


class Verdict(StrEnum):
    WAIT = "wait"
    INTERRUPT = "interrupt"
    """The turn is the caller's: what we were saying is dropped."""
    RESUME = "resume"
    """A false alarm: go on from the exact place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interruption:
    """What is known of a voice over our speech."""

    speech_ms: float
    text: str = ""
    """As far as it was recognised."""
    confidence: float = 1.0
    """0–1."""
    being_said: str = ""
    """Our sentence."""
    left_ms: float | None = None
    """How much of the sentence is still to be heard; None: not known yet."""
    expectation: Expectation | None = None
    """What is listened for right after the sentence; None: we go on speaking after it."""
    background: bool = False
    """So much softer than this caller that somebody else is speaking."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BargeInPolicy:
    """Times measured with eight voices of ours: a backchannel of one or two words is 100 to 610 ms of detected speech,
    one of three words up to 860 ms; of those that are misheard, what was recognised is sure in none of 192."""

    backchannels: tuple[str, ...] = (
        "dạ", "vâng", "ừ", "ừm", "ờ", "ờm", "à", "ạ", "ơ", "ồ", "ừa", "hả", "ok", "ô kê", "thế à", "thế ạ", "vậy à",
        "vậy hả", "rồi", "đúng", "đúng rồi", "phải", "hiểu rồi", "cháu nghe", "tôi nghe", "em nghe", "con nghe",
        "anh nghe", "chị nghe", "nghe rồi", "đây", "ca", "coca", "vô ca", "vô ok",
    )  # fmt: skip
    """Phrases that show listening, in Northern, Central and Southern speech; alone they are no turn.
    The last four are what the recogniser makes of "ok"."""
    one_word_turns: tuple[str, ...] = ("không", "thôi", "khoan", "dừng", "alo", "nhầm", "sai")
    """Words that are a turn though they are alone and short; any other short word alone is as likely misheard."""
    sure_speech_ms: int = 500
    """Speech as long as this with words that are no backchannel is a turn."""
    sure_backchannel_ms: int = 950
    """Speech as long as this is a turn although what was recognised of it so far is a backchannel or nothing: there is
    more of it than has been recognised."""
    short_ms: int = 600
    """Up to so much speech, what was recognised counts only if it is sure."""
    unsure_word_ms: int = 700
    """Up to so much, if it is one word."""
    sure_confidence: float = 0.5
    wordless_ms: int = 1500
    """Speech as long as this in which no word was recognised is noise: we go on."""
    nearly_heard_ms: int = 1200
    """An answer may come when so much of the question is left."""
    _phrases: tuple[tuple[str, ...], ...] = field(init=False, default=())
    _words: frozenset[str] = field(init=False, default=frozenset())

    def __post_init__(self) -> None:
        phrases = {_sounds(phrase) for phrase in self.backchannels}
        object.__setattr__(self, "_phrases", tuple(sorted(phrases, key=len, reverse=True)))
        object.__setattr__(self, "_words", frozenset(_sounds(" ".join(self.one_word_turns))))

    def while_speaking(self, voice: Interruption) -> Verdict:
        """The caller is making sound."""
        words = _sounds(voice.text)
        if voice.background:
            return Verdict.RESUME
        if not words:
            return Verdict.RESUME if voice.speech_ms >= self.wordless_ms else Verdict.WAIT
        if is_within(words, _sounds(voice.being_said)):
            return Verdict.INTERRUPT if voice.speech_ms >= self.wordless_ms else Verdict.WAIT
        telling = self._beyond_backchannels(words)
        if not telling or self._may_become_backchannel(telling):
            return Verdict.INTERRUPT if voice.speech_ms >= self.sure_backchannel_ms else Verdict.WAIT
        if voice.confidence >= self.sure_confidence:
            return Verdict.INTERRUPT if len(telling) > 1 or voice.speech_ms >= self.sure_speech_ms else Verdict.WAIT
        return Verdict.INTERRUPT if voice.speech_ms >= self._unsure_ms(telling) else Verdict.WAIT

    def after_speech(self, voice: Interruption) -> Verdict:
        """The caller has stopped: a turn, or a cough, a backchannel, an echo of ours."""
        words = _sounds(voice.text)
        if not words:
            return Verdict.RESUME
        if self._is_awaited(voice):
            return Verdict.INTERRUPT
        if voice.background:
            return Verdict.RESUME
        telling = self._beyond_backchannels(words)
        if not telling or is_within(words, _sounds(voice.being_said)):
            return Verdict.RESUME
        sure = voice.confidence >= self.sure_confidence
        if voice.speech_ms > (self.short_ms if sure else self._unsure_ms(telling)):
            return Verdict.INTERRUPT
        counts = telling[0] in self._words if len(telling) == 1 else sure
        return Verdict.INTERRUPT if counts else Verdict.RESUME

    def _unsure_ms(self, telling: Sequence[str]) -> int:
        return self.short_ms if len(telling) > 1 else self.unsure_word_ms

    def _is_awaited(self, voice: Interruption) -> bool:
        """An answer to a question that was heard to its end or nearly."""
        if voice.expectation is None or voice.left_ms is None or voice.left_ms > self.nearly_heard_ms:
            return False
        if voice.expectation.kind is Expecting.YES_NO:
            return True
        said = _sounds(voice.text)
        return any(is_within(_sounds(phrase), said) for phrase in voice.expectation.phrases)

    def _beyond_backchannels(self, words: Sequence[str]) -> tuple[str, ...]:
        """The words without the backchannels that they begin with."""
        rest = tuple(words)
        while rest:
            first = next((phrase for phrase in self._phrases if rest[: len(phrase)] == phrase), None)
            if first is None:
                return rest
            rest = rest[len(first) :]
        return ()

    def _may_become_backchannel(self, words: tuple[str, ...]) -> bool:
        return any(phrase[: len(words)] == words for phrase in self._phrases)


def _sounds(text: str) -> tuple[str, ...]:
    """Syllables as they sound: a short word on a phone is heard with an ending that is near its own."""
    return tuple(map(fold, syllables(text)))
