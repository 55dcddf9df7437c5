"""Cross-entropy of labels given as class numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from beras.activations import softmax
from beras.autodiff.primitives import getitem, masked
from beras.core.floating import floating
from beras.losses.labels import class_numbers, place_of
from beras.losses.logits import sparse_softmax_cross_entropy
from beras.losses.loss import FunctionLoss, Loss
from beras.losses.probabilities import clipped, normalised

__all__ = ["SparseCategoricalCrossentropy", "sparse_categorical_crossentropy"]


def sparse_categorical_crossentropy(
    y_true: Any, y_pred: Any, from_logits: bool = False, ignore_class: int | None = None, axis: int = -1
) -> Any:
    """Return ``-log p_label`` for each sample.

    ``y_true`` holds class numbers, ``(batch,)`` or ``(batch, 1)``; ``y_pred`` is ``(batch, classes)``, probabilities
    or, with ``from_logits``, scores. Samples of class ``ignore_class`` give 0.

    Raises:
        ValueError: for labels of another shape, with fractions, or outside 0 to classes - 1.

    The Keras equivalent is ``keras.losses.sparse_categorical_crossentropy``.

    >>> sparse_categorical_crossentropy(np.array([1]), np.array([[0.5, 0.5]])).round(4)
    array([0.6931])
    """
    y_pred = floating(y_pred)
    labels, counted = class_numbers(y_true, y_pred, axis, ignore_class)
    if from_logits:
        values = sparse_softmax_cross_entropy(y_pred, labels, axis)
    else:
        values = -np.log(clipped(getitem(normalised(y_pred, axis), place_of(labels, axis))))
    return values if counted is None else masked(values, counted)


class SparseCategoricalCrossentropy(FunctionLoss):
    """The mean of ``-log p_label`` over the batch, for class numbers: see `sparse_categorical_crossentropy`.

    ``SparseCategoricalCrossentropy(from_logits=False, ignore_class=None)``; samples of class ``ignore_class`` do not
    count in the mean. The Keras equivalent is ``keras.losses.SparseCategoricalCrossentropy``; torch's
    ``nn.CrossEntropyLoss`` takes logits.

    >>> loss = SparseCategoricalCrossentropy(from_logits=True)
    >>> float(loss(np.array([1]), np.array([[0.0, 1e4]])))
    0.0
    """

    def __init__(
        self,
        from_logits: bool = False,
        ignore_class: int | None = None,
        reduction: str | None = "sum_over_batch_size",
        axis: int = -1,
        name: str = "sparse_categorical_crossentropy",
        dtype: Any = None,
    ):
        options = {"from_logits": from_logits, "ignore_class": ignore_class, "axis": axis}
        super().__init__(sparse_categorical_crossentropy, reduction, name, dtype, **options)
        self.from_logits, self.ignore_class, self.axis = from_logits, ignore_class, axis

    def prepared(self, y_true: Any, y_pred: Any) -> tuple[Any, Any]:
        """Return both as they are: class numbers are integers."""
        return y_true, y_pred

    def check_classes(self, y_true: np.ndarray, shape: tuple[Any, ...]) -> None:
        """Raise ValueError for labels that are no class numbers, one for each prediction of ``shape``."""
        class_numbers(y_true, np.broadcast_to(np.float32(0), shape), self.axis, self.ignore_class)

    def counted(self, y_true: Any, y_pred: Any) -> Any:
        """Return which samples are not of the ignored class."""
        return None if self.ignore_class is None else class_numbers(y_true, y_pred, self.axis, self.ignore_class)[1]

    def on_logits(self, activation: Callable[..., Any]) -> Loss | None:
        """Return the loss of the logits for `softmax`, else ``None``."""
        if activation is not softmax or not self.fuses_as(sparse_categorical_crossentropy):
            return None
        return SparseCategoricalCrossentropy(True, self.ignore_class, self.reduction, self.axis, self.name, self.dtype)
