"""How alike two syllables sound, for a whole vocabulary at once."""

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from contracts.syllables import canonical, fold, take_tone

Floats = npt.NDArray[np.float32]
Ids = npt.NDArray[np.int32]

SAME_BUT_TONE = 0.92
SAME_FOLDED = 0.8
SAME_VERB = 0.7
SAME_RIME = 0.4
SAME_INITIAL = 0.25

MAX_COLUMNS = 2000
"""Heard words whose likenesses are remembered, about 8 KB each."""

# Columns of a key, in rising order of likeness: a later level overwrites an earlier one.
_LEVELS = ((4, SAME_INITIAL), (3, SAME_RIME), (5, SAME_VERB), (2, SAME_FOLDED), (1, SAME_BUT_TONE), (0, 1.0))
_DOING = frozenset({"làm", "xin", "cấp", "mần", "lấy", "đăng", "ký"})
"""Verbs that people put before a paper without meaning anything different."""
_ONSET = re.compile(r"^[^aeiou]*")


class Sounds:
    """The vocabulary of the names, by syllable number."""

    def __init__(self, vocabulary: Sequence[str]) -> None:
        self.vocabulary = tuple(vocabulary)
        self.number = {word: at for at, word in enumerate(self.vocabulary)}
        self._ids: dict[str, int] = {}
        self._columns: dict[str, Floats] = {}
        self._keys = np.array([self._key(word) for word in self.vocabulary], dtype=np.int32).reshape(-1, 6)

    def _id(self, text: str) -> int:
        return self._ids.setdefault(text, len(self._ids))

    def _key(self, word: str) -> tuple[int, ...]:
        folded = fold(word)
        onset = _ONSET.match(folded)
        initial = onset[0] if onset else ""
        return (
            self._id("=" + canonical(word)),
            self._id("~" + take_tone(word)[0]),
            self._id("<" + folded),
            self._id("r" + folded[len(initial) :]),
            self._id("i" + initial) if initial else -1,
            self._id("làm") if word in _DOING else -1,
        )

    def alike(self, words: Sequence[str]) -> Floats:
        """Likeness 0–1 of every vocabulary syllable to each of `words`: shape (vocabulary, words)."""
        return np.stack([self._column(word) for word in words], axis=1)

    def _column(self, word: str) -> Floats:
        known = self._columns.get(word)
        if known is None:
            key = self._key_of(word)
            known = np.zeros(len(self.vocabulary), dtype=np.float32)
            for column, level in _LEVELS:
                if key[column] >= 0:
                    known[self._keys[:, column] == key[column]] = level
            if len(self._columns) >= MAX_COLUMNS:
                self._columns.clear()
            self._columns[word] = known
        return known

    def _key_of(self, word: str) -> tuple[int, ...]:
        """Like `_key`, without remembering what no name contains."""
        folded = fold(word)
        onset = _ONSET.match(folded)
        initial = onset[0] if onset else ""
        get = self._ids.get
        return (
            get("=" + canonical(word), -1),
            get("~" + take_tone(word)[0], -1),
            get("<" + folded, -1),
            get("r" + folded[len(initial) :], -1),
            get("i" + initial, -1) if initial else -1,
            get("làm", -1) if word in _DOING else -1,
        )
