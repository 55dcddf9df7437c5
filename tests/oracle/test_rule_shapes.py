"""Shapes and broadcasts that nobody thought of: hypothesis draws them, torch decides."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tests.oracle.judge import hold_against_torch

pytestmark = pytest.mark.torch
torch = pytest.importorskip("torch")

BINARY = [
    np.add, np.subtract, np.multiply, np.divide, np.power, np.maximum, np.minimum, np.hypot, np.arctan2, np.logaddexp,
    np.fmax, np.fmin, np.float_power, np.copysign, np.remainder,
]  # fmt: skip
REDUCING = [np.sum, np.mean, np.prod, np.max, np.min, np.var, np.std, np.linalg.norm, np.ptp, np.median]
RUNNING = [np.cumsum, np.cumprod, np.flip, np.sort]
QUICK = settings(max_examples=60, deadline=None, derandomize=True, database=None)


def filled(shape, seed):
    """Return distinct entries between 0.5 and 2, so that no kink and no tie is hit."""
    rng = np.random.default_rng(seed)
    size = int(np.prod(shape))
    return (0.5 + 1.5 * (rng.permutation(size) + rng.uniform(0.2, 0.8, size)) / max(size, 1)).reshape(shape)


@st.composite
def with_axis(draw, max_dims=4, several=True):
    shape = draw(hnp.array_shapes(min_dims=1, max_dims=max_dims, min_side=1, max_side=3))
    one = st.integers(-len(shape), len(shape) - 1)
    options = [st.none(), one]
    if several:
        options.append(hnp.valid_tuple_axes(len(shape), min_size=1))
    return shape, draw(st.one_of(options))


@QUICK
@given(hnp.mutually_broadcastable_shapes(num_shapes=2, max_dims=4, max_side=3, min_side=0), st.sampled_from(BINARY))
def test_broadcasting(shapes, function):
    x, y = (filled(shape, seed) for seed, shape in enumerate(shapes.input_shapes))
    hold_against_torch(function, x, y + 0.01)


@QUICK
@given(hnp.mutually_broadcastable_shapes(num_shapes=3, max_dims=3, max_side=3))
def test_three_operands(shapes):
    condition, x, y = (filled(shape, seed) for seed, shape in enumerate(shapes.input_shapes))
    hold_against_torch(lambda x, y: np.where(condition > 1, x * y, x / y), x, y)
    hold_against_torch(lambda x, lower, upper: np.clip(x, lower - 0.3, upper + 0.3), x, y, condition)


@QUICK
@given(with_axis(), st.booleans(), st.sampled_from(REDUCING))
def test_reductions(shape_and_axis, keepdims, function):
    shape, axis = shape_and_axis
    if function is np.linalg.norm and (isinstance(axis, tuple) or len(shape) > 2):
        axis = -1  # of vectors; the norms of matrices have rows of their own
    reduced = range(len(shape)) if axis is None else np.atleast_1d(axis)
    of_one_entry = all(shape[a] == 1 for a in reduced)
    order = 1 if of_one_entry and function in (np.std, np.linalg.norm) else 2  # a root of 0 has no second derivative
    hold_against_torch(lambda x: function(x, axis=axis, keepdims=keepdims), filled(shape, 3), order=order)


@QUICK
@given(with_axis(several=False), st.sampled_from(RUNNING))
def test_running(shape_and_axis, function):
    shape, axis = shape_and_axis
    hold_against_torch(lambda x: function(x, axis=axis) ** 2, filled(shape, 4))


@QUICK
@given(hnp.mutually_broadcastable_shapes(signature=np.matmul.signature, max_dims=3, max_side=3))
def test_matmul(shapes):
    x, y = (filled(shape, seed) for seed, shape in enumerate(shapes.input_shapes))
    hold_against_torch(np.matmul, x, y)


@QUICK
@given(
    hnp.array_shapes(min_dims=1, max_dims=3, max_side=4).flatmap(lambda s: st.tuples(st.just(s), hnp.basic_indices(s)))
)
def test_basic_indexing(shape_and_index):
    shape, index = shape_and_index
    hold_against_torch(lambda x: x[index] ** 2, filled(shape, 5))


@QUICK
@given(st.data())
def test_integer_indexing_with_repeats(data):
    shape = data.draw(hnp.array_shapes(min_dims=1, max_dims=3, max_side=4))
    index = data.draw(hnp.integer_array_indices(shape))
    hold_against_torch(lambda x: x[index] ** 2, filled(shape, 6))


@QUICK
@given(hnp.array_shapes(min_dims=1, max_dims=4, max_side=3), st.data())
def test_axes_moved_and_shapes_changed(shape, data):
    axes = data.draw(st.permutations(range(len(shape))))
    weights = filled(tuple(shape[a] for a in axes), 8)
    hold_against_torch(lambda x: np.reshape(np.transpose(x, axes) ** 2 * weights, -1), filled(shape, 7))
