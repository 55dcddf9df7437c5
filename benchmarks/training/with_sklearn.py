"""scikit-learn's MLPClassifier, which keeps the loss but no accuracy, and draws its own first weights."""

from __future__ import annotations

import warnings
from time import perf_counter
from typing import Any

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from benchmarks.training import BETA_1, BETA_2, EPSILON, RATE

__all__ = ["Classifier"]


class Classifier:
    def __init__(self, weights: list[np.ndarray], batch: int, scale: float):
        hidden = tuple(len(bias) for bias in weights[1:-1:2])
        self.scale = np.float32(scale)
        self.model = MLPClassifier(
            hidden,
            batch_size=batch,
            solver="adam",
            alpha=0.0,
            learning_rate_init=RATE,
            beta_1=BETA_1,
            beta_2=BETA_2,
            epsilon=EPSILON,
        )

    def train(self, x: Any, y: Any, epochs: int) -> list[float]:
        start = perf_counter()
        self.model.set_params(
            max_iter=epochs, n_iter_no_change=epochs + 1, batch_size=min(self.model.batch_size, len(x))
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # it is stopped after `epochs` on purpose
            self.model.fit(self._scaled(x), y)
        return [perf_counter() - start]

    def classes(self, x: Any) -> Any:
        return self.model.predict(self._scaled(x))

    def _scaled(self, x: Any) -> Any:
        """Return float32, the whole at once: the estimator has no place for work on a batch."""
        return x if self.scale == 1 else np.multiply(x, self.scale, dtype=np.float32)
