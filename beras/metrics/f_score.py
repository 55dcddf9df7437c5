"""F scores: precision and recall in one number."""

from __future__ import annotations

from typing import Any

import numpy as np

from beras.autodiff.tracked import bare
from beras.errors import unknown_name
from beras.losses.probabilities import EPSILON
from beras.metrics.metric import Metric

__all__ = ["F1Score", "FBetaScore"]

AVERAGES = ("micro", "macro", "weighted")


class FBetaScore(Metric):
    """``(1 + b**2) precision recall / (b**2 precision + recall)`` for each class.

    ``y_true`` and ``y_pred`` are ``(batch, classes)``; the classes predicted are those above ``threshold``, or the
    largest one for ``None``. ``average`` is ``None`` (one score per class), ``"micro"`` (all decisions together),
    ``"macro"`` (the mean of the scores) or ``"weighted"`` (by how often each class is true).

    Raises:
        ValueError: for an unknown average, a ``beta`` that is not positive or a ``threshold`` outside ``(0, 1]``, and
            in `update_state` for shapes that are not ``(batch, classes)``.

    The Keras equivalent is ``keras.metrics.FBetaScore``.
    """

    def __init__(
        self,
        average: str | None = None,
        beta: float = 1.0,
        threshold: float | None = None,
        name: str = "fbeta_score",
        dtype: Any = None,
    ):
        super().__init__(dtype, name)
        if average is not None and average not in AVERAGES:
            raise ValueError(unknown_name("average", average, AVERAGES))
        if not beta > 0:
            raise ValueError(f"beta must be positive. Received: {beta!r}.")
        if threshold is not None and not 0 < threshold <= 1:
            raise ValueError(f"The threshold must lie between 0 and 1. Received: {threshold!r}.")
        self.average, self.beta, self.threshold = average, beta, threshold
        self.reset_state()

    def reset_state(self) -> None:
        """Forget all batches."""
        super().reset_state()
        self.true_positives: Any = 0.0
        self.false_positives: Any = 0.0
        self.false_negatives: Any = 0.0
        self.support: Any = 0.0

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Take in one batch."""
        y_true, y_pred = np.asarray(bare(y_true), np.float64), np.asarray(bare(y_pred))
        if y_true.ndim != 2 or y_true.shape != y_pred.shape:
            raise ValueError(
                f"An F score takes y_true and y_pred of the same shape (batch, classes). "
                f"Received: y_true {y_true.shape}, y_pred {y_pred.shape}."
            )
        if self.threshold is None:
            called = (y_pred >= np.max(y_pred, axis=-1, keepdims=True)) & (np.abs(y_pred) > 1e-9)
        else:
            called = y_pred > self.threshold
        weights = np.ones(len(y_true)) if sample_weight is None else np.asarray(bare(sample_weight), np.float64)
        axis = None if self.average == "micro" else 0

        def count(hits: np.ndarray) -> Any:
            return np.sum(hits * weights.reshape(-1, 1), axis=axis)

        self.true_positives = self.true_positives + count(called * y_true)
        self.false_positives = self.false_positives + count(called * (1 - y_true))
        self.false_negatives = self.false_negatives + count(~called * y_true)
        self.support = self.support + count(y_true)

    def result(self) -> Any:
        """Return the score, a Python float, or an array with one per class when nothing is averaged."""
        precision = self.true_positives / (self.true_positives + self.false_positives + EPSILON)
        recall = self.true_positives / (self.true_positives + self.false_negatives + EPSILON)
        square = self.beta**2
        score = (1 + square) * precision * recall / (square * precision + recall + EPSILON)
        if self.average == "weighted":
            return float(np.sum(score * (self.support / (np.sum(self.support) + EPSILON))))
        if self.average is not None:
            return float(np.mean(score))
        return score

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments as plain values."""
        names = ("average", "beta", "threshold")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}


class F1Score(FBetaScore):
    """The harmonic mean of precision and recall, for each class: `FBetaScore` with ``beta`` 1.

    >>> F1Score(average="macro")(np.array([[1, 0], [0, 1]]), np.array([[0.9, 0.1], [0.2, 0.8]])).__round__(3)
    1.0
    """

    def __init__(
        self,
        average: str | None = None,
        threshold: float | None = None,
        name: str = "f1_score",
        dtype: Any = None,
    ):
        super().__init__(average, 1.0, threshold, name, dtype)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments as plain values."""
        return {name: value for name, value in super().get_config().items() if name != "beta"}
