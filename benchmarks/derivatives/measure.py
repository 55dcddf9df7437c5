"""Seconds for a gradient and for a Hessian-vector product, each held against float64."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from benchmarks.clock import seconds_per_call
from benchmarks.digits import open_digits
from benchmarks.network import initial_weights, loss_and_gradient, one_hot

__all__ = ["gradient", "hessian_product"]

#: How large the error may be beside the exact answer (norms over all weights).
TOLERANCE = 1e-3


def gradient(
    bind: Callable[..., Any], *, folder: str, widths: list[int], batch: int, seconds: float
) -> dict[str, float]:
    """Return the median seconds for loss and gradient of one batch.

    Raises:
        ValueError: when the gradient is not the one derived by hand.
    """
    weights, x, targets = _case(folder, widths, batch)
    call = bind(weights, x, targets)
    exact = loss_and_gradient(_doubles(weights), *_doubles([x, targets]))[1]
    off = _error(call()[1], exact)
    return {"value": seconds_per_call(call, seconds), "off": off}


def hessian_product(
    bind: Callable[..., Any], *, folder: str, widths: list[int], batch: int, seconds: float
) -> dict[str, float]:
    """Return the median seconds for the Hessian of one batch's loss times a direction.

    Raises:
        ValueError: when the product is not the central difference of the gradients derived by hand.
    """
    weights, x, targets = _case(folder, widths, batch)
    rng = np.random.default_rng(1)
    directions = [rng.standard_normal(a.shape, np.float32) for a in weights]
    call = bind(weights, directions, x, targets)
    step, images = 1e-7, _doubles([x, targets])
    ends = [
        loss_and_gradient([w + sign * step * v for w, v in zip(_doubles(weights), directions)], *images)[1]
        for sign in (1, -1)
    ]
    off = _error(call(), [(right - left) / (2 * step) for right, left in zip(*ends)])
    return {"value": seconds_per_call(call, seconds), "off": off}


def _case(folder: str, widths: list[int], batch: int) -> tuple[list[np.ndarray], np.ndarray, np.ndarray]:
    digits = open_digits(folder, samples=batch)
    return initial_weights(widths), digits.x, one_hot(digits.y)


def _doubles(arrays: Sequence[np.ndarray]) -> list[np.ndarray]:
    return [a.astype(np.float64) for a in arrays]


def _error(found: Sequence[Any], exact: Sequence[np.ndarray]) -> float:
    """Return the norm of the difference, relative to that of ``exact``."""
    wrong = sum(float(np.sum((np.asarray(a) - b) ** 2)) for a, b in zip(found, exact, strict=True))
    off = (wrong / sum(float(np.sum(b**2)) for b in exact)) ** 0.5
    if not off <= TOLERANCE:
        raise ValueError(f"The answer is off by {off:.1e} of its norm, more than {TOLERANCE:.0e}.")
    return off
