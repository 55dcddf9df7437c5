"""Sigmoids: functions that level off on both sides."""

from __future__ import annotations

from typing import Any

import numpy as np

from beras.activations.rectifiers import relu
from beras.autodiff.primitives import primitive
from beras.autodiff.registry import define
from beras.core.floating import floating

__all__ = ["hard_sigmoid", "hard_tanh", "sigmoid", "softsign", "sparse_sigmoid", "tanh"]


@primitive
def sigmoid(x: Any) -> Any:
    """Return ``1 / (1 + exp(-x))``, accurate on both sides, for ``x`` of any size.

    Its derivative is ``s (1 - s)``. The Keras equivalent is ``keras.activations.sigmoid``.

    >>> sigmoid(np.array([-1e4, 0.0, 1e4]))
    array([0. , 0.5, 1. ])
    """
    x = floating(x)
    s = np.negative(x, out=np.empty_like(x))
    with np.errstate(over="ignore"):  # exp(-x) = inf gives the right 0
        np.exp(s, out=s)
    s += 1
    np.reciprocal(s, out=s)
    return s if s.ndim else s[()]


define(sigmoid, lambda g, ans, x: g * (ans * (1 - ans)))


def tanh(x: Any) -> Any:
    """Return the hyperbolic tangent, `numpy.tanh`."""
    return np.tanh(floating(x))


def softsign(x: Any) -> Any:
    """Return ``x / (1 + |x|)``."""
    x = floating(x)
    return x / (1 + np.abs(x))


def hard_sigmoid(x: Any) -> Any:
    """Return ``min(max(x / 6 + 1/2, 0), 1)``; the derivative is 0 at both ends."""
    return relu(floating(x) + 3, max_value=6.0) / 6


def hard_tanh(x: Any) -> Any:
    """Return ``min(max(x, -1), 1)``; the derivative is 0 at both ends, as in torch."""
    x = floating(x)
    return np.where(np.abs(x) < 1, x, np.sign(x))


def sparse_sigmoid(x: Any) -> Any:
    """Return ``min(max((x + 1) / 2, 0), 1)``; the derivative is 0 at both ends."""
    return relu(floating(x) + 1, max_value=2.0) / 2
