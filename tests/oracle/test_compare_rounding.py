"""compare raises no false alarm where right gradients differ by rounding: where terms cancel, and at ties."""

from __future__ import annotations

import numpy as np
import pytest

import beras
from beras.oracle import compare
from beras.oracle.amplification import amplification
from beras.oracle.program import trace

pytestmark = pytest.mark.torch
pytest.importorskip("torch")
rng = np.random.default_rng(0)
X = rng.normal(size=(6, 4))
TALL, TARGET = rng.normal(size=(50, 4)), rng.normal(size=50)
OPTIMUM = np.linalg.lstsq(TALL, TARGET, rcond=None)[0]


def batch_normalized(x):
    return (x - np.mean(x, 0)) / np.sqrt(np.var(x, 0) + 1e-3)


CANCELLING = {
    "a bias in front of a batch normalization": (
        lambda x, w, b: batch_normalized(x @ w + b),
        rng.normal(size=(32, 4)),
        rng.normal(size=(4, 5)),
        rng.normal(size=5),
    ),
    "the optimum of a least squares problem": (lambda w: np.mean((TALL @ w - TARGET) ** 2), OPTIMUM),
    "the sum of a softmax": (lambda x: np.sum(beras.activations.softmax(x)), X),
    "the length of a unit vector": (lambda x: np.linalg.norm(x / np.linalg.norm(x)), X),
    "a function and its inverse": (lambda x: np.exp(np.log(x)) - x, np.abs(X) + 1),
    "a matrix times its inverse": (lambda x: np.sum(x @ np.linalg.inv(x)), X[:4]),
    "a determinant of rank 1": (np.linalg.det, np.ones((3, 3))),
    "sine and cosine": (lambda x: np.sin(x) ** 2 + np.cos(x) ** 2, X),
    "ties": (lambda x: np.max(x, axis=1), np.array([[1.0, 1, 0], [2, 2, 2]])),
}


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("name", CANCELLING)
def test_rounding_is_no_fault(name, order):
    report = compare(*CANCELLING[name], order=order)
    assert report.ok, report


def test_a_fault_of_the_size_of_a_cancelling_term_is_one():
    @beras.custom_gradient
    def mean(x):
        return np.mean(x, 0), lambda g: np.broadcast_to(g / len(x) * 1.001, x.shape)

    def normalized(x, b):
        x = x + b
        return (x - mean(x)) / np.sqrt(np.var(x, 0) + 1e-3)

    report = compare(normalized, X, np.zeros(4))
    assert not report["b"].ok
    assert not report["x"].ok


@pytest.mark.parametrize("place", [(0, 0), (5, 3)])
def test_a_fault_in_one_entry_is_found(place):
    @beras.custom_gradient
    def sine(x):
        def pullback(g):
            out = np.array(g * np.cos(x))
            out[place] *= 1 + 1e-6
            return out

        return np.sin(x), pullback

    report = compare(sine, X)
    assert not report.ok
    assert report["x"].by("torch").place == place


def test_amplification_is_that_of_the_condition():
    program = trace(lambda x: x - 1, [np.array([1.0 + 1e-6])], [0])
    factors = amplification(program, [np.ones(1)])
    assert 0.1 < factors.values[0] < 10, "the size of what cancels, not of the 1e-6 that is left"
    assert factors.rounding(0, 0, "float64") < 1e-6 * 1e-6
    assert factors.rounding(2, 0, "float64") == 0.0


def test_a_jump_is_no_amplification():
    program = trace(lambda x: np.max(x), [np.array([1.0, 1.0])], [0])
    assert amplification(program, [np.array(1.0)]).gradients[0] < 10
