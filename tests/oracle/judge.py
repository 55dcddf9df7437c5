"""Holds a function of arrays against torch: its values, and its derivatives of first and second order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import beras
from beras.autodiff.structure import leaves
from beras.autodiff.tracked import bare
from beras.oracle.program import trace
from beras.oracle.replay import Replay

#: How far two correct computations may be apart, in units of the largest entry.
TOLERANCE = {"float64": 1e-12, "float32": 1e-5, "float16": 1e-2}


def hold_against_torch(
    use: Callable[..., Any], *arrays: np.ndarray, order: int = 2, rtol: float | None = None, twins_only: bool = True
) -> None:
    """Fail unless the values of ``use(*arrays)`` and its derivatives up to ``order`` are those of torch.

    The derivative is that of the sum of all outputs, each entry weighted with a fixed random number; the second is that
    of the first, weighted likewise.
    """
    program = trace(use, arrays, range(len(arrays)))
    replay = Replay(program)
    assert not (twins_only and replay.without_twin), f"no twin in torch: {replay.without_twin}"
    rng = np.random.default_rng(7)
    cotangents = [rng.uniform(0.5, 1.5, y.array.shape).astype(y.array.dtype) for y in program.outputs]
    directions = [rng.uniform(0.5, 1.5, a.shape).astype(a.dtype) for a in arrays]
    levels = [("output", [y.array for y in program.outputs], list(map(numbers, replay.outputs)))]
    if order > 0:
        ours, second = derivatives(use, arrays, cotangents, directions, order)
        seeds = list(map(tensor, cotangents))
        levels.append(("gradient by argument", ours, list(map(numbers, replay.gradient(seeds)))))
    if order > 1:
        theirs = replay.second(seeds, list(map(tensor, directions)))
        levels.append(("second derivative by argument", second, list(map(numbers, theirs))))
    # What cancels in a derivative is as large as what it is made of.
    scale = max([1e-300, *(float(np.abs(a[np.isfinite(a)]).max(initial=0.0)) for a in arrays)])
    for what, ours, theirs in levels:
        scale = max([scale, *(float(np.abs(a[np.isfinite(a)]).max(initial=0.0)) for a in theirs)])
        for number, (mine, other) in enumerate(zip(ours, theirs, strict=True)):
            assert_equal(mine, other, rtol, scale, f"{what} {number}")


def derivatives(use: Any, arrays: Any, cotangents: Any, directions: Any, order: int) -> tuple[list, list]:
    """Return beras' own gradients, and those of their weighted sum."""
    with beras.GradientTape() as outer:
        with beras.GradientTape() as inner:
            given = [inner.watch(outer.watch(a)) if order > 1 else inner.watch(a) for a in arrays]
            outputs = [y for y in leaves(use(*given)) if np.asarray(bare(y)).dtype.kind == "f"]
            total = sum(np.sum(y * g) for y, g in zip(outputs, cotangents, strict=True))
        if not isinstance(total, beras.Tensor):
            return [np.zeros_like(a) for a in arrays], [np.zeros_like(a) for a in arrays]
        first = inner.gradient(total, given, unconnected_gradients="zero")
        weighted = sum(np.sum(g * v) for g, v in zip(first, directions, strict=True)) if order > 1 else None
    if not isinstance(weighted, beras.Tensor):
        second = [np.zeros_like(a) for a in arrays]
    else:
        second = outer.gradient(weighted, given, unconnected_gradients="zero")
    return bare(first), second


def assert_equal(ours: np.ndarray, theirs: np.ndarray, rtol: float | None, scale: float, what: str) -> None:
    assert ours.shape == theirs.shape, f"{what}: shape {ours.shape}, torch {theirs.shape}"
    assert ours.dtype == theirs.dtype, f"{what}: dtype {ours.dtype}, torch {theirs.dtype}"
    rtol = TOLERANCE[ours.dtype.name] if rtol is None else rtol
    np.testing.assert_allclose(ours, theirs, rtol=rtol, atol=rtol * scale, equal_nan=True, err_msg=what)


def tensor(array: Any) -> Any:
    import torch

    return torch.tensor(array)


def numbers(value: Any) -> np.ndarray:
    return value.numpy(force=True)
