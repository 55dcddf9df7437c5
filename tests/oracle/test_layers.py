"""Every layer against torch: outputs, first and second derivatives by the input and by the weights, local Jacobians."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest

import beras
from beras import activations, layers

pytestmark = pytest.mark.torch
torch = pytest.importorskip("torch")

from tests.oracle.images_by_hand import average_pooled, convolved, max_pooled, translated, zoomed_out  # noqa: E402
from tests.oracle.normalized_by_hand import by_batch, by_moving, by_sample  # noqa: E402
from tests.oracle.two_ways import hold  # noqa: E402

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
        layer = layer.placement.layer if self.name == "Input" else layer
        layer.build_for((None, *self.x.shape[1:]))
        rng = np.random.default_rng(1)
        layer.set_weights([_drawn(w.name, w.shape, rng) for w in layer.weights])
        return layer

    def __str__(self) -> str:
        shown = {k: v.__name__ if callable(v) else v for k, v in {**self.params, **self.call}.items()}
        return f"{self.name}({', '.join(f'{k}={v}' for k, v in shown.items())})-{self.x.shape}"


def _drawn(name: str, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    values = rng.normal(size=shape)
    return np.abs(values) + 0.5 if name == "moving_variance" else values


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
#: Small ones; with so many channels that windows are laid out the other way; with ties.
PICTURES = RNG.normal(size=(3, 5, 6, 4))
MANY_CHANNELS = RNG.normal(size=(2, 3, 4, 16))
TIES = RNG.integers(0, 3, size=(3, 5, 6, 2)).astype(float)
FIRST = {"data_format": "channels_first"}
TRAINING = {"training": True}


def conv2d(filters: int, kernel_size: Any, x: np.ndarray = PICTURES, **settings: Any) -> Row:
    by_hand = {name: value for name, value in settings.items() if name not in ("groups", "use_bias")}
    return Row("Conv2D", {"filters": filters, "kernel_size": kernel_size, **settings}, convolved(**by_hand), x)


def depthwise(kernel_size: Any, multiplier: int, **settings: Any) -> Row:
    params = {"kernel_size": kernel_size, "depth_multiplier": multiplier, **settings}
    by_hand = {name: value for name, value in settings.items() if name != "use_bias"}
    return Row("DepthwiseConv2D", params, convolved(**by_hand, depthwise=True), PICTURES)


IMAGE_ROWS = [
    conv2d(3, (3, 2)),
    conv2d(3, (3, 2), padding="same"),
    conv2d(2, (2, 3), strides=(2, 3)),
    conv2d(2, (3, 2), strides=(2, 1), padding="same"),
    conv2d(2, (2, 3), dilation_rate=(2, 1)),
    conv2d(2, (2, 2), dilation_rate=(3, 2), padding="same"),
    conv2d(6, (2, 2), groups=2),
    conv2d(4, (2, 2), groups=4, padding="same", strides=(2, 2), use_bias=False),
    conv2d(5, (1, 1)),
    conv2d(3, (5, 6)),
    conv2d(3, (2, 2), padding="same", **FIRST),
    conv2d(3, (2, 3), MANY_CHANNELS),
    conv2d(4, (2, 2), MANY_CHANNELS, groups=2, padding="same"),
    depthwise((3, 2), 1),
    depthwise((2, 2), 3, padding="same", strides=(2, 2)),
    depthwise((2, 2), 2, dilation_rate=(2, 3)),
    depthwise((3, 3), 1, padding="same", strides=(2, 2)),
    depthwise((3, 2), 2, padding="same", **FIRST),
    depthwise((1, 2), 1, strides=(2, 3)),
    depthwise((2, 2), 8, padding="same", use_bias=False),
    Row("Conv2D", {"filters": 2, "kernel_size": 2, "activation": "tanh"}, convolved(activation=torch.tanh), PICTURES),
    *(
        Row(name, {"pool_size": size, "strides": strides, "padding": padding}, made(size, strides, padding), PICTURES)
        for name, made in (("MaxPooling2D", max_pooled), ("AveragePooling2D", average_pooled))
        for size, strides in (((2, 2), (2, 2)), ((3, 2), (1, 2)), ((1, 2), (3, 3)))
        for padding in ("valid", "same")
    ),
    Row("MaxPooling2D", FIRST, max_pooled((2, 2), (2, 2), **FIRST), PICTURES),
    Row("MaxPooling2D", {}, max_pooled((2, 2), (2, 2)), TIES, 1),
    Row("MaxPooling2D", {"pool_size": 3, "strides": 1}, max_pooled((3, 3), (1, 1)), TIES, 1),
    Row("GlobalAveragePooling2D", {}, lambda x: x.mean((1, 2)), PICTURES),
    Row("GlobalAveragePooling2D", FIRST | {"keepdims": True}, lambda x: x.mean((2, 3), keepdim=True), PICTURES),
    Row("GlobalMaxPooling2D", {}, lambda x: x.amax((1, 2)), PICTURES),
    Row("GlobalMaxPooling2D", FIRST | {"keepdims": True}, lambda x: x.amax((2, 3), keepdim=True), PICTURES),
    *(
        Row(
            "RandomTranslation",
            moved | {"fill_mode": mode, "fill_value": 0.5},
            translated(mode, 0.5),
            PICTURES,
            2,
            TRAINING,
        )
        for mode in ("constant", "nearest", "reflect", "wrap")
        for moved in ({"height_factor": (0.32, 0.32), "width_factor": (-0.2, -0.2)},)
    ),
    Row("RandomRotation", {"factor": (0.5, 0.5)}, lambda x: torch.flip(x, (1, 2)), PICTURES, 2, TRAINING),
    Row("RandomZoom", {"height_factor": (1, 1), "fill_mode": "nearest"}, zoomed_out, PICTURES, 2, TRAINING),
    Row("RandomRotation", {"factor": 0.5}, lambda x: x * 1, PICTURES, call={"training": False}),
    Row("RandomElasticTransform", {"value_range": (-9, 9)}, lambda x: x * 1, PICTURES, call={"training": False}),
    Row("RandomElasticTransform", {"scale": (0, 0), "value_range": (-9, 9)}, lambda x: x * 1, PICTURES, 2, TRAINING),
    Row("ElasticDistortion", {"alpha": 0.0}, lambda x: x * 1, PICTURES, 2, TRAINING),
    Row("ZeroPadding2D", {}, lambda x: F.pad(x, (0, 0, 1, 1, 1, 1)), PICTURES),
    Row("ZeroPadding2D", {"padding": ((1, 0), (2, 3))}, lambda x: F.pad(x, (0, 0, 2, 3, 1, 0)), PICTURES),
]
IN_TRAINING, AT_INFERENCE = {"training": True}, {"training": False}
NO_GAMMA, NO_BETA = {"scale": False}, {"center": False}


def noisy(x: torch.Tensor) -> torch.Tensor:
    return x + torch.tensor(np.random.default_rng(4).standard_normal(x.shape, dtype=np.float32)).to(x) * 0.3


NORMALIZING_ROWS = [
    *(
        Row("BatchNormalization", params, by_hand(**params), x, call=call, floor=1.0)
        for by_hand, call in ((by_moving, AT_INFERENCE), (by_batch, IN_TRAINING))
        for params, x in (
            ({}, X),
            (NO_GAMMA, SEQUENCE),
            (NO_BETA, X),
            (NO_GAMMA | NO_BETA, X),
            ({"axis": 1, "epsilon": 0.1}, IMAGES),
            ({"axis": -2}, IMAGES),
            ({}, IMAGES),
        )
    ),
    Row("LayerNormalization", {}, by_sample((-1,)), X, floor=1.0),
    Row("LayerNormalization", NO_GAMMA, by_sample((-1,), scale=False), SEQUENCE, floor=1.0),
    Row("LayerNormalization", NO_BETA | {"axis": [-1]}, by_sample((-1,), center=False), X, floor=1.0),
    Row("LayerNormalization", {"axis": 1, "epsilon": 0.1}, by_sample((-2,), 0.1), SEQUENCE, floor=1.0),
    Row("LayerNormalization", {"axis": [1, 2, 3]}, by_sample((-3, -2, -1)), IMAGES, floor=1.0),
    Row("LayerNormalization", {"axis": [-1, 1]}, by_sample((-3, -1)), IMAGES, floor=1.0),
    Row("ELU", {}, F.elu, X),
    Row("ELU", {"alpha": 0.3}, lambda x: F.elu(x, 0.3), SEQUENCE),
    Row("ELU", {}, F.elu, SPECIAL, 1),
    Row("Reshape", {"target_shape": (2, 3)}, lambda x: x.reshape(-1, 2, 3), X),
    Row("Reshape", {"target_shape": (-1,)}, lambda x: x.reshape(len(x), 30), IMAGES),
    Row("Reshape", {"target_shape": (5, -1, 2)}, lambda x: x.reshape(len(x), 5, 3, 2), IMAGES),
    Row("Permute", {"dims": (1,)}, lambda x: x * 1, X),
    Row("Permute", {"dims": (2, 3, 1)}, lambda x: x.permute(0, 2, 3, 1), IMAGES),
    Row("RepeatVector", {"n": 3}, lambda x: x[:, None].expand(-1, 3, -1), X),
    Row("GaussianNoise", {"stddev": 0.5}, lambda x: x * 1, X),
    Row("GaussianNoise", {"stddev": 0.0}, lambda x: x * 1, X, call=IN_TRAINING),
    Row("GaussianNoise", {"stddev": 0.3, "seed": 4}, noisy, SEQUENCE, call=IN_TRAINING),
]
ROWS = [
    *NORMALIZING_ROWS,
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
    *IMAGE_ROWS,
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


#: A batch of nothing has no statistics.
WITHOUT_SAMPLES = [row for row in ROWS if row.order == 2 and row.params.get("axis") != 0 and row.call != IN_TRAINING]


@pytest.mark.parametrize("row", WITHOUT_SAMPLES, ids=str)
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
RAISED = ("Reshape", "RepeatVector")
FLAT = [
    row
    for row in REPEATABLE
    if row.x.ndim == 2 and row.params.get("axis") != 0 and row.order == 2 and row.name not in RAISED
]


ELEMENTWISE = ("ELU", "ReLU", "LeakyReLU", "Sigmoid", "Tanh", "Rescaling")
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
