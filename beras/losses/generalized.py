"""A cross-entropy that bears wrong labels."""

from __future__ import annotations

from typing import Any

import numpy as np

from beras.autodiff.primitives import getitem
from beras.core.floating import floating
from beras.losses.labels import class_numbers, place_of
from beras.losses.loss import FunctionLoss

__all__ = ["CategoricalGeneralizedCrossEntropy", "categorical_generalized_cross_entropy"]


def categorical_generalized_cross_entropy(y_true: Any, y_pred: Any, q: float) -> Any:
    """Return ``(1 - p_label**q) / q`` for each sample: between cross-entropy (q near 0) and absolute error (q = 1).

    ``y_true`` holds class numbers, ``(batch,)`` or ``(batch, 1)``; ``y_pred`` probabilities, ``(batch, classes)``.
    Zhang and Sabuncu, 2018, eq. 6.

    Raises:
        ValueError: for labels of another shape, with fractions, or outside 0 to classes - 1.

    The Keras equivalent is ``keras.losses.categorical_generalized_cross_entropy``.

    >>> categorical_generalized_cross_entropy(np.array([1]), np.array([[0.75, 0.25]]), 0.5)
    array([1.])
    """
    y_pred = floating(y_pred)
    labels, _ = class_numbers(y_true, y_pred)
    return (1 - np.power(getitem(y_pred, place_of(labels, -1)), q)) / q


class CategoricalGeneralizedCrossEntropy(FunctionLoss):
    """The mean of ``(1 - p_label**q) / q``: see `categorical_generalized_cross_entropy`.

    Raises:
        ValueError: for a ``q`` outside (0, 1).
    """

    def __init__(
        self,
        q: float = 0.5,
        reduction: str | None = "sum_over_batch_size",
        name: str = "categorical_generalized_cross_entropy",
        dtype: Any = None,
    ):
        if not 0 < q < 1:
            raise ValueError(f"q must lie between 0 and 1. Received: q={q!r}.")
        super().__init__(categorical_generalized_cross_entropy, reduction, name, dtype, q=q)
        self.q = q

    def prepared(self, y_true: Any, y_pred: Any) -> tuple[Any, Any]:
        """Return both as they are: class numbers are integers."""
        return y_true, y_pred

    def check_classes(self, y_true: np.ndarray, shape: tuple[Any, ...]) -> None:
        """Raise ValueError for labels that are no class numbers, one for each prediction of ``shape``."""
        class_numbers(y_true, np.broadcast_to(np.float32(0), shape))
