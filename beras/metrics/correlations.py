"""Correlations of truth and prediction along an axis."""

from __future__ import annotations

from typing import Any

import numpy as np

from beras.losses.align import align
from beras.losses.probabilities import EPSILON
from beras.metrics.mean import MeanMetricWrapper

__all__ = ["ConcordanceCorrelation", "PearsonCorrelation", "concordance_correlation", "pearson_correlation"]


def pearson_correlation(y_true: Any, y_pred: Any, axis: int = -1) -> Any:
    """Return the correlation of ``y`` and ``p`` along ``axis``, from -1 to 1.

    >>> pearson_correlation(np.array([[0.0, 1.0, 2.0]]), np.array([[1.0, 3.0, 5.0]]))
    array([1.])
    """
    y_true, y_pred = (_centred(y, axis) for y in align(y_true, y_pred))
    with np.errstate(invalid="ignore"):  # what is constant has no correlation
        return np.mean(
            y_true / np.std(y_true, axis, keepdims=True) * (y_pred / np.std(y_pred, axis, keepdims=True)), axis
        )


def concordance_correlation(y_true: Any, y_pred: Any, axis: int = -1) -> Any:
    """Return how near ``p`` comes to ``y`` itself along ``axis``, from -1 to 1 (Lin 1989).

    ``2 cov(y, p) / (var(y) + var(p) + (mean(y) - mean(p))**2)``.

    >>> concordance_correlation(np.array([[0.0, 1.0, 2.0]]), np.array([[0.0, 1.0, 2.0]])).round(4)
    array([1.])
    """
    y_true, y_pred = align(y_true, y_pred)
    gap = np.mean(y_true, axis, keepdims=True) - np.mean(y_pred, axis, keepdims=True)
    spread = np.var(y_true, axis, keepdims=True) + np.var(y_pred, axis, keepdims=True) + np.square(gap)
    covariance = _centred(y_true, axis) * _centred(y_pred, axis)
    return np.mean(2 * covariance / (spread + EPSILON), axis)


def _centred(y: Any, axis: int) -> Any:
    return y - np.mean(y, axis, keepdims=True)


class PearsonCorrelation(MeanMetricWrapper):
    """The mean of `pearson_correlation`, NaN where something is constant along ``axis``."""

    def __init__(self, name: str = "pearson_correlation", dtype: Any = None, axis: int = -1):
        super().__init__(pearson_correlation, name, dtype, axis=axis)
        self.axis = axis


class ConcordanceCorrelation(MeanMetricWrapper):
    """The mean of `concordance_correlation`."""

    def __init__(self, name: str = "concordance_correlation", dtype: Any = None, axis: int = -1):
        super().__init__(concordance_correlation, name, dtype, axis=axis)
        self.axis = axis
