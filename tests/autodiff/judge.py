"""Says whether a use of NumPy on a followed Tensor raises, or gives the right gradient, or lets the value slip away."""

from __future__ import annotations

import re
import struct
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

import beras

STEP = 1e-6

#: What counts as a clear exception: what Python and NumPy themselves raise for a value of the wrong kind.
REFUSALS = (TypeError, ValueError, AttributeError, RuntimeError, BufferError, struct.error)
#: In the message of an exception that was not meant: a rule or another private function was called wrongly.
OUR_OWN_FAULT = re.compile(r"<lambda>\(\)|(?<!\w)_[a-z]\w*\(\)|NoneType|no attribute '(shape|dtype|ndim)'")


class SlippedError(AssertionError):
    """A number that depends on the Tensor came back without its history, or with a wrong gradient."""


def judge(use: Callable[[Any], Any], point: np.ndarray) -> str:
    """Run ``use(t)`` on a Tensor inside a recording tape and return ``"raises"`` or ``"right"``.

    Right means: every floating-point number in what came back has the derivative that central differences find for the
    same use on a plain array. A plain number passes only if that derivative is zero.

    Raises:
        SlippedError: when a number is neither.
    """
    with warnings.catch_warnings(action="ignore"):
        return _judge(use, point)


def _judge(use: Callable[[Any], Any], point: np.ndarray) -> str:
    with beras.GradientTape(persistent=True) as tape:
        tensor = tape.watch(point.copy())
        try:
            found = list(_numbers(use(tensor)))
        except REFUSALS as error:
            if not str(error) or OUR_OWN_FAULT.search(str(error)):
                raise
            return "raises"
    expected = _central_differences(use, point)
    if len(found) != len(expected):
        raise SlippedError(f"{len(found)} numbers came back, {len(expected)} were expected")
    for value, slope in zip(found, expected, strict=True):
        if isinstance(value, beras.Tensor):
            ours = tape.gradient(value, tensor, unconnected_gradients="zero")
        else:
            ours = np.zeros_like(point)
        if not np.allclose(ours, slope, rtol=1e-5, atol=1e-6):
            kind = "with a wrong gradient" if isinstance(value, beras.Tensor) else "as a plain number"
            raise SlippedError(f"{value!r} came back {kind}: {ours} instead of {slope}")
    return "right"


def _central_differences(use: Callable[[Any], Any], point: np.ndarray) -> list[np.ndarray]:
    """Return the derivative of the sum of each number array that ``use`` gives on plain arrays."""
    totals = []
    for place in np.ndindex(point.shape):
        row = []
        for sign in (1, -1):
            moved = point.copy()
            moved[place] += sign * STEP
            row.append([float(np.sum(value)) for value in _numbers(use(moved))])
        totals.append([(above - below) / (2 * STEP) for above, below in zip(*row, strict=True)])
    return [np.reshape(column, point.shape) for column in zip(*totals, strict=True)]


def _numbers(value: Any) -> Iterator[Any]:
    """Yield the Tensors and floating-point or complex arrays in ``value``, however deep in containers."""
    if isinstance(value, (beras.Tensor, complex, float)):
        yield value
    elif isinstance(value, (np.ndarray, np.generic)):
        if value.dtype.kind == "f":
            yield value
        elif value.dtype.kind == "c":
            yield from (value.real, value.imag)
        elif value.dtype.kind == "O":
            yield from _numbers(list(np.ravel(value)))
        elif value.dtype.names:
            yield from _numbers([value[name] for name in value.dtype.names])
    elif isinstance(value, dict):
        yield from _numbers(list(value.values()))
    elif isinstance(value, (list, tuple, set, frozenset)) or hasattr(value, "__next__"):
        for item in value:
            yield from _numbers(item)
