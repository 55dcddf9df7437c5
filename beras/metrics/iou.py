"""Intersection over union: how well predicted and true regions of each class cover each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from beras.autodiff.tracked import bare
from beras.losses.probabilities import EPSILON
from beras.metrics.metric import Metric

__all__ = ["BinaryIoU", "IoU", "MeanIoU", "OneHotIoU", "OneHotMeanIoU"]


class IoU(Metric):
    """The mean over classes of ``tp / (tp + fp + fn)``, where entries predicted as the class meet those that are it.

    ``y_true`` and ``y_pred`` hold class numbers, or scores along ``axis`` where ``sparse_y_true`` or ``sparse_y_pred``
    is false. Entries whose number is outside the classes, or ``ignore_class`` in the truth, do not count; nor do
    classes that neither has. Weights are never cut to integers.

    Raises:
        ValueError: for a target outside the classes, and in `update_state` for as many predictions as there are not
            labels.

    The Keras equivalent is ``keras.metrics.IoU``.

    >>> IoU(num_classes=2, target_class_ids=[0])(np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])).__round__(4)
    0.3333
    """

    def __init__(
        self,
        num_classes: int,
        target_class_ids: Sequence[int],
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_true: bool = True,
        sparse_y_pred: bool = True,
        axis: int = -1,
    ):
        super().__init__(dtype or "int32", name)
        if max(target_class_ids) >= num_classes:
            raise ValueError(
                f"target_class_ids must lie between 0 and {num_classes - 1}. Received: {max(target_class_ids)}."
            )
        self.num_classes, self.target_class_ids = num_classes, list(target_class_ids)
        self.ignore_class, self.axis = ignore_class, axis
        self.sparse_y_true, self.sparse_y_pred = sparse_y_true, sparse_y_pred
        self.reset_state()

    def reset_state(self) -> None:
        """Forget all batches."""
        super().reset_state()
        #: How often class ``i`` was taken for class ``j``, ``(num_classes, num_classes)``.
        self.confusion = np.zeros((self.num_classes, self.num_classes))

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Take in one batch, with a weight for every label, or one for all."""
        y_true, y_pred = np.asarray(bare(y_true)), np.asarray(bare(y_pred))
        true = (y_true if self.sparse_y_true else np.argmax(y_true, axis=self.axis)).reshape(-1).astype(np.int64)
        pred = (y_pred if self.sparse_y_pred else np.argmax(y_pred, axis=self.axis)).reshape(-1).astype(np.int64)
        if true.shape != pred.shape:
            raise ValueError(
                f"There must be one prediction for every label. Received: y_true {y_true.shape}, y_pred {y_pred.shape}."
            )
        weights = np.ones(()) if sample_weight is None else np.asarray(bare(sample_weight), np.float64).reshape(-1)
        weights = np.broadcast_to(weights, true.shape)
        n = self.num_classes
        counted = (true >= 0) & (true < n) & (pred >= 0) & (pred < n)
        if self.ignore_class is not None:
            counted &= true != self.ignore_class
        cells = np.bincount(true[counted] * n + pred[counted], weights[counted], minlength=n * n)
        self.confusion += cells.reshape(n, n)

    def result(self) -> float:
        """Return the mean over the target classes that occur, a Python float."""
        both = np.diagonal(self.confusion)[self.target_class_ids]
        either = (self.confusion.sum(axis=0) + self.confusion.sum(axis=1))[self.target_class_ids] - both
        occurring = either > 1e-9
        shares = both[occurring] / (either[occurring] + EPSILON)
        return float(np.sum(shares) / (np.count_nonzero(occurring) + EPSILON))

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments as plain values."""
        names = ("num_classes", "target_class_ids", "ignore_class", "sparse_y_true", "sparse_y_pred", "axis")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}

    def _config_without(self, *settled: str) -> dict[str, Any]:
        return {name: value for name, value in IoU.get_config(self).items() if name not in settled}


class BinaryIoU(IoU):
    """`IoU` of the classes 0 and 1, predicted as 1 from ``threshold`` on."""

    def __init__(
        self,
        target_class_ids: Sequence[int] = (0, 1),
        threshold: float = 0.5,
        name: str | None = None,
        dtype: Any = None,
    ):
        super().__init__(2, target_class_ids, name, dtype)
        self.threshold = threshold

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Take in one batch."""
        super().update_state(y_true, np.asarray(bare(y_pred)) >= self.threshold, sample_weight)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments as plain values."""
        config = self._config_without("num_classes", "ignore_class", "sparse_y_true", "sparse_y_pred", "axis")
        return {**config, "threshold": self.threshold}


class MeanIoU(IoU):
    """`IoU` of all classes.

    >>> MeanIoU(num_classes=2)(np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])).__round__(4)
    0.3333
    """

    def __init__(
        self,
        num_classes: int,
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_true: bool = True,
        sparse_y_pred: bool = True,
        axis: int = -1,
    ):
        targets = range(num_classes)
        super().__init__(num_classes, targets, name, dtype, ignore_class, sparse_y_true, sparse_y_pred, axis)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments as plain values."""
        return self._config_without("target_class_ids")


class OneHotIoU(IoU):
    """`IoU` of one-hot labels, and of scores unless ``sparse_y_pred``."""

    def __init__(
        self,
        num_classes: int,
        target_class_ids: Sequence[int],
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_pred: bool = False,
        axis: int = -1,
    ):
        super().__init__(num_classes, target_class_ids, name, dtype, ignore_class, False, sparse_y_pred, axis)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments as plain values."""
        return self._config_without("sparse_y_true")


class OneHotMeanIoU(MeanIoU):
    """`MeanIoU` of one-hot labels, and of scores unless ``sparse_y_pred``."""

    def __init__(
        self,
        num_classes: int,
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_pred: bool = False,
        axis: int = -1,
    ):
        super().__init__(num_classes, name, dtype, ignore_class, False, sparse_y_pred, axis)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments as plain values."""
        return self._config_without("target_class_ids", "sparse_y_true")
