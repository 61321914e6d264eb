"""Fitting logistic models with scipy's L-BFGS: deterministic, from zero."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from nlu.features import Vector

Doubles = npt.NDArray[np.float64]
Bound = tuple[float | None, float | None]
"""Least and greatest value; None: no limit."""
Loss = Callable[[Doubles], tuple[float, Doubles]]


def minimise(
    loss: Loss, size: int, *, iterations: int, tolerance: float, bounds: Sequence[Bound] | None = None
) -> Doubles:
    """`loss` gives value and gradient; `tolerance` of the largest gradient component."""
    from scipy import optimize

    solver: Any = optimize
    options = {"maxiter": iterations, "gtol": tolerance, "maxcor": 5}
    found = solver.minimize(loss, np.zeros(size), jac=True, method="L-BFGS-B", options=options, bounds=bounds)
    return np.asarray(found.x, dtype=np.float64)


def sparse_rows(vectors: Sequence[Vector], features: int) -> Any:
    """The vectors as one scipy CSR matrix."""
    from scipy import sparse

    library: Any = sparse
    starts = np.cumsum([0, *(len(numbers) for numbers, _ in vectors)])
    columns = np.concatenate([numbers for numbers, _ in vectors])
    values = np.concatenate([values for _, values in vectors])
    return library.csr_matrix((values, columns, starts), shape=(len(vectors), features))


def fit_binary(
    rows: Any,
    right: Sequence[bool],
    *,
    strength: float,
    weights: Sequence[float] | None = None,
    bounds: Sequence[Bound] | None = None,
    iterations: int = 200,
) -> tuple[Doubles, float]:
    """Coefficients and intercept of a logistic regression. `rows`: dense or CSR; `strength`: inverse regularisation.

    `weights`: of the rows; `bounds`: of the coefficients.
    """
    target = np.asarray(right, dtype=np.float64)
    weight = np.ones(len(target)) if weights is None else np.asarray(weights, dtype=np.float64)
    columns = rows.T.tocsr() if hasattr(rows, "tocsr") else rows.T
    size = int(rows.shape[1])

    def loss(flat: Doubles) -> tuple[float, Doubles]:
        scores = rows @ flat[:-1] + flat[-1]
        chance = 1 / (1 + np.exp(-np.clip(scores, -40, 40)))
        value = float((weight * (np.logaddexp(0, scores) - target * scores)).sum())
        miss = weight * (chance - target)
        gradient = np.append(columns @ miss + flat[:-1] / strength, miss.sum())
        return value + float((flat[:-1] ** 2).sum()) / (2 * strength), gradient

    limits = None if bounds is None else [*bounds, (None, None)]
    found = minimise(loss, size + 1, iterations=iterations, tolerance=1e-3, bounds=limits)
    return found[:-1], float(found[-1])
