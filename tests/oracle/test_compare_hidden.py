"""compare, for faults that the derivative of this one scalar does not show, and for what must not be blamed."""

from __future__ import annotations

import numpy as np
import pytest

import beras
from beras.oracle import compare

pytestmark = pytest.mark.torch
pytest.importorskip("torch")
rng = np.random.default_rng(2)
X = rng.normal(size=(6, 4))


class Dense(beras.Diffable):
    """``x W + b``, the gradient of the kernel times ``factor``."""

    def __init__(self, units=4, factor=1.0):
        super().__init__()
        self.kernel = beras.Variable(rng.normal(size=(4, units)), name="kernel")
        self.bias = beras.Variable(rng.normal(size=units), name="bias")
        self.factor = factor

    def forward(self, inputs):
        self.inputs = inputs
        return self.bias + inputs @ self.kernel

    def compose_to_input(self, J):
        return J @ np.transpose(self.kernel)

    def compose_to_weight(self, J):
        return [self.factor * np.transpose(self.inputs) @ J, np.sum(J, 0)]


class MeanSquare(beras.Diffable):
    """A scalar, whose gradient forgets to multiply by what comes from above."""

    def forward(self, inputs):
        self.inputs = inputs
        return np.mean(inputs**2)

    def compose_to_input(self, J):
        return 2 * self.inputs / self.inputs.size


class LoopedMeanSquare(MeanSquare):
    """The same, in a way that no tape can follow."""

    def forward(self, inputs):
        self.inputs = inputs
        return np.asarray(sum(float(x) ** 2 for x in np.ravel(inputs)) / inputs.size)


class Forgetful(Dense):
    """Its forward leaves the bias out; its gradient does not."""

    def forward(self, inputs):
        self.inputs = inputs
        return inputs @ self.kernel


@beras.custom_gradient
def square(x):
    return np.sum(x * x), lambda g: 2 * x


def test_a_scalar_that_ignores_what_comes_from_above():
    report = compare(MeanSquare(), X)
    assert not report.ok
    assert report.parts[0]["inputs"].diagnosis.mistake == "upstream ignored"
    assert "All 2 rows agree here, and yet" in str(report)
    assert compare(square, X).parts[0]["argument 0"].diagnosis.mistake == "upstream ignored"


def test_a_scalar_that_ignores_it_and_cannot_be_followed():
    report = compare(LoopedMeanSquare(), X)
    assert not report.ok
    assert "chain rule" in report.complaint


def test_a_weight_that_forward_does_not_use():
    report = compare(Forgetful(), X)
    assert [row.name for row in report.wrong] == ["bias"]


@pytest.mark.parametrize("use", [lambda x, y: np.sum(y) * 0 + np.sum(x), lambda x, y: x + beras.stop_gradient(y)])
def test_a_layer_whose_output_does_not_count(use):
    layer = Dense(factor=3.0)
    assert not compare(lambda x: use(x, layer(x)), X).ok


def test_what_is_kept_of_the_first_call_ever():
    kept = {}

    @beras.custom_gradient
    def cached(x):
        kept.setdefault("x", x)
        return x**2, lambda g: 2 * kept["x"] * g

    report = compare(cached, X)
    assert "called again" in report.parts[0].title
    assert report.parts[0]["argument 0"].diagnosis.mistake == "stale"


def test_the_call_at_fault_is_named():
    right, wrong = Dense(), Dense(factor=0.5)
    report = compare(beras.SequentialModel([right, wrong, Dense(2)]), X)
    assert [part.title for part in report.parts] == ["Dense, call 2 of 3"]
    recurrent = compare(lambda x: wrong(np.tanh(wrong(np.tanh(wrong(x))))), X)
    assert len(recurrent.parts) == 1


def test_a_custom_gradient_inside_a_function_is_named():
    report = compare(lambda x: 3.0 * square(np.sin(x)), X)
    assert report.parts[0].title == "custom gradient 'square'"


def test_a_custom_gradient_beside_an_operation_of_several_answers():
    report = compare(lambda x: np.linalg.qr(x)[0] * square(x), X)
    assert report.parts[0].title == "custom gradient 'square'"


def test_more_gradients_than_weights():
    class Many(Dense):
        def compose_to_weight(self, J):
            return [*super().compose_to_weight(J), J]

    for target in (Many(), beras.SequentialModel([Dense(), Many()])):
        report = compare(target, X)
        assert "Received: 3" in report.complaint
        assert str(report).count("missing (None)") == 0


