"""Gated activations: ``x`` times a number between 0 and 1 that depends on it."""

from __future__ import annotations

from math import pi, sqrt
from typing import Any

import numpy as np

from beras.activations.gaussian import gaussian_cdf, gaussian_density
from beras.activations.sigmoids import hard_sigmoid, sigmoid
from beras.activations.softplus import softplus
from beras.autodiff.primitives import primitive
from beras.autodiff.registry import define
from beras.core.floating import floating

__all__ = ["gelu", "glu", "hard_silu", "mish", "silu"]


@primitive
def silu(x: Any) -> Any:
    """Return ``x * sigmoid(x)``, also called swish (Elfwing et al. 2018).

    The Keras equivalent is ``keras.activations.silu``.

    >>> silu(np.array([0.0, 1e4]))
    array([    0., 10000.])
    """
    x = floating(x)
    return x * sigmoid(x)


@primitive
def gelu(x: Any, approximate: bool = False) -> Any:
    """Return ``x * P(X <= x)`` for a standard normal ``X`` (Hendrycks and Gimpel 2016).

    With ``approximate``: ``x/2 * (1 + tanh(sqrt(2/pi) (x + 0.044715 x**3)))``. The Keras equivalent is
    ``keras.activations.gelu``.

    >>> gelu(np.array([-1.0, 1.0])).round(4)
    array([-0.1587,  0.8413])
    """
    x = floating(x)
    return x * (_tanh_gate(x)[0] if approximate else gaussian_cdf(x))


def _tanh_gate(x: Any) -> tuple[Any, Any]:
    """Return the gate of the approximate gelu, and its derivative times ``x``; beyond 10 both are settled."""
    u = np.clip(x, -10, 10)
    square = np.square(u)
    t = np.tanh(sqrt(2 / pi) * u * (1 + 0.044715 * square))
    slope = sqrt(2 / pi) * u * (1 + 3 * 0.044715 * square)
    return 0.5 * (1 + t), 0.5 * (1 - np.square(t)) * slope


def _pull_silu(g: Any, ans: Any, x: Any) -> Any:
    s = sigmoid(x)
    return g * (s + ans * (1 - s))


def _pull_gelu(g: Any, ans: Any, x: Any, approximate: bool = False) -> Any:
    if approximate:
        gate, steep = _tanh_gate(x)
        return g * (gate + steep)
    return g * (gaussian_cdf(x) + x * gaussian_density(x))


define(silu, _pull_silu)
define(gelu, _pull_gelu)


def hard_silu(x: Any) -> Any:
    """Return ``x * hard_sigmoid(x)``, also called hard swish (Howard et al. 2019)."""
    x = floating(x)
    return x * hard_sigmoid(x)


def mish(x: Any) -> Any:
    """Return ``x * tanh(softplus(x))`` (Misra 2019)."""
    x = floating(x)
    return x * np.tanh(softplus(x))


def glu(x: Any, axis: int = -1) -> Any:
    """Return ``a * sigmoid(b)`` for the two halves ``a`` and ``b`` of ``x`` along ``axis`` (Dauphin et al. 2017).

    Raises:
        ValueError: when the axis has an odd length.
    """
    x = floating(x)
    if x.shape[axis] % 2:
        raise ValueError(f"glu halves axis {axis}, which must have an even length. Received: shape {x.shape}.")
    a, b = np.split(x, 2, axis)
    return a * sigmoid(b)
