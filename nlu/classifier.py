"""Multinomial logistic regression over sparse features: trained with scipy, applied with numpy alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from nlu.features import Vector
from nlu.optimise import minimise, sparse_rows

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Classifier:
    labels: tuple[str, ...]
    coefficients: Floats
    """Shape (features, labels)."""
    intercepts: Floats

    def probabilities(self, vector: Vector) -> Floats:
        """One per label, adding up to 1."""
        numbers, values = vector
        scores = values @ self.coefficients[numbers] + self.intercepts
        scores = np.exp(scores - scores.max())
        return (scores / scores.sum()).astype(np.float32)


def train_classifier(
    vectors: Sequence[Vector],
    labels: Sequence[str],
    features: int,
    *,
    strength: float = 20.0,
    iterations: int = 40,
    tolerance: float = 0.02,
) -> Classifier:
    """`strength`: inverse regularisation. Deterministic: L-BFGS from zero."""
    names = sorted(set(labels))
    place = {name: at for at, name in enumerate(names)}
    target = np.array([place[label] for label in labels])
    coefficients, intercepts = _minimise(
        sparse_rows(vectors, features), target, len(names), strength, iterations, tolerance
    )
    return Classifier(tuple(names), coefficients, intercepts)


def _minimise(
    rows: Any, target: npt.NDArray[np.intp], labels: int, strength: float, iterations: int, tolerance: float
) -> tuple[Floats, Floats]:
    count, features = rows.shape
    columns = rows.T.tocsr()
    wanted = np.zeros((count, labels), dtype=np.float32)
    wanted[np.arange(count), target] = 1

    def loss(flat: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
        weights = flat.astype(np.float32).reshape(features + 1, labels)
        scores = rows @ weights[:-1] + weights[-1]
        scores -= scores.max(axis=1, keepdims=True)
        total = np.exp(scores)
        norm = total.sum(axis=1, keepdims=True)
        miss = (total / norm - wanted) / count
        value = float((np.log(norm[:, 0]) - scores[np.arange(count), target]).mean())
        penalty = 1 / (strength * count)
        gradient = np.empty_like(weights)
        gradient[:-1] = columns @ miss + penalty * weights[:-1]
        gradient[-1] = miss.sum(axis=0)
        value += 0.5 * penalty * float((weights[:-1] ** 2).sum())
        return value, gradient.astype(np.float64).ravel()

    size = (features + 1) * labels
    flat = minimise(loss, size, iterations=iterations, tolerance=tolerance / count)
    weights = flat.astype(np.float32).reshape(features + 1, labels)
    return weights[:-1].copy(), weights[-1].copy()