def test_gradients_in_another_order_than_the_weights_are_used():
    class Broken(Dense):
        def compose_to_input(self, J):
            return J[:, :1]

    report = compare(Broken(), X)
    assert [row.name for row in report.wrong] == ["inputs"]


def test_a_second_derivative_has_a_diagnosis():
    class Cube(beras.Diffable):
        elementwise = True

        def forward(self, inputs):
            self.inputs = inputs
            return inputs**3

        def input_gradients(self):
            return 3 * beras.stop_gradient(self.inputs) ** 2

    assert compare(Cube(), X).ok
    report = compare(Cube(), X, order=2)
    assert "second derivative for inputs is zero everywhere" in str(report)


def test_a_second_derivative_that_there_is_not():
    class Filled(beras.Diffable):
        elementwise = True

        def forward(self, inputs):
            self.inputs = inputs
            return inputs**2

        def input_gradients(self):
            out = np.zeros(self.inputs.shape)
            for place in np.ndindex(out.shape):
                out[place] = 2 * self.inputs[place]
            return out

    assert compare(Filled(), X).ok
    report = compare(Filled(), X, order=2)
    assert not report.ok
    assert "no second derivative" in report.complaint


def test_a_fault_in_float32_only():
    @beras.custom_gradient
    def sine(x):
        return np.sin(x), lambda g: g * np.cos(x) * (1.0003 if x.dtype == np.float32 else 1.0)

    assert "wrong in float32 only" in str(compare(sine, X))


# What must not be blamed


class Dropout(beras.Diffable):
    elementwise = True

    def forward(self, inputs):
        self.mask = 2.0 * (np.random.random(inputs.shape) > 0.5)
        return inputs * self.mask

    def input_gradients(self):
        return self.mask


class OwnDropout(Dropout):
    def __init__(self):
        super().__init__()
        self.generator = np.random.default_rng(0)

    def forward(self, inputs):
        self.mask = 2.0 * (self.generator.random(inputs.shape) > 0.5)
        return inputs * self.mask


class Probabilities(beras.Diffable):
    """Takes nothing but rows that sum to 1."""

    elementwise = True

    def forward(self, inputs):
        if not np.allclose(beras.stop_gradient(np.sum(inputs, -1)), 1):
            raise ValueError("These are no probabilities.")
        self.inputs = inputs
        return np.log(inputs)

    def input_gradients(self):
        return 1 / self.inputs


class Embedding(beras.Diffable):
    """Has no gradient of its input."""

    def __init__(self):
        super().__init__()
        self.table = beras.Variable(rng.normal(size=(5, 4)), name="table")

    def forward(self, inputs):
        self.ids = inputs
        return self.table[inputs]

    def compose_to_weight(self, J):
        out = np.zeros(self.table.shape)
        np.add.at(out, self.ids, J)
        return [out]


class Accumulating(Dense):
    """Adds up on the instance, which each call has for itself."""

    total = 0.0

    def compose_to_weight(self, J):
        self.total = self.total + np.transpose(self.inputs) @ J
        return [self.total, np.sum(J, 0)]


@beras.custom_gradient
def cross_entropy(y_true, y_pred):
    return -np.sum(y_true * np.log(y_pred)), lambda g: (None, -g * y_true / y_pred)


ONE_HOT, PROBABILITIES = np.eye(4)[[0, 1, 2, 3, 0, 1]], rng.dirichlet(np.ones(4), 1)
BLAMELESS = {
    "dropout": (beras.SequentialModel([Dense(), Dropout()]), X),
    "dropout with a generator of its own": (beras.SequentialModel([Dense(), OwnDropout()]), X),
    "inputs that cannot be made up": (Probabilities(), PROBABILITIES),
    "an input that is not differentiated by": (Embedding(), np.array([0, 1, 1, 4])),
    "truths that are not differentiated by": (
        lambda x: cross_entropy(ONE_HOT, beras.activations.softmax(x)),
        X,
    ),
    "sums that each call has for itself": (Accumulating(), X),
    "a product that is broadcast": (
        beras.custom_gradient(lambda x, b: (x + b, lambda g: (g, g))),
        X,
        np.ones(4),
    ),
    "several outputs": (
        beras.custom_gradient(lambda x: ((np.sin(x), 2 * x), lambda g: g[0] * np.cos(x) + 2 * g[1])),
        X,
    ),
    "a frozen layer": (beras.SequentialModel([Dense(), Dense()]), X),
}
BLAMELESS["a frozen layer"][0].layers[0].trainable = False


@pytest.mark.parametrize("name", BLAMELESS)
def test_what_is_right_is_not_blamed(name):
    report = compare(*BLAMELESS[name])
    assert report.ok, report
