"""Addition, multiplication, division, powers, roots and absolute values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from beras.autodiff.primitives import cast
from beras.autodiff.registry import define

define(np.positive, lambda g, ans, x: g)
define(np.negative, lambda g, ans, x: -g)
define(np.add, lambda g, ans, x, y: g, lambda g, ans, x, y: g)
define(np.subtract, lambda g, ans, x, y: g, lambda g, ans, x, y: -g)
define(np.multiply, lambda g, ans, x, y: g * y, lambda g, ans, x, y: g * x)
define(np.true_divide, lambda g, ans, x, y: g / y, lambda g, ans, x, y: -g * ans / y)
define(np.reciprocal, lambda g, ans, x: -g * np.square(ans))

# x % y = x - y * (the whole quotient), which does not vary.
define(np.remainder, lambda g, ans, x, y: g, lambda g, ans, x, y: -g * np.floor_divide(x, y))
define(np.fmod, lambda g, ans, x, y: g, lambda g, ans, x, y: -g * np.rint((x - ans) / y))
define(np.divmod, lambda g, ans, x, y: g[1], lambda g, ans, x, y: -g[1] * ans[0])
define(np.modf, lambda g, ans, x: g[0])
define(np.frexp, lambda g, ans, x: np.ldexp(g[0], -ans[1]))
define(np.ldexp, lambda g, ans, x, exponent: np.ldexp(g, exponent), None)

define(np.square, lambda g, ans, x: g * (2 * x))
define(np.sqrt, lambda g, ans, x: g / (2 * ans))
define(np.cbrt, lambda g, ans, x: g / (3 * np.square(ans)))

# Kinks: the slope of |x| at 0 is 0, and so is that of hypot at the origin, where torch gives NaN for hypot.
define(np.absolute, lambda g, ans, x: g * np.sign(x))
define(np.fabs, lambda g, ans, x: g * np.sign(x))
define(np.copysign, lambda g, ans, x, sign: g * np.sign(x) * np.copysign(np.sign(x), sign), None)
define(
    np.hypot,
    lambda g, ans, x, y: g * (x / np.where(ans == 0, 1.0, ans)),
    lambda g, ans, x, y: g * (y / np.where(ans == 0, 1.0, ans)),
)


def _widened(operand: Any, g: Any) -> Any:
    """Return a floating-point array in the dtype of ``g``: in a narrower one of its own, digits would be lost."""
    dtype = getattr(operand, "dtype", g.dtype)
    return operand if dtype == g.dtype or dtype.kind != "f" else cast(operand, g.dtype)


def _by_base(power: Callable[..., Any], g: Any, x: Any, y: Any) -> Any:
    if isinstance(y, (int, float)) and y == 2:
        return g * (2 * x)
    less = _widened(y, g) - 1
    if np.any(np.equal(y, 0)):
        # x**0 is 1 for every x, so its slope is 0, also where x**-1 is infinite and 0 * x**-1 is NaN.
        less = np.where((np.abs(x) < np.finfo(x.dtype).tiny) & np.equal(y, 0), 1, less)
    return g * (y * power(x, less))


def _by_exponent(g: Any, ans: Any, x: Any, y: Any) -> Any:
    # 0**y stays 0 while y > 0, so its slope there is 0, where 0 * log(0) is NaN. 0**0 goes with it, as in torch.
    x = _widened(x, g)
    flat = np.equal(x, 0) & np.greater_equal(y, 0)
    return g * ans * np.log(np.where(flat, 1.0, x) if np.any(flat) else x)


define(
    np.power,
    lambda g, ans, x, y: _by_base(lambda base, exponent: base**exponent, g, x, y),
    lambda g, ans, x, y: _by_exponent(g, ans, x, y),
)
define(
    np.float_power,
    lambda g, ans, x, y: _by_base(np.float_power, g, x, y),
    lambda g, ans, x, y: _by_exponent(g, ans, x, y),
)
