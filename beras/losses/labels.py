"""Labels given as class numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from beras.autodiff.primitives import primitive
from beras.autodiff.registry import constant
from beras.autodiff.tracked import Tracked
from beras.losses.align import flatten_first

__all__ = ["as_integers", "class_numbers", "place_of"]


def class_numbers(y_true: Any, y_pred: Any, axis: int = -1, ignore_class: int | None = None) -> tuple[Any, Any]:
    """Return the labels as integers, of the shape of ``y_pred`` without the class ``axis``, and which of them count.

    The second is ``None`` when all count; otherwise it is false where the label is ``ignore_class``, and the label
    itself is replaced by 0.

    Raises:
        ValueError: for labels of another shape, with fractions, or outside 0 to classes - 1.
    """
    labels: Any = y_true if isinstance(y_true, Tracked) else np.asarray(y_true)
    classes = y_pred.shape[axis]
    position = axis % y_pred.ndim
    wanted = y_pred.shape[:position] + y_pred.shape[position + 1 :]
    if labels.ndim == y_pred.ndim and labels.shape[axis] == 1:
        labels = np.squeeze(labels, axis)
    if labels.shape != wanted:
        hint = ""
        if labels.shape == y_pred.shape:
            hint = " If y_true is one-hot, use CategoricalCrossentropy, or pass np.argmax(y_true, axis=-1)."
        else:
            hint = flatten_first(labels.shape, y_pred.shape)
        raise ValueError(
            f"y_true must hold one class number per sample, shape {wanted}, for y_pred of shape {y_pred.shape}. "
            f"Received: shape {labels.shape}.{hint}"
        )
    if labels.dtype.kind not in "fiub":
        raise ValueError(
            f"Class numbers must be integers. Received: y_true of dtype {labels.dtype}. Encode names as numbers first."
        )
    counted = None
    if ignore_class is not None:
        counted = labels != ignore_class
        labels = np.where(counted, labels, 0)
    return as_integers(labels, classes), counted


@primitive
def as_integers(labels: np.ndarray, classes: int) -> np.ndarray:
    """Return ``labels`` as integers from 0 to ``classes - 1``, or say what is wrong with them."""
    if labels.dtype.kind == "f":
        fractions = labels[labels != np.rint(labels)]
        if fractions.size:
            raise ValueError(f"Class numbers must be integers. Received: {fractions.flat[0]} in y_true.")
    labels = labels.astype(np.intp, copy=False)
    if labels.size and (labels.min() < 0 or labels.max() >= classes):
        wrong = labels[(labels < 0) | (labels >= classes)]
        raise ValueError(
            f"y_true holds the class number {wrong.flat[0]}, but y_pred has {classes} classes, 0 to {classes - 1}. "
            f"Give the last layer as many units as there are classes, and number the classes from 0."
        )
    return labels


constant(as_integers)


def place_of(labels: np.ndarray, axis: int) -> tuple[Any, ...]:
    """Return the index that picks, for each sample, the entry of its class along ``axis``."""
    if labels.ndim == 1 and axis in (-1, 1):
        return np.arange(len(labels)), labels
    grid: list[Any] = list(np.indices(labels.shape, sparse=True))
    grid.insert(axis % (labels.ndim + 1), labels)
    return tuple(grid)
