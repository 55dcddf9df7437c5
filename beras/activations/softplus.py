"""Softplus and its relatives: smooth forms of relu."""

from __future__ import annotations

from typing import Any

import numpy as np

from beras.activations.sigmoids import sigmoid
from beras.autodiff.primitives import primitive
from beras.autodiff.registry import define
from beras.core.floating import floating

__all__ = ["log_sigmoid", "softplus", "sparse_plus", "squareplus"]


@primitive
def softplus(x: Any) -> Any:
    """Return ``log(1 + exp(x)) = max(x, 0) + log(1 + exp(-|x|))``, for ``x`` of any size; its derivative is `sigmoid`.

    The Keras equivalent is ``keras.activations.softplus``.

    >>> softplus(np.array([-1e4, 1e4]))
    array([    0., 10000.])
    """
    x = floating(x)
    s = np.abs(x, out=np.empty_like(x))
    np.negative(s, out=s)
    np.exp(s, out=s)
    np.log1p(s, out=s)
    s += np.maximum(x, 0)
    return s if s.ndim else s[()]


define(softplus, lambda g, ans, x: g * sigmoid(x))


def log_sigmoid(x: Any) -> Any:
    """Return ``log(sigmoid(x)) = -softplus(-x)``, which does not overflow."""
    return -softplus(-floating(x))


def squareplus(x: Any, b: float = 4) -> Any:
    """Return ``(x + sqrt(x**2 + b)) / 2`` (Barron 2021)."""
    x = floating(x)
    return 0.5 * (x + np.sqrt(np.square(x) + b))


def sparse_plus(x: Any) -> Any:
    """Return 0 up to -1, ``(x + 1)**2 / 4`` between -1 and 1, and ``x`` from there."""
    x = floating(x)
    return np.where(x < 1, 0.25 * np.square(np.clip(x, -1, 1) + 1), x)
