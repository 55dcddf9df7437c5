"""Overlaps of regions: Dice and Tversky, for masks of images."""

from __future__ import annotations

from typing import Any

import numpy as np

from beras.losses.align import align
from beras.losses.loss import FunctionLoss
from beras.losses.probabilities import EPSILON

__all__ = ["Dice", "Tversky", "dice", "tversky"]

Axis = int | tuple[int, ...] | None


def dice(y_true: Any, y_pred: Any, axis: Axis = None) -> Any:
    """Return ``1 - 2 sum(y p) / (sum(y) + sum(p))`` along ``axis``, over all entries for ``None``: 0 for equal masks.

    The Keras equivalent is ``keras.losses.dice``.

    >>> dice(np.array([1.0, 1.0, 0.0]), np.array([1.0, 0.0, 0.0])).round(4)
    np.float64(0.3333)
    """
    y_true, y_pred = align(y_true, y_pred)
    both = np.sum(y_true * y_pred, axis=axis)
    return 1 - 2 * both / (np.sum(y_true, axis=axis) + np.sum(y_pred, axis=axis) + EPSILON)


def tversky(y_true: Any, y_pred: Any, alpha: float = 0.5, beta: float = 0.5, axis: Axis = None) -> Any:
    """Return ``1 - b / (b + alpha sum(y (1 - p)) + beta sum((1 - y) p))`` along ``axis``, with ``b = sum(y p)``.

    ``alpha`` is the price of what is missed, ``beta`` of what is called wrongly; with 1/2 each it is `dice`. Salehi et
    al., 2017. The Keras equivalent is ``keras.losses.tversky``.

    >>> tversky(np.array([1.0, 1.0, 0.0]), np.array([1.0, 0.0, 0.0]), alpha=1.0).round(4)
    np.float64(0.5)
    """
    y_true, y_pred = align(y_true, y_pred)
    both = np.sum(y_true * y_pred, axis=axis)
    missed = np.sum((1 - y_pred) * y_true, axis=axis)
    wrong = np.sum(y_pred * (1 - y_true), axis=axis)
    return 1 - both / (both + missed * alpha + wrong * beta + EPSILON)


class Dice(FunctionLoss):
    """One minus the overlap of two masks: see `dice`. Without an ``axis`` it is one number for the whole batch."""

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str = "dice",
        axis: Axis = None,
        dtype: Any = None,
    ):
        super().__init__(dice, reduction, name, dtype, axis=axis)
        self.axis = axis


class Tversky(FunctionLoss):
    """One minus the overlap of two masks, misses and wrong calls weighted apart: see `tversky`."""

    def __init__(
        self,
        alpha: float = 0.5,
        beta: float = 0.5,
        reduction: str | None = "sum_over_batch_size",
        name: str = "tversky",
        axis: Axis = None,
        dtype: Any = None,
    ):
        super().__init__(tversky, reduction, name, dtype, alpha=alpha, beta=beta, axis=axis)
        self.alpha, self.beta, self.axis = alpha, beta, axis
