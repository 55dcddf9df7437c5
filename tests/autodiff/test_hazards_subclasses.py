"""Subclasses of ndarray: matrices and masked arrays are refused on a tape, others are plain arrays there."""

import numpy as np
import pytest

import beras

X = np.array([[1.0, 2.0], [3.0, 4.0]])
MASKED = np.ma.masked_array(X, X > 3)


@pytest.fixture
def matrix():
    with pytest.warns(PendingDeprecationWarning):
        return np.matrix(X)


OPERATIONS = [
    lambda t, m: t * m,
    lambda t, m: np.multiply(m, t),
    lambda t, m: t @ m,
    lambda t, m: np.where(t > 0, m, t),
    lambda t, m: np.concatenate([t, m]),
    lambda t, m: np.average(t, weights=m),
    lambda t, m: np.einsum("ij,ij", t, m),
]


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("tapes", [1, 2])
def test_operands(operation, tapes, matrix):
    def f(x, m):
        return np.sum(operation(x, m))

    differentiate = beras.grad if tapes == 1 else lambda g: beras.grad(lambda x, m: np.sum(beras.grad(g)(x, m)))
    with pytest.raises(TypeError, match=r"np\.asarray\(m\)"):
        differentiate(f)(X, matrix)
    with pytest.raises(TypeError, match=r"m\.filled\(0\)"):
        differentiate(f)(X, MASKED)
    differentiate(f)(X, X)


def test_arguments_and_variables(matrix):
    tape = beras.GradientTape()
    for take in (beras.grad(np.sum), tape.watch, lambda m: tape.watch([m]), beras.Variable, beras.Variable(X).assign):
        with pytest.raises(TypeError, match=r"np\.asarray\(m\)"):
            take(matrix)
        with pytest.raises(TypeError, match=r"m\.filled\(0\)"):
            take(MASKED)


def test_outside_a_tape_they_are_numpys():
    assert np.ma.is_masked(np.multiply(beras.Variable(X), MASKED))
    w = beras.Variable(X, trainable=False)
    with beras.GradientTape():
        assert np.ma.is_masked(np.multiply(w, MASKED))


def test_other_subclasses_are_plain_arrays(tmp_path):
    held = np.memmap(tmp_path / "held", dtype="f8", shape=(2, 2), mode="w+")
    held[...] = 5.0
    with beras.GradientTape() as tape:
        x = tape.watch(X)
        y = x * held
    assert type(y.numpy()) is np.ndarray
    g = tape.gradient(y, x)
    assert type(g) is np.ndarray
    np.testing.assert_array_equal(g, np.full((2, 2), 5.0))
