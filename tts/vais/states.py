"""A sentence as the network sees it: phrases of syllables between pauses, each sound cut into sub-states."""

import re
from dataclasses import dataclass, replace

import numpy as np

from tts.reading.spelling import spell_word
from tts.vais.network import Floats, Ints
from tts.vais.phones import Sounds, sounds

SILENCE = 0
"""The id of silence, which is a sound of its own."""
SILENT_TONE = 8
_SUB_STATES = {"I": 3, "G": 2, "V": 3, "C": 2}
_ITEM = re.compile(r"[,.;:?!…]+|[^\s,.;:?!…\-–—]+")
_PAUSES = ",.;:?!…"
LONGEST_PHRASE = 24
"""Syllables; a longer stretch without a pause gets one, as a speaker takes breath (the corpus has none longer)."""
_BREATHE_BEFORE = frozenset(
    "và hoặc thì để nếu khi tại theo do với từ trong mà nhưng bao như gồm hay trừ cho của là".split()
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    syllables: tuple[Sounds, ...]
    words_at: int
    """Where it begins in the words; characters."""
    first: bool = False
    last: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class States:
    """Parallel arrays over sub-states."""

    sound: Ints
    tone: Ints
    role: Ints
    place: Floats
    syllable: Ints
    """Running number; each silence has its own."""


def phrases(words: str) -> tuple[Phrase, ...]:
    """Splits at punctuation, and at a joining word where a phrase would be too long; spells what is no syllable."""
    found: list[Phrase] = []
    current: list[tuple[Sounds, int, bool]] = []
    for match in _ITEM.finditer(words):
        if match[0][0] in _PAUSES:
            found += _breathe(current)
            current = []
        else:
            current += [(sound, match.start(), match[0].lower() in _BREATHE_BEFORE) for sound in _sounds_of(match[0])]
    found += _breathe(current)
    return tuple(replace(phrase, first=at == 0, last=at == len(found) - 1) for at, phrase in enumerate(found))


def _sounds_of(word: str) -> list[Sounds]:
    known = sounds(word)
    if known is not None:
        return [known]
    spelled = [sounds(syllable) for syllable in spell_word(word).split()]
    return [sound for sound in spelled if sound is not None]


def _breathe(items: list[tuple[Sounds, int, bool]]) -> list[Phrase]:
    parts: list[Phrase] = []
    while items:
        cut = len(items)
        if cut > LONGEST_PHRASE:
            joints = [at for at in range(LONGEST_PHRASE // 2, LONGEST_PHRASE) if items[at][2]]
            cut = joints[-1] if joints else LONGEST_PHRASE
        parts.append(Phrase(syllables=tuple(sound for sound, _, _ in items[:cut]), words_at=items[0][1]))
        items = items[cut:]
    return parts


def _place(phrase: Phrase, at: int) -> list[float]:
    length = len(phrase.syllables)
    left = length - 1 - at
    return [
        at / 10, left / 10, float(at == 0), float(left == 0), float(left == 1),
        float(phrase.last), float(phrase.first), length / 10,
    ]  # fmt: skip


def states(spoken: tuple[Phrase, ...], ids: dict[str, int]) -> States:
    """Sub-states of these phrases, with a silence before, between and after them."""
    rows: list[tuple[int, int, int, int]] = [(SILENCE, SILENT_TONE, 0, 0)]
    places: list[list[float]] = [[0.0] * 8]
    syllable = 0
    for phrase in spoken:
        for at, sound in enumerate(phrase.syllables):
            syllable += 1
            place = _place(phrase, at)
            for name, role in sound.names():
                for part in range(_SUB_STATES[name[0]]):
                    rows.append((ids.get(f"{name}{part}", SILENCE), sound.tone, role, syllable))
                    places.append(place)
        syllable += 1
        rows.append((SILENCE, SILENT_TONE, 0, syllable))
        places.append([0.0] * 8)
    table = np.array(rows, np.int64)
    return States(
        sound=table[:, 0], tone=table[:, 1], role=table[:, 2], syllable=table[:, 3], place=np.array(places, np.float32)
    )


def frame_positions(durations: Ints, syllable: Ints) -> tuple[Ints, Floats]:
    """For `durations` in frames: the sub-state of each frame, and ten position features [frames, 10]."""
    state = np.repeat(np.arange(len(durations)), durations)
    starts = np.cumsum(durations) - durations
    time = np.arange(len(state))
    inside = time - starts[state] + 0.5
    length = durations[state]
    first = np.searchsorted(syllable, syllable, side="left")
    past = np.searchsorted(syllable, syllable, side="right")
    ends = np.append(starts, starts[-1] + durations[-1])
    syllable_start, syllable_length = starts[first][state], (ends[past] - starts[first])[state]
    turn = (time - syllable_start + 0.5) / np.maximum(syllable_length, 1)
    features = [
        inside / np.maximum(length, 1), np.minimum(inside, 20) / 10, np.minimum(length - inside, 20) / 10, length / 20,
        turn, turn**2, np.sin(np.pi * turn), np.sin(2 * np.pi * turn), np.cos(2 * np.pi * turn), syllable_length / 40,
    ]  # fmt: skip
    return state, np.stack(features, axis=1).astype(np.float32)
