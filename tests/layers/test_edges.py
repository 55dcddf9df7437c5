"""Layers before their first call, given lists, on sequences, and with gradients of their own."""

from __future__ import annotations

import numpy as np
import pytest

import beras
from beras import layers

X = np.random.default_rng(0).normal(size=(2, 3, 4))


@pytest.mark.parametrize("make", [lambda: layers.Dense(2), lambda: layers.Activation("relu"), layers.Softmax])
def test_logits_build_the_layer(make):
    layer = make()
    assert layer.logits([[1.0, 2.0]]).shape[0] == 1
    assert layer.built


def test_a_list_is_taken():
    layer = layers.Dense(1, kernel_initializer="ones")
    np.testing.assert_array_equal(layer([[1.0, 2.0]]), [[3.0]])


@pytest.mark.parametrize("ask", ["input_gradients", "weight_gradients"])
def test_a_local_jacobian_before_the_first_call_is_an_error(ask):
    layer = layers.Dense(2)
    layer.build((None, 3))
    with pytest.raises(RuntimeError, match="has not been called yet"):
        getattr(layer, ask)()


def test_there_is_no_penalty_on_an_output_before_the_first_call():
    layer = layers.Dense(2, activity_regularizer="l2")
    layer.build((None, 3))
    assert layer.penalties() == []
    layer(np.ones((5, 3), "float32"))
    assert len(layer.penalties()) == 1


def test_a_part_that_is_no_layer_adds_no_penalty():
    class Sine(beras.Diffable):
        def forward(self, inputs):
            return np.sin(inputs)

    class Both(layers.Layer):
        def __init__(self):
            super().__init__()
            self.sine, self.dense = Sine(), layers.Dense(2, kernel_regularizer="l2", kernel_initializer="ones")

        def call(self, inputs):
            return self.dense(self.sine(inputs))

    both = Both()
    both(np.ones((1, 3), "float32"))
    assert both.penalties() == [pytest.approx(0.06)]


def test_the_local_jacobian_of_a_sequence():
    """One column for each unit of the last axis: at every step the Jacobian of the softmax of that step."""
    layer = layers.Softmax(dtype="float64")
    p = layer(X)
    expected = np.einsum("bti,ij->btij", p, np.eye(4)) - np.einsum("bti,btj->btij", p, p)
    np.testing.assert_allclose(layer.input_gradients(), expected, atol=1e-14)


class Tripled(layers.Layer):
    """Doubles its input, scaled, and claims a slope of three: so one sees which of the two was asked."""

    elementwise = True

    def build(self, input_shape):
        self.scale = self.add_weight((), "ones", name="scale")

    def call(self, inputs):
        self.inputs = inputs
        return inputs * 2 * self.scale

    def input_gradients(self):
        return np.full(self.inputs.shape, 3.0)

    def weight_gradients(self):
        return (np.full((), 5.0),)


def test_a_layer_with_gradients_of_its_own_composes_those():
    layer = Tripled(dtype="float64")
    layer(np.ones((2, 2)))
    J = np.array([[1.0, 2.0], [3.0, 4.0]])
    np.testing.assert_array_equal(layer.compose_to_input(J), 3 * J)
    (composed,) = layer.compose_to_weight(J)
    np.testing.assert_array_equal(composed, 5 * J.sum(axis=0))


def test_a_layer_that_composes_by_itself_has_no_local_jacobian():
    class Composed(layers.Layer):
        def call(self, inputs):
            self.inputs = inputs
            return inputs * 2

        def compose_to_input(self, J):
            return J * 2

    layer = Composed()
    layer(np.ones((1, 2), "float32"))
    with pytest.raises(NotImplementedError, match="input_gradients"):
        layer.input_gradients()
