"""Binary logistic regression on a few dense features."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp

import numpy as np
import numpy.typing as npt

from nlu.optimise import Bound, fit_binary


@dataclass(frozen=True, slots=True)
class Logistic:
    weights: npt.NDArray[np.float64]
    intercept: float

    def probability(self, features: Sequence[float]) -> float:
        score = float(np.dot(self.weights, np.asarray(features))) + self.intercept
        return 1 / (1 + exp(-max(min(score, 40.0), -40.0)))


def train_logistic(
    rows: Sequence[Sequence[float]],
    right: Sequence[bool],
    *,
    weights: Sequence[float],
    bounds: Sequence[Bound],
    strength: float = 1.0,
) -> Logistic:
    """`weights`: how much each row counts; `bounds`: of the coefficients; `strength`: inverse regularisation."""
    table = np.asarray(rows, dtype=np.float64)
    coefficients, intercept = fit_binary(table, right, strength=strength, weights=weights, bounds=bounds)
    return Logistic(coefficients, intercept)
