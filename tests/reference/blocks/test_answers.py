"""Every formula of answers.md, with numbers put in."""

from __future__ import annotations

import math
import re
from pathlib import Path

import numpy as np
import pytest

ANSWERS = Path(__file__).resolve().parents[3] / "reference" / "blocks" / "answers.md"
DRAW = np.random.RandomState(4)


def slope(f, x, h=1e-5):
    """Return the gradient of the number ``f(x)`` by central differences."""
    gradient = np.empty_like(x)
    for place in np.ndindex(x.shape):
        shift = np.zeros_like(x)
        shift[place] = h
        gradient[place] = (f(x + shift) - f(x - shift)) / (2 * h)
    return gradient


def answer(question):
    """Return what stands between the markers of one question."""
    text = ANSWERS.read_text(encoding="utf-8").partition(f"## {question}.")[2].partition("\n## ")[0]
    return re.search(r"<!-- BEGIN SOLUTION -->\n(.*?)<!-- END SOLUTION -->", text, re.DOTALL)[1]


def test_all_questions_are_answered():
    questions = re.findall(r"^## (Q\d)\.", ANSWERS.read_text(encoding="utf-8"), re.MULTILINE)
    assert questions == [f"Q{number}" for number in range(1, 8)]
    assert all(len(answer(question).split()) > 50 for question in questions)


def test_q1_linear():
    x, w, b, dz = (DRAW.standard_normal(shape) for shape in ((5, 3), (4, 3), (4,), (5, 4)))

    def loss(x=x, w=w, b=b):
        z = np.array([[sum(x[i, k] * w[j, k] for k in range(3)) + b[j] for j in range(4)] for i in range(5)])
        return float((z * dz).sum())

    np.testing.assert_allclose(slope(lambda x: loss(x=x), x), dz @ w, atol=1e-8)
    np.testing.assert_allclose(slope(lambda w: loss(w=w), w), dz.T @ x, atol=1e-8)
    np.testing.assert_allclose(slope(lambda b: loss(b=b), b), dz.sum(axis=0), atol=1e-8)
    for formula in (r"$dX = dZ\, W$", r"$dW = dZ^\top X$"):
        assert formula in answer("Q1")


def test_q2_cross_entropy():
    x, y = DRAW.standard_normal((5, 4)), DRAW.randint(4, size=5)
    rows = np.arange(5)

    def loss(x):
        return float(np.mean(-x[rows, y] + np.log(np.exp(x).sum(axis=1))))

    p = np.exp(x) / np.exp(x).sum(axis=1, keepdims=True)
    gradient = (p - np.eye(4)[y]) / 5
    np.testing.assert_allclose(slope(loss, x), gradient, atol=1e-9)
    np.testing.assert_allclose(gradient.sum(axis=1), 0, atol=1e-15)
    assert loss(x + 7) == pytest.approx(loss(x))
    assert "$dX = (P - Y) / N$" in answer("Q2")


class Times:
    """The block of Q3, in the three ways."""

    def __init__(self, w, overwrites=False, one_cache=False):
        self.w, self.dw, self.overwrites, self.one_cache = w, 0.0, overwrites, one_cache
        self.calls = []

    def forward(self, x):
        self.calls.append(x)
        return self.w * x

    def backward(self, dout):
        x = self.calls[-1] if self.one_cache else self.calls.pop()
        self.dw = dout * x + (0 if self.overwrites else self.dw)
        return dout * self.w


def dw_of(w, x, **how):
    block = Times(w, **how)
    block.forward(block.forward(block.forward(x)))
    block.backward(block.backward(block.backward(1.0)))
    return block.dw


@pytest.mark.parametrize("w", [0.05, 2.0])
def test_q3_one_block_at_several_places(w):
    x = 1.0
    exact, overwritten, one_cache = dw_of(w, x), dw_of(w, x, overwrites=True), dw_of(w, x, one_cache=True)
    assert exact == pytest.approx(3 * w**2 * x)
    assert exact == pytest.approx(float(slope(lambda w: w**3 * x, np.array(w))), rel=1e-6)
    assert overwritten == pytest.approx(w**2 * x)
    assert one_cache == pytest.approx((1 + w + w**2) * w**2 * x)
    digits = {0.05: ["0.0075", "0.0025", "0.00263"], 2.0: ["12", "4", "28"]}[w]
    assert [f"{value:.3g}" for value in (exact, overwritten, one_cache)] == digits
    assert all(f"${number}$" in answer("Q3") for number in digits)
    if w == 0.05:
        assert abs(overwritten - exact) < 0.01
        assert abs(one_cache - exact) < 0.01
        assert overwritten / exact == pytest.approx(1 / 3)
        assert one_cache / exact == pytest.approx(0.35, abs=0.01)


