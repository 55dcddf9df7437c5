"""Circular and hyperbolic functions, their inverses, angles and sinc."""

from __future__ import annotations

from math import factorial, pi
from typing import Any

import numpy as np

from beras.autodiff.primitives import primitive
from beras.autodiff.registry import define

__all__ = ["sinc_derivative"]

define(np.sin, lambda g, ans, x: g * np.cos(x))
define(np.cos, lambda g, ans, x: -g * np.sin(x))
define(np.tan, lambda g, ans, x: g * (1 + np.square(ans)))
define(np.sinh, lambda g, ans, x: g * np.cosh(x))
define(np.cosh, lambda g, ans, x: g * np.sinh(x))
define(np.tanh, lambda g, ans, x: g * (1 - np.square(ans)))

# (1 - x) * (1 + x) keeps the digits near 1 that 1 - x**2 loses; hypot does not overflow, as 1 + x**2 does.
define(np.arcsin, lambda g, ans, x: g / np.sqrt((1 - x) * (1 + x)))
define(np.arccos, lambda g, ans, x: -g / np.sqrt((1 - x) * (1 + x)))
define(np.arctan, lambda g, ans, x: g / np.hypot(x, 1.0) / np.hypot(x, 1.0))
define(np.arcsinh, lambda g, ans, x: g / np.hypot(x, 1.0))
define(np.arccosh, lambda g, ans, x: g / np.sqrt((x - 1) * (x + 1)))
define(np.arctanh, lambda g, ans, x: g / ((1 - x) * (1 + x)))


def _radius(y: Any, x: Any) -> Any:
    """Return the distance from the origin, and 1 at the origin, where the slopes of arctan2 are 0 as in torch."""
    r = np.hypot(y, x)
    return np.where(r == 0, 1.0, r)


def _by_first(g: Any, y: Any, x: Any) -> Any:
    r = _radius(y, x)
    return g * (x / r / r)


define(np.arctan2, lambda g, ans, y, x: _by_first(g, y, x), lambda g, ans, y, x: -_by_first(g, x, y))

define(np.deg2rad, lambda g, ans, x: np.deg2rad(g))
define(np.radians, lambda g, ans, x: np.radians(g))
define(np.rad2deg, lambda g, ans, x: np.rad2deg(g))
define(np.degrees, lambda g, ans, x: np.degrees(g))
define(np.unwrap, lambda g, ans, p, discont=None, axis=-1, *, period=2 * pi: g)


@primitive
def sinc_derivative(x: Any, n: int) -> Any:
    """Return derivative number ``n`` of ``np.sinc``, ``sin(pi x) / (pi x)``, to full precision at and around 0.

    With ``z = pi x`` and ``s(z) = sin(z) / z``, differentiating ``z s = sin z`` gives the recurrence
    ``z s_n + n s_(n-1) = sin(z + n pi / 2)``, which loses digits where ``|z| < n``; there the power series is summed.
    """
    z = np.asarray(x, np.float64) * pi
    near = np.abs(z) <= n + 1
    s = np.empty_like(z)
    small, large = z[near], z[~near]
    total = np.zeros_like(small)
    for power in range(n % 2, 40 + n, 2):
        k = (n + power) // 2
        total += (-1) ** k * small**power / ((2 * k + 1) * factorial(power))
    s[near] = total
    step = np.sin(large) / large
    for m in range(1, n + 1):
        step = (np.sin(large + m * pi / 2) - m * step) / large
    s[~near] = step
    return (pi**n * s).astype(x.dtype)


define(np.sinc, lambda g, ans, x: g * sinc_derivative(x, 1))
define(sinc_derivative, lambda g, ans, x, n: g * sinc_derivative(x, n + 1), None)
