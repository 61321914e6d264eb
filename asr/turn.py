"""One turn of a caller while it goes on, and how it becomes `Heard`."""

from dataclasses import dataclass, field, replace

from asr.ear_settings import EarSettings
from asr.recognizer import Recognition
from contracts.expectation import Expectation
from contracts.heard import Ended, Heard, Hypothesis


@dataclass(slots=True)
class Turn:
    recognition: Recognition
    offset: int
    """Sample of the line at which the recogniser's audio begins."""
    start: int
    silences: int = 0
    """Counts the silences within the turn, so that a late peek is known as such."""
    peek_asked: bool = False
    """In this silence."""
    peeked: tuple[Hypothesis, ...] | None = None
    """What the peek of this silence gave."""
    completeness: float = 0.0
    """Of the peeked text, 0–1."""
    required_ms: int = 0
    """Silence that ends the turn; means something once there is a peek."""
    finishing: bool = False
    """No more audio is taken; the result is awaited."""
    asked: int = 0
    """Sample of the line at which the peek or the result was asked for."""

    has_words: bool = False
    """Something was understood of it."""
    told_ms: float = 0.0
    """Speech that was told of."""
    glances: int = 0
    """So many times the recogniser was asked while speech went on."""
    held: bytearray = field(default_factory=bytearray)
    """Audio since the peek was asked for, which the recogniser has not got."""

    def goes_on(self, speech_ms: float, settings: EarSettings) -> bool:
        """Whether that is so much more speech that it is to be told of; once."""
        more = self.told_ms + settings.told_every_ms <= speech_ms <= settings.told_up_to_ms
        self.told_ms = speech_ms if more else self.told_ms
        return more

    def glance_due(self, speech_ms: float, settings: EarSettings) -> bool:
        """Whether the recogniser is to be asked what it has of so much speech; once for each of the settings' times."""
        passed = sum(speech_ms >= ms for ms in settings.glances_ms)
        due = passed > self.glances
        self.glances = passed
        return due

    def longest_ms(self, expectation: Expectation, wordless_ms: int) -> int:
        longest = expectation.max_turn_ms
        return longest if self.has_words else min(longest, wordless_ms)

    def hear(self, frame: bytes) -> None:
        """Silence after a peek is of use to nobody unless the caller speaks on: until then it is held back."""
        if self.finishing:
            return
        if self.peek_asked:
            self.held += frame
        else:
            self.recognition.feed(frame)

    def speaks_on(self) -> None:
        """The silence is over: what was held back is heard, and the next silence gets a peek of its own."""
        self.silences += 1
        self.peek_asked, self.peeked = False, None
        if self.held:
            self.recognition.feed(bytes(self.held))
            self.held.clear()

    @property
    def waits(self) -> bool:
        """For an answer of the recogniser."""
        return self.finishing or (self.peek_asked and self.peeked is None)

    def heard(
        self,
        found: tuple[Hypothesis, ...],
        *,
        end: int,
        expectation: Expectation,
        ended: Ended,
        endpoint_ms: float,
        recognition_ms: float,
    ) -> Heard:
        """`found` with its positions on the line's clock; `end`: one past the last sample of speech."""
        return Heard(
            hypotheses=tuple(_shifted(one, self.offset) for one in found),
            start_sample=self.start,
            end_sample=end,
            expectation=expectation,
            ended=ended,
            endpoint_ms=endpoint_ms,
            recognition_ms=recognition_ms,
        )


def _shifted(found: Hypothesis, offset: int) -> Hypothesis:
    words = tuple(
        replace(word, start_sample=word.start_sample + offset, end_sample=word.end_sample + offset)
        for word in found.words
    )
    return replace(found, words=words)
