"""Functions that choose one of several values, or drop a whole number: the real parts decide."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from beras.autodiff.rules.choosing import between, replace_nonfinite
from beras.oracle.analytic.table import ANALYTIC, no_kink

__all__ = ["absolute", "minimum"]


def _chosen(first: Any, x: Any, y: Any) -> Any:
    """Return ``x`` where ``first``, else ``y``; a tie is a kink if they move apart."""
    x, y = np.broadcast_arrays(x, y)
    no_kink(np.real(x) == np.real(y), x - y)
    return np.where(first, x, y)


def _maximum(x: Any, y: Any) -> Any:
    return _chosen((np.real(x) >= np.real(y)) | np.isnan(x), x, y)


def minimum(x: Any, y: Any) -> Any:
    """Return the one with the smaller real part; NaN beats both."""
    return _chosen((np.real(x) <= np.real(y)) | np.isnan(x), x, y)


def absolute(x: Any) -> Any:
    """Return ``x`` with the sign of its real part taken off: not the modulus."""
    no_kink(np.real(x) == 0, x)
    return np.where(np.real(x) < 0, -x, x)


def _between(x: Any, low: Any, high: Any) -> Any:
    x = x if low is None else _maximum(x, low)
    return x if high is None else minimum(x, high)


def _replace_nonfinite(x: Any, nan: Any, posinf: Any, neginf: Any) -> Any:
    return np.where(np.isfinite(x), x, np.nan_to_num(np.real(x), nan=nan, posinf=posinf, neginf=neginf))


def _copysign(x: Any, sign: Any) -> Any:
    return absolute(x) * np.copysign(1.0, sign)


ANALYTIC |= {
    np.absolute: absolute,
    np.fabs: absolute,
    np.copysign: _copysign,
    np.maximum: _maximum,
    np.minimum: minimum,
    np.fmax: lambda x, y: _chosen((np.real(x) >= np.real(y)) | np.isnan(y), x, y),
    np.fmin: lambda x, y: _chosen((np.real(x) <= np.real(y)) | np.isnan(y), x, y),
    between: _between,
    replace_nonfinite: _replace_nonfinite,
    np.heaviside: lambda x, at_zero: np.where(np.real(x) == 0, at_zero, np.real(x) > 0),
    np.nextafter: lambda x, toward: x + (np.nextafter(np.real(x), toward) - np.real(x)),
    np.ldexp: lambda x, exponent: x * np.ldexp(1.0, exponent),
    np.unwrap: lambda x, *args, **params: x + (np.unwrap(np.real(x), *args, **params) - np.real(x)),
}


# Remainders: the whole quotient stays the same


def _rest(quotient: Callable[..., Any]) -> Callable[..., Any]:
    def on_complex(x: Any, y: Any) -> tuple[Any, Any]:
        q = quotient(np.real(x), np.real(y))
        rest = x - y * q
        no_kink(np.real(rest) == 0, rest)
        return q, rest

    return on_complex


_floored, _truncated = _rest(np.floor_divide), _rest(lambda x, y: np.trunc(x / y))


def _modf(x: Any) -> tuple[Any, Any]:
    no_kink(np.trunc(np.real(x)) == np.real(x), x)
    return x - np.trunc(np.real(x)), np.trunc(np.real(x))


def _frexp(x: Any) -> tuple[Any, Any]:
    exponent = np.frexp(np.real(x))[1]
    return x * np.ldexp(1.0, -exponent), exponent


ANALYTIC |= {
    np.remainder: lambda x, y: _floored(x, y)[1],
    np.fmod: lambda x, y: _truncated(x, y)[1],
    np.divmod: _floored,
    np.modf: _modf,
    np.frexp: _frexp,
}
