"""Layers by themselves: local Jacobians, building, errors."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

import beras
from beras import layers

X = np.random.default_rng(0).normal(size=(4, 3))


def local_jacobian(layer, x):
    """Return d out[b, j] / d x[b, i] by central differences, ``(batch, n_in, n_out)``."""
    eps = 1e-6
    columns = []
    for i in range(x.shape[1]):
        step = np.zeros_like(x)
        step[:, i] = eps
        columns.append((np.asarray(layer(x + step)) - np.asarray(layer(x - step))) / (2 * eps))
    layer(x)
    return np.stack(columns, axis=1)


@pytest.mark.parametrize(
    "layer",
    [
        layers.Dense(5, dtype="float64"),
        layers.Dense(5, "softmax", dtype="float64"),
        layers.Dense(5, "tanh", dtype="float64"),
        layers.Softmax(dtype="float64"),
    ],
)
def test_local_jacobians_and_the_vector_jacobian_form_agree(layer):
    expected = local_jacobian(layer, X)
    local = np.asarray(layer.input_gradients())
    if local.ndim == 2:
        local = np.broadcast_to(local, expected.shape)
    np.testing.assert_allclose(local, expected, rtol=1e-6, atol=1e-8)
    J = np.random.default_rng(1).normal(size=layer(X).shape)
    np.testing.assert_allclose(layer.compose_to_input(J), np.einsum("bio,bo->bi", expected, J), rtol=1e-6, atol=1e-8)
    with beras.GradientTape() as tape:
        x = tape.watch(X)
        y = layer(x)
    np.testing.assert_allclose(tape.gradient(y, x, J), np.einsum("bio,bo->bi", expected, J), rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("layer", [layers.ReLU, layers.LeakyReLU, layers.Sigmoid, layers.Tanh])
def test_the_local_jacobian_of_an_elementwise_layer_has_the_inputs_shape(layer):
    made = layer(dtype="float64")
    expected = np.einsum("bii->bi", local_jacobian(made, X))
    np.testing.assert_allclose(made.input_gradients(), expected, rtol=1e-6, atol=1e-8)


def test_the_weight_gradients_of_dense_are_summed_over_the_batch():
    layer = layers.Dense(2, dtype="float64")
    out = layer(X)
    J = np.random.default_rng(1).normal(size=out.shape)
    kernel_factor, bias_factor = layer.weight_gradients()
    assert kernel_factor.shape == (4, 3, 2)
    composed = beras.Diffable.compose_to_weight(layer, J)
    by_tape = layer.compose_to_weight(J)
    for mine, other, expected in zip(composed, by_tape, [X.T @ J, J.sum(0)], strict=True):
        np.testing.assert_allclose(mine, expected, rtol=1e-12)
        np.testing.assert_allclose(other, expected, rtol=1e-12)
    assert bias_factor.shape == (2,)


def test_names_count_up():
    layers.layer.reset_names()
    assert [layers.Dense(1).name for _ in range(3)] == ["dense", "dense_1", "dense_2"]
    assert layers.LeakyReLU().name == "leaky_re_lu"


def test_an_attribute_that_holds_a_variable_is_assigned_to():
    layer = layers.Dense(2)
    layer.build_for((None, 3))
    kernel = layer.kernel
    layer.kernel = np.ones((3, 2))
    assert layer.kernel is kernel
    np.testing.assert_array_equal(layer.kernel.value, 1)
    with pytest.raises(ValueError, match=r"shape \(3, 2\).*Received: shape \(2, 3\)"):
        layer.kernel = np.ones((2, 3))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: layers.Dense(784, 10), r"Dense\(10\).*Input\(\(784,\)\)"),
        (lambda: layers.Dense(0), "a positive integer. Received: units=0"),
        (lambda: layers.Dense(3, "rellu"), "Did you mean 'relu'"),
        (lambda: layers.Dense(3, kernel_initializer="glorot_unifrm"), "Did you mean 'glorot_uniform'"),
        (lambda: layers.Dropout(1.5), "from 0 to 1. Received: rate=1.5"),
        (lambda: layers.LeakyReLU(-1), "must not be negative"),
    ],
)
def test_bad_arguments_say_what_was_meant(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_an_unknown_argument_names_the_nearest():
    with pytest.raises(TypeError, match="Did you mean 'trainable'"):
        layers.Dense(3, trainabel=False)


def test_inputs_of_another_width_are_refused():
    layer = layers.Dense(2, name="out")
    layer(np.ones((5, 4)))
    with pytest.raises(ValueError, match=r"'out' was built for inputs of shape \(batch, 4\). Received: \(5, 3\)"):
        layer(np.ones((5, 3)))
    with pytest.raises(ValueError, match=r"Put a Flatten"):
        layer(np.ones((5, 2, 2)))
    with pytest.raises(TypeError, match="takes numbers"):
        layer(np.array([["a", "b", "c", "d"]]))


def test_empty_batches_pass():
    assert layers.Flatten()(np.zeros((0, 2, 3), np.float32)).shape == (0, 6)
    assert layers.Dense(2)(np.zeros((0, 3), np.float32)).shape == (0, 2)


class Scaled(layers.Layer):
    """A user's layer that says nothing of its configuration."""

    def __init__(self, units, factor=2.0, **options):
        super().__init__(**options)
        self.units, self.factor = units, factor

    def build(self, input_shape):
        self.count = self.add_weight(shape=(1,), initializer="ones", trainable=False, name="count")
        self.kernel = self.add_weight(shape=(input_shape[-1], self.units), name="kernel")
        self.offset = self.add_weight(3, name="offset")

    def call(self, inputs):
        return inputs @ self.kernel * self.factor * self.count


