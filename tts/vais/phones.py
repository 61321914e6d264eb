"""Spelling to sounds, Northern: each syllable is an initial, a glide, a nucleus, a coda and a tone.

The mergers of Hà Nội speech hold (s = x, tr = ch, d = gi = r), as in the corpus that the model learned from.
"""

from dataclasses import dataclass
from functools import lru_cache

from contracts.syllables import is_syllable, nfc, take_tone

INITIALS = (
    "ngh", "ng", "nh", "ch", "tr", "th", "ph", "kh", "gh", "gi", "qu",
    "b", "c", "k", "d", "đ", "g", "h", "l", "m", "n", "p", "r", "s", "t", "v", "x",
)  # fmt: skip
_SOUND_OF_INITIAL = {
    "ngh": "ng", "gh": "g", "k": "c", "tr": "ch", "s": "x", "gi": "z", "d": "z", "r": "z", "qu": "c", "": "?",
}  # fmt: skip
_SOUND_OF_NUCLEUS = {
    "ia": "iê",
    "ya": "iê",
    "yê": "iê",
    "ua": "uô",
    "ưa": "ươ",
    "y": "i",
    "": "i",
    "oo": "o",
    "ôô": "ô",
}
_DIPHTHONGS = ("ia", "ua", "ưa", "ya", "iê", "uô", "ươ")
_CODAS = ("ng", "nh", "ch", "p", "t", "c", "m", "n")
_STOPS = ("p", "t", "c", "ch", "cm")
LEVEL, SAC, NANG = 0, 2, 5
STOPPED_SAC, STOPPED_NANG = 6, 7
"""The two tones of syllables that end in a stop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sounds:
    """Names of sounds as the model knows them, empty where there is none."""

    initial: str
    glide: str
    nucleus: str
    coda: str
    tone: int

    def names(self) -> tuple[tuple[str, int], ...]:
        """(name, role): role 1 initial, 2 glide, 3 nucleus, 4 coda."""
        parts = (("I", self.initial, 1), ("G", self.glide, 2), ("V", self.nucleus, 3), ("C", self.coda, 4))
        return tuple((letter + sound, role) for letter, sound, role in parts if sound)


@lru_cache(maxsize=20000)
def sounds(syllable: str) -> Sounds | None:
    """The sounds of one Vietnamese syllable, or None for anything that is none."""
    word = nfc(syllable).lower()
    if not is_syllable(word):
        return None
    base, tone = take_tone(word)
    initial, rime = _take_initial(base)
    glide, rime = _take_glide(initial, rime)
    nucleus, coda = _nucleus_and_coda(rime)
    if coda in _STOPS:
        tone = {SAC: STOPPED_SAC, NANG: STOPPED_NANG, LEVEL: STOPPED_SAC}.get(tone, tone)
    return Sounds(initial=_SOUND_OF_INITIAL.get(initial, initial), glide=glide, nucleus=nucleus, coda=coda, tone=tone)


def _take_initial(base: str) -> tuple[str, str]:
    initial = next((letters for letters in INITIALS if base.startswith(letters)), "")
    rime = base[len(initial) :]
    # "gì", "gìn": the i is also the nucleus; "giếng": it begins the diphthong.
    if initial == "gi" and (not rime or rime[0] in "nmpctê"):
        rime = "i" + rime
    return initial, rime


def _take_glide(initial: str, rime: str) -> tuple[str, str]:
    has_glide = rime[:2] in ("oa", "oă", "oe", "uê", "uy", "uâ", "uơ")
    if initial != "qu" and not has_glide:
        return "", rime
    rest = rime[1:] if has_glide else rime
    return "w", "i" + rest[1:] if rest.startswith("yê") else rest


def _nucleus_and_coda(rime: str) -> tuple[str, str]:
    coda = next((letters for letters in _CODAS if rime.endswith(letters) and len(rime) > len(letters)), "")
    vowel = rime[: len(rime) - len(coda)]
    if not coda and len(vowel) > 1 and vowel not in _DIPHTHONGS:
        vowel, coda = _semivowel_coda(vowel)
    vowel = _SOUND_OF_NUCLEUS.get(vowel, vowel)
    if coda in ("nh", "ch") and vowel == "a":
        vowel = "ă_"
    if coda in ("ng", "c") and vowel in ("o", "ô", "u"):
        # Labialised: the lips close after these vowels.
        coda += "m"
    return vowel, coda


def _semivowel_coda(vowel: str) -> tuple[str, str]:
    last, head = vowel[-1], vowel[:-1]
    if last in "iy":
        return ("ă" if last == "y" and head == "a" else head), "j"
    if last in "uo":
        return ("ă" if vowel == "au" else head), "w"
    return vowel, ""
