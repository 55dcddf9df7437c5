"""The table of analytic functions, and what its entries share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["ANALYTIC", "NotAnalytic", "OnKink", "no_kink", "squeezed", "with_parts"]

#: For a recorded function what computes the same on complex arrays, from the same arguments.
ANALYTIC: dict[Callable[..., Any], Callable[..., Any]] = {}


class NotAnalytic(Exception):
    """A function, as it was called, has no continuation to complex numbers here."""


class OnKink(Exception):
    """An entry that moves stands exactly where a function has a kink, a jump or a pole: there is no derivative."""


def no_kink(at_kink: Any, *moving: Any) -> None:
    """Raise OnKink where a value stands ``at_kink`` and one of those that are ``moving`` has an imaginary part."""
    if any(np.any(at_kink & (np.imag(value) != 0)) for value in moving):
        raise OnKink


def with_parts(real: Any, imag: Any) -> np.ndarray:
    """Return ``real + i imag`` without arithmetic, which would spread NaN and infinities from part to part."""
    out = np.empty(np.broadcast_shapes(np.shape(real), np.shape(imag)), np.complex128)
    out.real, out.imag = real, imag
    return out


def squeezed(x: Any, axis: Any, keepdims: bool) -> Any:
    """Return a reduction of which the axes were kept, without them unless ``keepdims``."""
    return x if keepdims else np.squeeze(x, axis)
