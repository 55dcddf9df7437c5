"""What stands for a primitive in a replay: the same numbers, from calls that NumPy can write into given memory.

A primitive makes its intermediate results itself, each time anew, and no two primitives can share one. Written out, the
exponentials of a softmax and of the cross-entropy after it are computed once. Bit for bit the results are those of the
primitive. An entry may return ``None``: the call then stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from beras.activations import log_softmax, relu, softmax
from beras.activations.rows import NARROW
from beras.autodiff.primitives import primitive
from beras.autodiff.registry import constant
from beras.layers.dense import affine
from beras.losses.logits import (
    sigmoid_cross_entropy,
    softmax_cross_entropy,
    softmax_excess,
    sparse_softmax_cross_entropy,
)
from beras.replay.labelled import labelled, less_one

__all__ = ["WRITTEN_OUT"]


@primitive
def side_by_side(x: Any) -> Any:
    """Return the transpose of a matrix, its rows one after the other in memory."""
    return np.ascontiguousarray(x.T)


constant(side_by_side)


def _affine(x: Any, kernel: Any, bias: Any) -> Any:
    return np.add(np.matmul(x, kernel), bias)


def _relu(x: Any, negative_slope: float = 0.0, max_value: float | None = None, threshold: float = 0.0) -> Any:
    if negative_slope or max_value is not None or threshold or x.dtype.kind != "f":
        return None
    return np.maximum(x, 0)


def _rows(reduction: Callable[..., Any], x: Any) -> Any:
    """Reduce the last axis as `reduce_rows` does."""
    if x.ndim > 1 and 0 < x.shape[-1] <= NARROW:
        matrix = np.reshape(x, (-1, x.shape[-1]))
        columns = np.transpose(matrix) if len(matrix) == 1 else side_by_side(matrix)
        return np.reshape(reduction(columns, axis=0), (*x.shape[:-1], 1))
    return reduction(x, axis=-1, keepdims=True)


def _is_last(x: Any, axis: Any) -> bool:
    return x.dtype.kind == "f" and x.ndim > 0 and axis in (-1, x.ndim - 1) and x.shape[-1] > 1


def _exponentials(x: Any) -> tuple[Any, Any, Any]:
    z = np.subtract(x, _rows(np.max, x))
    e = np.exp(z)
    return z, e, _rows(np.sum, e)


def _softmax(x: Any, axis: Any = -1) -> Any:
    if not _is_last(x, axis):
        return None
    _, e, total = _exponentials(x)
    return np.true_divide(e, total)


def _log_softmax(x: Any, axis: Any = -1) -> Any:
    if not _is_last(x, axis):
        return None
    z, _, total = _exponentials(x)
    return np.subtract(z, np.log(total))


def _softmax_cross_entropy(logits: Any, y_true: Any, axis: int = -1) -> Any:
    z = _log_softmax(logits, axis)
    if z is None or y_true.dtype != logits.dtype:
        return None
    return np.negative(np.squeeze(_rows(np.sum, np.multiply(z, y_true)), axis))


def _sparse_softmax_cross_entropy(logits: Any, labels: Any, axis: int = -1) -> Any:
    if not _is_last(logits, axis) or logits.ndim != 2:
        return None
    z, _, total = _exponentials(logits)
    return np.subtract(np.log(np.squeeze(total, -1)), labelled(z, labels))


def _softmax_excess(logits: Any, labels: Any, axis: int = -1) -> Any:
    return less_one(_softmax(logits, axis), labels) if logits.ndim == 2 and _is_last(logits, axis) else None


def _sigmoid_cross_entropy(logits: Any, y_true: Any) -> Any:
    if y_true.dtype != logits.dtype:
        return None
    decayed = np.log1p(np.exp(np.negative(np.abs(logits))))
    return np.add(decayed, np.subtract(np.maximum(logits, 0), np.multiply(logits, y_true)))


def _mean(x: Any, axis: Any = None, keepdims: Any = False) -> Any:
    if x.dtype not in (np.float32, np.float64) or axis is not None or keepdims:
        return None
    return np.true_divide(np.sum(x), x.size)


WRITTEN_OUT: dict[Callable[..., Any], Callable[..., Any]] = {
    affine: _affine,
    relu: _relu,
    softmax: _softmax,
    log_softmax: _log_softmax,
    softmax_cross_entropy: _softmax_cross_entropy,
    sparse_softmax_cross_entropy: _sparse_softmax_cross_entropy,
    softmax_excess: _softmax_excess,
    sigmoid_cross_entropy: _sigmoid_cross_entropy,
    np.mean: _mean,
}
