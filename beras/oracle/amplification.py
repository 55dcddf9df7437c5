"""How much of its own rounding a computation shows: what every value in it being slightly off does to the result."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from beras.oracle.bands import UNITS
from beras.oracle.program import Program
from beras.oracle.replay import Replay

__all__ = ["Amplification", "amplification"]

#: Two relative errors of one direction, both far above rounding in float64. What grows with them is rounding; what does
#: not is a jump: a tie that is broken.
_ERRORS = (2.0**-20, 2.0**-24)


class Amplification(NamedTuple):
    """For each output, gradient and second derivative, its change for a relative error of 1 in every value."""

    values: list[float]
    gradients: list[float]
    second: list[float]

    def rounding(self, order: int, number: int, dtype: str) -> float:
        """Return the difference that rounding in ``dtype`` explains in one of the arrays."""
        factors = (self.values, self.gradients, self.second)[order]
        return UNITS * float(np.finfo(dtype).eps) * factors[number] if number < len(factors) else 0.0


def amplification(
    program: Program, cotangents: Sequence[np.ndarray], directions: Sequence[np.ndarray] | None = None
) -> Amplification:
    """Replay ``program`` in torch with small random errors in all inputs and answers, and see what becomes of them.

    So much do two right implementations differ where terms cancel, as in the gradient of a bias in front of a batch
    normalization, which is 0 but for rounding (Parker 1997, "Monte Carlo arithmetic"). Entries in which the errors
    cause a jump are left out.
    """
    import torch

    seeds = [torch.tensor(g) for g in cotangents]
    along = None if directions is None else [torch.tensor(v) for v in directions]
    runs = []
    for error in (0.0, *_ERRORS):
        try:
            runs.append(_run(Replay(program, error=error), seeds, along))
        except RuntimeError:  # torch refuses: a matrix that is no longer symmetric, say
            return Amplification([], [], [])
    parts = [[_factor(*arrays) for arrays in zip(*part, strict=True)] for part in zip(*runs, strict=True)]
    return Amplification(*parts)


def _run(replay: Replay, seeds: list, along: list | None) -> list[list[np.ndarray]]:
    second = [] if along is None else replay.second(seeds, along)
    return [[x.numpy(force=True) for x in part] for part in (replay.outputs, replay.gradient(seeds), second)]


def _factor(exact: np.ndarray, *moved: np.ndarray) -> float:
    with np.errstate(all="ignore"):
        large, small = (np.abs(array - exact) / error for array, error in zip(moved, _ERRORS, strict=True))
        grows = np.isfinite(large) & (small <= 2 * large)
        return float(np.max(np.minimum(large, small), initial=0.0, where=grows))
