"""Distances between distributions: Kullback-Leibler, Poisson."""

from __future__ import annotations

from typing import Any

import numpy as np

from beras.losses.align import align
from beras.losses.loss import FunctionLoss
from beras.losses.probabilities import EPSILON

__all__ = ["KLDivergence", "Poisson", "kl_divergence", "poisson"]


def kl_divergence(y_true: Any, y_pred: Any) -> Any:
    """Return ``sum_k y_k log(y_k / p_k)`` along the last axis, both clipped to ``[1e-7, 1]``.

    >>> kl_divergence(np.array([[0.5, 0.5]]), np.array([[0.9, 0.1]])).round(4)
    array([0.5108])
    """
    y_true, y_pred = align(y_true, y_pred, sparse="SparseCategoricalCrossentropy")
    y_true = np.clip(y_true, EPSILON, 1)
    y_pred = np.clip(y_pred, EPSILON, 1)
    return np.sum(y_true * np.log(y_true / y_pred), axis=-1)


def poisson(y_true: Any, y_pred: Any) -> Any:
    """Return the mean along the last axis of ``p - y log(p + 1e-7)``: the Poisson likelihood of counts ``y``."""
    y_true, y_pred = align(y_true, y_pred)
    return np.mean(y_pred - y_true * np.log(y_pred + EPSILON), axis=-1)


class KLDivergence(FunctionLoss):
    """The mean of ``sum_k y_k log(y_k / p_k)`` over the batch: see `kl_divergence`."""

    def __init__(self, reduction: str | None = "sum_over_batch_size", name: str = "kl_divergence", dtype: Any = None):
        super().__init__(kl_divergence, reduction, name, dtype)


class Poisson(FunctionLoss):
    """The mean of ``p - y log p``, for counts: see `poisson`."""

    def __init__(self, reduction: str | None = "sum_over_batch_size", name: str = "poisson", dtype: Any = None):
        super().__init__(poisson, reduction, name, dtype)
