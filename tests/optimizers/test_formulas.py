"""200 steps of every optimizer against its formula in float64, with gradients of scale 1, 1e-3 and 1e-6.

The scales tell epsilon inside the root from epsilon outside it: at scale 1 the two differ by 5e-9 only.
"""

from __future__ import annotations

import numpy as np
import pytest

import beras
from beras.optimizers import SGD, Adam, AdamW, Lamb, Muon, Nadam, RMSprop
from tests.optimizers import formulas

STEPS = 200
CASES = {
    "sgd": (SGD, formulas.sgd, {}),
    "momentum": (SGD, formulas.sgd, {"momentum": 0.9}),
    "nesterov": (SGD, formulas.sgd, {"momentum": 0.9, "nesterov": True}),
    "rmsprop": (RMSprop, formulas.rmsprop, {}),
    "rmsprop momentum": (RMSprop, formulas.rmsprop, {"rho": 0.8, "momentum": 0.9}),
    "rmsprop centered": (RMSprop, formulas.rmsprop, {"centered": True}),
    "rmsprop centered momentum": (RMSprop, formulas.rmsprop, {"centered": True, "momentum": 0.5, "epsilon": 1e-5}),
    "adam": (Adam, formulas.adam, {}),
    "adam betas": (Adam, formulas.adam, {"beta_1": 0.5, "beta_2": 0.9, "epsilon": 1e-5}),
    "adam without memory": (Adam, formulas.adam, {"beta_1": 0.0, "beta_2": 0.0}),
    "amsgrad": (Adam, formulas.adam, {"amsgrad": True}),
    "adamw": (AdamW, formulas.adam, {"weight_decay": 0.1}),
}


def gradients(shape, scale, rng):
    # growing, then shrinking: AMSGrad's maximum must matter
    return [scale * rng.standard_normal(shape) * (1 + (i < 60) * 5) for i in range(STEPS)]


@pytest.mark.parametrize("scale", [1.0, 1e-3, 1e-6])
@pytest.mark.parametrize("case", CASES)
def test_trajectory_in_float64(case, scale):
    cls, formula, arguments = CASES[case]
    rng = np.random.default_rng(3)
    start = rng.standard_normal((7, 3))
    given = gradients(start.shape, scale, rng)
    w = beras.Variable(start)
    optimizer = cls(0.01, **arguments)
    for g in given:
        optimizer.apply([g], [w])
    np.testing.assert_allclose(w.numpy(), formula(start, given, 0.01, **arguments), rtol=0, atol=1e-12)
    assert int(optimizer.iterations) == STEPS


@pytest.mark.parametrize("case", CASES)
def test_trajectory_in_float32_stays_close_and_stays_float32(case):
    cls, formula, arguments = CASES[case]
    rng = np.random.default_rng(4)
    start = rng.standard_normal((5, 4))
    given = [g.astype("float32") for g in gradients(start.shape, 1.0, rng)]
    w = beras.Variable(start.astype("float32"))
    optimizer = cls(0.01, **arguments)
    for g in given:
        optimizer.apply([g], [w])
    expected = formula(
        w.numpy() * 0.0 + start.astype("float32").astype(float), [g.astype(float) for g in given], 0.01, **arguments
    )
    np.testing.assert_allclose(w.numpy(), expected, rtol=1e-4, atol=2e-4)
    assert w.dtype == "float32"
    assert {v.dtype.name for v in optimizer.variables[2:]} <= {"float32"}


@pytest.mark.parametrize("case", CASES)
def test_more_entries_than_a_block_and_odd_shapes(case):
    cls, formula, arguments = CASES[case]
    rng = np.random.default_rng(5)
    for shape in [(), (0, 4), (1,), (70_001,)]:
        start = rng.standard_normal(shape)
        given = [rng.standard_normal(shape) for _ in range(3)]
        w = beras.Variable(start)
        optimizer = cls(0.01, **arguments)
        for g in given:
            optimizer.apply([g], [w])
        np.testing.assert_allclose(w.numpy(), formula(start, given, 0.01, **arguments), rtol=0, atol=1e-13)


@pytest.mark.parametrize("case", CASES)
def test_float16_weights_have_moments_that_do_not_overflow(case):
    cls, formula, arguments = CASES[case]
    start = np.array([1.0, -2.0], "float16")
    given = [np.array([300.0, -1e-3], "float16")] * 5
    w = beras.Variable(start)
    optimizer = cls(1e-4, **arguments)
    for g in given:
        optimizer.apply([g], [w])
    expected = formula(start.astype(float), [g.astype(float) for g in given], 1e-4, **arguments)
    np.testing.assert_allclose(w.numpy(), expected, rtol=4e-3)
    assert w.dtype == "float16"


def test_known_values_by_hand():
    w = beras.Variable([-1.0, 1.0], dtype="float64")
    optimizer = SGD(0.05, momentum=0.5)
    for _ in range(2):
        optimizer.apply_gradients([(np.array([0.5, -0.5]), w)])
    # m: -0.025, then 0.5 * -0.025 - 0.025 = -0.0375
    np.testing.assert_allclose(w.numpy(), [-1.0625, 1.0625], rtol=1e-15)


def test_lamb_takes_the_step_as_it_is_while_the_weights_are_zero():
    w = beras.Variable(np.zeros(2))
    optimizer = Lamb(0.1, beta_1=0.5, beta_2=0.75, epsilon=0.25)
    for g in ([0.0, 0.0], [1.0, -2.0]):
        optimizer.apply([np.array(g)], [w])
    # means in step 2: 0.5 g / (1 - 0.25) and 0.25 g^2 / (1 - 0.5625)
    root = np.sqrt(0.25 / 0.4375)
    expected = [-0.1 * (2 / 3) / (root + 0.25), 0.1 * (4 / 3) / (2 * root + 0.25)]
    np.testing.assert_allclose(w.numpy(), expected, rtol=1e-14)


def test_lamb_stays_where_there_is_no_gradient():
    w = beras.Variable([1.0, -2.0])
    Lamb(0.1).apply([np.zeros(2, "float32")], [w])
    np.testing.assert_array_equal(w.numpy(), np.array([1.0, -2.0], "float32"))


def test_muon_hides_a_gradient_that_is_small_against_its_epsilon():
    w = beras.Variable(np.zeros((1, 1)))
    options = {"momentum": 0.0, "nesterov": False, "ns_steps": 1, "rms_rate": None, "weight_decay": None}
    Muon(0.1, **options).apply([np.array([[1e-7]])], [w])
    # divided by its norm plus 1e-7 the gradient is a half; one step of Newton-Schulz follows
    np.testing.assert_allclose(w.numpy(), [[-0.1 * (3.4445 / 2 - 4.775 / 8 + 2.0315 / 32)]], rtol=1e-12)


def test_nadam_goes_back_to_an_earlier_state():
    given = np.random.default_rng(6).standard_normal((6, 3))
    w = beras.Variable(np.ones(3))
    optimizer = Nadam(0.01)
    for g in given[:3]:
        optimizer.apply([g], [w])
    state, start = {name: np.array(value) for name, value in optimizer.state().items()}, w.numpy().copy()
    ends = []
    for _ in range(2):
        optimizer.load_state(state)
        w.assign(start)
        for g in given[3:]:
            optimizer.apply([g], [w])
        ends.append(w.numpy().copy())
    np.testing.assert_allclose(ends[1], ends[0], rtol=1e-14)
