"""Cross-entropy of one-hot labels or distributions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from beras.activations import softmax
from beras.losses.align import align
from beras.losses.logits import softmax_cross_entropy
from beras.losses.loss import FunctionLoss, Loss
from beras.losses.probabilities import clipped, normalised, smoothed

__all__ = ["CategoricalCrossentropy", "categorical_crossentropy"]


def categorical_crossentropy(
    y_true: Any, y_pred: Any, from_logits: bool = False, label_smoothing: float = 0.0, axis: int = -1
) -> Any:
    """Return ``-sum_k y_k log p_k`` for each sample.

    ``y_true`` and ``y_pred`` are ``(batch, classes)``; from probabilities these are divided by their sum and clipped to
    ``[1e-7, 1 - 1e-7]``, as in Keras; ``from_logits`` they are scores, and nothing is clipped. ``label_smoothing`` s
    makes the labels ``y (1 - s) + s / classes``.

    Raises:
        ValueError: when the shapes differ.

    The Keras equivalent is ``keras.losses.categorical_crossentropy``.

    >>> categorical_crossentropy(np.array([[0.0, 1.0]]), np.array([[0.5, 0.5]])).round(4)
    array([0.6931])
    """
    y_true, y_pred = align(y_true, y_pred, sparse="SparseCategoricalCrossentropy")
    y_true = smoothed(y_true, label_smoothing, 1 / y_true.shape[axis])
    if from_logits:
        return softmax_cross_entropy(y_pred, y_true, axis)
    return -np.sum(y_true * np.log(clipped(normalised(y_pred, axis))), axis=axis)


class CategoricalCrossentropy(FunctionLoss):
    """The mean of ``-sum_k y_k log p_k`` over the batch, for one-hot labels: see `categorical_crossentropy`.

    ``CategoricalCrossentropy(from_logits=False, label_smoothing=0.0, axis=-1)``. The Keras equivalent is
    ``keras.losses.CategoricalCrossentropy``; torch's ``nn.CrossEntropyLoss`` takes logits.

    >>> loss = CategoricalCrossentropy()
    >>> float(loss(np.array([[0.0, 1.0]]), np.array([[0.5, 0.5]])).round(4))
    0.6931
    """

    def __init__(
        self,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str = "categorical_crossentropy",
        dtype: Any = None,
    ):
        options = {"from_logits": from_logits, "label_smoothing": label_smoothing, "axis": axis}
        super().__init__(categorical_crossentropy, reduction, name, dtype, **options)
        self.from_logits, self.label_smoothing, self.axis = from_logits, label_smoothing, axis

    def on_logits(self, activation: Callable[..., Any]) -> Loss | None:
        """Return the loss of the logits for `softmax`, else ``None``."""
        if activation is not softmax or not self.fuses_as(categorical_crossentropy):
            return None
        return CategoricalCrossentropy(True, self.label_smoothing, self.axis, self.reduction, self.name, self.dtype)
