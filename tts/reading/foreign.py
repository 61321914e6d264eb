"""Words that are no Vietnamese syllables: by the lexicon, highland names by their sounds, others spelled."""

import re

from contracts.syllables import is_syllable, nfc, take_tone
from tts.reading.lexicon import lexicon
from tts.reading.model import Context, Rule, rule
from tts.reading.spelling import spell_word

_ONSETS = {
    "k": "cờ", "p": "pờ", "b": "bờ", "s": "sờ", "t": "tờ", "đ": "đờ", "d": "đờ", "c": "cờ", "g": "gờ", "f": "phờ",
    "m": "mờ",
}  # fmt: skip
_FINALS = (
    ("k", "c"),
    ("g", "c"),
    ("b", "p"),
    ("d", "t"),
    ("l", "n"),
    ("r", ""),
    ("s", "t"),
    ("h", ""),
    ("đ", "t"),
    ("v", "p"),
)


def word_of_sounds(word: str) -> str | None:
    """A near Vietnamese reading of a short foreign word: "Krông" → "cờ rông", "Đắk" → "đắc"; None if there is none."""
    lowered = nfc(word).lower()
    for head, rest in (("", lowered), (_ONSETS.get(lowered[:1], ""), lowered[1:])):
        if rest != lowered and not head:
            continue
        for candidate in _with_known_final(rest):
            if is_syllable(candidate):
                return f"{head} {candidate}".strip()
    return None


def _with_known_final(word: str) -> list[str]:
    found = [word]
    for final, sound in _FINALS:
        if word.endswith(final) and len(word) > 2:
            stem = word[:-1] + sound
            found.append(stem)
    return found


def _word(match: "re.Match[str]", context: Context) -> str:
    written = match[0]
    known = lexicon().words.get(written.lower())
    if known is not None:
        return known
    if is_syllable(written) and not _lone_consonant(written):
        return written
    if not written.isupper() or len(written) == 1:
        sounded = word_of_sounds(written) if any(ord(char) > 127 for char in written) else None
        if sounded is not None:
            return sounded
    return spell_word(written)


def _lone_consonant(written: str) -> bool:
    return len(written) == 1 and not re.match(r"[aeiouyăâêôơư]", take_tone(written.lower())[0])


def _hyphenated(match: "re.Match[str]", context: Context) -> str | None:
    """ "check-in", "e-mail": known as a whole."""
    return lexicon().words.get(match[0].lower()) if "-" in match[0] else None


def _spelled(match: "re.Match[str]", context: Context) -> str:
    return spell_word(match[0])


RULES: tuple[Rule, ...] = (
    rule("foreign", r"[^\W\d_]+(?:-[^\W\d_]+)*(?!\w)", _hyphenated),
    rule("foreign", r"[^\W\d_]+", _word),
    rule("spelled", r"\w", _spelled),
)
