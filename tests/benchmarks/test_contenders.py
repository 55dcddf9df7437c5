"""What the contenders written here compute, against formulas in float64, central differences and the complex step."""

from __future__ import annotations

import numpy as np
import pytest

import beras
from benchmarks.clock import seconds_per_call
from benchmarks.derivatives import measure as derivatives
from benchmarks.digits import Digits
from benchmarks.network import initial_weights, loss_and_gradient, one_hot
from benchmarks.prediction.measure import predict
from benchmarks.prediction.with_keras import bind as bind_keras
from benchmarks.prediction.with_numpy import bind as bind_numpy
from benchmarks.tape.chain import chain, slope
from benchmarks.training.fit import Fit
from benchmarks.training.measure import scored, train
from benchmarks.training.products import Products
from benchmarks.training.with_numpy import Loop

WIDTHS = [6, 5, 4, 3]


@pytest.fixture
def digits():
    """Three classes of points that a small network can tell apart."""
    rng = np.random.default_rng(0)
    centres = rng.normal(size=(3, 6))
    y = rng.integers(0, 3, 150)
    x = (centres[y] + 0.3 * rng.normal(size=(150, 6))).astype(np.float32)
    return Digits(x, y, x, y)


def test_the_gradient_by_hand_is_that_of_central_differences():
    rng = np.random.default_rng(0)
    weights = [w.astype(np.float64) + 0.1 for w in initial_weights(WIDTHS)]
    x, targets = rng.normal(size=(7, 6)), one_hot(rng.integers(0, 3, 7), 3)
    _, gradient = loss_and_gradient(weights, x, targets)
    for weight, slopes in zip(weights, gradient):
        for place in np.ndindex(weight.shape):
            ends = []
            for step in (1e-6, -1e-6):
                weight[place] += step
                ends.append(loss_and_gradient(weights, x, targets)[0])
                weight[place] -= step
            assert slopes[place] == pytest.approx((ends[0] - ends[1]) / 2e-6, abs=1e-7)


def test_the_loop_by_hand_makes_the_steps_of_plain_adam(digits):
    loop = Loop(initial_weights(WIDTHS), batch=150, scale=1.0)
    loop.train(digits.x, digits.y, epochs=3)
    weights = [w.astype(np.float64) for w in initial_weights(WIDTHS)]
    m, v = ([np.zeros_like(w) for w in weights] for _ in "mv")
    for step in range(1, 4):
        gradient = loss_and_gradient(weights, digits.x.astype(np.float64), one_hot(digits.y, 3))[1]
        for w, g, m_w, v_w in zip(weights, gradient, m, v):
            m_w += 0.1 * (g - m_w)
            v_w += 0.001 * (g * g - v_w)
            w -= 1e-3 * np.sqrt(1 - 0.999**step) / (1 - 0.9**step) * m_w / (np.sqrt(v_w) + 1e-7)
    for found, exact in zip(loop.weights, weights):
        np.testing.assert_allclose(found, exact, atol=2e-6)


@pytest.mark.parametrize(("contender", "options"), [(Loop, {}), (Fit, {"package": "beras"})])
@pytest.mark.parametrize("scale", [1.0, 0.5])
def test_contenders_learn(contender, options, scale, digits):
    doubled = digits._replace(x=digits.x / np.float32(scale), x_test=digits.x_test / np.float32(scale))
    beras.set_random_seed(0)
    made, times = train(lambda *task: contender(*task, **options), doubled, WIDTHS, 16, epochs=60, scale=scale)
    assert len(times) == 60
    assert scored(made, doubled)["accuracy"] > 0.9


def test_the_bare_products_learn_nothing_and_are_as_many_as_in_training(digits):
    made, times = train(Products, digits, WIDTHS, 16, epochs=2)
    assert len(times) == 2
    assert scored(made, digits) == {}
    shapes = [(a.shape, b.shape) for a, b, _ in made._factors(16)]
    assert shapes == [
        ((16, 6), (6, 5)),
        ((16, 5), (5, 4)),
        ((16, 4), (4, 3)),
        ((16, 3), (3, 4)),
        ((4, 16), (16, 3)),
        ((16, 4), (4, 5)),
        ((5, 16), (16, 4)),
        ((6, 16), (16, 5)),
    ]


@pytest.fixture
def folder(tmp_path, digits):
    pixels = np.random.default_rng(0).integers(0, 256, (20, 6), np.uint8)
    for name, array in (
        digits._replace(x=pixels, x_test=pixels, y=digits.y[:20], y_test=digits.y[:20])._asdict().items()
    ):
        np.save(tmp_path / f"{name}.npy", array)
    return tmp_path


@pytest.mark.parametrize("block", [1, 3])
@pytest.mark.parametrize(("bind", "options"), [(bind_numpy, {}), (bind_keras, {"package": "beras"})])
def test_predictions_are_held_against_float64(bind, options, block, folder):
    def part(weights, x, block):
        return bind(weights, x, block, **options)

    task = {"folder": str(folder), "widths": WIDTHS, "images": 7, "block": block, "seconds": 0.0}
    assert predict(part, **task)["off"] < 1e-6
    with pytest.raises(ValueError, match="The probabilities are off"):
        predict(lambda *task: lambda: part(*task)() * 1.01, **task)


def test_gradients_and_products_are_held_against_float64(folder, monkeypatch):
    from benchmarks.derivatives import with_beras

    monkeypatch.setattr(derivatives, "one_hot", lambda labels: one_hot(labels, 3))
    task = {"folder": str(folder), "widths": WIDTHS, "batch": 9, "seconds": 0.0}
    assert derivatives.gradient(with_beras.bind_gradient, **task)["off"] < 1e-5
    assert derivatives.hessian_product(with_beras.bind_product, **task)["off"] < 1e-4
    with pytest.raises(ValueError, match="of its norm"):
        derivatives.gradient(lambda *a: lambda: (0.0, [2 * g for g in with_beras.bind_gradient(*a)()[1]]), **task)


def test_the_slope_of_the_chain_is_that_of_a_complex_step():
    x = np.array([-0.3, 0.7])
    np.testing.assert_allclose(slope(x), chain(x + 1e-30j, np.tanh).imag / 1e-30, rtol=1e-12)


def test_the_clock_counts_calls(monkeypatch):
    now = [0.0]
    monkeypatch.setattr("benchmarks.clock.perf_counter", lambda: now[0])

    def call():
        now[0] += 0.002

    assert seconds_per_call(call, budget=0.05) == pytest.approx(0.002)
