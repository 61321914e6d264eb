"""When a turn is over: how much silence ends it, by what is expected and by what has been understood so far."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from contracts.expectation import Expectation, Expecting
from contracts.syllables import syllables

HANGING = frozenset(
    "và là của cho thì mà nhưng để với hoặc hay vì nếu khi bị được tại ở từ về theo như trên trong các những một mấy"
    " ờ ừm ơ à ờm ừ làm xin muốn cần phải đang sẽ đã rằng do bằng qua vào".split()
)
"""A sentence that stops here goes on."""

HESITATION = frozenset("dạ vâng ờ ừm ơ à ờm ừ thì là ạ alo em tôi anh chị cháu".split())
"""Words with which nothing has been said yet, if there is nothing else; "vâng" and "ừ" do answer a yes/no question."""
_AFFIRMATIVE = frozenset("vâng ừ".split())


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointSettings:
    """Milliseconds, unless said otherwise."""

    peek_ms: int = 100
    """Silence after which the recogniser is asked what it has, so that the text is there when the turn ends."""
    complete_ms: int = 220
    """After a whole question."""
    incomplete_ms: int = 1000
    """After something that a speaker would go on from."""
    yes_no_ms: int = 200
    choice_ms: int = 220
    """After one of the phrases that were offered."""
    digits_ms: int = 900
    """Speakers pause between the groups of a number."""
    nothing_ms: int = 700
    """After sounds in which no word was understood."""
    complete_at: float = 0.8
    """Completeness, 0–1, from which `complete_ms` holds."""
    incomplete_at: float = 0.3
    """Completeness up to which `incomplete_ms` holds; in between the time is interpolated."""
    short_answer_words: int = 4
    """A reply to a yes/no question of up to so many words is taken as the answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointPolicy:
    settings: EndpointSettings = field(default_factory=EndpointSettings)

    def required_silence_ms(self, expectation: Expectation, partial_text: str, completeness: float) -> int:
        """Milliseconds of silence that end a turn in which `partial_text` was understood.

        `completeness` (0–1) is how far the text is a whole thing to say, as the interpreter sees it.
        """
        words = syllables(partial_text)
        if not words:
            return self.settings.nothing_ms
        if expectation.kind is Expecting.DIGITS:
            return self.settings.digits_ms
        if expectation.kind is Expecting.YES_NO and self._is_answer(words):
            return self.settings.yes_no_ms
        if expectation.kind is Expecting.CHOICE and self._is_choice(words, expectation.phrases):
            return self.settings.choice_ms
        if words[-1] in HANGING or set(words) <= HESITATION:
            return self.settings.incomplete_ms
        return self._by_completeness(completeness)

    def _is_answer(self, words: Sequence[str]) -> bool:
        if len(words) > self.settings.short_answer_words:
            return False
        return not set(words) <= HESITATION or bool(_AFFIRMATIVE & set(words))

    def _is_choice(self, words: Sequence[str], phrases: tuple[str, ...]) -> bool:
        said = " ".join(words)
        return any(said.endswith(" ".join(syllables(phrase))) for phrase in phrases if phrase)

    def _by_completeness(self, completeness: float) -> int:
        low, high = self.settings.incomplete_at, self.settings.complete_at
        share = min(1.0, max(0.0, (completeness - low) / (high - low)))
        return round(self.settings.incomplete_ms + share * (self.settings.complete_ms - self.settings.incomplete_ms))
