"""R2: the share of the variance of the truth that a prediction explains."""

from __future__ import annotations

from typing import Any

import numpy as np

from beras.autodiff.tracked import bare
from beras.errors import unknown_name
from beras.losses.align import align
from beras.metrics.metric import Metric

__all__ = ["R2Score"]

AGGREGATIONS = ("uniform_average", "variance_weighted_average")


class R2Score(Metric):
    """``1 - sum((y - p)**2) / sum((y - mean(y))**2)`` for each column: 1 is perfect, 0 is no better than the mean.

    Args:
        class_aggregation: ``"uniform_average"`` (the mean over the columns), ``"variance_weighted_average"`` (weighted
            by each column's variance), or ``None`` for one score per column.
        num_regressors: with how many inputs the score is adjusted, ``1 - (1 - r2) (n - 1) / (n - num_regressors - 1)``,
            where ``n`` counts all entries of ``y_true``; 0 for not at all.

    Raises:
        ValueError: for an unknown aggregation or a negative ``num_regressors``, and in `update_state` for shapes that
            are not ``(batch, outputs)``.

    Warns:
        UserWarning: where there are too few samples to adjust the score; it is left as it is.

    The Keras equivalent is ``keras.metrics.R2Score``.

    >>> R2Score()(np.array([[1.0], [4.0], [3.0]]), np.array([[2.0], [4.0], [4.0]])).__round__(4)
    0.5714
    """

    def __init__(
        self,
        class_aggregation: str | None = "uniform_average",
        num_regressors: int = 0,
        name: str = "r2_score",
        dtype: Any = None,
    ):
        super().__init__(dtype, name)
        if class_aggregation is not None and class_aggregation not in AGGREGATIONS:
            raise ValueError(unknown_name("class_aggregation", class_aggregation, AGGREGATIONS))
        if num_regressors < 0:
            raise ValueError(f"num_regressors must be 0 or more. Received: num_regressors={num_regressors!r}.")
        self.class_aggregation, self.num_regressors = class_aggregation, num_regressors
        self.reset_state()

    def reset_state(self) -> None:
        """Forget all batches."""
        super().reset_state()
        self.samples = 0
        self.total: Any = 0.0
        self.squares: Any = 0.0
        self.residuals: Any = 0.0
        self.weight: Any = 0.0

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Take in one batch."""
        y_true, y_pred = align(bare(y_true), bare(y_pred))
        if y_true.ndim != 2:
            raise ValueError(f"R2Score takes y_true and y_pred of shape (batch, outputs). Received: {y_true.shape}.")
        y_true, y_pred = y_true.astype(np.float64), y_pred.astype(np.float64)
        weights = np.ones(()) if sample_weight is None else np.asarray(bare(sample_weight), np.float64)
        weights = np.broadcast_to(weights[:, None] if weights.ndim == 1 else weights, y_true.shape)
        self.samples += y_true.size
        self.total = self.total + np.sum(weights * y_true, axis=0)
        self.squares = self.squares + np.sum(weights * y_true**2, axis=0)
        self.residuals = self.residuals + np.sum(weights * (y_true - y_pred) ** 2, axis=0)
        self.weight = self.weight + np.sum(weights, axis=0)

    def result(self) -> Any:
        """Return the score, a Python float, or an array with one per column; 0 before the first batch."""
        if not self.samples:
            return 0.0
        with np.errstate(divide="ignore", invalid="ignore"):
            spread = self.squares - self.total * (self.total / self.weight)
            scores = 1 - self.residuals / spread
            scores = np.where(np.isinf(scores), 0.0, scores)
            if self.class_aggregation is None:
                return self._adjusted(scores)
            if self.class_aggregation == "uniform_average":
                return self._adjusted(float(np.mean(scores)))
            return self._adjusted(float(np.sum(spread * scores) / np.sum(spread)))

    def _adjusted(self, score: Any) -> Any:
        if not self.num_regressors:
            return score
        if self.num_regressors >= self.samples - 1:
            import warnings

            warnings.warn(
                f"R2 is adjusted only with more samples than num_regressors + 1. Received: {self.samples} and "
                f"num_regressors={self.num_regressors}; this is the plain score.",
                stacklevel=3,
            )
            return score
        return 1 - (1 - score) * (self.samples - 1) / (self.samples - self.num_regressors - 1)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments as plain values."""
        own = {"class_aggregation": self.class_aggregation, "num_regressors": self.num_regressors}
        return {**super().get_config(), **own}
