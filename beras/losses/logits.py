"""Cross-entropies taken straight from logits: exact for scores of any size, with the simple gradient ``p - y``."""

from __future__ import annotations

from typing import Any

import numpy as np

from beras.activations import log_softmax, sigmoid, softmax
from beras.activations.rows import reduce_rows
from beras.activations.softmaxes import pull_softmax
from beras.autodiff.primitives import primitive
from beras.autodiff.registry import define
from beras.losses.labels import place_of

__all__ = ["sigmoid_cross_entropy", "softmax_cross_entropy", "softmax_excess", "sparse_softmax_cross_entropy"]


@primitive
def softmax_cross_entropy(logits: Any, y_true: Any, axis: int = -1) -> Any:
    """Return ``-sum_k y_k log softmax(logits)_k`` along ``axis``, one value per sample.

    ``logits`` and ``y_true`` have the same shape. The derivative by the logits is ``softmax(logits) sum(y) - y``. The
    torch equivalent is ``nn.functional.cross_entropy`` with probabilities as targets.

    >>> softmax_cross_entropy(np.array([[0.0, 1e4]]), np.array([[1.0, 0.0]]))
    array([10000.])
    """
    z = log_softmax(logits, axis)
    z *= y_true
    return -np.squeeze(reduce_rows(np.add, z, axis), axis)


@primitive
def sparse_softmax_cross_entropy(logits: Any, labels: Any, axis: int = -1) -> Any:
    """Return ``-log softmax(logits)_label`` along ``axis``, one value per sample.

    ``labels`` are integers, of the shape of ``logits`` without ``axis``. The derivative by the logits is
    ``softmax(logits)``, less 1 at the label. The torch equivalent is ``nn.functional.cross_entropy``.

    >>> sparse_softmax_cross_entropy(np.array([[0.0, 1e4]]), np.array([0]))
    array([10000.])
    """
    z = logits - reduce_rows(np.maximum, logits, axis)
    picked = z[place_of(labels, axis)]
    loss = np.log(np.squeeze(reduce_rows(np.add, np.exp(z, out=z), axis), axis))
    loss -= picked
    return loss


@primitive
def softmax_excess(logits: Any, labels: Any, axis: int = -1) -> Any:
    """Return ``softmax(logits)``, less 1 at the label: the derivative of `sparse_softmax_cross_entropy`."""
    p = softmax(logits, axis)
    p[place_of(labels, axis)] -= 1
    return p


@primitive
def sigmoid_cross_entropy(logits: Any, y_true: Any) -> Any:
    """Return ``-y log(s) - (1 - y) log(1 - s)`` with ``s = sigmoid(logits)``, for each entry.

    Computed as ``max(x, 0) - x y + log(1 + exp(-|x|))``. The derivative by the logits is ``s - y``. The torch
    equivalent is ``nn.functional.binary_cross_entropy_with_logits``.

    >>> sigmoid_cross_entropy(np.array([1e4, -1e4]), np.array([0.0, 0.0]))
    array([10000.,     0.])
    """
    z = np.abs(logits, out=np.empty_like(logits))
    np.negative(z, out=z)
    np.exp(z, out=z)
    np.log1p(z, out=z)
    z += np.maximum(logits, 0) - logits * y_true
    return z


def _column(g: Any, axis: int) -> Any:
    return g[..., None] if axis == -1 else np.expand_dims(g, axis)


define(
    softmax_cross_entropy,
    lambda g, ans, x, y, axis=-1: np.expand_dims(g, axis) * (softmax(x, axis) * np.sum(y, axis, keepdims=True) - y),
    lambda g, ans, x, y, axis=-1: np.expand_dims(-g, axis) * log_softmax(x, axis),
)
define(
    sparse_softmax_cross_entropy,
    lambda g, ans, x, labels, axis=-1: _column(g, axis) * softmax_excess(x, labels, axis),
    None,
)
define(softmax_excess, lambda g, ans, x, labels, axis=-1: pull_softmax(g, softmax(x, axis), axis), None)
define(sigmoid_cross_entropy, lambda g, ans, x, y: g * (sigmoid(x) - y), lambda g, ans, x, y: -g * x)
