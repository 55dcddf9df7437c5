"""Bringing y_true and y_pred into the same shape and dtype."""

from __future__ import annotations

from typing import Any

import numpy as np

from beras.autodiff.tracked import Tracked
from beras.core.floating import floating

__all__ = ["align", "flatten_first", "same_rank"]


def same_rank(y_true: Any, y_pred: Any) -> tuple[Any, Any]:
    """Return both with the same number of axes, where one has an extra last axis of length 1.

    ``(batch,)`` meets ``(batch, 1)`` as ``(batch, 1)``; from two axes on the extra one is dropped, as in Keras.
    """
    if y_true.ndim == y_pred.ndim + 1 and y_true.shape[-1] == 1:
        return (y_true, np.expand_dims(y_pred, -1)) if y_pred.ndim == 1 else (np.squeeze(y_true, -1), y_pred)
    if y_pred.ndim == y_true.ndim + 1 and y_pred.shape[-1] == 1:
        return (np.expand_dims(y_true, -1), y_pred) if y_true.ndim == 1 else (y_true, np.squeeze(y_pred, -1))
    return y_true, y_pred


def align(y_true: Any, y_pred: Any, sparse: str = "", advice: str = "") -> tuple[Any, Any]:
    """Return both as floating-point arrays of the same shape, in the dtype of ``y_pred``.

    ``sparse`` names the loss for labels given as class numbers, and ``advice`` is a sentence, for the error message.

    Raises:
        ValueError: when the shapes differ.
    """
    y_pred = floating(y_pred)
    y_true = y_true if isinstance(y_true, (Tracked, np.ndarray)) else np.asarray(y_true)
    if y_true.shape != y_pred.shape:
        y_true, y_pred = same_rank(y_true, y_pred)
        if y_true.shape != y_pred.shape:
            raise ValueError(_misfit(y_true, y_pred, sparse) + advice)
    return (y_true if y_true.dtype == y_pred.dtype else y_true.astype(y_pred.dtype)), y_pred


def flatten_first(y_true: tuple[int, ...], y_pred: tuple[int, ...]) -> str:
    """Return the advice for predictions with more axes than their labels: the inputs were never flattened."""
    if len(y_pred) > max(2, len(y_true)) and y_true[:1] == y_pred[:1]:
        return " If a sample is an image, put a Flatten() before the first Dense."
    return ""


def _misfit(y_true: Any, y_pred: Any, sparse: str) -> str:
    message = f"y_true and y_pred must have the same shape. Received: y_true {y_true.shape}, y_pred {y_pred.shape}."
    numbered = y_true.shape in (y_pred.shape[:-1], (*y_pred.shape[:-1], 1))
    if not numbered or y_pred.ndim < 2:
        if y_true.ndim == y_pred.ndim == 2 and len(y_true) == len(y_pred):
            return f"{message} Give the last layer {y_true.shape[1]} units."
        return message + flatten_first(y_true.shape, y_pred.shape)
    to_categorical = f"beras.to_categorical(y_true, {y_pred.shape[-1]})"
    if sparse:
        return f"{message} If y_true holds class numbers, use {sparse}, or pass {to_categorical}."
    return f"{message} If y_true holds class numbers, pass {to_categorical}."
