"""The well-known mistakes in a gradient, each as a function of the right one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Fault = Callable[[Any], Any]


def _transposed(g: Any) -> Any:
    """Swap the last two axes or, if that changes the shape, reverse the entries along the last."""
    if g.ndim < 2:
        return g
    return np.swapaxes(g, -1, -2) if g.shape[-1] == g.shape[-2] else np.flip(g, -1)


def _rolled(g: Any) -> Any:
    return np.roll(g, 1) if g.size > 1 else g


def _zero(g: Any) -> Any:
    return np.zeros(g.shape, g.dtype)


class _Stale:
    """Give the gradient of the call before, if that was one of the same shape."""

    def __init__(self) -> None:
        self.earlier: dict[tuple[int, ...], np.ndarray] = {}

    def __call__(self, g: Any) -> Any:
        value = g.numpy() if hasattr(g, "numpy") else np.array(g)
        earlier = self.earlier.get(g.shape, g)
        self.earlier[g.shape] = value
        return earlier


#: What makes each fault anew, for it may keep something.
FAULTS: dict[str, Callable[[], Fault]] = {
    "sign": lambda: lambda g: -g,
    "twice": lambda: lambda g: g * 2,
    "zero": lambda: _zero,
    "transposed": lambda: _transposed,
    "off by one": lambda: _rolled,
    "stale": _Stale,
}


def first_row(g: Any) -> Any:
    """Zero all of a cotangent but its first row: what went into the sum over the others is missing."""
    if isinstance(g, (list, tuple)):
        return [first_row(part) for part in g]
    if not np.ndim(g) or g.shape[0] < 2:
        return g
    mask = np.zeros((g.shape[0],) + (1,) * (g.ndim - 1), g.dtype)
    mask[0] = 1
    return g * mask


def first_copy(g: Any, shape: tuple[int, ...]) -> Any:
    """Take, along the axes over which an operand of ``shape`` was broadcast, the first cotangent instead of the sum."""
    if g.ndim < len(shape):
        return g
    own = (1,) * (g.ndim - len(shape)) + tuple(shape)
    mask = np.zeros(g.shape, g.dtype)
    mask[tuple(slice(0, 1) if have != want else slice(None) for have, want in zip(g.shape, own))] = 1
    return g * mask
