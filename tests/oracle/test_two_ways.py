"""The check that the other tests here are made with fails where something is wrong."""

from __future__ import annotations

import numpy as np
import pytest

import beras
from beras.activations import sigmoid
from beras.oracle.twins.registry import TWINS
from tests.oracle.two_ways import hold

pytestmark = pytest.mark.torch
torch = pytest.importorskip("torch")

X = np.random.default_rng(0).normal(size=(3, 2))
W = beras.Variable(np.random.default_rng(1).normal(size=(2, 2)))


def by_hand(x, w):
    return torch.sigmoid(x @ w)


def right(x):
    return sigmoid(x @ W)


@beras.custom_gradient
def of_first_order_only(z):
    """Its gradient is right, and a constant to the tape around it."""
    s = sigmoid(z)
    return s, lambda g: g * beras.stop_gradient(s * (1 - s))


@beras.custom_gradient
def wrong_for_the_weight(x, w):
    return x @ w, lambda g: (g @ np.transpose(w), np.transpose(x) @ g / 3)


WRONG = {
    "value": lambda x: sigmoid(x @ W) * (1 + 1e-11),
    "gradient by the input": lambda x: sigmoid(x @ W) + 1e-11 * (x - beras.stop_gradient(x)),
    "gradient by the weight": lambda x: sigmoid(wrong_for_the_weight(x, W * 1)),
    "second derivative": lambda x: of_first_order_only(x @ W),
    "dtype": lambda x: sigmoid(x @ W).astype("float32"),
    "not finite": lambda x: sigmoid(x @ W) + (x - x) * np.inf,
}


def test_what_is_right_passes():
    hold(right, [X], by_hand, [W])


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_fails(what):
    with np.errstate(invalid="ignore"), pytest.raises(AssertionError):
        hold(WRONG[what], [X], by_hand, [W], replayed=False)


def test_the_second_derivative_is_what_finds_it():
    hold(WRONG["second derivative"], [X], by_hand, [W], order=1, replayed=False)


def test_a_wrong_replay_fails(monkeypatch):
    monkeypatch.setitem(TWINS, sigmoid, lambda z: torch.sigmoid(z).detach() + 0 * z)
    with pytest.raises(AssertionError, match="replayed"):
        hold(right, [X], by_hand, [W])
