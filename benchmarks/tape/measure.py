"""What a tape costs for each operation: recording it, and sweeping back over it."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np

from benchmarks.tape.chain import OPERATIONS, slope

__all__ = ["recording", "sweeping"]

X = np.linspace(-1, 1, 8, dtype=np.float32)


def recording(bind: Callable[..., Any], *, seconds: float) -> dict[str, Any]:
    """Return the seconds that recording adds to an operation, and what the operation itself takes.

    Raises:
        ValueError: when the tape leads to a wrong gradient.
    """
    plain, forward, _ = _times(bind, seconds)
    return {"value": (forward - plain) / OPERATIONS, "plain": plain / OPERATIONS}


def sweeping(bind: Callable[..., Any], *, seconds: float) -> dict[str, Any]:
    """Return the seconds that the backward sweep takes for each recorded operation; raises as `recording`."""
    return {"value": _times(bind, seconds)[2] / OPERATIONS}


def _times(bind: Callable[..., Any], seconds: float) -> tuple[float, float, float]:
    """Return the median seconds of a plain call, a recorded call and a sweep, taken in turn."""
    plain, forward, sweep = bind(X)
    found = np.asarray(sweep(forward()))
    if not np.allclose(found, slope(X.astype(np.float64)), rtol=1e-3):
        raise ValueError(f"The gradient of the chain is {slope(X.astype(np.float64))}. Received: {found}.")
    turns: list[tuple[float, float, float]] = []
    begin = perf_counter()
    while len(turns) < 3 or perf_counter() - begin < seconds:
        marks = [perf_counter()]
        plain()
        marks.append(perf_counter())
        recorded = forward()
        marks.append(perf_counter())
        sweep(recorded)
        marks.append(perf_counter())
        turns.append((marks[1] - marks[0], marks[2] - marks[1], marks[3] - marks[2]))
    return median(t[0] for t in turns), median(t[1] for t in turns), median(t[2] for t in turns)
