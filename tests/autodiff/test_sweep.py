"""What comes out of the sweep, besides the right numbers: plain arrays, which belong to the caller alone."""

from __future__ import annotations

import numpy as np
import pytest

import beras

X = np.array([0.5, -1.0, 2.0])


def test_a_seed_that_is_a_tensor_gives_a_plain_array():
    with beras.GradientTape() as earlier:
        weights = np.exp(earlier.watch(X))
    with beras.GradientTape() as tape:
        x = tape.watch(X)
        y = x * x
    g = tape.gradient(y, x, output_gradients=weights)
    assert type(g) is np.ndarray
    np.testing.assert_allclose(g, 2 * X * np.exp(X), rtol=1e-15)


def test_after_the_outer_tape_an_inner_one_gives_plain_arrays():
    with beras.GradientTape() as outer:
        x = outer.watch(X)
        with beras.GradientTape() as inner:
            x = inner.watch(x)
            y = np.exp(x) * np.tanh(x) + np.stack([x, x])[0]
    g = inner.gradient(y, x)
    assert type(g) is np.ndarray
    np.testing.assert_allclose(g, np.exp(X) * (np.tanh(X) + 1 - np.tanh(X) ** 2) + 1, rtol=1e-14)


def test_one_of_several_answers_may_be_a_source_itself():
    with beras.GradientTape() as tape:
        x = tape.watch(np.arange(1.0, 5.0))
        a, b = np.split(x, 2)
        y = a * a * b
    by_a, by_x = tape.gradient(y, [a, x])
    np.testing.assert_array_equal(by_a, [6.0, 16.0])
    np.testing.assert_array_equal(by_x, [6.0, 16.0, 1.0, 4.0])


def test_several_answers_that_nobody_used_leave_their_operand_unconnected():
    with beras.GradientTape() as tape:
        x, z = tape.watch(X), tape.watch(X)
        np.split(x, 3)
        y = z * z
    assert tape.gradient(y, [x, z])[0] is None


@pytest.mark.parametrize("shapes", [((3, 1), (3,)), ((3, 1), (1, 3)), ((3,), (3,))])
def test_no_two_results_share_their_memory(shapes):
    """Before they are given away they are one cotangent, or views of it."""
    with beras.GradientTape() as tape:
        x, z = (tape.watch(X.reshape(shape)) for shape in shapes)
        y = np.exp(np.reshape(x, 3) + np.reshape(z, 3))
    by_x, by_z = tape.gradient(y, [x, z])
    by_x[...] = 0
    np.testing.assert_allclose(by_z.ravel(), np.exp(2 * X), rtol=1e-15)


def test_a_spread_cotangent_can_be_written_to():
    for size in (3, 10_000):
        g = beras.grad(np.sum)(np.zeros(size))
        g += 1
        np.testing.assert_array_equal(g, np.full(size, 2.0))
