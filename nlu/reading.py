"""One recognised text, read: where it names a procedure, and what its frame ("# cần giấy tờ gì") asks."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from contracts.syllables import fold, tokens
from nlu.classifier import Classifier
from nlu.features import PLACE, FeatureSpace
from nlu.linker import MAX_SYLLABLES, Link, Linker
from nlu.neighbours import Neighbours

Floats = npt.NDArray[np.float32]

LINKED = 0.62
"""Least quality of a link that is taken for a mention."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    text: str
    words: tuple[str, ...]
    frame: tuple[str, ...]
    """The words, with `PLACE` for the mention of a procedure."""
    link: Link
    probabilities: Floats
    """One per label of the classifier."""
    nearest: float
    """Likeness of the frame to the nearest training sentences, 0–1."""
    unknown: float
    """Share of the frame's words that no question or command in the training data has."""

    @property
    def linked(self) -> bool:
        return self.link.quality >= LINKED


def frame_of(words: Sequence[str], link: Link) -> tuple[str, ...]:
    if link.span is None or link.quality < LINKED or link.span[0] >= link.span[1]:
        return tuple(words)
    start, end = link.span
    return (*words[:start], PLACE, *words[end:])


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    linker: Linker
    space: FeatureSpace
    classifier: Classifier
    neighbours: Neighbours
    known: frozenset[str]
    """Folded words of in-scope training sentences."""

    def read(self, text: str) -> Reading:
        """Never raises, whatever the text; only the first `MAX_SYLLABLES` syllables count."""
        words = tuple(tokens(text)[:MAX_SYLLABLES])
        link = self.linker.link(" ".join(words))
        frame = frame_of(words, link)
        vector = self.space.vector(frame)
        rest = [word for word in frame if word != PLACE]
        unknown = sum(fold(word) not in self.known for word in rest) / len(rest) if rest else 0.0
        return Reading(
            text=text,
            words=words,
            frame=frame,
            link=link,
            probabilities=self.classifier.probabilities(vector),
            nearest=self.neighbours.likeness(vector),
            unknown=unknown,
        )

    def probabilities(self, frame: Sequence[str]) -> Floats:
        return self.classifier.probabilities(self.space.vector(frame))
