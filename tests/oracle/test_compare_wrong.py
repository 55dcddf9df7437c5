"""compare, for what is wrong: mistakes planted into a hand-written layer are found, and named."""

from __future__ import annotations

import numpy as np
import pytest

import beras
from beras.oracle import compare

pytestmark = pytest.mark.torch
pytest.importorskip("torch")
rng = np.random.default_rng(4)
X = rng.normal(size=(8, 4))


class Layer(beras.Diffable):
    """``tanh(x W + b)``, with its gradients by hand; a subclass overrides one step with a mistake."""

    def __init__(self):
        super().__init__()
        self.kernel = beras.Variable(np.linspace(-1.0, 0.9, 12).reshape(4, 3), name="kernel")
        self.bias = beras.Variable(np.linspace(-0.3, 0.4, 3), name="bias")
        self.total = np.zeros((4, 3))

    def forward(self, inputs):
        self.keep(inputs)
        return np.tanh(inputs @ self.kernel + self.bias)

    def keep(self, inputs):
        self.inputs = inputs

    def slope(self):
        return 1 - np.tanh(self.inputs @ self.kernel + self.bias) ** 2

    def to_kernel(self, d):
        return np.transpose(self.inputs) @ d

    def to_bias(self, d):
        return np.sum(d, 0)

    def to_input(self, d):
        return d @ np.transpose(self.kernel)

    def compose_to_input(self, J):
        return self.to_input(J * self.slope())

    def compose_to_weight(self, J):
        d = J * self.slope()
        return [self.to_kernel(d), self.to_bias(d)]


def mistake(**steps):
    return type("Wrong", (Layer,), steps)()


def first_call_only(self, inputs):
    if not hasattr(self, "inputs"):
        self.inputs = inputs


def accumulate(self, d):
    self.total += np.transpose(self.inputs) @ d
    return self.total.copy()


MISTAKES = {
    "averaged": ({"to_kernel": lambda self, d: np.transpose(self.inputs) @ d / len(d)}, "kernel", "8"),
    "multiplied": ({"to_kernel": lambda self, d: np.transpose(self.inputs) @ d * len(d)}, "kernel", "batch (8)"),
    "sign": ({"to_kernel": lambda self, d: -np.transpose(self.inputs) @ d}, "kernel", "sign"),
    "transposed": ({"to_kernel": lambda self, d: np.transpose(d) @ self.inputs}, "kernel", "transposed"),
    "not summed": ({"to_bias": lambda self, d: d}, "bias", "not summed"),
    "mean for sum": ({"to_bias": lambda self, d: np.mean(d, 0)}, "bias", "batch (8)"),
    "one row": ({"to_bias": lambda self, d: d[-1]}, "bias", "last row"),
    "zero": ({"to_bias": lambda self, d: np.zeros(3)}, "bias", "zero everywhere"),
    "shifted": ({"to_bias": lambda self, d: np.roll(np.sum(d, 0), 1)}, "bias", "moved up by one"),
    "slope left out": ({"slope": lambda self: 1.0}, "inputs", "np.tanh"),
    "output for input": (
        {"slope": lambda self: 1 - np.tanh(np.tanh(self.inputs @ self.kernel + self.bias)) ** 2},
        "inputs",
        "output is used",
    ),
    "input for output": (
        {"slope": lambda self: 1 - (self.inputs @ self.kernel + self.bias) ** 2},
        "inputs",
        "input is used",
    ),
    "stale": ({"keep": first_call_only}, "kernel", "earlier call"),
    "accumulated": ({"to_kernel": accumulate}, "kernel", "added"),
    "transposed product": ({"to_input": lambda self, d: -(d @ np.transpose(self.kernel))}, "inputs", "sign"),
    "decay": ({"to_kernel": lambda self, d: np.transpose(self.inputs) @ d + 0.01 * self.kernel}, "kernel", "0.01"),
    "last row missing": ({"to_input": lambda self, d: np.r_[(d @ self.kernel.T)[:-1], 0 * X[:1]]}, "inputs", "row"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_planted_mistake_is_found_and_named(name):
    steps, row, words = MISTAKES[name]
    report = compare(mistake(**steps), X)
    assert not report.ok
    assert report["output"].ok
    diagnosis = report[row].diagnosis
    assert diagnosis is not None, report
    assert words in f"{diagnosis}", report
    assert diagnosis.fix[:20].lower() in str(report).replace("\n", " ").lower()


def test_the_right_one_agrees():
    report = compare(Layer(), X, order=2)
    assert report.ok, report


def test_in_a_model_the_layer_at_fault_is_named():
    wrong = mistake(to_bias=lambda self, d: np.mean(d, 0))
    model = beras.Sequential([beras.Dense(4, "relu"), wrong, beras.Dense(4), Layer()])
    report = compare(model, X.astype("float32"))
    assert not report.ok
    assert [part.title for part in report.parts] == ["Wrong"]
    assert "batch (8)" in str(report.parts[0]["bias"].diagnosis)
    assert report.parts[0]["kernel"].ok


def test_one_of_two_calls_of_one_layer():
    layer = mistake(keep=first_call_only)
    report = compare(lambda x: layer(layer(x)[:, :1] + x), X)
    assert not report.ok
    assert report.parts


def test_a_missing_term_of_a_product():
    @beras.custom_gradient
    def swish(x):
        gate = 1 / (1 + np.exp(-x))
        return x * gate, lambda g: g * gate

    report = compare(swish, X)
    assert report["x"].diagnosis.mistake == "term missing"
    assert "the contribution through" in str(report["x"].diagnosis)


def test_a_loss_that_ignores_what_comes_from_above():
    class Squared(beras.Diffable):
        def forward(self, y_pred, y_true):
            self.difference = y_pred - y_true
            return np.sum(self.difference**2)

        def compose_to_input(self, J):
            return 2 * self.difference

    loss, y = Squared(), rng.normal(size=X.shape)
    assert not compare(lambda x: 3.0 * loss(x, y), X).ok
    report = compare(lambda x: 3.0 * loss(x, y), X)
    assert report.parts[0]["y_pred"].diagnosis.mistake == "upstream ignored"


def test_gradients_that_raise_are_told_and_the_others_still_judged():
    def broken(self, d):
        raise RuntimeError("no idea")

    report = compare(mistake(to_bias=broken), X)
    assert not report.ok
    assert "no idea" in report.complaint
    assert report["inputs"].by("torch").ok


def test_the_figure_shows_where(tmp_path):
    report = compare(mistake(to_kernel=lambda self, d: np.transpose(self.inputs) @ d * (np.arange(3) > 0)), X)
    figure = report.figure()
    assert "where it is wrong" in figure.get_suptitle()
    kernel = next(axes for axes in figure.axes if "kernel" in axes.get_title())
    assert "4 of 12" in kernel.get_xlabel()
