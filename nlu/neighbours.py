"""How like the training sentences a sentence is: mean cosine with its nearest ones."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from nlu.features import VIEWS, Vector

NEAREST = 3


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The sentences as rows of a sparse matrix."""

    starts: npt.NDArray[np.int32]
    numbers: npt.NDArray[np.int32]
    values: npt.NDArray[np.float32]
    features: int

    @classmethod
    def of(cls, vectors: Sequence[Vector], features: int) -> "Neighbours":
        kept = [vector for vector in vectors if len(vector[0])]
        starts = np.cumsum([0, *(len(numbers) for numbers, _ in kept)]).astype(np.int32)
        return cls(
            starts=starts[:-1],
            numbers=np.concatenate([numbers for numbers, _ in kept]),
            values=np.concatenate([values for _, values in kept]),
            features=features,
        )

    def likeness(self, vector: Vector) -> float:
        """0–1; 1: a training sentence word for word."""
        dense = np.zeros(self.features, dtype=np.float32)
        dense[vector[0]] = vector[1]
        cosine = np.add.reduceat(self.values * dense[self.numbers], self.starts) / VIEWS
        best = np.partition(cosine, -NEAREST)[-NEAREST:] if len(cosine) > NEAREST else cosine
        return float(min(best.mean(), 1.0))
