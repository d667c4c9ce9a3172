"""The model: a logistic regression whose weights have the sign that reason gives them.

Score = 1 / (1 + exp(-(bias + sum of weight times feature + evidence beside the name))). Weights come from
``scripts/train_matching`` and lie in ``model.json`` with what they were trained on.
"""

from __future__ import annotations

import json
import math
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from node.matching.features import NAMES

if TYPE_CHECKING:
    from numpy.typing import NDArray

FILE: Final = "model.json"
# Beyond it nothing is told apart any more.
LOGIT_MAX: Final = 30.0


class Model(NamedTuple):
    """Bias and one weight a feature."""

    bias: float
    weights: NDArray[np.float32]

    def logits(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """Log-odds that each candidate is the one asked for, by its name alone."""
        logits: NDArray[np.float32] = features @ self.weights + np.float32(self.bias)
        return logits


def probability(logit: float) -> float:
    """What log-odds are as a probability."""
    return 1 / (1 + math.exp(-max(-LOGIT_MAX, min(LOGIT_MAX, logit))))


@cache
def shipped() -> Model:
    """The trained model; read once."""
    text = resources.files("node.matching").joinpath(FILE).read_text("utf-8")
    stored = json.loads(text)
    weights = np.array([stored["weights"][name] for name in NAMES], np.float32)
    return Model(float(stored["bias"]), weights)
