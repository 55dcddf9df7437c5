"""Hinge losses: a margin between right and wrong."""

from __future__ import annotations

from typing import Any

import numpy as np

from beras.activations import relu
from beras.losses.align import align
from beras.losses.loss import FunctionLoss

__all__ = ["CategoricalHinge", "Hinge", "SquaredHinge", "categorical_hinge", "hinge", "squared_hinge"]


def _shortfall(y_true: Any, y_pred: Any) -> Any:
    """Return ``max(1 - y p, 0)``, with labels 0 and 1 read as -1 and 1."""
    y_true, y_pred = align(y_true, y_pred)
    are_binary = np.all(np.equal(y_true, 0) | np.equal(y_true, 1))
    return relu(1 - np.where(are_binary, 2 * y_true - 1, y_true) * y_pred)


def hinge(y_true: Any, y_pred: Any) -> Any:
    """Return the mean along the last axis of ``max(1 - y p, 0)``, for labels -1 and 1 (or 0 and 1).

    >>> hinge(np.array([[1.0, 0.0]]), np.array([[0.5, 0.5]]))
    array([1.])
    """
    return np.mean(_shortfall(y_true, y_pred), axis=-1)


def squared_hinge(y_true: Any, y_pred: Any) -> Any:
    """Return the mean along the last axis of ``max(1 - y p, 0)**2``, for labels -1 and 1 (or 0 and 1)."""
    return np.mean(np.square(_shortfall(y_true, y_pred)), axis=-1)


def categorical_hinge(y_true: Any, y_pred: Any) -> Any:
    """Return ``max(neg - pos + 1, 0)``: the best wrong score against the right one, for one-hot labels."""
    y_true, y_pred = align(y_true, y_pred)
    right = np.sum(y_true * y_pred, axis=-1)
    wrong = np.max((1 - y_true) * y_pred, axis=-1)
    return relu(wrong - right + 1)


class Hinge(FunctionLoss):
    """The mean of ``max(1 - y p, 0)``: see `hinge`."""

    def __init__(self, reduction: str | None = "sum_over_batch_size", name: str = "hinge", dtype: Any = None):
        super().__init__(hinge, reduction, name, dtype)


class SquaredHinge(FunctionLoss):
    """The mean of ``max(1 - y p, 0)**2``: see `squared_hinge`."""

    def __init__(self, reduction: str | None = "sum_over_batch_size", name: str = "squared_hinge", dtype: Any = None):
        super().__init__(squared_hinge, reduction, name, dtype)


class CategoricalHinge(FunctionLoss):
    """The mean of ``max(neg - pos + 1, 0)``: see `categorical_hinge`."""

    def __init__(
        self, reduction: str | None = "sum_over_batch_size", name: str = "categorical_hinge", dtype: Any = None
    ):
        super().__init__(categorical_hinge, reduction, name, dtype)
