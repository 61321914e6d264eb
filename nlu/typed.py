"""What was typed without the marks of Vietnamese, with the marks put back: "lam giay to" → "làm giấy tờ".

A bigram model over the content's own sentences and names chooses among the syllables that look alike without marks,
by the best path (Viterbi). What is spoken never comes here: a recogniser writes the marks.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import log
from pathlib import Path

from contracts.heard import Hypothesis
from contracts.syllables import strip_marks, tokens
from nlu.link_targets import Procedure
from nlu.linker import MAX_SYLLABLES
from nlu.lm_lines import content_lines

MOST_MARKED = 0.2
"""Share of words with marks up to which a text counts as typed without. Of 99,000 syllables of the content's lines 86 %
have one."""
RESTORED_SHARE = 0.75
"""Of the confidence; what was typed keeps the rest, as it may have been meant so."""
_BACKOFF = 2.0
"""Weight of the unigrams, in occurrences of the word before."""
_EDGE = ""


class MarkRestorer:
    def __init__(self, lines: Iterable[str]) -> None:
        """`lines`: words separated by one space, with their marks."""
        self._words: Counter[str] = Counter()
        self._pairs: Counter[tuple[str, str]] = Counter()
        for line in lines:
            words = [_EDGE, *line.split(), _EDGE]
            self._words.update(words[1:])
            self._pairs.update(pairwise(words))
        self._total = self._words.total()
        self._alike: dict[str, list[str]] = {}
        for word in self._words:
            self._alike.setdefault(strip_marks(word), []).append(word)

    def hypotheses(self, text: str) -> tuple[Hypothesis, ...]:
        """Best first: the text with marks put back, then as it was typed; only that where it has its marks."""
        words = tokens(text)[:MAX_SYLLABLES]
        marked = sum(word != strip_marks(word) for word in words)
        restored = words if marked > MOST_MARKED * len(words) else self._restored(words)
        if restored == words:
            return (Hypothesis(text=text, confidence=1.0),)
        return (
            Hypothesis(text=" ".join(restored), confidence=RESTORED_SHARE),
            Hypothesis(text=text, confidence=1.0 - RESTORED_SHARE),
        )

    def _restored(self, words: Sequence[str]) -> list[str]:
        paths: dict[str, tuple[float, list[str]]] = {_EDGE: (0.0, [])}
        for word in words:
            paths = {
                one: max(
                    ((score + self._score(before, one), [*path, one]) for before, (score, path) in paths.items()),
                    key=lambda found: found[0],
                )
                for one in self._candidates(word)
            }
        return max((score + self._score(last, _EDGE), path) for last, (score, path) in paths.items())[1]

    def _candidates(self, word: str) -> list[str]:
        """A word with marks is what it is; so is one that no sentence has."""
        return self._alike.get(word, [word]) if word == strip_marks(word) else [word]

    def _score(self, before: str, word: str) -> float:
        # The edge stands before every line as often as behind it.
        seen = self._words[before]
        alone = (self._words[word] + 0.5) / self._total
        return log((self._pairs[before, word] + _BACKOFF * alone) / (seen + _BACKOFF))


def mark_restorer(folder: Path, procedures: Iterable[Procedure]) -> MarkRestorer:
    """Learns in a second. Raises `TrainingDataError`."""
    return MarkRestorer(content_lines(folder, procedures))
