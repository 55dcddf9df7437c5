"""Programs drawn at random: values used many times, in any order, through all kinds of operations.

Each is differentiated by beras, by HIPS autograd and by central differences; a Hessian-vector product as well.
"""

from __future__ import annotations

import autograd
import autograd.numpy as autograd_numpy
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import beras

SHAPE = (2, 3)

#: Smooth operations that keep the shape (2, 3) and stay in a moderate range: ``step(np, a, b)``.
STEPS = [
    lambda np, a, b: np.sin(a) * b,
    lambda np, a, b: np.tanh(a + 0.5 * b),
    lambda np, a, b: a - b * np.cos(b),
    lambda np, a, b: a / (1.0 + b**2),
    lambda np, a, b: np.exp(-np.square(a)) + b,
    lambda np, a, b: np.log1p(np.exp(a)) - b,
    lambda np, a, b: np.sqrt(1.0 + a * a + b * b),
    lambda np, a, b: np.dot(a, np.transpose(b)) @ b * 0.1,
    lambda np, a, b: np.einsum("ij,kj->ik", a, b) @ a * 0.1,
    lambda np, a, b: a + np.sum(b, axis=1, keepdims=True) * 0.2,
    lambda np, a, b: a * np.mean(b, axis=0),
    lambda np, a, b: np.reshape(np.reshape(a, (3, 2)), (2, 3)) + b[::-1, ::-1],
    lambda np, a, b: np.concatenate([a[:1], b[1:]], axis=0),
    lambda np, a, b: np.stack([a[:, 0], b[:, 1], a[:, 2] * b[:, 0]], axis=1),
    lambda np, a, b: np.where(np.array([[True, False, True], [False, True, False]]), a, b),
    lambda np, a, b: np.cumsum(a, axis=1) * 0.3 + np.roll(b, 1, axis=1),
    lambda np, a, b: a[:, [0, 0, 2]] + b[[1, 0]],
    lambda np, a, b: np.var(a, axis=1, keepdims=True) + b,
    lambda np, a, b: np.outer(a[:, 0], b[1]),
    lambda np, a, b: a + np.linalg.solve(np.eye(2) * 4.0 + np.dot(a, np.transpose(a)) * 0.1, b),
    lambda np, a, b: np.tensordot(a, np.eye(3) + 0.1, 1) - b,
    lambda np, a, b: np.repeat(a[:, :1], 3, axis=1) + np.tile(b[:1], (2, 1)),
    lambda np, a, b: np.maximum(a, b - 10.0) + np.minimum(b, a + 10.0),
    lambda np, a, b: np.arctan2(a, 2.0 + b * b) + np.expm1(-b * b),
]

programs = st.lists(
    st.tuples(st.integers(0, len(STEPS) - 1), st.integers(0, 100), st.integers(0, 100)), min_size=1, max_size=7
)


def run(np, program, x, y):
    values = [x, y]
    for step, left, right in program:
        values.append(STEPS[step](np, values[left % len(values)], values[right % len(values)]))
    return np.sum(np.sin(values[-1])) + 0.1 * np.sum(values[-2] * values[len(values) // 2])


@settings(max_examples=300, deadline=None, derandomize=True)
@given(programs, st.integers(0, 2**31))
def test_three_oracles_agree_on_random_programs(program, seed):
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=SHAPE), rng.normal(size=SHAPE)
    value, ours = beras.value_and_grad(lambda x, y: run(np, program, x, y), (0, 1))(x, y)
    assert value == run(np, program, x, y)
    theirs = autograd.grad(lambda both: run(autograd_numpy, program, *both))((x, y))
    for mine, other in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-9, atol=1e-10)
    numerical = beras.numerical_gradient(lambda x: run(np, program, x, y), x)
    np.testing.assert_allclose(ours[0], numerical, rtol=1e-4, atol=1e-5 * (1 + np.abs(numerical).max()))


@pytest.mark.filterwarnings("ignore:Output seems independent:UserWarning")
@settings(max_examples=100, deadline=None, derandomize=True)
@given(programs, st.integers(0, 2**31))
def test_second_derivatives_of_random_programs(program, seed):
    rng = np.random.default_rng(seed)
    x, y, v = (rng.normal(size=SHAPE) for _ in range(3))
    ours = beras.hvp(lambda x: run(np, program, x, y), x, v)
    gradient = autograd.grad(lambda x: run(autograd_numpy, program, x, y))
    theirs = autograd.grad(lambda x: autograd_numpy.sum(gradient(x) * v))(x)
    np.testing.assert_allclose(ours, theirs, rtol=1e-8, atol=1e-9 * (1 + np.abs(theirs).max()))


@settings(max_examples=100, deadline=None, derandomize=True)
@given(programs, st.integers(0, 2**31))
def test_a_tape_of_variables_agrees_with_the_functional_form(program, seed):
    """The same program on Variables, with a persistent tape and in float32, against autograd in float64."""
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=SHAPE), rng.normal(size=SHAPE)
    w = beras.Variable(x, dtype="float32")
    u = beras.Variable(y, dtype="float32")
    with beras.GradientTape(persistent=True) as tape:
        loss = run(np, program, w, u)
    theirs = autograd.grad(lambda both: run(autograd_numpy, program, *both))((x, y))
    for source, other in zip((w, u), theirs, strict=True):
        mine = tape.gradient(loss, source, unconnected_gradients="zero")
        assert mine.dtype == np.float32
        np.testing.assert_allclose(mine, other, rtol=5e-3, atol=5e-4 * (1 + np.abs(other).max()))
