"""Focal cross-entropies: what is easy to tell counts less."""

from __future__ import annotations

from typing import Any

import numpy as np

from beras.activations import sigmoid, softmax
from beras.losses.align import align
from beras.losses.binary import ONE_UNIT, BinaryCrossentropy
from beras.losses.loss import FunctionLoss
from beras.losses.probabilities import clipped, normalised, smoothed

__all__ = [
    "BinaryFocalCrossentropy",
    "CategoricalFocalCrossentropy",
    "binary_focal_crossentropy",
    "categorical_focal_crossentropy",
]


def binary_focal_crossentropy(
    y_true: Any,
    y_pred: Any,
    apply_class_balancing: bool = False,
    alpha: float = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Any:
    """Return the mean along ``axis`` of ``(1 - q)**gamma`` times the binary cross-entropy, for each sample.

    ``q = y p + (1 - y) (1 - p)`` is the probability of what is true. With ``apply_class_balancing`` labels 1 count
    ``alpha``, labels 0 ``1 - alpha``. The other arguments are those of `binary_crossentropy`. Lin et al., Focal Loss,
    2017, eq. 4 and 5.

    Raises:
        ValueError: when the shapes differ.

    The Keras equivalent is ``keras.losses.binary_focal_crossentropy``.

    >>> binary_focal_crossentropy(np.array([[1.0]]), np.array([[0.5]])).round(4)
    array([0.1733])
    """
    y_true, y_pred = align(y_true, y_pred, "SparseCategoricalCrossentropy", ONE_UNIT)
    y_true = smoothed(y_true, label_smoothing, 0.5)
    if from_logits:
        y_pred = sigmoid(y_pred)
    p = clipped(y_pred)
    entropy = -(y_true * np.log(p) + (1 - y_true) * np.log1p(-p))
    wrong = 1 - (y_true * y_pred + (1 - y_true) * (1 - y_pred))
    values = np.power(wrong, gamma) * entropy
    if apply_class_balancing:
        values = (y_true * alpha + (1 - y_true) * (1 - alpha)) * values
    return np.mean(values, axis=axis)


def categorical_focal_crossentropy(
    y_true: Any,
    y_pred: Any,
    alpha: float = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Any:
    """Return ``-sum_k alpha (1 - p_k)**gamma y_k log p_k`` for each sample.

    The arguments besides are those of `categorical_crossentropy`. Lin et al., Focal Loss, 2017.

    Raises:
        ValueError: when the shapes differ.

    The Keras equivalent is ``keras.losses.categorical_focal_crossentropy``.

    >>> categorical_focal_crossentropy(np.array([[0.0, 1.0]]), np.array([[0.5, 0.5]])).round(4)
    array([0.0433])
    """
    y_true, y_pred = align(y_true, y_pred, sparse="SparseCategoricalCrossentropy")
    y_true = smoothed(y_true, label_smoothing, 1 / y_true.shape[-1])
    if from_logits:
        y_pred = softmax(y_pred, axis=axis)
    p = clipped(normalised(y_pred, axis))
    return np.sum(alpha * np.power(1 - p, gamma) * -y_true * np.log(p), axis=axis)


class BinaryFocalCrossentropy(FunctionLoss):
    """The mean of the focal binary cross-entropy: see `binary_focal_crossentropy`."""

    def __init__(
        self,
        apply_class_balancing: bool = False,
        alpha: float = 0.25,
        gamma: float = 2.0,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str = "binary_focal_crossentropy",
        dtype: Any = None,
    ):
        options = {"apply_class_balancing": apply_class_balancing, "alpha": alpha, "gamma": gamma}
        options |= {"from_logits": from_logits, "label_smoothing": label_smoothing, "axis": axis}
        super().__init__(binary_focal_crossentropy, reduction, name, dtype, **options)
        self.apply_class_balancing, self.alpha, self.gamma = apply_class_balancing, alpha, gamma
        self.from_logits, self.label_smoothing, self.axis = from_logits, label_smoothing, axis

    check_truth = BinaryCrossentropy.check_truth


class CategoricalFocalCrossentropy(FunctionLoss):
    """The mean of the focal cross-entropy of one-hot labels: see `categorical_focal_crossentropy`."""

    def __init__(
        self,
        alpha: float = 0.25,
        gamma: float = 2.0,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str = "categorical_focal_crossentropy",
        dtype: Any = None,
    ):
        options = {"alpha": alpha, "gamma": gamma}
        options |= {"from_logits": from_logits, "label_smoothing": label_smoothing, "axis": axis}
        super().__init__(categorical_focal_crossentropy, reduction, name, dtype, **options)
        self.alpha, self.gamma = alpha, gamma
        self.from_logits, self.label_smoothing, self.axis = from_logits, label_smoothing, axis
