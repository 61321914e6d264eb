"""Web and e-mail addresses."""

import re

from contracts.syllables import is_syllable
from tts.reading.lexicon import lexicon
from tts.reading.model import Context, Rule, rule
from tts.reading.spelling import SYMBOL_NAMES, spell_word

_TOP = r"(?:vn|com|net|org|gov|edu|info|asia|io|app)"


def _part(part: str) -> str:
    """One label of an address: a known one, else Vietnamese syllables without marks, else spelled."""
    known = lexicon().addresses.get(part.lower())
    if known is not None:
        return known
    if part.isdecimal() or len(part) < 3:
        return spell_word(part)
    return _syllables(part.lower()) or spell_word(part)


def _syllables(label: str) -> str | None:
    """ "baohiem" → "bao hiem", the longest syllables first; None if it cannot be cut up."""
    best: list[list[str] | None] = [None] * (len(label) + 1)
    best[0] = []
    for end in range(1, len(label) + 1):
        for start in range(max(0, end - 7), end):
            head = best[start]
            so_far = best[end]
            if head is None or end - start < 2 or not is_syllable(label[start:end]):
                continue
            if so_far is None or len(head) + 1 < len(so_far):
                best[end] = [*head, label[start:end]]
    found = best[-1]
    return " ".join(found) if found else None


def _address(match: "re.Match[str]", context: Context) -> str:
    text = re.sub(r"^https?://(?:www\.)?|^www\.", "", match[0], flags=re.IGNORECASE).rstrip("/")
    parts: list[str] = re.findall(r"[^\W_]+|[\W_]", text)
    said = [_part(part) if part[0].isalnum() else SYMBOL_NAMES.get(part, "") for part in parts]
    return " ".join(word for word in said if word)


RULES: tuple[Rule, ...] = (
    rule("email", r"[A-Za-z0-9._%+\-]{1,64}@[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)+", _address),
    rule("url", r"https?://[^\s<>\"'()]*[^\s<>\"'().,;:!?]", _address, re.IGNORECASE),
    rule("url", rf"(?:www\.)?[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)*\.{_TOP}(?!\w)(?:/[\w\-./?=&%]*[\w/])?", _address),
)