@pytest.mark.parametrize("p", [0.2, 0.5, 0.9])
def test_q4_mean_and_variance(hw2, p):
    x = 3.0
    values, shares = np.array([x / (1 - p), 0.0]), np.array([1 - p, p])
    mean = float(values @ shares)
    assert mean == pytest.approx(x)
    assert float(values**2 @ shares) - mean**2 == pytest.approx(p / (1 - p) * x**2)
    assert x**2 / (1 - p) - x**2 == pytest.approx(p / (1 - p) * x**2)
    z = hw2.arrays.as_numpy(hw2.blocks.Dropout(p)(np.full((500, 500), x)))
    assert z.mean() == pytest.approx(x, rel=0.02)
    assert z.var() == pytest.approx(p / (1 - p) * x**2, rel=0.02)


def steps(optimizer, p, count):
    lengths = []
    for _ in range(count):
        before = p.copy()
        optimizer.step()
        lengths.append(float(abs(p - before).max()))
    return lengths


def test_q5_steps(hw2):
    rate, g = 0.01, 0.3
    p, dp = np.zeros(1), np.full(1, g)
    momentum = steps(hw2.optimizers.MomentumSGD([(p, dp)], rate, momentum=0.9), p, 300)
    assert momentum[-1] == pytest.approx(rate * g / (1 - 0.9), rel=1e-6)
    for g in (100.0, 0.3, 1e-3, 1e-4, 1e-6):
        p, dp = np.zeros(1), np.full(1, g)
        lengths = steps(hw2.optimizers.RMSProp([(p, dp)], rate), p, 3000)
        assert lengths[-1] == pytest.approx(rate * g / math.sqrt(g**2 + 1e-8), rel=1e-6)
        if g > 0.1:
            assert lengths[-1] == pytest.approx(rate, rel=1e-5)
            assert lengths[0] == pytest.approx(rate / math.sqrt(1 - 0.99), rel=1e-4)
            assert lengths[0] == pytest.approx(10 * rate, rel=1e-4)
        if g < 1e-5:
            assert lengths[-1] == pytest.approx(rate * g / math.sqrt(1e-8), rel=1e-3)
    # The share by which the rules differ: nothing at size 1, all but 1e4 times at 1e-8.
    ratios = {g: (g + 1e-8) / math.sqrt(g**2 + 1e-8) for g in (1.0, 1e-2, 1e-6, 1e-7, 1e-8, 1e-10)}
    assert ratios[1.0] == pytest.approx(1, abs=2e-8)
    assert ratios[1e-2] == pytest.approx(1, abs=1e-4)
    assert ratios[1e-6] < 0.02
    assert min(ratios.values()) == pytest.approx(1e-4, rel=0.02)


def test_q6_first_weights(hw2):
    n = 2000
    for wstd in (0.1, 0.5):
        s = 1.7
        h = np.maximum(0, s * DRAW.standard_normal((100, n)))
        assert np.mean(h**2) == pytest.approx(s**2 / 2, rel=0.02)
        after = h @ (wstd * DRAW.standard_normal((n, 50)))
        assert after.std() / s == pytest.approx(wstd * math.sqrt(n / 2), rel=0.05)
    factors = [f"{wstd * math.sqrt(100 / 2):.2g}" for wstd in (0.1, 0.5)]
    assert factors == ["0.71", "3.5"]
    assert all(f"${factor}$" in answer("Q6") for factor in factors)
    assert 3.5**12 > 1e5
    assert math.sqrt(2 / 100) * math.sqrt(100 / 2) == pytest.approx(1)
    # The numbers of the question.
    for wstd, low, high in ((0.1, 0.02, 0.2), (0.5, 3e4, 5e5)):
        hw2.arrays.set_seed(0)
        mlp = hw2.models.MLP(10, 10, [100, 50, 100], wstd=wstd, like=np.zeros(0))
        network = hw2.blocks.Sequential(mlp, mlp, mlp, hw2.blocks.CrossEntropyLoss())
        network(DRAW.standard_normal((100, 10)), y=DRAW.randint(10, size=100))
        network.backward()
        assert low < max(float(np.abs(dp).max()) for _, dp in mlp.params()) < high
