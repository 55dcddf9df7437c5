"""Cross-entropy of yes-or-no labels."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from beras.activations import sigmoid
from beras.losses.align import align
from beras.losses.logits import sigmoid_cross_entropy
from beras.losses.loss import FunctionLoss, Loss
from beras.losses.probabilities import clipped, smoothed

__all__ = ["BinaryCrossentropy", "binary_crossentropy"]


ONE_UNIT = " For one yes or no per sample end the model in Dense(1, activation='sigmoid')."


def binary_crossentropy(
    y_true: Any, y_pred: Any, from_logits: bool = False, label_smoothing: float = 0.0, axis: int = -1
) -> Any:
    """Return the mean along ``axis`` of ``-y log p - (1 - y) log(1 - p)``, for each sample.

    Labels are 0, 1 or between; ``y_pred`` is probabilities, clipped to ``[1e-7, 1 - 1e-7]`` as in Keras, or with
    ``from_logits`` scores. ``label_smoothing`` s makes the labels ``y (1 - s) + s / 2``.

    Raises:
        ValueError: when the shapes differ.

    The Keras equivalent is ``keras.losses.binary_crossentropy``.

    >>> binary_crossentropy(np.array([[1.0]]), np.array([[0.5]])).round(4)
    array([0.6931])
    """
    y_true, y_pred = align(y_true, y_pred, "SparseCategoricalCrossentropy", ONE_UNIT)
    y_true = smoothed(y_true, label_smoothing, 0.5)
    if from_logits:
        return np.mean(sigmoid_cross_entropy(y_pred, y_true), axis=axis)
    p = clipped(y_pred)
    return -np.mean(y_true * np.log(p) + (1 - y_true) * np.log1p(-p), axis=axis)


class BinaryCrossentropy(FunctionLoss):
    """The mean of ``-y log p - (1 - y) log(1 - p)``, for labels 0 and 1: see `binary_crossentropy`.

    ``BinaryCrossentropy(from_logits=False, label_smoothing=0.0, axis=-1)``. The Keras equivalent is
    ``keras.losses.BinaryCrossentropy``; torch's are ``nn.BCELoss`` and ``nn.BCEWithLogitsLoss``.

    >>> loss = BinaryCrossentropy(from_logits=True)
    >>> float(loss(np.array([[1.0], [0.0]]), np.array([[1e4], [1e4]])))
    5000.0
    """

    def __init__(
        self,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str = "binary_crossentropy",
        dtype: Any = None,
    ):
        options = {"from_logits": from_logits, "label_smoothing": label_smoothing, "axis": axis}
        super().__init__(binary_crossentropy, reduction, name, dtype, **options)
        self.from_logits, self.label_smoothing, self.axis = from_logits, label_smoothing, axis

    def check_truth(self, y_true: Any) -> None:
        """Raise ValueError for labels that are not between 0 and 1: the loss would have no least value."""
        outside = y_true[(y_true < 0) | (y_true > 1)]
        if outside.size:
            raise ValueError(
                f"The labels of BinaryCrossentropy lie between 0 and 1. Received: {outside.flat[0]}. Labels of -1 and 1"
                f" become 0 and 1 as (y + 1) / 2, bytes as y / 255; class numbers go with "
                f"SparseCategoricalCrossentropy."
            )

    def on_logits(self, activation: Callable[..., Any]) -> Loss | None:
        """Return the loss of the logits for `sigmoid`, else ``None``."""
        if activation is not sigmoid or not self.fuses_as(binary_crossentropy):
            return None
        return BinaryCrossentropy(True, self.label_smoothing, self.axis, self.reduction, self.name, self.dtype)
