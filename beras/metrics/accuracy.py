"""Accuracies: the share of predictions that are right."""

from __future__ import annotations

from typing import Any

import numpy as np

from beras.losses.align import same_rank
from beras.metrics.mean import MeanMetricWrapper

__all__ = [
    "Accuracy",
    "BinaryAccuracy",
    "CategoricalAccuracy",
    "SparseCategoricalAccuracy",
    "SparseTopKCategoricalAccuracy",
    "TopKCategoricalAccuracy",
    "accuracy",
    "binary_accuracy",
    "categorical_accuracy",
    "sparse_categorical_accuracy",
    "sparse_top_k_categorical_accuracy",
    "top_k_categorical_accuracy",
]


def _matched(y_true: Any, y_pred: Any) -> tuple[np.ndarray, np.ndarray]:
    y_true, y_pred = same_rank(np.asarray(y_true), np.asarray(y_pred))
    if y_true.shape != y_pred.shape:
        hint = ""
        if y_true.ndim == y_pred.ndim - 1:
            hint = " For labels given as class numbers there is SparseCategoricalAccuracy."
        raise ValueError(
            f"y_true and y_pred must have the same shape. Received: y_true {y_true.shape}, y_pred {y_pred.shape}.{hint}"
        )
    return y_true, y_pred


def _numbered(y_true: Any, y_pred: Any) -> tuple[np.ndarray, np.ndarray]:
    y_true, y_pred = np.asarray(y_true), np.asarray(y_pred)
    if y_true.ndim == y_pred.ndim and y_true.shape[-1] == 1:
        y_true = y_true[..., 0]
    if y_true.shape != y_pred.shape[:-1]:
        hint = " For one-hot labels there is CategoricalAccuracy." if y_true.shape == y_pred.shape else ""
        raise ValueError(
            f"y_true must hold one class number per sample, shape {y_pred.shape[:-1]}, for y_pred of shape "
            f"{y_pred.shape}. Received: shape {y_true.shape}.{hint}"
        )
    return y_true, y_pred


def accuracy(y_true: Any, y_pred: Any) -> np.ndarray:
    """Return where ``y_true`` and ``y_pred`` are equal, as booleans of their shape."""
    y_true, y_pred = _matched(y_true, y_pred)
    return y_true == y_pred


def binary_accuracy(y_true: Any, y_pred: Any, threshold: float = 0.5) -> np.ndarray:
    """Return where the labels, 0 and 1, agree with ``y_pred > threshold``, as booleans of their shape."""
    y_true, y_pred = _matched(y_true, y_pred)
    return (y_pred > threshold) == y_true


def categorical_accuracy(y_true: Any, y_pred: Any) -> np.ndarray:
    """Return where the largest entries of one-hot labels and of predictions are in the same place, ``(batch,)``."""
    y_true, y_pred = _matched(y_true, y_pred)
    return np.argmax(y_true, axis=-1) == np.argmax(y_pred, axis=-1)


def sparse_categorical_accuracy(y_true: Any, y_pred: Any) -> np.ndarray:
    """Return where the largest entry of the prediction is that of the class number ``y_true``, ``(batch,)``."""
    y_true, y_pred = _numbered(y_true, y_pred)
    return np.argmax(y_pred, axis=-1) == y_true


def top_k_categorical_accuracy(y_true: Any, y_pred: Any, k: int = 5) -> np.ndarray:
    """Return where the right class, of one-hot labels, is among the ``k`` largest entries of the prediction."""
    y_true, y_pred = _matched(y_true, y_pred)
    return _in_top_k(np.argmax(y_true, axis=-1), y_pred, k)


def sparse_top_k_categorical_accuracy(y_true: Any, y_pred: Any, k: int = 5) -> np.ndarray:
    """Return where the class number ``y_true`` is among the ``k`` largest entries of the prediction."""
    y_true, y_pred = _numbered(y_true, y_pred)
    return _in_top_k(y_true, y_pred, k)


def _in_top_k(classes: np.ndarray, scores: np.ndarray, k: int) -> np.ndarray:
    """Say whether fewer than ``k`` scores are above that of the class; NaN counts as above, so it is never right."""
    own = np.take_along_axis(scores, classes[..., None].astype(np.intp), axis=-1)
    return np.count_nonzero(~(scores <= own), axis=-1) < k


class Accuracy(MeanMetricWrapper):
    """The share of entries where ``y_true == y_pred``: for predicted classes, not for probabilities.

    >>> Accuracy()(np.array([1, 2, 3, 4]), np.array([0, 2, 3, 4]))
    0.75
    """

    def __init__(self, name: str = "accuracy", dtype: Any = None):
        super().__init__(accuracy, name, dtype)


class BinaryAccuracy(MeanMetricWrapper):
    """The share of entries where ``y_pred > threshold`` agrees with the label, 0 or 1.

    >>> BinaryAccuracy()(np.array([[1], [0]]), np.array([[0.6], [0.7]]))
    0.5
    """

    def __init__(self, name: str = "binary_accuracy", dtype: Any = None, threshold: float = 0.5):
        super().__init__(binary_accuracy, name, dtype, threshold=threshold)
        self.threshold = threshold


class CategoricalAccuracy(MeanMetricWrapper):
    """The share of samples whose largest prediction is in the place of the 1 of the one-hot label.

    >>> CategoricalAccuracy()(np.array([[0, 1], [1, 0]]), np.array([[0.1, 0.9], [0.2, 0.8]]))
    0.5
    """

    order_only = True

    def __init__(self, name: str = "categorical_accuracy", dtype: Any = None):
        super().__init__(categorical_accuracy, name, dtype)


class SparseCategoricalAccuracy(MeanMetricWrapper):
    """The share of samples whose largest prediction is in the place given by the label, a class number.

    >>> SparseCategoricalAccuracy()(np.array([1, 0]), np.array([[0.1, 0.9], [0.2, 0.8]]))
    0.5
    """

    order_only = True

    def __init__(self, name: str = "sparse_categorical_accuracy", dtype: Any = None):
        super().__init__(sparse_categorical_accuracy, name, dtype)


class TopKCategoricalAccuracy(MeanMetricWrapper):
    """The share of samples whose class, of one-hot labels, is among the ``k`` largest predictions."""

    order_only = True

    def __init__(self, k: int = 5, name: str = "top_k_categorical_accuracy", dtype: Any = None):
        super().__init__(top_k_categorical_accuracy, name, dtype, k=k)
        self.k = k


class SparseTopKCategoricalAccuracy(MeanMetricWrapper):
    """The share of samples whose label, a class number, is among the ``k`` largest predictions."""

    order_only = True

    def __init__(self, k: int = 5, name: str = "sparse_top_k_categorical_accuracy", dtype: Any = None):
        super().__init__(sparse_top_k_categorical_accuracy, name, dtype, k=k)
        self.k = k
