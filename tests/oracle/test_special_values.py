"""Zeros, ties, infinities, NaN, subnormals and empty arrays: derivatives agree with torch, or the difference is stated.

A difference that is not in `DEPARTURES` fails, and so does an entry there that is no difference any more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from typing import NamedTuple

import numpy as np
import pytest

import beras
from beras.autodiff.registry import RULES, full_name, register_rare
from beras.oracle.program import trace
from tests.oracle.judge import derivatives, numbers, tensor

pytestmark = pytest.mark.torch
torch = pytest.importorskip("torch")
from beras.oracle.replay import Replay  # noqa: E402

register_rare()
POINTS = [0.0, -0.0, 1.0, -1.0, 0.5, -3.0, np.inf, -np.inf, np.nan, 5e-324, -1e-310, 700.0]
PAIRS = [np.array(column) for column in zip(*product(POINTS, POINTS), strict=True)]
#: Their operands are integers, matrices, or both.
OTHER_OPERANDS = {np.matmul, np.ldexp, np.vecdot, getattr(np, "matvec", None), getattr(np, "vecmat", None)}
UFUNCS = [f for f in RULES if isinstance(f, np.ufunc) and f not in OTHER_OPERANDS]


class Departure(NamedTuple):
    """Where we decided otherwise than torch: in values (order 0) or derivatives, where ``where`` holds."""

    functions: tuple[str, ...]
    orders: tuple[int, ...]
    where: Callable[..., np.ndarray]
    why: str


def zero(x: np.ndarray) -> np.ndarray:
    return x == 0


def tiny(x: np.ndarray) -> np.ndarray:
    return np.abs(x) < np.finfo(x.dtype).tiny


DEPARTURES = [
    Departure(("modf",), (0,), np.isinf, "NumPy's fraction of an infinity is 0, torch's NaN"),
    Departure(("cbrt",), (2,), lambda x: zero(x) | np.isinf(x), "a pole, and its mirror at infinity: NaN, torch +-inf"),
    Departure(("absolute", "fabs"), (1,), np.isnan, "the slope at NaN is NaN; torch's sign(NaN) is 0"),
    Departure(("arcsin", "arccos", "arccosh", "arctanh"), (2,), lambda x: np.abs(x) == 1, "a pole: NaN, torch +-inf"),
    Departure(("arccosh",), (1,), lambda x: x == -1, "outside the domain, where the value is NaN"),
    Departure(
        ("remainder", "fmod", "divmod"),
        (0,),
        lambda x, y: tiny(y) & ~zero(y) & np.isfinite(x),
        "torch divides first, which overflows for a subnormal divisor",
    ),
    Departure(
        ("fmod", "divmod", "remainder"),
        (1, 2),
        lambda x, y: ~np.isfinite(x) | ~np.isfinite(y) | tiny(y),
        "the value is NaN, or its quotient overflows",
    ),
    Departure(("copysign",), (1, 2), lambda x, y: ~np.isfinite(x) | tiny(x), "torch forms ans / x, which is NaN here"),
    Departure(("hypot",), (1, 2), lambda x, y: zero(x) & zero(y), "0 at the kink, as for the norm; torch NaN"),
    Departure(("power", "float_power"), (1,), lambda x, y: np.isnan(x) & zero(y), "NaN in, NaN out; torch 0"),
    Departure(
        ("power", "float_power"), (2,), lambda x, y: zero(x) & (y >= 0), "torch's second derivative is 0 * inf, NaN"
    ),
    Departure(
        ("power", "float_power"),
        (2,),
        lambda x, y: zero(y),
        "the mixed derivative is 1 / x + log x terms (central differences say so); torch masks it out at exponent 0",
    ),
    Departure(("heaviside",), (0,), lambda x, y: np.isnan(x), "NumPy keeps NaN, torch gives 0"),
    Departure(("nextafter",), (1,), lambda x, y: x == y, "the twin moves nowhere where both are equal"),
    Departure(
        ("logaddexp", "logaddexp2"), (1,), lambda x, y: np.isinf(x) & (x == y), "half for each of two equal infinities"
    ),
    Departure(("logaddexp", "logaddexp2"), (2,), lambda x, y: np.isinf(x) | np.isinf(y), "0: it is flat; torch NaN"),
    Departure(("arctan2",), (1,), lambda x, y: tiny(x) & tiny(y), "torch squares the radius, which underflows to 0"),
    Departure(("arctan2",), (2,), lambda x, y: zero(x) & zero(y), "there is no second derivative; torch NaN"),
]


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("function", UFUNCS, ids=full_name)
def test_special_points(function):
    arrays = PAIRS if function.nin == 2 else [np.array(POINTS)]
    for order, slot, differs in differences(function, arrays):
        explained = np.zeros(arrays[0].shape, bool)
        for departure in departures(function, order):
            explained |= departure.where(*arrays)
        left = differs & ~explained
        at = [tuple(float(x[i]) for x in arrays) for i in np.flatnonzero(left)]
        assert not at, f"order {order}, by argument {slot}, torch differs at {at}"


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("departure", DEPARTURES, ids=lambda d: f"{'/'.join(d.functions)}-{d.orders}")
def test_a_departure_is_one(departure):
    found = False
    for name in departure.functions:
        function = getattr(np, name)
        arrays = PAIRS if function.nin == 2 else [np.array(POINTS)]
        stated = departure.where(*arrays)
        found |= any(
            np.any(differs & stated) for order, _, differs in differences(function, arrays) if order in departure.orders
        )
    assert found, "torch agrees by now"


def departures(function: np.ufunc, order: int) -> list[Departure]:
    return [d for d in DEPARTURES if function.__name__ in d.functions and order in d.orders]


def differences(use: Callable[..., object], arrays: list[np.ndarray]) -> Iterator[tuple[int, int, np.ndarray]]:
    """Yield, for each order and argument (or output), where ours differs from torch's: elementwise functions only."""
    program = trace(use, arrays, range(len(arrays)))
    if not program.records:
        return  # nothing to differentiate
    replay = Replay(program)
    cotangents = [np.ones_like(y.array) for y in program.outputs]
    directions = [np.ones_like(x) for x in arrays]
    first, second = derivatives(use, arrays, cotangents, directions, 2)
    seeds = list(map(tensor, cotangents))
    pairs = [
        (0, [y.array for y in program.outputs], replay.outputs),
        (1, first, replay.gradient(seeds)),
        (2, second, replay.second(seeds, list(map(tensor, directions)))),
    ]
    for order, ours, theirs in pairs:
        for slot, (mine, other) in enumerate(zip(ours, map(numbers, theirs), strict=True)):
            yield order, slot, ~(np.isclose(mine, other, rtol=1e-12, atol=1e-15, equal_nan=True) | (mine == other))


