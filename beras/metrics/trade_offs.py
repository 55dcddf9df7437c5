"""Trade-offs: the best of one share at the thresholds where another is high enough."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from beras.metrics.threshold_counts import ThresholdCounts, evenly_between

__all__ = ["PrecisionAtRecall", "RecallAtPrecision", "SensitivityAtSpecificity", "SpecificityAtSensitivity"]


class _TradeOff(ThresholdCounts):
    """The largest value of one share at the thresholds where another is at least ``least``."""

    #: The argument that the bound is given as, the share that it bounds, and the one that is looked for.
    argument: ClassVar[str]
    bounded: ClassVar[str]
    wanted: ClassVar[str]

    def __init__(self, least: float, num_thresholds: int, class_id: int | None, name: str | None, dtype: Any):
        super().__init__(dtype, name)
        if not 0 <= least <= 1:
            raise ValueError(f"{self.argument} must lie between 0 and 1. Received: {self.argument}={least!r}.")
        if num_thresholds <= 0:
            raise ValueError(f"num_thresholds must be above 0. Received: num_thresholds={num_thresholds!r}.")
        self.least, self.num_thresholds, self.class_id = least, num_thresholds, class_id
        self.levels = np.array([0.5] if num_thresholds == 1 else [0.0, *evenly_between(num_thresholds), 1.0])
        self.reset_state()

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Take in one batch; every entry is one decision, unless ``class_id`` picks a column."""
        if self.class_id is not None:
            y_true, y_pred = (np.asarray(y)[..., self.class_id, None] for y in (y_true, y_pred))
        self.count(y_true, y_pred, sample_weight)

    def result(self) -> float:
        """Return the share, a Python float; 0 where no threshold is good enough."""
        enough = getattr(self, self.bounded) >= self.least
        return float(np.max(getattr(self, self.wanted), initial=0.0, where=enough))

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments as plain values."""
        own = {"num_thresholds": self.num_thresholds, self.argument: self.least, "class_id": self.class_id}
        return {**super().get_config(), **own}


class SensitivityAtSpecificity(_TradeOff):
    """The best ``tp / (tp + fn)`` at the thresholds where ``tn / (tn + fp)`` is at least ``specificity``.

    >>> SensitivityAtSpecificity(0.5)(np.array([0, 0, 0, 1, 1]), np.array([0.0, 0.3, 0.8, 0.3, 0.8]))
    0.5
    """

    argument, bounded, wanted = "specificity", "specificities", "recalls"

    def __init__(
        self,
        specificity: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ):
        super().__init__(specificity, num_thresholds, class_id, name, dtype)


class SpecificityAtSensitivity(_TradeOff):
    """The best ``tn / (tn + fp)`` at the thresholds where ``tp / (tp + fn)`` is at least ``sensitivity``."""

    argument, bounded, wanted = "sensitivity", "recalls", "specificities"

    def __init__(
        self,
        sensitivity: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ):
        super().__init__(sensitivity, num_thresholds, class_id, name, dtype)


class PrecisionAtRecall(_TradeOff):
    """The best precision at the thresholds where the recall is at least ``recall``."""

    argument, bounded, wanted = "recall", "recalls", "precisions"

    def __init__(
        self,
        recall: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ):
        super().__init__(recall, num_thresholds, class_id, name, dtype)


class RecallAtPrecision(_TradeOff):
    """The best recall at the thresholds where the precision is at least ``precision``."""

    argument, bounded, wanted = "precision", "precisions", "recalls"

    def __init__(
        self,
        precision: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ):
        super().__init__(precision, num_thresholds, class_id, name, dtype)
