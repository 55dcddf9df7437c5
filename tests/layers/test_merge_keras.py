"""The layers that take a list of arrays against the real Keras: outputs, gradients, shapes, refusals."""

from __future__ import annotations

import numpy as np
import pytest

import beras
from beras import layers
from tests.keras_oracle import keras as real_keras

pytestmark = [pytest.mark.torch, pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")]

RNG = np.random.default_rng(0)


def drawn(*shapes):
    return [RNG.normal(size=shape).astype(np.float32) for shape in shapes]


A, B, C = drawn((4, 3, 5), (4, 3, 5), (4, 3, 5))
B[0, 0, 0], C[0, 0] = A[0, 0, 0], A[0, 0]  # ties
BROADCAST = drawn((4, 3, 5), (4, 1, 5), (4, 5))

MERGES = [
    *((name, {}, [A, B, C]) for name in ("Add", "Multiply", "Average", "Maximum", "Minimum")),
    *((name, {}, BROADCAST) for name in ("Add", "Multiply", "Average", "Maximum", "Minimum")),
    ("Add", {}, [A]),
    ("Subtract", {}, [A, B]),
    ("Subtract", {}, BROADCAST[::2]),
    ("Concatenate", {}, drawn((4, 3, 5), (4, 3, 2), (4, 3, 1))),
    ("Concatenate", {"axis": 1}, drawn((4, 3, 5), (4, 2, 5))),
    ("Concatenate", {"axis": -2}, drawn((4, 3, 5), (4, 2, 5))),
    ("Dot", {"axes": 1}, drawn((4, 5), (4, 5))),
    ("Dot", {"axes": -1, "normalize": True}, drawn((4, 5), (4, 5))),
    ("Dot", {"axes": (1, 2)}, drawn((4, 3, 5), (4, 7, 3))),
    ("Dot", {"axes": (2, 1), "normalize": True}, drawn((4, 3, 5), (4, 5, 2))),
    ("Dot", {"axes": (2, 1)}, drawn((4, 3, 5), (4, 5))),
    ("Dot", {"axes": (1, 2)}, drawn((4, 5), (4, 3, 5))),
    ("Dot", {"axes": (2, 2)}, drawn((4, 3, 5), (4, 2, 5, 6))),
    ("Dot", {"axes": (1, 3)}, drawn((4, 5, 2, 3), (4, 2, 6, 5))),
]
FUNCTIONS = [
    *((name, {}, [A, B]) for name in ("add", "average", "maximum", "minimum", "multiply", "subtract")),
    ("concatenate", {}, [A, B]),
    ("concatenate", {"axis": 1}, [A, B]),
    ("dot", {}, [A[:, 0], B[:, 0]]),
    ("dot", {"axes": (2, 2), "normalize": True}, [A, B]),
]


def shapes_of(inputs):
    return [(None, *x.shape[1:]) for x in inputs]


def ids(row):
    return f"{row[0]}-{row[1]}-{[x.shape for x in row[2]]}"


@pytest.mark.parametrize("row", MERGES, ids=ids)
def test_a_merge_is_keras_merge(row):
    import torch

    name, arguments, inputs = row
    keras = real_keras()
    theirs, ours = getattr(keras.layers, name)(**arguments), getattr(layers, name)(**arguments)
    tensors = [torch.tensor(x, requires_grad=True) for x in inputs]
    expected = theirs(tensors)
    y = ours(inputs)
    assert y.dtype == np.float32
    np.testing.assert_allclose(y, expected.detach().numpy(), rtol=1e-5, atol=1e-6)
    assert ours.compute_output_shape(shapes_of(inputs)) == tuple(theirs.compute_output_shape(shapes_of(inputs)))
    assert ours.compute_output_shape([x.shape for x in inputs]) == y.shape

    weights = np.random.default_rng(2).normal(size=y.shape).astype(np.float32)
    (expected * torch.tensor(weights)).sum().backward()
    with beras.GradientTape() as tape:
        watched = [tape.watch(x) for x in inputs]
        loss = np.sum(ours(watched) * weights)
    for dx, tensor in zip(tape.gradient(loss, watched), tensors, strict=True):
        np.testing.assert_allclose(dx, tensor.grad.numpy(), rtol=1e-4, atol=1e-6)
    for dx, tensor in zip(ours.compose_to_input(weights), tensors, strict=True):
        np.testing.assert_allclose(dx, tensor.grad.numpy(), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("row", FUNCTIONS, ids=ids)
def test_a_function_is_keras_function(row):
    name, arguments, inputs = row
    expected = getattr(real_keras().layers, name)(inputs, **arguments)
    np.testing.assert_allclose(getattr(layers, name)(inputs, **arguments), expected.numpy(), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("row", MERGES, ids=ids)
def test_second_derivatives(row):
    name, arguments, inputs = row
    layer = getattr(layers, name)(**arguments, dtype="float64")
    rng = np.random.default_rng(4)
    given = [
        rng.normal(size=(2, *x.shape[1:]))[..., :2, :2] if x.ndim > 2 else rng.normal(size=x.shape) for x in inputs
    ]
    if all(x.ndim > 2 for x in inputs) or all(x.ndim == 2 for x in inputs):
        beras.check_grads(lambda *xs: np.sin(layer(list(xs))), *[x[:2, :2] for x in given])


#: What both refuse.
REFUSED = {
    "other lengths": (
        "Add",
        {},
        [(2, 3), (2, 4)],
        ValueError,
        r"equal, or broadcast. Received: \(None, 3\), \(None, 4",
    ),
    "other batches": ("Multiply", {}, [(2, 3), (5, 3)], ValueError, "batches of one length"),
    "three to subtract": ("Subtract", {}, [(2, 3)] * 3, ValueError, "two arrays. Received: 3"),
    "one array": ("Add", {}, (2, 3), TypeError, r"takes a list of arrays. Received: one, of shape \(None, 3\)"),
    "parts of other shapes": ("Concatenate", {}, [(2, 3, 1), (2, 4, 1)], ValueError, "same shape but along axis -1"),
    "parts of another rank": ("Concatenate", {}, [(2, 3, 1), (2, 3)], ValueError, "same shape but along axis -1"),
    "a product of other lengths": ("Dot", {"axes": 1}, [(2, 3), (2, 4)], ValueError, "which must be as long"),
    "a product of three": ("Dot", {"axes": 1}, [(2, 3)] * 3, ValueError, "two arrays. Received: 3"),
    "a product over the batch": ("Dot", {"axes": 0}, [(2, 3), (2, 3)], ValueError, "none may be 0"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_keras_refuses_is_refused(case):
    name, arguments, shapes, kind, message = REFUSED[case]
    given = [np.zeros(shape, "float32") for shape in shapes] if isinstance(shapes, list) else np.zeros(shapes)
    with pytest.raises(Exception):  # noqa: B017  (of whatever kind)
        getattr(real_keras().layers, name)(**arguments)(given)
    if case != "other batches":
        with pytest.raises(kind, match=message):
            getattr(layers, name)(**arguments)(given)
    layer = getattr(layers, name)(**arguments)
    layer.built = True  # the call looks by itself
    with pytest.raises(kind):
        layer(given)


def test_batches_that_differ_are_named():
    with pytest.raises(ValueError, match=r"batches of one length. Received: \(2, 3\), \(5, 3\)"):
        layers.Add()([np.zeros((2, 3)), np.zeros((5, 3))])


@pytest.mark.parametrize("make", [lambda: layers.Dense(2), layers.Flatten, layers.BatchNormalization])
def test_a_layer_for_one_array_refuses_a_list(make):
    with pytest.raises(TypeError, match=r"takes one array. Received: a list of 2, of shapes \(4, 3, 5\), \(4, 3, 5\)"):
        make()([A, B])


class Mixed(layers.Layer):
    """A user's layer of two inputs with weights of its own."""

    def build(self, input_shape):
        (_, first), (_, second) = input_shape
        self.left = self.add_weight((first, 2), name="left")
        self.right = self.add_weight((second, 2), name="right")

    def call(self, inputs):
        a, b = inputs
        return a @ self.left + b @ self.right


def test_a_users_layer_takes_a_list():
    layer = Mixed()
    a, b = drawn((4, 3), (4, 2))
    y = layer([a, b])
    assert [w.shape for w in layer.weights] == [(3, 2), (2, 2)]
    np.testing.assert_allclose(y, a @ layer.left.numpy() + b @ layer.right.numpy(), rtol=1e-6)
    assert layer((a, b.astype("float64"))).dtype == np.float32
    fresh = Mixed()
    assert fresh.compute_output_shape([(None, 3), (None, 2)]) == (None, 2)
    assert fresh.built


class TwoTowers(beras.Model):
    def __init__(self):
        super().__init__()
        self.left, self.right = layers.Dense(3, "relu"), layers.Dense(3)
        self.merged, self.scores = layers.Concatenate(), layers.Dense(1)

    def call(self, inputs):
        left = self.left(inputs)
        return self.scores(self.merged([left, layers.add([left, self.right(inputs)])]))


@pytest.mark.parametrize("run_eagerly", [True, False])
def test_branches_inside_a_model_are_trained_as_by_keras(run_eagerly):
    keras = real_keras()

    class Theirs(keras.Model):
        def __init__(self):
            super().__init__()
            self.left, self.right = keras.layers.Dense(3, "relu"), keras.layers.Dense(3)
            self.merged, self.scores = keras.layers.Concatenate(), keras.layers.Dense(1)

        def call(self, inputs):
            left = self.left(inputs)
            return self.scores(self.merged([left, keras.layers.add([left, self.right(inputs)])]))

    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(22, 4)).astype("float32"), rng.normal(size=(22, 1)).astype("float32")
    ours, theirs = TwoTowers(), Theirs()
    ours.build((None, 4))
    theirs(x)
    theirs.set_weights(ours.get_weights())
    ours.compile("adam", "mse", run_eagerly=run_eagerly)
    theirs.compile("adam", "mse")
    mine = ours.fit(x, y, batch_size=8, epochs=4, shuffle=False, verbose=0).history
    other = theirs.fit(x, y, batch_size=8, epochs=4, shuffle=False, verbose=0).history
    np.testing.assert_allclose(mine["loss"], other["loss"], rtol=1e-5)
    for w, v in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(w, v, rtol=0, atol=1e-5)
