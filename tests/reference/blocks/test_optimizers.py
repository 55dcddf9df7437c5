"""The optimizers of the reference against torch's, and against the formula where torch has another one."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from tests.keras_oracle import call, keras

DRAW = np.random.RandomState(3)
P = DRAW.standard_normal((4, 3))
GRADIENTS = DRAW.standard_normal((200, 4, 3))


def run(optimizer, dp, gradients=GRADIENTS):
    for gradient in gradients:
        dp[...] = gradient
        optimizer.step()


@pytest.mark.torch
@pytest.mark.parametrize("reg", [0, 0.3])
@pytest.mark.parametrize("name", ["VanillaSGD", "MomentumSGD"])
def test_against_torch(hw2, name, reg):
    """With a constant learning rate, torch's velocity is ours divided by minus the learning rate."""
    torch = pytest.importorskip("torch")
    momentum = {"VanillaSGD": {}, "MomentumSGD": {"momentum": 0.8}}[name]
    theirs = torch.tensor(P, requires_grad=True)
    right = torch.optim.SGD([theirs], lr=0.05, weight_decay=reg, **momentum)
    for kind in (np.array, torch.tensor):
        p, dp = kind(P), kind(np.zeros_like(P))
        run(getattr(hw2.optimizers, name)([(p, dp)], learn_rate=0.05, reg=reg, **momentum), hw2.arrays.as_numpy(dp))
        with torch.no_grad():
            theirs.copy_(torch.tensor(P))
        right.state.clear()
        for gradient in GRADIENTS:
            theirs.grad = torch.tensor(gradient)
            right.step()
        np.testing.assert_allclose(hw2.arrays.as_numpy(p), theirs.detach().numpy(), rtol=1e-12)


@pytest.mark.torch
@pytest.mark.parametrize("scale", [1.0, 1e-3, 1e-6])
def test_rmsprop_against_keras_which_has_epsilon_inside_too(hw2, scale):
    theirs = keras()
    variable = theirs.Variable(P, dtype="float64")
    optimizer = theirs.optimizers.RMSprop(0.01, rho=0.9, epsilon=1e-6)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        optimizer.build([variable])
        for gradient in scale * GRADIENTS:
            optimizer.apply([theirs.ops.convert_to_tensor(gradient, "float64")])
    p, dp = P.copy(), np.zeros_like(P)
    run(hw2.optimizers.RMSProp([(p, dp)], learn_rate=0.01, decay=0.9, eps=1e-6), dp, scale * GRADIENTS)
    # Keras keeps its learning rate in float32.
    tolerance = 1e-6 * float(np.abs(p - P).max())
    np.testing.assert_allclose(p, call(lambda: variable.value), rtol=0, atol=tolerance)


@pytest.mark.parametrize("scale", [1.0, 1e-3, 1e-6])
def test_epsilon_is_inside_the_root(hw2, scale):
    """At scale 1 the two places are 5e-9 apart after 200 steps, so the tolerance must be far below that."""
    p, dp = P.copy(), np.zeros_like(P)
    run(hw2.optimizers.RMSProp([(p, dp)], learn_rate=0.01, reg=0.1 * scale), dp, scale * GRADIENTS)
    inside, outside, r, r_outside = P.copy(), P.copy(), np.zeros_like(P), np.zeros_like(P)
    for gradient in scale * GRADIENTS:
        d = gradient + 0.1 * scale * inside
        r = 0.99 * r + 0.01 * d**2
        inside = inside - 0.01 * d / np.sqrt(r + 1e-8)
        d = gradient + 0.1 * scale * outside
        r_outside = 0.99 * r_outside + 0.01 * d**2
        outside = outside - 0.01 * d / (np.sqrt(r_outside) + 1e-8)
    np.testing.assert_allclose(p, inside, rtol=0, atol=1e-12)
    assert np.abs(p - outside).max() > 1e-10


def test_defaults(hw2):
    pairs = [(P.copy(), np.ones_like(P))]
    sgd, momentum, rmsprop = (getattr(hw2.optimizers, name)(pairs) for name in ("VanillaSGD", "MomentumSGD", "RMSProp"))
    assert (sgd.learn_rate, sgd.reg) == (1e-3, 0)
    assert (momentum.learn_rate, momentum.reg, momentum.momentum) == (1e-3, 0, 0.9)
    assert (rmsprop.learn_rate, rmsprop.reg, rmsprop.decay, rmsprop.eps) == (1e-3, 0, 0.99, 1e-8)


@pytest.mark.parametrize("name", ["VanillaSGD", "MomentumSGD", "RMSProp"])
def test_float32_stays_float32_and_a_shared_block_moves_once(hw2, name):
    like = np.zeros(0, np.float32)
    fc = hw2.blocks.Linear(3, 3, like=like)
    network = hw2.blocks.Sequential(fc, fc, fc)
    w = fc.w
    alone, d_alone = w.copy(), np.ones_like(w)
    fc.dw[...] = 1
    shared = getattr(hw2.optimizers, name)(network.params(), learn_rate=0.1)
    shared.step()
    getattr(hw2.optimizers, name)([(alone, d_alone)], learn_rate=0.1).step()
    assert fc.w is w
    assert w.dtype == np.float32
    np.testing.assert_array_equal(w, alone)
    dw = fc.dw
    shared.zero_grad()
    assert fc.dw is dw
    assert not dw.any()
