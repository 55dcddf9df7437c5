"""Seconds for the probabilities of some images, held against the same network in float64."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.clock import seconds_per_call
from benchmarks.digits import open_digits
from benchmarks.network import initial_weights, probabilities

__all__ = ["predict"]

#: How far float32 may be from float64 here; whoever leaves out the softmax or a layer is much farther.
TOLERANCE = 1e-5


def predict(
    bind: Callable[..., Any], *, folder: str, widths: list[int], images: int, block: int, seconds: float
) -> dict[str, Any]:
    """Return the median seconds of one call, and by how much its answer is off.

    Raises:
        ValueError: when it is off by more than `TOLERANCE`.
    """
    weights, x = initial_weights(widths), np.ascontiguousarray(open_digits(folder, samples=1).x_test[:images])
    call = bind(weights, x, block)
    exact = probabilities([a.astype(np.float64) for a in weights], x.astype(np.float64))
    answer = call()
    off = float(np.max(np.abs(np.asarray(answer.detach() if hasattr(answer, "detach") else answer) - exact)))
    if not off <= TOLERANCE:
        raise ValueError(f"The probabilities are off by {off:.1e}, more than {TOLERANCE:.0e}.")
    return {"value": seconds_per_call(call, seconds), "off": off}
