"""What a reading is made of: rules that look at written text, and the decisions they took."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from contracts.numbers import cardinal, digits


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    southern: bool = False
    """lẻ, ngàn instead of linh, nghìn."""
    mask_personal: bool = False
    """Of a personal number only the last three digits are said."""
    pause_in_codes: bool = False
    """A short pause after every three digits of a code, for someone who writes it down."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One thing that is not said as it is written."""

    start: int
    """In the NFC form of the text; characters."""
    end: int
    written: str
    spoken: str
    """Empty for a sign that is silent."""
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    words: str
    """Vietnamese words as cased in the text, one blank between them, and punctuation for pauses."""
    decisions: tuple[Decision, ...] = ()


@dataclass(slots=True)
class Context:
    """The text being read and what has been decided so far."""

    text: str
    style: Style
    previous: Decision | None = None

    def before(self, match: "re.Match[str]") -> str:
        """What stands before, without blanks at its end; at most 80 characters, lower case."""
        return self.text[max(0, match.start() - 80) : match.start()].rstrip().lower()

    def after(self, match: "re.Match[str]") -> str:
        """What follows, without blanks at its beginning; at most 80 characters, as written."""
        return self.text[match.end() : match.end() + 80].lstrip()

    def number(self, written: str | int) -> str:
        """A quantity: leading zeros and dots between thousands are not said."""
        value = int(written.replace(".", "")) if isinstance(written, str) else written
        return cardinal(value, southern=self.style.southern)

    def numbered(self, written: str) -> str:
        """A number that names something: a leading zero is said ("07" → "không bảy")."""
        return digits(written) if written.startswith("0") and len(written) > 1 else self.number(written)


@dataclass(frozen=True, slots=True)
class Rule:
    name: str
    pattern: "re.Pattern[str]"
    speak: Callable[["re.Match[str]", Context], str | None]
    """Words for the match, "" for silence, None when the rule does not apply after all."""


def rule(name: str, pattern: str, speak: Callable[["re.Match[str]", Context], str | None], flags: int = 0) -> Rule:
    return Rule(name, re.compile(pattern, flags), speak)


def ends_with_word(before: str, words: str) -> bool:
    """Whether `before` ends with one of the alternatives in `words` ("ngày|từ|mùng") as a whole word."""
    return re.search(rf"(?<!\w)(?:{words})$", before) is not None
