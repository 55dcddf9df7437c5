"""Counts of right and wrong decisions, and the shares made of them: Precision, Recall."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from beras.autodiff.tracked import bare
from beras.losses.align import align
from beras.metrics.metric import Metric

__all__ = ["FalseNegatives", "FalsePositives", "Precision", "Recall", "TrueNegatives", "TruePositives"]

#: Below every probability: what predictions outside the top k are set to.
LOWEST = -1e10


class _Counts(Metric):
    """The counts of decisions ``y_pred > threshold`` against labels 0 and 1, for each threshold."""

    def __init__(
        self,
        thresholds: float | Sequence[float] | None = None,
        top_k: int | None = None,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ):
        super().__init__(dtype, name)
        listed: list[Any] = list(thresholds) if isinstance(thresholds, (list, tuple, np.ndarray)) else [thresholds]
        wrong = [t for t in listed if thresholds is not None and (t is None or not 0 <= t <= 1)]
        if wrong:
            raise ValueError(f"Thresholds must lie between 0 and 1. Received: {wrong[0]!r}.")
        self.thresholds, self.top_k, self.class_id = thresholds, top_k, class_id
        self._levels = np.array(listed if thresholds is not None else [0.5 if top_k is None else LOWEST])
        self.reset_state()

    def reset_state(self) -> None:
        """Forget all batches."""
        super().reset_state()
        zeros = np.zeros(len(self._levels))
        self.true_positives, self.false_positives = zeros.copy(), zeros.copy()
        self.true_negatives, self.false_negatives = zeros.copy(), zeros.copy()

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Take in one batch; every entry is one decision, unless ``class_id`` picks a column."""
        y_true, y_pred = align(bare(y_true), bare(y_pred))
        if self.top_k is not None:
            y_pred = _top_k_only(y_pred, self.top_k)
        if self.class_id is not None:
            y_true, y_pred = y_true[..., self.class_id, None], y_pred[..., self.class_id, None]
        weights = np.ones(()) if sample_weight is None else np.asarray(bare(sample_weight), np.float64)
        weights = weights.reshape(weights.shape + (1,) * (y_pred.ndim - weights.ndim))
        weights = np.broadcast_to(weights, y_pred.shape).reshape(-1)
        positive = y_true.reshape(-1).astype(bool)
        called = y_pred.reshape(-1) > self._levels.astype(y_pred.dtype)[:, None]
        right, wrong = called @ (weights * positive), called @ (weights * ~positive)
        self.true_positives += right
        self.false_positives += wrong
        self.false_negatives += np.sum(weights[positive]) - right
        self.true_negatives += np.sum(weights[~positive]) - wrong

    def _single(self, values: np.ndarray) -> Any:
        return float(values[0]) if len(values) == 1 else values


def _top_k_only(y_pred: np.ndarray, k: int) -> np.ndarray:
    best = np.argsort(-y_pred, axis=-1, kind="stable")[..., :k]
    out = np.full_like(y_pred, LOWEST)
    np.put_along_axis(out, best, np.take_along_axis(y_pred, best, axis=-1), axis=-1)
    return out


class _Count(_Counts):
    """One of the four counts."""

    counted: ClassVar[str]

    def __init__(self, thresholds: float | Sequence[float] | None = None, name: str | None = None, dtype: Any = None):
        super().__init__(thresholds, name=name, dtype=dtype)

    def result(self) -> Any:
        """Return the count, a Python float, or an array with one per threshold."""
        return self._single(getattr(self, self.counted).copy())

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments as plain values."""
        return {**super().get_config(), "thresholds": self.thresholds}


class TruePositives(_Count):
    """How many entries labelled 1 were predicted above the threshold."""

    counted = "true_positives"


class FalsePositives(_Count):
    """How many entries labelled 0 were predicted above the threshold."""

    counted = "false_positives"


class TrueNegatives(_Count):
    """How many entries labelled 0 were predicted at or below the threshold."""

    counted = "true_negatives"


class FalseNegatives(_Count):
    """How many entries labelled 1 were predicted at or below the threshold."""

    counted = "false_negatives"


class _Share(_Counts):
    """True positives out of these and another count; 0 where there are none of either."""

    missed: ClassVar[str]

    def result(self) -> Any:
        """Return the share, a Python float, or an array with one per threshold."""
        total = self.true_positives + getattr(self, self.missed)
        return self._single(np.divide(self.true_positives, total, out=np.zeros_like(total), where=total != 0))

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments as plain values."""
        options = {"thresholds": self.thresholds, "top_k": self.top_k, "class_id": self.class_id}
        return {**super().get_config(), **options}


class Precision(_Share):
    """How many of those predicted above the threshold are labelled 1: ``tp / (tp + fp)``.

    ``Precision(thresholds=None, top_k=None, class_id=None)``: the threshold is 0.5 unless given; with ``top_k`` only
    the ``k`` largest predictions of a sample count as predicted; ``class_id`` looks at one column.

    >>> Precision()(np.array([0, 1, 1, 1]), np.array([1.0, 0.0, 1.0, 1.0])).__round__(4)
    0.6667
    """

    missed = "false_positives"


class Recall(_Share):
    """How many of those labelled 1 are predicted above the threshold: ``tp / (tp + fn)``. Arguments as `Precision`.

    >>> Recall()(np.array([0, 1, 1, 1]), np.array([1.0, 0.0, 1.0, 1.0])).__round__(4)
    0.6667
    """

    missed = "false_negatives"
