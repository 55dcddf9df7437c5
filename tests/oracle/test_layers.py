"""Every layer against torch: outputs, first and second derivatives by the input and by the weights, local Jacobians."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest

import beras
from beras import activations, layers
from tests.oracle.two_ways import hold

pytestmark = pytest.mark.torch
torch = pytest.importorskip("torch")
F = torch.nn.functional

RNG = np.random.default_rng(0)
X = RNG.normal(size=(4, 6))
SEQUENCE = RNG.normal(size=(4, 3, 6))
IMAGES = RNG.normal(size=(4, 3, 2, 5))
SPECIAL = np.array([[0.0, 1e4, -1e4, 1.0, 1.0, -0.0], [20.5, -20.5, 750.0, -750.0, 0.2, 0.5]])


class Row(NamedTuple):
    """``by_hand(x, *weights)`` is the layer in torch."""

    name: str
    params: dict[str, Any]
    by_hand: Callable[..., Any]
    x: np.ndarray
    order: int = 2
    call: dict[str, Any] = {}  # noqa: RUF012  (never changed)
    floor: float = 0.0

    @property
    def covers(self) -> Any:
        return getattr(layers, self.name)

    def made(self, dtype: str) -> Any:
        """Return the layer, built, with weights that are no round numbers."""
        layer = self.covers(**self.params, dtype=dtype)
        layer.build_for((None, *self.x.shape[1:]))
        rng = np.random.default_rng(1)
        layer.set_weights([rng.normal(size=w.shape) for w in layer.weights])
        return layer

    def __str__(self) -> str:
        shown = {k: v.__name__ if callable(v) else v for k, v in {**self.params, **self.call}.items()}
        return f"{self.name}({', '.join(f'{k}={v}' for k, v in shown.items())})-{self.x.shape}"


def dense(activation: Callable[..., Any] = lambda z: z) -> Callable[..., Any]:
    return lambda x, kernel, bias=None: activation(F.linear(x, kernel.T, bias))


def dropped(rate: float, shape: tuple[int, ...], seed: int) -> np.ndarray:
    """Return the mask that a Dropout of this seed draws first, scaled."""
    keep = np.random.default_rng(seed).random(shape, dtype=np.float32) >= rate
    return keep / (1 - rate)


class Scale(layers.Layer):
    """A layer of a user's own."""

    def build(self, input_shape):
        self.factor = self.add_weight((input_shape[-1],), "ones", name="factor")

    def call(self, inputs):
        return np.tanh(inputs * self.factor) * np.sum(self.factor**2)


