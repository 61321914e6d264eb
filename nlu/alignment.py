"""Weighted semi-global alignment of many names with one utterance: a name may stand anywhere in it."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from nlu.sounds import Floats, Ids

INSERTION = 0.35
"""Cost of an extra syllable of the caller's inside a name; weights of syllables are about 1–8."""


@dataclass(frozen=True, slots=True)
class NameTable:
    """Names as padded rows of syllable numbers (−1: padding) with a weight per syllable (0 at padding)."""

    syllables: Ids
    weights: Floats

    def rows(self, chosen: npt.NDArray[np.intp]) -> "NameTable":
        return NameTable(self.syllables[chosen], self.weights[chosen])

    @property
    def mass(self) -> Floats:
        return self.weights.sum(axis=1)


def align(names: NameTable, likeness: Floats) -> Floats:
    """How much of each name's weight is found in order in the utterance, 0–1.

    `likeness`: shape (vocabulary, utterance syllables), see `Sounds.alike`.
    """
    count, longest = names.syllables.shape
    heard = likeness.shape[1]
    steps = np.arange(heard + 1, dtype=np.float32) * np.float32(INSERTION)
    cost = np.zeros((count, heard + 1), dtype=np.float32)
    for at in range(longest):
        weight = names.weights[:, at, None]
        present = names.syllables[:, at] >= 0
        if not present.any():
            break
        replaced = cost[:, :-1] + weight * (1 - likeness[names.syllables[:, at]])
        moved = cost + weight
        moved[:, 1:] = np.minimum(moved[:, 1:], replaced)
        # An insertion costs the same everywhere, so a running minimum finds the best place to start it.
        moved = np.minimum.accumulate(moved - steps, axis=1) + steps
        cost = np.where(present[:, None], moved, cost)
    mass = np.maximum(names.mass, 1e-6)
    return np.maximum(1 - cost.min(axis=1) / mass, 0).astype(np.float32)


def matched_span(syllables: list[int], weights: list[float], likeness: Floats) -> tuple[int, int]:
    """Where in the utterance a name stands: first and past-the-last syllable."""
    heard = likeness.shape[1]
    cost = [[0.0] * (heard + 1)]
    for number, weight in zip(syllables, weights, strict=True):
        row, above = [cost[-1][0] + weight], cost[-1]
        for at in range(1, heard + 1):
            replaced = above[at - 1] + weight * (1 - float(likeness[number, at - 1]))
            row.append(min(replaced, above[at] + weight, row[-1] + INSERTION))
        cost.append(row)
    end = at = min(range(heard + 1), key=lambda place: (cost[-1][place], place))
    start = end
    row = len(syllables)
    while row and at:
        number, weight = syllables[row - 1], weights[row - 1]
        if cost[row][at] == cost[row - 1][at] + weight:
            row -= 1
        elif cost[row][at] == cost[row][at - 1] + INSERTION:
            at -= 1
        else:
            row, at = row - 1, at - 1
            start = at
    return min(start, end), end
