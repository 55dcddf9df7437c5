"""Tasks 2.2 to 2.5: what is done with the gradients."""

import numpy as np
import pytest
from hw2.arrays import each_kind
from hw2.optimizers import MomentumSGD, RMSProp, VanillaSGD
from kit import check_values

DRAW = np.random.RandomState(7)
P, Q = DRAW.standard_normal((3, 2)), DRAW.standard_normal(4)
DP, DQ = DRAW.standard_normal((3, 2)), DRAW.standard_normal(4)


@pytest.fixture(autouse=True)
def _the_same_draws():
    """Let every test draw the same numbers, alone or after others."""
    global DRAW
    DRAW = np.random.RandomState(7)


def pairs():
    return [(P.copy(), DP.copy()), (Q.copy(), DQ.copy())]


def moved(parameters, wanted):
    """Fail where a step made new arrays instead of writing into those of the model."""
    for (p, _), before in zip(parameters, wanted):
        assert not np.array_equal(p, before), (
            "the parameters did not move: write into the arrays of the model, in place (p -= ...)"
        )


@pytest.mark.task("2.2")
@pytest.mark.points(2)
def test_zero_grad():
    for p, dp in each_kind(P.copy(), DP.copy()):
        dp[0, 0] = float("nan")
        optimizer = VanillaSGD([(p, dp)])
        optimizer.zero_grad()
        sentence = "zero_grad does not clear the gradients in place: the arrays that the blocks hold are what they were"
        assert float(dp[1, 1]) == 0, sentence
        assert float(dp[0, 0]) == 0, "a gradient that was NaN is NaN still: 0 * NaN is NaN; write zeros (dp[...] = 0)"
        check_values(dp, 0 * P, "dp")
        check_values(p, P, "p after zero_grad")


@pytest.mark.task("2.2")
@pytest.mark.points(2)
def test_each_parameter_once():
    (p, dp), (q, dq) = pairs()
    equal, d_equal = p.copy(), dp.copy()
    optimizer = VanillaSGD([(p, dp), (q, dq), (p, dp), (equal, d_equal), (p, dp)])
    count = len(optimizer.params)
    assert count != 5, "a parameter that is listed three times is kept three times: it would move three times a step"
    assert count != 2, "two parameters with equal numbers are two: compare by id(p), not by value"
    assert count == 3, f"of five pairs with three parameters, three must be kept. Received: {count}"
    for (mine, d_mine), (right, d_right) in zip(optimizer.params, [(p, dp), (q, dq), (equal, d_equal)]):
        assert mine is right, "params must hold the arrays themselves, in order"
        assert d_mine is d_right, "params must hold the arrays themselves, in order"


@pytest.mark.task("2.3")
@pytest.mark.points(3)
def test_sgd():
    parameters = pairs()
    optimizer = VanillaSGD(iter(parameters), learn_rate=0.1, reg=0.5)
    optimizer.step()
    moved(parameters, (P, Q))
    for (p, dp), before, gradient, name in zip(parameters, (P, Q), (DP, DQ), ("p", "q")):
        mistakes = {
            "moves up the gradient: the step goes against it": before + 0.1 * (gradient + 0.5 * before),
            "is what comes out without reg: the weight decay is missing": before - 0.1 * gradient,
            "has reg outside learn_rate: it is multiplied by it too": before - 0.1 * gradient - 0.5 * before,
            "has 2 reg p: the regularisation is reg / 2 |p|^2": before - 0.1 * (gradient + before),
            "moves away from 0 by reg: its sign is wrong": before - 0.1 * (gradient - 0.5 * before),
        }
        check_values(p, before - 0.1 * (gradient + 0.5 * before), name, mistakes=mistakes)
        check_values(dp, gradient, f"d{name} after the step")


@pytest.mark.task("2.4")
@pytest.mark.points(4)
def test_momentum():
    parameters = pairs()
    optimizer = MomentumSGD(parameters, learn_rate=0.1, reg=0.5, momentum=0.8)
    right = [P, Q]
    velocities = [np.zeros_like(P), np.zeros_like(Q)]
    for number in (1, 2, 3):
        optimizer.step()
        moved(parameters, right)
        for i, (p, dp) in enumerate(parameters):
            step = 0.1 * (dp + 0.5 * right[i])
            v = 0.8 * velocities[i] - step
            mistakes = {
                "forgets the momentum: v is what is left of it, minus the step": right[i] - step,
                "has the wrong sign: v points downhill already, and is added": right[i] - v,
                "has the velocity with the wrong sign: v = momentum * v - step": right[i] + 0.8 * velocities[i] + step,
                "leaves out reg: the weight decay is missing": right[i] + 0.8 * velocities[i] - 0.1 * dp,
                "is Nesterov's: p + momentum * v - step": right[i] + 0.8 * v - step,
                "weights the step by 1 - momentum: it is counted whole": right[i] + 0.8 * velocities[i] - 0.2 * step,
            }
            velocities[i], right[i] = v, right[i] + v
            check_values(p, right[i], f"{'pq'[i]} after step {number}", mistakes=mistakes)


@pytest.mark.task("2.5")
@pytest.mark.points(4)
@pytest.mark.parametrize("scale", [1.0, 1e-3, 1e-6])
def test_rmsprop(scale):
    p, dp = np.zeros((3, 2)), scale * DP
    optimizer = RMSProp([(p, dp)], learn_rate=0.1, reg=0.5 * scale, decay=0.9, eps=1e-8)
    right, r, swapped = np.zeros((3, 2)), np.zeros((3, 2)), np.zeros((3, 2))
    for number in (1, 2, 3):
        optimizer.step()
        moved([(p, dp)], [right])
        d = dp + 0.5 * scale * right
        bare = 0.9 * r + 0.1 * dp**2
        swapped = 0.1 * swapped + 0.9 * d**2
        r_before, r = r, 0.9 * r + 0.1 * d**2
        mistakes = {
            "has eps outside the root: sqrt(r + eps), not sqrt(r) + eps": right - 0.1 * d / (np.sqrt(r) + 1e-8),
            "leaves out reg: the weight decay is missing": right - 0.1 * dp / np.sqrt(bare + 1e-8),
            "exchanges decay and 1 - decay": right - 0.1 * d / np.sqrt(swapped + 1e-8),
            "divides by the mean square before it is brought up to date": right - 0.1 * d / np.sqrt(r_before + 1e-8),
            "divides by the mean square: the root is missing": right - 0.1 * d / (r + 1e-8),
            "moves up the gradient: the step goes against it": right + 0.1 * d / np.sqrt(r + 1e-8),
        }
        right = right - 0.1 * d / np.sqrt(r + 1e-8)
        name = f"p after step {number} (gradients of size {scale:g})"
        check_values(p, right, name, tolerance=1e-11, mistakes=mistakes)
