"""Losses by name, from functions, and from a user's own Diffable."""

import numpy as np
import pytest

import beras
from beras import losses

Y_TRUE = np.array([[0.0, 1.0], [1.0, 0.0]])
Y_PRED = np.array([[0.25, 0.75], [0.5, 0.5]])
SQUARED = 0.15625  # mean of 0.0625, 0.0625, 0.25, 0.25

SPELLINGS = {
    "mse": losses.MeanSquaredError,
    "MSE": losses.MeanSquaredError,
    "mean_squared_error": losses.MeanSquaredError,
    "MeanSquaredError": losses.MeanSquaredError,
    "mae": losses.MeanAbsoluteError,
    "bce": losses.BinaryCrossentropy,
    "kld": losses.KLDivergence,
    "kl_divergence": losses.KLDivergence,
    "KLDivergence": losses.KLDivergence,
    "huber": losses.Huber,
    "categorical_crossentropy": losses.CategoricalCrossentropy,
    "CategoricalCrossentropy": losses.CategoricalCrossentropy,
    "CategoricalCrossEntropy": losses.CategoricalCrossentropy,
    "sparse_categorical_crossentropy": losses.SparseCategoricalCrossentropy,
    "LogCosh": losses.LogCosh,
}


@pytest.mark.parametrize(("spelling", "kind"), SPELLINGS.items())
def test_names(spelling, kind):
    assert type(losses.get(spelling)) is kind


def test_instances_classes_and_configs():
    loss = losses.Huber(delta=2.0, reduction="sum", name="mine")
    assert losses.get(loss) is loss
    assert type(losses.get(losses.Huber)) is losses.Huber
    again = losses.get(losses.serialize(loss))
    assert (again.delta, again.reduction, again.name) == (2.0, "sum", "mine")


@pytest.mark.parametrize("kind", sorted(set(SPELLINGS.values()), key=str))
def test_every_config_makes_the_same_loss(kind):
    loss = kind()
    assert losses.get(losses.serialize(loss)).get_config() == loss.get_config()


def test_the_librarys_functions_are_their_classes():
    assert type(losses.get(losses.categorical_crossentropy)) is losses.CategoricalCrossentropy


def test_a_function_of_the_users():
    loss = losses.get(lambda y_true, y_pred: np.mean((y_true - y_pred) ** 2, axis=-1))
    assert loss(Y_TRUE, Y_PRED) == SQUARED
    assert beras.check_grads(lambda p: loss(Y_TRUE, p), Y_PRED) is None
    with pytest.raises(ValueError, match="cannot be saved"):
        loss.get_config()


def test_a_function_is_bound_by_the_names_of_its_parameters():
    loss = losses.get(lambda y_pred, y_true: np.mean(y_pred - 10 * y_true))
    np.testing.assert_allclose(loss(Y_TRUE, Y_PRED), 0.5 - 5)


def test_a_function_with_other_names_is_called_in_keras_order():
    loss = losses.get(lambda a, b: np.mean(b - 10 * a))
    np.testing.assert_allclose(loss(Y_TRUE, Y_PRED), 0.5 - 5)


class CourseLoss(beras.Diffable):
    """As a student writes it: the prediction first, and gradients of its own."""

    def forward(self, inputs, labels):
        self.inputs, self.labels = inputs, labels
        return np.mean((inputs - labels) ** 2)

    def input_gradients(self):
        return 2 * (self.inputs - self.labels) / self.inputs.size


class TracedLoss(beras.Diffable):
    def call(self, truths, probs):
        return np.mean((probs - truths) ** 2, axis=-1)


@pytest.mark.parametrize("module", [CourseLoss(), TracedLoss(), CourseLoss])
def test_a_users_diffable_is_bound_by_name(module):
    loss = losses.get(module)
    with beras.GradientTape() as tape:
        y = tape.watch(Y_PRED)
        value = loss(Y_TRUE, y)
    assert float(value) == SQUARED
    gradient = tape.gradient(value, y)
    np.testing.assert_allclose(gradient, 2 * (Y_PRED - Y_TRUE) / 4)
    np.testing.assert_allclose(loss.input_gradients(), gradient)


def test_a_users_diffable_with_other_names_is_an_error():
    class Unclear(beras.Diffable):
        def forward(self, a, b):
            return np.mean(a - b)

    with pytest.raises(TypeError, match=r"Unclear.forward must name its parameters.*y_true.*labels"):
        losses.get(Unclear())


def test_a_subclass_with_forward_and_own_gradients():
    class Own(losses.Loss):
        def forward(self, y_true, y_pred):
            self.difference = y_pred - y_true
            return np.mean(self.difference**2)

        def input_gradients(self):
            return 2 * self.difference / self.difference.size

    loss = Own()
    with beras.GradientTape() as tape:
        y = tape.watch(Y_PRED)
        value = loss(Y_TRUE, y)
    np.testing.assert_allclose(tape.gradient(value, y), 2 * (Y_PRED - Y_TRUE) / 4)


def test_unknown_names_and_other_things():
    with pytest.raises(ValueError, match=r"Unknown loss 'mean_square_error'. Did you mean 'mean_squared_error'\?"):
        losses.get("mean_square_error")
    with pytest.raises(TypeError, match="Received: 3 of type int"):
        losses.get(3)
    with pytest.raises(TypeError, match="Received: None"):
        losses.get(None)
    with pytest.raises(TypeError, match="a metric"):
        losses.get(beras.metrics.Mean())
    with pytest.raises(TypeError, match="an optimizer"):
        losses.get(type("SGD", (), {"apply_gradients": None})())
    with pytest.raises(ValueError, match="class_name"):
        losses.get({"name": "mse"})


def test_keras_lower_case_names():
    assert losses.CategoricalCrossEntropy is losses.CategoricalCrossentropy
