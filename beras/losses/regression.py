"""Distances between numbers: squared, absolute and their relatives."""

from __future__ import annotations

from math import log
from typing import Any

import numpy as np

from beras.activations import softplus
from beras.losses.align import align
from beras.losses.loss import FunctionLoss
from beras.losses.probabilities import EPSILON

__all__ = [
    "CosineSimilarity",
    "Huber",
    "LogCosh",
    "MeanAbsoluteError",
    "MeanAbsolutePercentageError",
    "MeanSquaredError",
    "MeanSquaredLogarithmicError",
    "cosine_similarity",
    "huber",
    "log_cosh",
    "mean_absolute_error",
    "mean_absolute_percentage_error",
    "mean_squared_error",
    "mean_squared_logarithmic_error",
]


def mean_squared_error(y_true: Any, y_pred: Any) -> Any:
    """Return the mean along the last axis of ``(y - p)**2``.

    >>> mean_squared_error(np.array([[0.0, 1.0]]), np.array([[0.0, 3.0]]))
    array([2.])
    """
    y_true, y_pred = align(y_true, y_pred)
    return np.mean(np.square(y_true - y_pred), axis=-1)


def mean_absolute_error(y_true: Any, y_pred: Any) -> Any:
    """Return the mean along the last axis of ``|y - p|``; where both are equal its derivative is 0."""
    y_true, y_pred = align(y_true, y_pred)
    return np.mean(np.abs(y_true - y_pred), axis=-1)


def mean_absolute_percentage_error(y_true: Any, y_pred: Any) -> Any:
    """Return 100 times the mean along the last axis of ``|y - p| / max(|y|, 1e-7)``."""
    y_true, y_pred = align(y_true, y_pred)
    return 100.0 * np.mean(np.abs((y_true - y_pred) / np.maximum(np.abs(y_true), EPSILON)), axis=-1)


def mean_squared_logarithmic_error(y_true: Any, y_pred: Any) -> Any:
    """Return the mean along the last axis of ``(log(1 + y) - log(1 + p))**2``, both at least 1e-7."""
    y_true, y_pred = align(y_true, y_pred)
    gap = np.log(np.maximum(y_pred, EPSILON) + 1) - np.log(np.maximum(y_true, EPSILON) + 1)
    return np.mean(np.square(gap), axis=-1)


def huber(y_true: Any, y_pred: Any, delta: float = 1.0) -> Any:
    """Return the mean along the last axis of ``e**2 / 2`` for errors up to ``delta``, ``delta (|e| - delta/2)`` beyond.

    >>> huber(np.array([[0.0, 0.0]]), np.array([[0.5, 2.0]]))
    array([0.8125])
    """
    y_true, y_pred = align(y_true, y_pred)
    error = np.abs(y_pred - y_true)
    bent = np.minimum(error, delta)
    return np.mean(bent * (error - 0.5 * bent), axis=-1)


def log_cosh(y_true: Any, y_pred: Any) -> Any:
    """Return the mean along the last axis of ``log(cosh(y - p))``, for errors of any size."""
    y_true, y_pred = align(y_true, y_pred)
    error = y_pred - y_true
    return np.mean(error + softplus(-2.0 * error) - log(2.0), axis=-1)


def cosine_similarity(y_true: Any, y_pred: Any, axis: int = -1) -> Any:
    """Return minus the cosine of the angle between ``y`` and ``p`` along ``axis``: -1 where they point the same way.

    >>> cosine_similarity(np.array([[1.0, 0.0]]), np.array([[3.0, 4.0]]))
    array([-0.6])
    """
    y_true, y_pred = align(y_true, y_pred)
    return -np.sum(_direction(y_true, axis) * _direction(y_pred, axis), axis=axis)


def _direction(x: Any, axis: int) -> Any:
    square = np.sum(np.square(x), axis=axis, keepdims=True)
    return x / np.sqrt(np.maximum(square, EPSILON**2))


class MeanSquaredError(FunctionLoss):
    """The mean of ``(y - p)**2``. torch's equivalent is ``nn.MSELoss``."""

    def __init__(
        self, reduction: str | None = "sum_over_batch_size", name: str = "mean_squared_error", dtype: Any = None
    ):
        super().__init__(mean_squared_error, reduction, name, dtype)


class MeanAbsoluteError(FunctionLoss):
    """The mean of ``|y - p|``. torch's equivalent is ``nn.L1Loss``."""

    def __init__(
        self, reduction: str | None = "sum_over_batch_size", name: str = "mean_absolute_error", dtype: Any = None
    ):
        super().__init__(mean_absolute_error, reduction, name, dtype)


class MeanAbsolutePercentageError(FunctionLoss):
    """100 times the mean of ``|y - p| / |y|``: see `mean_absolute_percentage_error`."""

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str = "mean_absolute_percentage_error",
        dtype: Any = None,
    ):
        super().__init__(mean_absolute_percentage_error, reduction, name, dtype)


class MeanSquaredLogarithmicError(FunctionLoss):
    """The mean of ``(log(1 + y) - log(1 + p))**2``: see `mean_squared_logarithmic_error`."""

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str = "mean_squared_logarithmic_error",
        dtype: Any = None,
    ):
        super().__init__(mean_squared_logarithmic_error, reduction, name, dtype)


class Huber(FunctionLoss):
    """Squared for errors up to ``delta``, linear beyond (Huber 1964): see `huber`.

    torch's equivalent is ``nn.HuberLoss``.
    """

    def __init__(
        self,
        delta: float = 1.0,
        reduction: str | None = "sum_over_batch_size",
        name: str = "huber_loss",
        dtype: Any = None,
    ):
        super().__init__(huber, reduction, name, dtype, delta=delta)
        self.delta = delta


class LogCosh(FunctionLoss):
    """The mean of ``log(cosh(y - p))``: squared for small errors, linear for large ones."""

    def __init__(self, reduction: str | None = "sum_over_batch_size", name: str = "log_cosh", dtype: Any = None):
        super().__init__(log_cosh, reduction, name, dtype)


class CosineSimilarity(FunctionLoss):
    """Minus the mean cosine of the angle between ``y`` and ``p``: see `cosine_similarity`."""

    def __init__(
        self,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str = "cosine_similarity",
        dtype: Any = None,
    ):
        super().__init__(cosine_similarity, reduction, name, dtype, axis=axis)
        self.axis = axis
