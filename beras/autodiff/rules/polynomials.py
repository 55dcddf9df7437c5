"""Polynomials: polyval and vander."""

from __future__ import annotations

from typing import Any

import numpy as np

from beras.autodiff.registry import expand


def _polyval(p: Any, x: Any) -> Any:
    """Horner's scheme, as NumPy has it."""
    y: Any = np.zeros_like(x)
    for coefficient in p:
        y = y * x + coefficient
    return y


def _vander(x: Any, N: int | None = None, increasing: bool = False) -> Any:
    exponents = np.arange(x.size if N is None else N, dtype=x.dtype)
    return np.power(np.expand_dims(x, 1), exponents if increasing else exponents[::-1])


expand(np.polyval, _polyval)
expand(np.vander, _vander)
