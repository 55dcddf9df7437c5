"""What comes out of the sweep, besides the right numbers: plain arrays, which belong to the caller alone."""

from __future__ import annotations

import numpy as np

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
