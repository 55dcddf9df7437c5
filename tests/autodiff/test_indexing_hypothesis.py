"""Random shapes and indices, and random pairs of shapes that broadcast, against gradients computed independently."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import beras

few = settings(max_examples=200, deadline=None, derandomize=True, database=None)

shapes = hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4)
filled = hnp.array_shapes(min_dims=1, max_dims=3, min_side=1, max_side=4)


def gradient_of(x, index, g):
    with beras.GradientTape() as tape:
        t = tape.watch(x)
        y = t[index]
    np.testing.assert_array_equal(y.numpy(), x[index])
    return tape.gradient(y, t, g)


def cotangent(x, index):
    return np.arange(1.0, np.size(x[index]) + 1).reshape(np.shape(x[index]))


def expected(x, index, g):
    """Number the entries, index the numbers, and add the cotangents up one by one."""
    out = np.zeros(x.size)
    picked = np.arange(x.size).reshape(x.shape)[index]
    for place, value in zip(np.ravel(picked).tolist(), np.ravel(g).tolist(), strict=True):
        out[place] += value
    return out.reshape(x.shape)


def check(x, index):
    g = cotangent(x, index)
    np.testing.assert_array_equal(gradient_of(x, index, g), expected(x, index, g))


@few
@given(st.data())
def test_basic_indices(data):
    shape = data.draw(shapes)
    index = data.draw(hnp.basic_indices(shape, allow_ellipsis=True, allow_newaxis=True))
    check(np.ones(shape), index)


@few
@given(st.data())
def test_integer_array_indices(data):
    shape = data.draw(filled)
    index = data.draw(hnp.integer_array_indices(shape, result_shape=hnp.array_shapes(max_dims=2, max_side=5)))
    check(np.ones(shape), index)


def one_part(length):
    """An index for one axis: a number, a slice, or an array or list with repeats and negative places."""
    place = st.integers(-length, length - 1)
    return st.one_of(
        place,
        place.map(np.int32),
        st.slices(length),
        st.lists(place, min_size=3, max_size=3),
        st.lists(place, min_size=3, max_size=3).map(np.array),
        st.lists(place, min_size=3, max_size=3).map(tuple),
        st.just(slice(None)),
    )


@few
@given(st.data())
def test_mixed_indices(data):
    shape = data.draw(filled)
    parts = [data.draw(one_part(length)) for length in shape[: data.draw(st.integers(1, len(shape)))]]
    if data.draw(st.booleans()):
        parts.insert(data.draw(st.integers(0, len(parts))), None)
    if data.draw(st.booleans()):
        parts.append(...)
    check(np.ones(shape), tuple(parts))


@few
@given(st.data())
def test_boolean_masks(data):
    shape = data.draw(filled)
    masked = data.draw(st.integers(1, len(shape)))
    mask = data.draw(hnp.arrays(bool, shape[:masked]))
    rest = tuple(data.draw(st.slices(length)) for length in shape[masked:])
    check(np.ones(shape), (mask, *rest))
    check(np.ones(shape), mask)


@few
@given(st.data())
def test_take(data):
    shape = data.draw(filled)
    axis = data.draw(st.integers(-len(shape), len(shape) - 1))
    places = data.draw(hnp.arrays(np.intp, hnp.array_shapes(max_dims=2, max_side=4), elements=st.integers(-9, 9)))
    mode = data.draw(st.sampled_from(["wrap", "clip"]))
    x = np.ones(shape)
    numbers = np.arange(x.size).reshape(shape)
    g = cotangent(numbers.take(places, axis, mode=mode), ())
    with beras.GradientTape() as tape:
        t = tape.watch(x)
        y = np.take(t, places, axis, mode=mode)
    out = np.zeros(x.size)
    np.add.at(out, numbers.take(places, axis, mode=mode), g)
    np.testing.assert_array_equal(tape.gradient(y, t, g), out.reshape(shape))


OPERATIONS = {
    "add": (np.add, lambda x, y: 1.0, lambda x, y: 1.0),
    "subtract": (np.subtract, lambda x, y: 1.0, lambda x, y: -1.0),
    "multiply": (np.multiply, lambda x, y: y, lambda x, y: x),
    "divide": (np.divide, lambda x, y: 1 / y, lambda x, y: -x / y**2),
    "power": (np.power, lambda x, y: y * x ** (y - 1), lambda x, y: np.log(x) * x**y),
    "maximum": (np.maximum, lambda x, y: x > y, lambda x, y: y > x),
    "hypot": (np.hypot, lambda x, y: x / np.hypot(x, y), lambda x, y: y / np.hypot(x, y)),
}


def summed_by_hand(full, shape):
    """Add every entry of ``full`` to the place of ``shape`` from which broadcasting copied it."""
    out = np.zeros(shape)
    for place in np.ndindex(full.shape):
        kept = place[len(place) - len(shape) :]
        out[tuple(0 if length == 1 else i for i, length in zip(kept, shape, strict=True))] += full[place]
    return out


@pytest.mark.parametrize("name", OPERATIONS)
@settings(max_examples=30, deadline=None, derandomize=True, database=None)
@given(pair=hnp.mutually_broadcastable_shapes(num_shapes=2, max_dims=3, max_side=3, min_side=0))
def test_broadcasting(name, pair):
    operation, by_x, by_y = OPERATIONS[name]
    (shape_x, shape_y), shape = pair.input_shapes, pair.result_shape
    rng = np.random.default_rng(0)
    x, y, g = rng.uniform(0.5, 2.0, shape_x), rng.uniform(0.5, 2.0, shape_y), rng.uniform(-1, 1, shape)
    with beras.GradientTape() as tape:
        tx, ty = tape.watch(x), tape.watch(y)
        z = operation(tx, ty)
    dx, dy = tape.gradient(z, [tx, ty], g)
    np.testing.assert_allclose(dx, summed_by_hand(g * by_x(x, y), shape_x), rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(dy, summed_by_hand(g * by_y(x, y), shape_y), rtol=1e-12, atol=1e-14)
