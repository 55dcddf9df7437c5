"""Counts of right and wrong decisions at many thresholds at once, which curves are made of."""

from __future__ import annotations

from typing import Any

import numpy as np

from beras.autodiff.tracked import bare
from beras.losses.align import align
from beras.metrics.metric import Metric

__all__ = ["ThresholdCounts", "evenly_between", "ratio", "share"]


def evenly_between(number: int) -> list[float]:
    """Return the ``number - 2`` numbers between 0 and 1 that cut the interval evenly.

    >>> evenly_between(5)
    [0.25, 0.5, 0.75]
    """
    return [(i + 1) * 1.0 / (number - 1) for i in range(number - 2)]


def ratio(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return ``x / y``, and 0 where ``y`` is 0."""
    return np.divide(x, y, out=np.zeros_like(y), where=y != 0)


def share(part: np.ndarray, rest: np.ndarray) -> np.ndarray:
    """Return ``part / (part + rest)``, and 0 where there is nothing of either."""
    return ratio(part, part + rest)


class ThresholdCounts(Metric):
    """The weighted counts of decisions ``y_pred > threshold`` against labels 0 and 1, for each of many thresholds.

    Each is ``(thresholds,)``, or ``(thresholds, labels)`` where every column is counted for itself. Predictions are
    sorted into the intervals between the thresholds, so a batch costs no more for many of them.
    """

    #: Whether every column is counted for itself.
    by_column = False
    #: The thresholds, increasing.
    levels: np.ndarray

    def reset_state(self) -> None:
        """Forget all batches."""
        super().reset_state()
        shape = (len(self.levels), 1) if self.by_column else (len(self.levels),)
        self.true_positives, self.false_positives = np.zeros(shape), np.zeros(shape)
        self.true_negatives, self.false_negatives = np.zeros(shape), np.zeros(shape)

    def count(self, y_true: Any, y_pred: Any, sample_weight: Any, label_weights: Any = None) -> None:
        """Take in one batch of predictions, which are clipped to [0, 1]."""
        y_true, y_pred = align(bare(y_true), bare(y_pred))
        weights = np.ones(()) if sample_weight is None else np.asarray(bare(sample_weight), np.float64)
        weights = weights.reshape(weights.shape + (1,) * (y_pred.ndim - weights.ndim))
        if label_weights is not None:
            weights = weights * np.asarray(label_weights, np.float64)
        weights = np.broadcast_to(weights, y_pred.shape)
        columns = y_pred.shape[-1] if self.by_column else 1
        positive = y_true.reshape(-1, columns).astype(bool)
        places = self._places(np.clip(y_pred, 0, 1).reshape(-1, columns))
        weights = weights.reshape(-1, columns)
        right, true = self._above(places, weights * positive)
        wrong, false = self._above(places, weights * ~positive)
        self.true_positives = self.true_positives + right
        self.false_positives = self.false_positives + wrong
        self.false_negatives = self.false_negatives + (true - right)
        self.true_negatives = self.true_negatives + (false - wrong)

    def _places(self, y_pred: np.ndarray) -> np.ndarray:
        """Return how many thresholds each prediction is above; NaN is above none."""
        places = np.searchsorted(self.levels.astype(y_pred.dtype), y_pred)
        places[np.isnan(y_pred)] = 0
        return places

    def _above(self, places: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the weights above each threshold, and all weights, for each column."""
        size, columns = len(self.levels) + 1, places.shape[1]
        flat = (places + size * np.arange(columns)).reshape(-1)
        sums = np.bincount(flat, weights.reshape(-1), minlength=size * columns).reshape(columns, size)
        above = np.cumsum(sums[:, ::-1], axis=1)[:, ::-1].T
        return (above[1:], above[0]) if self.by_column else (above[1:, 0], above[0, 0])

    @property
    def recalls(self) -> np.ndarray:
        """``tp / (tp + fn)`` at each threshold."""
        return share(self.true_positives, self.false_negatives)

    @property
    def precisions(self) -> np.ndarray:
        """``tp / (tp + fp)`` at each threshold."""
        return share(self.true_positives, self.false_positives)

    @property
    def specificities(self) -> np.ndarray:
        """``tn / (tn + fp)`` at each threshold."""
        return share(self.true_negatives, self.false_positives)