ENTRIES = {
    "ties": np.array([[2.0, 0.0, 2.0], [0.0, 0.0, 0.0], [-1.0, 2.0, -1.0]]),
    "inf": np.array([[1.0, np.inf, 2.0], [-np.inf, 0.0, 1.0]]),
    "nan": np.array([[1.0, np.nan, 2.0], [0.5, 3.0, 1.0]]),
    "subnormal": np.array([[5e-324, 1e-310, 1.0], [-1e-310, 0.0, 2.0]]),
}
REDUCTIONS = [
    np.sum, np.mean, np.max, np.min, np.ptp, np.prod, np.cumsum, np.cumprod, np.var, np.nansum, np.nanmean, np.nanmax,
    np.nanmin, np.nanprod, np.nanvar, np.sort, np.median, np.linalg.norm, np.trace, np.diff, np.std,
]  # fmt: skip


#: Differences from torch in reductions, with the reason.
STATED = {
    (np.cumprod, "inf"): "torch forms 0 * inf; ours is the product of the others",
    (np.max, "nan"): "the NaN that is the answer has the slope 1; torch divides 0 by 0",
    (np.min, "nan"): "the NaN that is the answer has the slope 1; torch divides 0 by 0",
    (np.ptp, "nan"): "it is a maximum less a minimum",
    (np.median, "nan"): "the answer is NaN whatever its slope; torch puts it on the NaN, we where NumPy's median looks",
}


def along(function, axis):
    if function is np.trace:
        return function
    if function is np.diff:
        return lambda x: function(x, axis=axis or 0)
    return lambda x: function(x, axis=axis)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("axis", [None, 0, 1])
@pytest.mark.parametrize("function", REDUCTIONS, ids=full_name)
@pytest.mark.parametrize("kind", ENTRIES)
def test_special_entries_in_a_reduction(kind, function, axis):
    array = ENTRIES[kind]
    use = along(function, axis)
    program = trace(use, [array], [0])
    if not program.records:
        return
    replay = Replay(program)
    ours, _ = derivatives(use, [array], [np.ones_like(y.array) for y in program.outputs], [np.ones_like(array)], 1)
    theirs = numbers(replay.gradient([tensor(np.ones_like(y.array)) for y in program.outputs])[0])
    if (function, kind) in STATED:
        assert not np.allclose(ours[0], theirs, rtol=1e-12, atol=1e-15, equal_nan=True), "torch agrees by now"
    else:
        np.testing.assert_allclose(ours[0], theirs, rtol=1e-12, atol=1e-15, equal_nan=True)


@pytest.mark.parametrize("shape", [(0,), (0, 3), (3, 0)])
@pytest.mark.parametrize("function", [np.sum, np.prod, np.cumsum, np.sort, np.sin, np.transpose, np.ravel, np.square])
def test_empty_arrays(function, shape):
    gradient = beras.grad(lambda x: np.sum(function(x)))(np.zeros(shape))
    theirs = torch.zeros(shape, dtype=torch.float64, requires_grad=True)
    program = trace(function, [np.zeros(shape)], [0])
    replay = Replay(program)
    assert gradient.shape == tuple(theirs.shape) == tuple(replay.sources[0].shape)
    assert [tuple(y.shape) for y in replay.outputs] == [y.array.shape for y in program.outputs]
    assert tuple(replay.gradient([tensor(np.ones(y.array.shape)) for y in program.outputs])[0].shape) == shape
