"""AUC: the area under a curve that the threshold of a decision traces."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from beras.activations import sigmoid
from beras.autodiff.tracked import bare
from beras.errors import unknown_name
from beras.losses.probabilities import EPSILON
from beras.metrics.threshold_counts import ThresholdCounts, evenly_between, ratio, share

__all__ = ["AUC"]

CURVES = ("PR", "PRGAIN", "ROC")
#: How high the curve counts between two of its points.
HEIGHTS: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    "interpolation": lambda left, right: (left + right) / 2,
    "majoring": np.maximum,
    "minoring": np.minimum,
}


class AUC(ThresholdCounts):
    """The area under the curve of the right positives against the wrong ones, 0.5 for chance and 1 for no mistake.

    Args:
        num_thresholds: at how many thresholds between 0 and 1 the curve is known; at least 2.
        curve: ``"ROC"`` (true against false positive rate), ``"PR"`` (precision against recall) or ``"PRGAIN"`` (the
            gains of these over a guess).
        summation_method: ``"interpolation"`` (trapezoids; for PR the interpolation of Davis and Goadrich, 2006),
            ``"minoring"`` or ``"majoring"`` (the lower or the higher end of each step).
        thresholds: the thresholds themselves, instead of ``num_thresholds``.
        multi_label: whether ``y_true`` and ``y_pred``, ``(batch, labels)``, hold as many questions; the area is then
            the mean of theirs, weighted by ``label_weights``.
        num_labels: Keras's; how many labels there are. It may be given with ``multi_label`` only.
        from_logits: whether predictions are scores, whose sigmoid is meant.

    Raises:
        ValueError: for fewer than two thresholds, an unknown curve or method, and ``num_labels`` without
            ``multi_label``; in `update_state` for shapes that do not fit.

    The Keras equivalent is ``keras.metrics.AUC``. A prediction equal to a threshold is not above it.

    >>> AUC(num_thresholds=3)(np.array([0, 0, 1, 1]), np.array([0.0, 0.5, 0.3, 0.9]))
    0.75
    """

    def __init__(
        self,
        num_thresholds: int = 200,
        curve: str = "ROC",
        summation_method: str = "interpolation",
        name: str | None = None,
        dtype: Any = None,
        thresholds: Sequence[float] | None = None,
        multi_label: bool = False,
        num_labels: int | None = None,
        label_weights: Any = None,
        from_logits: bool = False,
    ):
        super().__init__(dtype, name)
        if thresholds is None and num_thresholds <= 1:
            raise ValueError(f"AUC needs at least 2 thresholds. Received: num_thresholds={num_thresholds!r}.")
        if str(curve).upper() not in CURVES:
            raise ValueError(unknown_name("curve", curve, CURVES))
        if str(summation_method).lower() not in HEIGHTS:
            raise ValueError(unknown_name("summation_method", summation_method, HEIGHTS))
        if num_labels and not multi_label:
            raise ValueError(f"num_labels goes with multi_label=True only. Received: num_labels={num_labels!r}.")
        self._given = None if thresholds is None else sorted(float(t) for t in thresholds)
        between = evenly_between(num_thresholds) if self._given is None else self._given
        self.levels = np.array([-EPSILON, *between, 1 + EPSILON])
        self.num_thresholds = len(self.levels)
        self.curve, self.summation_method = str(curve).upper(), str(summation_method).lower()
        self.multi_label = self.by_column = bool(multi_label)
        self.num_labels, self.from_logits = num_labels, bool(from_logits)
        self.label_weights = None if label_weights is None else np.asarray(label_weights, np.float64)
        self.reset_state()

    @property
    def thresholds(self) -> list[float]:
        """The thresholds, one below 0 and one above 1 included."""
        return self.levels.tolist()

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Take in one batch; every entry is one decision, or every column one question with ``multi_label``."""
        y_pred = np.asarray(bare(y_pred))
        if self.multi_label and (y_pred.ndim != 2 or (self.num_labels or y_pred.shape[1]) != y_pred.shape[1]):
            wanted = f"(batch, {self.num_labels or 'labels'})"
            raise ValueError(f"With multi_label predictions have shape {wanted}. Received: {y_pred.shape}.")
        if self.from_logits:
            y_pred = sigmoid(y_pred)
        self.count(y_true, y_pred, sample_weight, None if self.multi_label else self.label_weights)

    def result(self) -> float:
        """Return the area, a Python float; 0 before the first batch."""
        if self.curve == "PR" and self.summation_method == "interpolation":
            areas = self._interpolated()
        else:
            x, y = getattr(self, f"_{self.curve.lower()}")()
            areas = np.sum((x[:-1] - x[1:]) * HEIGHTS[self.summation_method](y[:-1], y[1:]), axis=0)
        if not self.multi_label:
            return float(areas)
        if self.label_weights is None:
            return float(np.mean(areas))
        total = float(np.sum(self.label_weights))
        return float(np.sum(areas * self.label_weights)) / total if total else 0.0

    def _roc(self) -> tuple[np.ndarray, np.ndarray]:
        return share(self.false_positives, self.true_negatives), self.recalls

    def _pr(self) -> tuple[np.ndarray, np.ndarray]:
        return self.recalls, self.precisions

    def _prgain(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the gains of recall and precision (Flach and Kull 2015); without true positives 0 and 1."""
        odds = ratio(self.true_positives + self.false_negatives, self.true_negatives + self.false_positives)
        recall = 1 - odds * ratio(self.false_negatives, self.true_positives)
        precision = 1 - odds * ratio(self.false_positives, self.true_positives)
        none = self.true_positives == 0
        return np.maximum(np.where(none, 0.0, recall), 0.0), np.where(none, 1.0, precision)

    def _interpolated(self) -> np.ndarray:
        """Return the area under precision and recall, where true positives are linear in all that are called so."""
        right, called = self.true_positives, self.true_positives + self.false_positives
        gained = right[:-1] - right[1:]
        slope = ratio(gained, np.maximum(called[:-1] - called[1:], 0))
        intercept = right[1:] - slope * called[1:]
        growth = np.where((called[:-1] > 0) & (called[1:] > 0), ratio(called[:-1], called[1:]), 1.0)
        parts = slope * (gained + intercept * np.log(growth))
        return np.sum(ratio(parts, right[1:] + self.false_negatives[1:]), axis=0)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments as plain values."""
        config = {
            **super().get_config(),
            "num_thresholds": self.num_thresholds,
            "curve": self.curve,
            "summation_method": self.summation_method,
            "multi_label": self.multi_label,
            "num_labels": self.num_labels,
            "label_weights": None if self.label_weights is None else self.label_weights.tolist(),
            "from_logits": self.from_logits,
        }
        return config if self._given is None else {**config, "thresholds": self.thresholds[1:-1]}