DENSE = [
    ("relu", F.relu),
    ("sigmoid", torch.sigmoid),
    ("softmax", lambda z: F.softmax(z, -1)),
    ("log_softmax", lambda z: F.log_softmax(z, -1)),
    ("gelu", F.gelu),
    ("selu", F.selu),
    ("softplus", lambda z: F.softplus(z, threshold=40.0)),
]
ROWS = [
    *(Row("Dense", {"units": 5}, dense(), x) for x in (X, SEQUENCE, IMAGES, X[:1], X[:, :1])),
    *(Row("Dense", {"units": 5, "use_bias": False}, dense(), x) for x in (X, SEQUENCE, X[:1], X[:, :1])),
    *(Row("Dense", {"units": 1, "use_bias": bias}, dense(), X) for bias in (True, False)),
    *(Row("Dense", {"units": 4, "activation": name}, dense(by_hand), X) for name, by_hand in DENSE),
    *(
        Row("Dense", {"units": 4, "activation": name, "use_bias": False}, dense(by_hand), SEQUENCE)
        for name, by_hand in DENSE
    ),
    Row("Activation", {"activation": "sigmoid"}, torch.sigmoid, X),
    Row("Activation", {"activation": "tanh"}, torch.tanh, IMAGES),
    Row("Activation", {"activation": "log_softmax"}, lambda x: F.log_softmax(x, -1), X),
    Row("Activation", {"activation": "glu"}, F.glu, X),
    Row("Activation", {"activation": np.sin}, torch.sin, X),
    Row("Activation", {"activation": None}, lambda x: x * 1, X),
    Row("ReLU", {}, F.relu, X),
    Row("ReLU", {}, F.relu, SPECIAL, 1),
    Row("ReLU", {"max_value": 0.5}, lambda x: F.hardtanh(x, 0.0, 0.5), SEQUENCE),
    Row("ReLU", {"max_value": 0.5}, lambda x: F.hardtanh(x, 0.0, 0.5), SPECIAL, 1),
    Row("ReLU", {"negative_slope": 0.1}, lambda x: F.leaky_relu(x, 0.1), X),
    Row("ReLU", {"threshold": 0.2}, lambda x: F.threshold(x, 0.2, 0.0), X),
    Row("ReLU", {"threshold": 0.2}, lambda x: F.threshold(x, 0.2, 0.0), SPECIAL, 1),
    Row(
        "ReLU",
        {"max_value": 0.5, "negative_slope": 0.1, "threshold": 0.2},
        lambda x: torch.where(x > 0.2, F.hardtanh(x, -1e9, 0.5), 0.1 * (x - 0.2)),
        X,
    ),
    Row("LeakyReLU", {}, lambda x: F.leaky_relu(x, 0.3), X),
    Row("LeakyReLU", {}, lambda x: F.leaky_relu(x, 0.3), SPECIAL, 1),
    Row("LeakyReLU", {"negative_slope": 0.05}, lambda x: F.leaky_relu(x, 0.05), IMAGES),
    Row("LeakyReLU", {"negative_slope": 2.0}, lambda x: F.leaky_relu(x, 2.0), X),
    Row("Sigmoid", {}, torch.sigmoid, X),
    Row("Sigmoid", {}, torch.sigmoid, SPECIAL, floor=1.0),
    Row("Tanh", {}, torch.tanh, SEQUENCE),
    Row("Tanh", {}, torch.tanh, SPECIAL, floor=1.0),
    Row("Softmax", {}, lambda x: F.softmax(x, -1), X),
    Row("Softmax", {}, lambda x: F.softmax(x, -1), SPECIAL, floor=1.0),
    Row("Softmax", {"axis": 1}, lambda x: F.softmax(x, 1), SEQUENCE),
    Row("Softmax", {"axis": 0}, lambda x: F.softmax(x, 0), X),
    Row("Flatten", {}, lambda x: torch.flatten(x, 1), IMAGES),
    Row("Flatten", {}, lambda x: x * 1, X),
    Row("Flatten", {}, lambda x: x[:, None], X[:, 0]),
    Row("Rescaling", {"scale": 1 / 255, "offset": -0.5}, lambda x: x / 255 - 0.5, IMAGES),
    Row("Rescaling", {"scale": 3.0}, lambda x: x * 3, X),
    Row("Dropout", {"rate": 0.5}, lambda x: x * 1, X),
    Row("Dropout", {"rate": 0.0}, lambda x: x * 1, X, call={"training": True}),
    Row("Dropout", {"rate": 1.0}, lambda x: x * 0, X, call={"training": True}),
    *(
        Row(
            "Dropout",
            {"rate": rate, "seed": 4},
            lambda x, rate=rate: x * torch.tensor(dropped(rate, x.shape, 4)).to(x),
            x,
            call={"training": True},
        )
        for rate in (0.25, 0.5, 0.9)
        for x in (X, SEQUENCE)
    ),
    Row(
        "Dropout",
        {"rate": 0.5, "seed": 4, "noise_shape": (None, 1, None)},
        lambda x: x * torch.tensor(dropped(0.5, (len(x), 1, 6), 4)).to(x),
        SEQUENCE,
        call={"training": True},
    ),
    Row("Input", {"shape": (6,)}, lambda x: x * 1, X),
    Row("InputLayer", {"shape": (6,)}, lambda x: x * 1, X),
]
#: A layer of a user's own stands for the base class.
OWN = Row("Layer", {}, lambda x, factor: torch.tanh(x * factor) * (factor**2).sum(), X)
IDS = [f"{number}-{row}" for number, row in enumerate(ROWS)]


def used(row: Row, layer: Any) -> Callable[..., Any]:
    """Return a call of the layer that draws the same mask every time."""

    def use(x: Any) -> Any:
        if row.params.get("seed") is not None:
            layer._generator = np.random.default_rng(row.params["seed"])
        return layer(x, **row.call)

    return use


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("row", ROWS, ids=IDS)
def test_outputs_and_derivatives(row, dtype):
    layer = row.made(dtype)
    hold(used(row, layer), [row.x.astype(dtype)], row.by_hand, layer.weights, row.order, floor=row.floor)


@pytest.mark.parametrize("row", [row for row in ROWS if row.order == 2 and row.params.get("axis") != 0], ids=str)
def test_no_samples(row):
    layer = row.made("float64")
    hold(used(row, layer), [row.x[:0]], row.by_hand, layer.weights)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_a_layer_of_ones_own(dtype):
    layer = Scale(dtype=dtype)
    layer.build_for((None, 6))
    layer.factor = RNG.normal(size=6)
    hold(layer, [X.astype(dtype)], OWN.by_hand, layer.weights)


# Local Jacobians: what a student reads, and what composes to the same cotangents


