"""Fits a logistic regression whose weights keep the sign that reason gives them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

ROUNDS = 60
RIDGE = 1e-3
SETTLED = 1e-7


def fit(
    x: NDArray[np.float32],
    y: NDArray[np.float32],
    weight: NDArray[np.float32],
    signs: NDArray[np.int64],
) -> tuple[float, NDArray[np.float64]]:
    """Bias and weights, by Newton steps over the weights that are free to move."""
    scale = x.std(axis=0) + 1e-6
    z = np.hstack([x / scale, np.ones((len(x), 1))]).astype(np.float64)
    share = (weight / weight.sum()).astype(np.float64)
    bound = np.append(signs, 0)
    ridge = np.append(np.full(len(signs), RIDGE), 0)
    w = np.zeros(z.shape[1])
    loss = _loss(z, y, share, w, ridge)
    for _ in range(ROUNDS):
        p = _probability(z @ w)
        gradient = z.T @ (share * (p - y)) + ridge * w
        curvature = (z * (share * p * (1 - p))[:, None]).T @ z + np.diag(ridge + 1e-9)
        # A weight at zero that would leave its side stays there for this step.
        free = ~((w == 0) & (bound != 0) & (gradient * bound > 0))
        step = np.zeros_like(w)
        step[free] = np.linalg.solve(curvature[np.ix_(free, free)], gradient[free])
        length = 1.0
        while True:
            new = _kept(w - length * step, bound)
            now = _loss(z, y, share, new, ridge)
            if now <= loss or length < SETTLED:
                break
            length /= 2
        if loss - now < SETTLED * loss:
            break
        w, loss = new, now
    return float(w[-1]), w[:-1] / scale


def _probability(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    found: NDArray[np.float64] = 1 / (1 + np.exp(-np.clip(logits, -30, 30)))
    return found


def _loss(
    z: NDArray[np.float64],
    y: NDArray[np.float32],
    share: NDArray[np.float64],
    w: NDArray[np.float64],
    ridge: NDArray[np.float64],
) -> float:
    logits = z @ w
    return float((share * (np.logaddexp(0, logits) - y * logits)).sum() + (ridge * w * w).sum() / 2)


def _kept(w: NDArray[np.float64], bound: NDArray[np.int64]) -> NDArray[np.float64]:
    kept = np.where(bound > 0, np.maximum(w, 0), w)
    found: NDArray[np.float64] = np.where(bound < 0, np.minimum(kept, 0), kept)
    return found
