"""Ridge regression without a constant, its penalty chosen by what is left out."""

import numpy as np
from numpy.typing import NDArray

# Relative to the mean variance of the correlations; below them J(R) is wild between the shells.
RIDGES = np.logspace(-4, -1, 7)


def ridge_weights(x: NDArray, y: NDArray, ridge: float, counts: NDArray | None = None) -> NDArray:
    """Solve a ridge regression without a constant.

    Parameters
    ----------
    x, y
        (rows, functions) and (rows,).
    ridge
        Penalty, relative to the mean over functions of their sum of squares.
    counts
        How often each row counts, (rows,); None: once.

    Returns
    -------
    ndarray
        (functions,).
    """
    rows = x if counts is None else x * counts[:, None]
    matrix = rows.T @ x
    penalty = ridge * np.trace(matrix) / len(matrix) * np.eye(len(matrix))
    return np.linalg.lstsq(matrix + penalty, rows.T @ y, rcond=None)[0]


def best_ridge(x: NDArray, y: NDArray, labels: NDArray) -> float:
    """Find the penalty that predicts best what is left out.

    Parameters
    ----------
    x, y
        As `ridge_weights` takes them.
    labels
        What is left out together, (rows,).

    Returns
    -------
    float
        One of RIDGES.
    """
    errors = []
    for ridge in RIDGES:
        left = []
        for label in np.unique(labels):
            out = labels == label
            left.append(y[out] - x[out] @ ridge_weights(x[~out], y[~out], ridge))
        errors.append(np.mean([np.mean(own**2) for own in left]))
    return float(RIDGES[int(np.argmin(errors))])
