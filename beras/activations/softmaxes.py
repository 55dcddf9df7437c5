"""Softmaxes: scores along an axis become a distribution."""

from __future__ import annotations

from typing import Any

import numpy as np

from beras.activations.rows import reduce_rows
from beras.autodiff.primitives import masked, primitive
from beras.autodiff.registry import define
from beras.core.floating import floating

__all__ = ["log_softmax", "softmax", "sparsemax"]

Axis = int | tuple[int, ...] | None


@primitive
def softmax(x: Any, axis: Axis = -1) -> Any:
    """Return ``exp(x_i) / sum_j exp(x_j)`` along ``axis``, for scores of any size.

    The largest score is taken off first, so no ``exp`` overflows. With ``p`` the answer, ``dp_i/dx_j = p_i (d_ij -
    p_j)``. The Keras equivalent is ``keras.activations.softmax``.

    Warns: UserWarning for an axis of length 1, along which the answer is always 1.

    >>> softmax(np.array([[0.0, 1e4], [1.0, 1.0]]))
    array([[0. , 1. ],
           [0.5, 0.5]])
    """
    x = floating(x)
    p = x - reduce_rows(np.maximum, x, axis)
    if isinstance(axis, int) and x.shape[axis] == 1:
        _warn_single(x.shape, axis)
    np.exp(p, out=p)
    p /= reduce_rows(np.add, p, axis)
    return p


def _warn_single(shape: tuple[int, ...], axis: int) -> None:
    from warnings import warn

    warn(
        f"softmax along axis {axis} of shape {shape}, which has length 1, is always 1. For one output use sigmoid.",
        stacklevel=4,
    )


def pull_softmax(g: Any, p: Any, axis: Axis = -1) -> Any:
    """Return the cotangent of the scores, given that of their softmax ``p``: ``p * (g - sum(g * p))``."""
    return p * (g - np.sum(g * p, axis=axis, keepdims=True))


@primitive
def log_softmax(x: Any, axis: Axis = -1) -> Any:
    """Return ``x - log(sum(exp(x)))`` along ``axis``: the logarithm of `softmax`, finite for finite scores of any size.

    The Keras equivalent is ``keras.activations.log_softmax``.

    >>> log_softmax(np.array([0.0, 1e4]))
    array([-10000.,      0.])
    """
    x = floating(x)
    z = x - reduce_rows(np.maximum, x, axis)
    z -= np.log(reduce_rows(np.add, np.exp(z), axis))
    return z


@primitive
def sparsemax(x: Any, axis: int = -1) -> Any:
    """Return the distribution nearest to ``x`` along ``axis``, many of whose entries are exactly 0.

    ``max(x - t, 0)``, with ``t`` such that the sum is 1 (Martins and Astudillo 2016). The Keras equivalent is
    ``keras.activations.sparsemax``.

    >>> sparsemax(np.array([0.1, 1.1, 0.9]))
    array([0. , 0.6, 0.4])
    """
    x = np.moveaxis(floating(x), axis, -1)
    x = x - np.max(x, axis=-1, keepdims=True)
    falling = -np.sort(-x, axis=-1)
    excess = np.cumsum(falling, axis=-1) - 1
    rank = np.arange(1, x.shape[-1] + 1, dtype=x.dtype)
    count = np.count_nonzero(falling * rank > excess, axis=-1, keepdims=True)
    cut = np.take_along_axis(excess, count - 1, axis=-1) / count.astype(x.dtype)
    return np.moveaxis(np.maximum(x - cut, 0), -1, axis)


def _pull_sparsemax(g: Any, ans: Any, x: Any, axis: int = -1) -> Any:
    support = np.greater(ans, 0)
    share = 1 / np.sum(support, axis=axis, keepdims=True).astype(ans.dtype)
    mean = np.sum(masked(g, support), axis=axis, keepdims=True) * share
    return masked(g - mean, support)


define(softmax, lambda g, ans, x, axis=-1: pull_softmax(g, ans, axis))
define(log_softmax, lambda g, ans, x, axis=-1: g - np.exp(ans) * np.sum(g, axis=axis, keepdims=True))
define(sparsemax, _pull_sparsemax)