def torch_jacobian(row: Row, layer: Any, x: np.ndarray) -> np.ndarray:
    """Return ``d out[b, j] / d x[b, i]`` as ``(batch, ..., n_in, ..., n_out)``, sample by sample."""
    weights = [torch.tensor(w.numpy()) for w in layer.weights]
    parts = [
        torch.autograd.functional.jacobian(lambda one: row.by_hand(one[None], *weights)[0], torch.tensor(sample))
        for sample in x
    ]
    return torch.stack(parts).movedim(1, -1).numpy()


#: Those that keep their input, and do the same to it each time.
REPEATABLE = [row for row in ROWS if row.name not in ("Input", "InputLayer") and not row.call]
FLAT = [row for row in REPEATABLE if row.x.ndim == 2 and row.params.get("axis") != 0 and row.order == 2]


ELEMENTWISE = ("ReLU", "LeakyReLU", "Sigmoid", "Tanh", "Rescaling")
OF_A_ROW = ("log_softmax", "glu")


@pytest.mark.parametrize("row", FLAT, ids=str)
def test_local_jacobians(row):
    """``(batch, n_in, n_out)``; the input's shape where an output depends on one input; the kernel of a Dense."""
    layer = row.made("float64")
    layer(row.x)
    expected, local = torch_jacobian(row, layer, row.x), layer.input_gradients()
    if row.name in ELEMENTWISE or (row.name == "Activation" and row.params["activation"] not in OF_A_ROW):
        assert local.shape == row.x.shape
        expected = np.diagonal(expected, axis1=1, axis2=2)
    elif row.name == "Dense" and "activation" not in row.params:
        assert local.shape == layer.kernel.shape
    else:
        assert local.shape == expected.shape
    np.testing.assert_allclose(np.broadcast_to(local, expected.shape), expected, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("row", REPEATABLE, ids=str)
def test_compositions(row):
    """``compose_to_input`` and ``compose_to_weight`` of the latest call."""
    layer = row.made("float64")
    J = np.random.default_rng(8).normal(size=layer(row.x).shape)
    x, *weights = (torch.tensor(a, requires_grad=True) for a in (row.x, *layer.get_weights()))
    expected = torch.autograd.grad(row.by_hand(x, *weights), [x, *weights], torch.tensor(J))
    found = [layer.compose_to_input(J), *layer.compose_to_weight(J)]
    for ours, theirs in zip(found, expected, strict=True):
        theirs = theirs.numpy()
        np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-12 * max(np.abs(theirs).max(), row.floor))


@pytest.mark.parametrize("bias", [True, False])
def test_the_factors_of_the_weights_of_a_dense(bias):
    """``sum_b factor[b] * J[b]`` is the weight's cotangent."""
    layer = layers.Dense(5, use_bias=bias, dtype="float64")
    J = np.random.default_rng(8).normal(size=layer(X).shape)
    x, *weights = (torch.tensor(a, requires_grad=True) for a in (X, *layer.get_weights()))
    expected = torch.autograd.grad(dense()(x, *weights), weights, torch.tensor(J))
    factors = layer.weight_gradients()
    assert [f.shape for f in factors] == [(4, 6, 5), (5,)][: len(weights)]
    composed = [np.sum(factors[0] * J[:, None, :], axis=0), *(f * J.sum(0) for f in factors[1:])]
    for ours, theirs in zip(composed, expected, strict=True):
        np.testing.assert_allclose(ours, theirs.numpy(), rtol=1e-12, atol=1e-12)


# What goes into the loss besides, and what a layer does to its input


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("given", ["float64", "float32", "float16"])
def test_a_layer_casts_its_input_and_the_gradient_back(dtype, given):
    layer = layers.Dense(3, "tanh", dtype=dtype)
    layer.build_for((None, 6))
    x = X.astype(given)
    kernel, bias = (torch.tensor(w) for w in layer.get_weights())
    source = torch.tensor(x, requires_grad=True)
    torch.tanh(F.linear(source.to(kernel.dtype), kernel.T, bias)).sum().backward()
    with beras.GradientTape() as tape:
        watched = tape.watch(x)
        y = layer(watched)
    found = tape.gradient(y, watched)
    assert y.dtype == dtype
    assert found.dtype == given
    np.testing.assert_allclose(found, source.grad.numpy(), rtol=1e-3 if given == "float16" else 1e-5, atol=1e-6)


def test_what_follows_an_activation_layer_is_fused_through_its_logits():
    """``logits`` of a layer, then its final activation, is the layer."""
    for row in (r for r in ROWS if r.name in ("Dense", "Activation", "Sigmoid", "Tanh") and r.x is X):
        layer = row.made("float64")
        assert layer.final_activation is not None

        def use(x: Any, layer: Any = layer) -> Any:
            return layer.final_activation(layer.logits(x))

        hold(use, [X], row.by_hand, layer.weights, order=1)
    assert layers.Softmax(axis=1).final_activation is None
    assert layers.Softmax().final_activation is activations.softmax
