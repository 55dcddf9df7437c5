"""Rectifiers: relu and the functions that, like it, treat the two sides of a threshold apart."""

from __future__ import annotations

from typing import Any

import numpy as np

from beras.autodiff.primitives import masked, primitive
from beras.autodiff.registry import define
from beras.core.floating import floating

__all__ = ["celu", "elu", "leaky_relu", "relu", "relu6", "selu", "threshold"]

#: The constants with which activations keep mean 0 and variance 1 (Klambauer et al. 2017, eq. 14).
SELU_ALPHA = 1.6732632423543772
SELU_SCALE = 1.0507009873554805


@primitive
def relu(x: Any, negative_slope: float = 0.0, max_value: float | None = None, threshold: float = 0.0) -> Any:
    """Return ``max(x, 0)``, in general: ``x`` above ``threshold`` but at most ``max_value``, below it the slope.

    ``f(x) = min(x, max_value)`` for ``x > threshold``, else ``negative_slope * (x - threshold)``. At the threshold the
    derivative is ``negative_slope``, so that of ``relu`` at 0 is 0; at ``max_value`` it is 0, as that of torch's
    ``relu6``.

    The Keras equivalent is ``keras.activations.relu``.

    >>> relu(np.array([-2.0, 0.0, 3.0]))
    array([0., 0., 3.])
    """
    x = floating(x)
    if max_value is None and not threshold:
        return _leaky(x, negative_slope) if negative_slope else np.maximum(x, 0)
    risen = np.where(x <= threshold, 0, x)
    if max_value is not None:
        risen = np.minimum(risen, max_value)
    return risen - negative_slope * np.maximum(threshold - x, 0) if negative_slope else risen


@primitive
def leaky_relu(x: Any, negative_slope: float = 0.2) -> Any:
    """Return ``x`` where it is positive, ``negative_slope * x`` elsewhere; the derivative at 0 is the slope.

    The Keras equivalent is ``keras.activations.leaky_relu``; torch's default slope is 0.01.

    >>> leaky_relu(np.array([-1.0, 2.0]))
    array([-0.2,  2. ])
    """
    return _leaky(floating(x), negative_slope)


def _leaky(x: Any, slope: float) -> Any:
    if 0 <= slope <= 1:
        lowered = x * slope
        return np.maximum(x, lowered, out=lowered) if lowered.ndim else np.maximum(x, lowered)
    return np.where(x > 0, x, x * slope)


def _pull_leaky(g: Any, x: Any, slope: float) -> Any:
    if 0 <= slope <= 1:
        return g * np.maximum(np.greater(x, 0), g.dtype.type(slope))
    return masked(g, x > 0) + slope * masked(g, x <= 0)


def _pull_relu(
    g: Any, ans: Any, x: Any, negative_slope: float = 0.0, max_value: float | None = None, threshold: float = 0.0
) -> Any:
    if max_value is None and not threshold:
        return _pull_leaky(g, x, negative_slope) if negative_slope else masked(g, ans > 0)
    rising = (x > threshold) if max_value is None else (x > threshold) & (x < max_value)
    pulled = masked(g, rising)
    return pulled + negative_slope * masked(g, x <= threshold) if negative_slope else pulled


define(relu, _pull_relu)
define(leaky_relu, lambda g, ans, x, negative_slope=0.2: _pull_leaky(g, x, negative_slope))


def relu6(x: Any) -> Any:
    """Return ``min(max(x, 0), 6)``; the derivative is 0 at both ends."""
    return relu(x, max_value=6.0)


def elu(x: Any, alpha: float = 1.0) -> Any:
    """Return ``x`` where it is positive, ``alpha * (exp(x) - 1)`` elsewhere (Clevert et al. 2016).

    >>> elu(np.array([-1.0, 2.0])).round(4)
    array([-0.6321,  2.    ])
    """
    x = floating(x)
    return np.where(x > 0, x, alpha * np.expm1(np.where(x > 0, 0.0, x)))


def selu(x: Any) -> Any:
    """Return ``1.0507 * elu(x, 1.6733)``, which keeps activations at mean 0 and variance 1 (Klambauer et al. 2017)."""
    return SELU_SCALE * elu(x, SELU_ALPHA)


def celu(x: Any, alpha: float = 1.0) -> Any:
    """Return ``x`` where it is positive, ``alpha * (exp(x / alpha) - 1)`` elsewhere: smooth for every ``alpha``."""
    x = floating(x)
    return np.where(x > 0, x, alpha * np.expm1(np.where(x > 0, 0.0, x) / alpha))


def threshold(x: Any, threshold: float, default_value: float) -> Any:
    """Return ``x`` where it is above ``threshold``, ``default_value`` elsewhere."""
    x = floating(x)
    return np.where(x > threshold, x, default_value)
