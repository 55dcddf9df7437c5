"""Elementwise functions that are analytic inside a domain."""

from __future__ import annotations

from collections.abc import Callable
from math import factorial, log, pi
from typing import Any

import numpy as np

from beras.autodiff.rules.variances import root_of_variance
from beras.oracle.analytic.table import ANALYTIC, no_kink, with_parts

__all__ = ["logarithm", "logarithm_1p", "square_root"]


def _on_domain(function: Callable[..., Any], is_pole: Callable[..., Any] = lambda *x: False) -> Callable[..., Any]:
    """Return a complex function that is NaN where the real one is, and whose real part is the real one's."""

    def on_complex(*args: Any) -> Any:
        parts = [np.real(x) for x in args]
        no_kink(is_pole(*parts), *args)
        real = function(*parts)
        imag = np.imag(function(*[np.asarray(x, np.complex128) for x in args]))
        return with_parts(real, np.where(np.isnan(real), np.nan, imag))

    return on_complex


def _power(function: Callable[..., Any]) -> Callable[..., Any]:
    inside = _on_domain(function)

    def on_complex(x: Any, y: Any) -> Any:
        base, exponent = np.real(x), np.real(y)
        no_kink((base == 0) & (exponent < 1) & (exponent != 0), x)
        no_kink(base < 0, y)
        # 0**y is flat in y > 0, and the logarithm of 0 infinite.
        flat = (base == 0) & (exponent >= 0) & (np.imag(x) == 0)
        made = inside(np.where(flat, 1.0, x), y)
        return np.where(flat, with_parts(function(base, exponent), 0.0), made)

    return on_complex


def _is_zero(x: Any) -> Any:
    return x == 0


def _is_one(x: Any) -> Any:
    return np.abs(x) == 1


ANALYTIC |= {
    np.sqrt: _on_domain(np.sqrt, _is_zero),
    root_of_variance: _on_domain(np.sqrt, _is_zero),
    np.log: _on_domain(np.log, _is_zero),
    np.log2: _on_domain(np.log2, _is_zero),
    np.log10: _on_domain(np.log10, _is_zero),
    np.log1p: _on_domain(np.log1p, lambda x: x == -1),
    np.arcsin: _on_domain(np.arcsin, _is_one),
    np.arccos: _on_domain(np.arccos, _is_one),
    np.arccosh: _on_domain(np.arccosh, _is_one),
    np.arctanh: _on_domain(np.arctanh, _is_one),
    np.power: _power(np.power),
    np.float_power: _power(np.float_power),
}
square_root, logarithm, logarithm_1p = (ANALYTIC[f] for f in (np.sqrt, np.log, np.log1p))


def _cbrt(x: Any) -> Any:
    """The cube root is odd; that of a positive number is ``exp(log(x) / 3)``."""
    no_kink(np.real(x) == 0, x)
    positive = np.where(np.real(x) < 0, -x, x)
    root = np.exp(logarithm(np.where(positive == 0, 1.0, positive)) / 3)
    return with_parts(np.cbrt(np.real(x)), np.where(np.real(x) < 0, -root, root).imag * (np.real(x) != 0))


def _hypot(x: Any, y: Any) -> Any:
    size = np.maximum(np.abs(np.real(x)), np.abs(np.real(y)))
    no_kink(size == 0, x, y)
    scale = np.where((size == 0) | ~np.isfinite(size), 1.0, size)
    return scale * square_root(np.square(x / scale) + np.square(y / scale))


def _arctan2(y: Any, x: Any) -> Any:
    """The angle is an arctangent of the smaller coordinate over the larger, and a constant."""
    y, x = np.broadcast_arrays(y, x)
    no_kink((np.real(x) == 0) & (np.real(y) == 0), x, y)
    no_kink((np.real(x) < 0) & (np.real(y) == 0), y)
    steep = np.abs(np.real(y)) > np.abs(np.real(x))
    above, below = np.where(steep, -x, y), np.where(steep, y, x)
    turn = np.arctan(above / np.where(below == 0, 1.0, below))
    return with_parts(np.arctan2(np.real(y), np.real(x)), np.imag(turn))


def _sinc(x: Any) -> Any:
    """``sin(z) / z`` with ``z = pi x``, and its power series where the quotient's imaginary part would cancel."""
    z = pi * np.asarray(x)
    near = np.abs(np.real(z)) <= 2
    small, large = np.where(near, z, 1.0), np.where(near, 1.0, z)
    series = sum((-1) ** k * small ** (2 * k) / factorial(2 * k + 1) for k in range(16))
    return np.where(near, series, np.sin(large) / large)


def _logaddexp(x: Any, y: Any, exp: Any = np.exp, unit: float = 1.0) -> Any:
    x, y = np.broadcast_arrays(x, y)
    first = (np.real(x) >= np.real(y)) | np.isnan(x)
    high, low = np.where(first, x, y), np.where(first, y, x)
    stuck = np.isinf(np.real(high))
    gap = np.where(stuck, 0.0, low) - np.where(stuck, 0.0, high)
    return np.where(stuck, high, high + logarithm_1p(exp(gap)) / unit)


ANALYTIC |= {
    np.cbrt: _cbrt,
    np.hypot: _hypot,
    np.arctan2: _arctan2,
    np.sinc: _sinc,
    np.logaddexp: _logaddexp,
    np.logaddexp2: lambda x, y: _logaddexp(x, y, np.exp2, log(2.0)),
    np.deg2rad: lambda x: x * (pi / 180),
    np.radians: lambda x: x * (pi / 180),
    np.rad2deg: lambda x: x * (180 / pi),
    np.degrees: lambda x: x * (180 / pi),
}
