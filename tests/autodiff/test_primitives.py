"""The primitives called in ways that the rules do not: by keyword, and in the widest dtype."""

from __future__ import annotations

import numpy as np
import pytest

import beras
from beras.autodiff.primitives import cast, getitem, masked, unbroadcast

X = np.array([1.0, -2.0, 3.0])


@pytest.mark.parametrize(
    ("use", "expected"),
    [
        (lambda t: getitem(x=t, index=1), [0.0, 1.0, 0.0]),
        (lambda t: masked(x=t, mask=[True, False, True]), [1.0, 0.0, 1.0]),
        (lambda t: cast(x=t, dtype=np.dtype(np.float64)), [1.0, 1.0, 1.0]),
        (lambda t: beras.activations.relu(x=t), [1.0, 0.0, 1.0]),
    ],
    ids=["getitem", "masked", "cast", "relu"],
)
def test_operands_may_be_given_by_name(use, expected):
    np.testing.assert_array_equal(beras.grad(lambda t: np.sum(use(t)))(X), expected)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.longdouble])
def test_what_is_masked_is_zero_whatever_it_was(dtype):
    x = np.array([np.nan, 2.5, np.inf, -np.inf, 7.0], dtype)
    kept = masked(x, [False, True, False, False, False])
    assert kept.dtype == dtype
    np.testing.assert_array_equal(kept, np.array([0.0, 2.5, 0.0, 0.0, 0.0], dtype))
    np.testing.assert_array_equal(masked(x[:2], [[True, True], [False, True]])[1], np.array([0.0, 2.5], dtype))


@pytest.mark.parametrize("shape", [(), (1,), (3,), (1, 3), (2, 1), (2, 3)])
def test_unbroadcast_is_the_sum_over_copies(shape):
    g = np.arange(24.0).reshape(4, 2, 3)
    summed = np.zeros(shape)
    for place in np.ndindex(g.shape):
        summed[tuple(i if n > 1 else 0 for i, n in zip(place[3 - len(shape) :], shape, strict=True))] += g[place]
    np.testing.assert_array_equal(unbroadcast(g, shape), summed)


@pytest.mark.parametrize("shape", [(2, 3), (4, 3), (2, 1, 3)])
def test_unbroadcast_spreads_what_has_length_one(shape):
    """A rule may leave an axis along which its product does not vary at length one."""
    g = np.array([[1.0, 2.0, 3.0]])
    np.testing.assert_array_equal(unbroadcast(g, shape), np.zeros(shape) + g)