def test_a_layer_that_was_built_by_hand_is_not_built_again():
    for layer in (layers.Dense(3), Scaled(3)):
        layer.build((None, 4))
        assert layer.built
        before = layer.get_weights()
        layer(np.ones((2, 4)))
        for old, new in zip(before, layer.get_weights(), strict=True):
            np.testing.assert_array_equal(old, new)


def test_trained_weights_come_first_as_in_keras():
    layer = Scaled(3)
    layer.build((None, 4))
    assert [w.name for w in layer.weights] == ["kernel", "offset", "count"]
    assert layer.offset.shape == (3,)


def test_the_arguments_of_a_users_layer_are_its_configuration():
    layer = Scaled(3, name="mine", dtype="float64")
    assert layer.get_config() == {"units": 3, "name": "mine", "dtype": "float64", "trainable": True}
    again = Scaled.from_config(layer.get_config())
    assert (again.units, again.factor, again.name, again.dtype) == (3, 2.0, "mine", "float64")

    class Around(layers.Layer):
        def __init__(self, inner):
            super().__init__()
            self.inner = inner

    with pytest.raises(TypeError, match=r"its argument inner is no plain value.*Define get_config"):
        Around(layers.Dense(3)).get_config()


def test_shapes_may_be_said_in_keras_older_ways():
    assert layers.Dense(3, input_dim=4).requested_input_shape == (None, 4)
    assert layers.Input(batch_shape=(None, 5, 2)).batch_shape == (None, 5, 2)
    assert layers.InputLayer(shape=(4,), name="entry").name == "entry"


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda layer: pickle.loads(pickle.dumps(layer))])
def test_a_copy_keeps_its_regularizers(duplicate):
    layer = layers.Dense(2, kernel_initializer="ones", kernel_regularizer="l2", bias_regularizer="l1", input_dim=3)
    layer.build((None, 3))
    twin = duplicate(layer)
    twin.kernel.assign(np.full((3, 2), 2.0))
    assert [float(penalty) for penalty in layer.penalties()] == pytest.approx([0.06, 0.0])
    assert [float(penalty) for penalty in twin.penalties()] == pytest.approx([0.24, 0.0])


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda layer: pickle.loads(pickle.dumps(layer))])
def test_a_copy_of_a_layer_that_a_tape_has_seen(duplicate):
    layer = layers.Dense(2)
    with beras.GradientTape():
        layer(np.ones((3, 4), "float32"))
    twin = duplicate(layer)
    assert type(twin.inputs) is np.ndarray
    np.testing.assert_array_equal(twin.kernel.numpy(), layer.kernel.numpy())
    assert twin.kernel is not layer.kernel


@pytest.mark.parametrize("name", ["sparsemax", "glu"])
def test_the_local_jacobian_of_an_activation_along_an_axis_is_a_matrix(name):
    layer = layers.Activation(name, dtype="float64")
    x = np.array([[0.1, 0.3, -0.2, 0.4]])
    layer(x)
    jacobian = layer.input_gradients()
    steps = 1e-6 * np.eye(4)
    central = np.concatenate([layer.activation(x + h) - layer.activation(x - h) for h in steps]) / 2e-6
    np.testing.assert_allclose(jacobian, central[None], atol=1e-8)
