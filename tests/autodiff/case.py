"""One row of the table of tests: a NumPy function, a use of it, and the point at which it is checked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np


class Case(NamedTuple):
    """``use(np, *arrays)`` is the function under test, written for whatever module stands in for NumPy.

    ``covers`` is the NumPy function (or beras primitive) whose rule the row checks. ``arrays`` are float64 points away
    from kinks and ties. ``order`` is the highest derivative held against central differences; ``hips`` is False when
    HIPS autograd lacks the function or is wrong there, with the reason in ``why``. ``torch_order`` is the highest order
    at which torch is right, where that is less than ``order``.
    """

    covers: Any
    use: Callable[..., Any]
    arrays: tuple
    order: int = 2
    hips: bool = True
    why: str = ""
    rtol: float = 1e-6
    torch_order: int = 2


def points(*shapes: tuple[int, ...], low: float = -1.0, high: float = 1.0, seed: int = 0) -> tuple[np.ndarray, ...]:
    """Return arrays of distinct, well separated entries between ``low`` and ``high``, one per shape."""
    rng = np.random.default_rng(seed)
    arrays = []
    for shape in shapes:
        n = int(np.prod(shape))
        grid = low + (high - low) * (np.arange(n) + rng.uniform(0.2, 0.8, n)) / max(n, 1)
        arrays.append(rng.permutation(grid).reshape(shape))
    return tuple(arrays)
