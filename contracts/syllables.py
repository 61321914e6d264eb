"""Vietnamese syllables: spelling, parts, tones, and a phonetic folding that survives confusions of ear and dialect."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

TONE_MARKS = ("", "\u0300", "\u0301", "\u0309", "\u0303", "\u0323")
"""Combining marks by tone number: level, huyền, sắc, hỏi, ngã, nặng."""
_TONE_OF = {mark: tone for tone, mark in enumerate(TONE_MARKS) if mark}

INITIALS = (
    "ngh", "ng", "nh", "ch", "gh", "gi", "kh", "ph", "th", "tr", "qu",
    "b", "c", "d", "đ", "g", "h", "k", "l", "m", "n", "p", "r", "s", "t", "v", "x",
)  # fmt: skip
"""As written, longest first."""

_VOWELS = "aăâeêioôơuưy"
_RIME = re.compile(
    r"^(?:"
    r"[aăâeêioôơuưy](?:ng|nh|ch|[cmnpt])?"
    r"|[ao]i|[aăâ]y|[ae]o|[aâêi]u|ôi|ơi|ui|ưi|ưu"
    r"|ia|ua|ưa|ya"
    r"|(?:iê|yê)(?:ng|[cmnptu])|uô(?:ng|[cmnti])|ươ(?:ng|[cmnptiu])"
    r"|oo(?:ng|c)"
    r"|o[aăe](?:ng|nh|ch|[cmnptioy])?|oe[no]?t?|oao"
    r"|u[âêyơ](?:ng|nh|ch|[nptyu])?|uya|uyê[nt]|uyu|uây"
    r")$"
)
_FOLDED_INITIAL = {
    "l": "n", "s": "x", "tr": "ch", "gi": "d", "r": "d", "ngh": "ng", "gh": "g", "k": "c", "qu": "cu",
}  # fmt: skip
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Syllable:
    initial: str
    """As written; empty for none."""
    rime: str
    """Without tone, as written."""
    tone: int
    """Index into `TONE_MARKS`."""


def nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def tokens(text: str) -> list[str]:
    """Lower-case NFC words without punctuation: "Lệ phí, 5.000đ?" → ["lệ", "phí", "5", "000đ"]."""
    return _WORD.findall(nfc(text).lower())


@lru_cache(maxsize=20000)
def take_tone(syllable: str) -> tuple[str, int]:
    """The syllable without its tone mark, and the tone number."""
    tone, kept = 0, list[str]()
    for char in unicodedata.normalize("NFD", syllable):
        if char in _TONE_OF:
            tone = _TONE_OF[char]
        else:
            kept.append(char)
    return nfc("".join(kept)), tone


def strip_tone(text: str) -> str:
    """Without tones, vowel quality kept: "giấy tờ" → "giây tơ"."""
    return " ".join(take_tone(word)[0] for word in text.split())


def strip_marks(text: str) -> str:
    """Plain letters: "Đường giấy" → "Duong giay"."""
    plain = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(char for char in plain if not unicodedata.combining(char))


@lru_cache(maxsize=20000)
def split(syllable: str) -> Syllable:
    """Initial, rime and tone of one lower-case syllable, by spelling ("gì" → gi + i; "quyền" → qu + yên)."""
    base, tone = take_tone(syllable)
    if base.startswith("gi"):
        rest = base[2:]
        if not rest or rest[0] not in _VOWELS:
            return Syllable("gi", "i" + rest, tone)
        if rest[0] == "ê":
            return Syllable("gi", "i" + rest, tone)
        return Syllable("gi", rest, tone)
    for initial in INITIALS:
        if base.startswith(initial) and len(base) > len(initial):
            return Syllable(initial, base[len(initial) :], tone)
    return Syllable("", base, tone)


def is_syllable(text: str) -> bool:
    """Whether `text` is one syllable that Vietnamese spelling allows."""
    word = nfc(text).lower()
    if not word.isalpha():
        return False
    parts = split(word)
    stopped = parts.rime.endswith(("ch", "c", "p", "t"))
    if stopped and parts.tone not in (0, 2, 5):
        return False
    return bool(_RIME.match(parts.rime))


def _tone_position(base: str) -> int:
    """Where the tone mark stands in the old placement (hóa, thủy; quý, giá)."""
    start = 2 if base.startswith("qu") or (base.startswith("gi") and any(c in _VOWELS for c in base[2:])) else 0
    vowels = [at for at in range(start, len(base)) if base[at] in _VOWELS]
    if not vowels:
        return -1
    marked = [at for at in vowels if base[at] in "ăâêôơư"]
    if marked:
        return marked[-1]
    if len(vowels) == 1:
        return vowels[0]
    if len(vowels) == 3 or vowels[-1] != len(base) - 1:
        return vowels[1]
    return vowels[0]


@lru_cache(maxsize=20000)
def with_tone(base: str, tone: int) -> str:
    """The toneless syllable with a tone mark in the old placement."""
    at = _tone_position(base)
    if tone == 0 or at < 0:
        return base
    return nfc(base[: at + 1] + TONE_MARKS[tone] + base[at + 1 :])


@lru_cache(maxsize=20000)
def canonical(syllable: str) -> str:
    """One spelling for one syllable: the tone mark in the old placement ("hoá" → "hóa", "thuý" → "thúy")."""
    base, tone = take_tone(nfc(syllable).lower())
    return with_tone(base, tone)


def syllables(text: str) -> tuple[str, ...]:
    """The words of a text as they are compared: "Làm giấy?" → ("làm", "giấy"); see `tokens` and `canonical`."""
    return tuple(canonical(word) for word in tokens(text))


def is_within(words: Sequence[str], said: Sequence[str]) -> bool:
    """Whether `words` stand in `said` in this order, one after the other."""
    wanted = tuple(words)
    return any(tuple(said[at : at + len(wanted)]) == wanted for at in range(len(said) - len(wanted) + 1))


@lru_cache(maxsize=20000)
def fold(syllable: str) -> str:
    """A key that n/l, s/x, tr/ch, d/gi/r, final n/ng/nh and t/c/ch, and all tones and vowel marks share."""
    parts = split(nfc(syllable).lower())
    rime = strip_marks(parts.rime).replace("y", "i")
    rime = re.sub("(ng|nh)$", "n", rime)
    rime = re.sub("(ch|c)$", "t", rime)
    rime = rime.replace("ie", "i").replace("uo", "u").replace("oo", "o")
    return _FOLDED_INITIAL.get(parts.initial, parts.initial) + rime


def fold_text(text: str) -> str:
    return " ".join(fold(word) for word in tokens(text))
