"""Noisy copies of training sentences: the confusions of ears, dialects and telephone lines, by rule."""

import random
from collections.abc import Sequence

from contracts.syllables import is_syllable, split, with_tone

_TONES = {0: (1, 2), 1: (0, 5), 2: (4, 3, 0), 3: (4, 2, 5), 4: (3, 2, 5), 5: (2, 1, 3)}
_INITIALS = {
    "n": ("l",), "l": ("n",), "s": ("x",), "x": ("s",), "tr": ("ch",), "ch": ("tr",), "d": ("gi", "v", "r"),
    "gi": ("d", "r"), "r": ("d", "g"), "v": ("d",), "đ": ("b", "d"), "b": ("đ", "m"), "t": ("th",), "th": ("t", "kh"),
    "kh": ("h",), "h": ("kh",), "ph": ("h",), "m": ("b",), "ng": ("nh",), "nh": ("ng",), "c": ("k", "t"),
}  # fmt: skip
_RIME_ENDS = (
    ("ng", "n"), ("nh", "n"), ("n", "ng"), ("c", "t"), ("ch", "t"), ("t", "c"), ("iêu", "iu"), ("uôi", "ui"),
    ("ươi", "ưi"), ("ưu", "iu"), ("ay", "ai"), ("ai", "ay"), ("ây", "ay"), ("au", "ao"), ("ao", "au"), ("âu", "au"),
    ("ôi", "oi"), ("oi", "ôi"), ("ơ", "ô"), ("ô", "o"), ("o", "ô"), ("e", "ê"), ("ê", "e"), ("u", "ư"), ("ư", "u"),
    ("ăm", "âm"), ("am", "âm"), ("âp", "ap"), ("im", "iêm"), ("iêm", "im"),
)  # fmt: skip
_FILLERS = ("à", "ờ", "ừ", "ạ", "thì", "là", "mà", "cái", "nhé", "em")
_FRONT = "iêey"


def _respell(initial: str, rime: str) -> str:
    if initial in ("c", "k"):
        initial = "k" if rime[:1] in _FRONT else "c"
    elif initial in ("g", "ng"):
        initial += "h" if rime[:1] in "iêe" else ""
    elif initial == "gi" and rime.startswith("i"):
        return "g" + rime
    return initial + rime


def confuse(syllable: str, generator: random.Random, vocabulary: Sequence[str]) -> list[str]:
    """What may be recognised in place of `syllable`: none, one or two syllables."""
    if not is_syllable(syllable):
        return [syllable]
    parts, kind = split(syllable), generator.random()
    if kind < 0.35:
        return [with_tone(_respell(parts.initial, parts.rime), generator.choice(_TONES[parts.tone]))]
    if kind < 0.53 and parts.initial in _INITIALS:
        initial = generator.choice(_INITIALS[parts.initial])
        return [with_tone(_respell(initial, parts.rime), parts.tone)]
    if kind < 0.72:
        for end, other in _RIME_ENDS:
            if parts.rime.endswith(end):
                changed = parts.rime[: len(parts.rime) - len(end)] + other
                return [with_tone(_respell(parts.initial, changed), parts.tone)]
    if kind < 0.86:
        return []
    if kind < 0.92:
        return [syllable, generator.choice(_FILLERS)]
    return [generator.choice(vocabulary)]


def noisy(text: str, rate: float, generator: random.Random, vocabulary: Sequence[str]) -> str:
    """`text` with each syllable confused with probability `rate`; never empty."""
    words: list[str] = []
    for syllable in text.split():
        words += confuse(syllable, generator, vocabulary) if generator.random() < rate else [syllable]
    return " ".join(words) or text
