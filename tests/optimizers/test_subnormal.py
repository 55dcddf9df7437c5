"""Moments that only decay are set to zero before they become subnormal, where NumPy is 30 to 50 times slower."""

from __future__ import annotations

import numpy as np
import pytest

import beras
from beras.optimizers import SGD, Adadelta, Adam, Adamax, Lamb, Lion, Muon, Nadam, RMSprop
from beras.optimizers.flushing import flush
from tests.optimizers import formulas

CASES = {
    "adam": lambda: Adam(0.01),
    "adam with quick decay": lambda: Adam(0.01, beta_1=0.3, beta_2=0.5),
    "momentum": lambda: SGD(0.01, momentum=0.9),
    "rmsprop": lambda: RMSprop(0.01, momentum=0.5, centered=True),
    "adadelta": lambda: Adadelta(0.01, rho=0.8),
    "adamax": lambda: Adamax(0.01, beta_2=0.9),
    "nadam": lambda: Nadam(0.01),
    "nadam with quick decay": lambda: Nadam(0.01, beta_1=0.3, beta_2=0.5),
    "lamb": lambda: Lamb(0.01),
    "lamb with quick decay": lambda: Lamb(0.01, beta_1=0.3, beta_2=0.5),
    "lion": lambda: Lion(0.01, beta_2=0.9),
    "muon": lambda: Muon(0.01, adam_beta_2=0.9),
}


def subnormal(values):
    return int(np.sum((values != 0) & (np.abs(values) < np.finfo(values.dtype).tiny)))


@pytest.mark.parametrize("case", CASES)
def test_no_moment_is_ever_subnormal_when_gradients_stop(case):
    optimizer, w = CASES[case](), beras.Variable(np.ones(300, "float32"))
    rng = np.random.default_rng(0)
    for step in range(1500):
        g = np.where(np.arange(300) < 100, 0.01 * rng.standard_normal(300), 0).astype("float32")
        if step < 3:
            g[:] = 1e-3 * rng.standard_normal(300)
        optimizer.apply([g], [w])
        if step % 7 == 0:
            assert sum(subnormal(v) for v in optimizer.state().values() if v.ndim) == 0, f"step {step}"
    state = optimizer.state()
    decayed = next(state[name] for name in ("0/momentum", "0/gradient_sum", "0/gradient_square_sum") if name in state)
    assert not decayed[100:].any()
    assert decayed[:100].all()


def test_the_naive_moment_does_become_subnormal():
    m = np.float32(1e-3)
    for _ in range(800):
        m = m * np.float32(0.9)
    assert subnormal(np.array([m])) == 1


@pytest.mark.parametrize("case", ["adam", "momentum", "rmsprop"])
def test_flushing_does_not_change_the_weights(case):
    rng = np.random.default_rng(1)
    given = [rng.standard_normal(20) * (step < 3) for step in range(900)]
    optimizer, w = CASES[case](), beras.Variable(np.ones(20))
    for g in given:
        optimizer.apply([g], [w])
    formula = {"adam": formulas.adam, "momentum": formulas.sgd, "rmsprop": formulas.rmsprop}[case]
    arguments = {"adam": {}, "momentum": {"momentum": 0.9}, "rmsprop": {"momentum": 0.5, "centered": True}}[case]
    np.testing.assert_allclose(w.numpy(), formula(np.ones(20), given, 0.01, **arguments), rtol=0, atol=1e-12)


@pytest.mark.parametrize("cls", [Adam, RMSprop])
def test_squares_are_kept_where_epsilon_is_too_small_to_hide_them(cls):
    # with epsilon 0 a flushed square would divide by zero
    optimizer, w = cls(1e-3, epsilon=0.0), beras.Variable(np.ones(4, "float32"))
    for _ in range(130):
        optimizer.apply([np.full(4, 1e-16, "float32")], [w])
    assert np.isfinite(w.numpy()).all()
    assert optimizer.state()["0/square_sum"].all()


@pytest.mark.parametrize(
    ("cls", "slot", "size", "epsilon"),
    [
        (Adadelta, "gradient_square_sum", 1e-16, 0.0),
        (Adamax, "largest", 1e-31, 0.0),
        *((cls, "square_sum", 1e-16, epsilon) for cls in (Lamb, Nadam) for epsilon in (0.0, 1e-14)),
    ],
)
def test_what_is_divided_by_is_kept_when_gradients_stop_and_epsilon_is_tiny(cls, slot, size, epsilon):
    optimizer, w = cls(1e-3, epsilon=epsilon), beras.Variable(np.ones(4, "float32"))
    for step in range(130):
        optimizer.apply([np.full(4, size if step < 60 else 0.0, "float32")], [w])
    assert np.isfinite(w.numpy()).all()
    assert optimizer.state()[f"0/{slot}"].all()


def test_nan_and_infinity_are_not_hidden():
    values = np.array([np.nan, np.inf, -np.inf, 1e-35, -1e-35, 1e-20], "float32")
    flush(values, np.inf, np.empty(6, "float32"), np.empty(6, bool))
    np.testing.assert_array_equal(values, np.array([np.nan, np.inf, -np.inf, 0, 0, 1e-20], "float32"))
