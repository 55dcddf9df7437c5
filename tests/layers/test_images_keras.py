"""The layers on images against the real Keras: outputs, gradients, shapes, configurations, and a model that trains."""

from __future__ import annotations

import numpy as np
import pytest

import beras
from beras import layers
from tests.keras_oracle import keras as real_keras

pytestmark = [pytest.mark.torch, pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")]

RNG = np.random.default_rng(0)
X = RNG.normal(size=(3, 7, 6, 4)).astype(np.float32)
MANY = RNG.normal(size=(2, 6, 5, 16)).astype(np.float32)
TIES = RNG.integers(0, 3, size=(3, 7, 6, 4)).astype(np.float32)
FIRST = {"data_format": "channels_first"}

CONVOLUTIONS = [
    {"filters": 5, "kernel_size": 3},
    {"filters": 5, "kernel_size": (3, 2), "padding": "same", "activation": "relu"},
    {"filters": 5, "kernel_size": (2, 3), "strides": 2, "padding": "SAME"},
    {"filters": 5, "kernel_size": (2, 3), "strides": (3, 2), "use_bias": False},
    {"filters": 5, "kernel_size": 3, "strides": (1, 2), "padding": "same", "activation": "softmax"},
    {"filters": 5, "kernel_size": 2, "dilation_rate": (2, 3), "bias_initializer": "ones"},
    {"filters": 5, "kernel_size": 3, "dilation_rate": 2, "padding": "same"},
    {"filters": 6, "kernel_size": 2, "groups": 2, "kernel_regularizer": "l2", "kernel_constraint": "max_norm"},
    {"filters": 4, "kernel_size": 3, "groups": 4, "padding": "same", "strides": 2, "activity_regularizer": "l2"},
    {"filters": 3, "kernel_size": 1, "kernel_initializer": "he_normal"},
]
POOLINGS = [
    {"pool_size": 2},
    {"pool_size": (2, 3), "strides": 1},
    {"pool_size": (3, 2), "strides": (2, 3)},
    {"pool_size": 3, "strides": 1, "padding": "same"},
]
ROWS = [
    *(("Conv2D", arguments, X) for arguments in CONVOLUTIONS),
    ("Conv2D", {"filters": 3, "kernel_size": 2, **FIRST, "padding": "same"}, X),
    ("Conv2D", {"filters": 3, "kernel_size": 3}, MANY),
    ("DepthwiseConv2D", {"kernel_size": 3}, X),
    ("DepthwiseConv2D", {"kernel_size": (2, 3), "depth_multiplier": 3, "padding": "same", "strides": 2}, X),
    ("DepthwiseConv2D", {"kernel_size": 2, "dilation_rate": 2, "use_bias": False, "activation": "tanh"}, X),
    ("DepthwiseConv2D", {"kernel_size": 2, "depth_multiplier": 2, **FIRST}, X),
    *(("MaxPooling2D", arguments, x) for arguments in POOLINGS for x in (X, TIES)),
    ("MaxPooling2D", {"pool_size": 2, "padding": "same"}, X),
    ("MaxPooling2D", FIRST, X),
    *(("AveragePooling2D", arguments, X) for arguments in POOLINGS),
    ("AveragePooling2D", {"pool_size": (2, 3), **FIRST}, X),
    *((name, arguments, X) for name in ("GlobalAveragePooling2D", "GlobalMaxPooling2D") for arguments in ({}, FIRST)),
    ("GlobalMaxPooling2D", {}, TIES),
    ("GlobalAveragePooling2D", {"keepdims": True}, X),
    ("GlobalMaxPooling2D", {"keepdims": True}, X),
    ("ZeroPadding2D", {}, X),
    ("ZeroPadding2D", {"padding": (0, 2)}, X),
    ("ZeroPadding2D", {"padding": ((1, 0), (2, 3)), **FIRST}, X),
]
#: Ranges of one value, so that nothing is left to chance.
MOVES = [
    *(
        ("RandomTranslation", {"height_factor": (h, h), "width_factor": (w, w), "fill_mode": mode, "fill_value": 0.3})
        for h, w in ((0.2, -0.13), (-0.4, 0.31))
        for mode in ("reflect", "wrap", "constant", "nearest")
    ),
    ("RandomTranslation", {"height_factor": (0.2, 0.2), "width_factor": (0.1, 0.1), "interpolation": "nearest"}),
    *(("RandomRotation", {"factor": (f, f), "fill_mode": "constant"}) for f in (0.03, -0.2, 0.25)),
    ("RandomRotation", {"factor": (0.1, 0.1), "interpolation": "nearest", **FIRST}),
    *(("RandomZoom", {"height_factor": (f, f), "fill_mode": "wrap"}) for f in (0.3, -0.4)),
    ("RandomZoom", {"height_factor": (0.2, 0.2), "width_factor": (-0.3, -0.3)}),
]
AUGMENTATIONS = {"RandomTranslation", "RandomRotation", "RandomZoom", "RandomElasticTransform", "ElasticDistortion"}


def named(value):
    return value if isinstance(value, str) else ""


def pair_of(name, arguments):
    return getattr(layers, name)(**arguments), getattr(real_keras().layers, name)(**arguments)


@pytest.mark.parametrize(("name", "arguments", "x"), ROWS, ids=named)
def test_a_layer_is_keras_layer(name, arguments, x):
    import torch

    ours, theirs = pair_of(name, arguments)
    ours(x), theirs(x)
    if theirs.weights:
        rng = np.random.default_rng(1)
        theirs.set_weights([rng.normal(size=w.shape).astype(np.float32) for w in theirs.weights])
        ours.set_weights(theirs.get_weights())
    assert [w.path.split("/")[-1] for w in theirs.weights] == [w.name for w in ours.weights]
    variable = torch.tensor(x, requires_grad=True)
    expected = theirs(variable)
    np.testing.assert_allclose(ours(x), expected.detach().numpy(), rtol=1e-5, atol=1e-5)
    for shape in ((None, *x.shape[1:]), x.shape):
        assert ours.compute_output_shape(shape) == tuple(theirs.compute_output_shape(shape))

    weights = np.random.default_rng(2).normal(size=expected.shape).astype(np.float32)
    (expected * torch.tensor(weights)).sum().backward()
    with beras.GradientTape() as tape:
        t = tape.watch(x)
        loss = np.sum(ours(t) * weights)
    dx, *dws = tape.gradient(loss, [t, *ours.trainable_weights])
    np.testing.assert_allclose(dx, variable.grad.numpy(), rtol=1e-4, atol=1e-5)
    for dw, weight in zip(dws, theirs.trainable_weights, strict=True):
        np.testing.assert_allclose(dw, weight.value.grad.numpy(), rtol=1e-4, atol=1e-4)


def plain(value):
    """Return Keras's configuration with initializers, regularizers and constraints as beras writes them."""
    if isinstance(value, dict):
        kept = {key: plain(entry) for key, entry in value.items() if key not in ("module", "registered_name")}
        return kept["config"]["name"] if kept.get("class_name") == "DTypePolicy" else kept
    return value


@pytest.mark.parametrize(("name", "arguments"), [*(row[:2] for row in ROWS), *MOVES], ids=named)
def test_a_configuration_is_keras_configuration(name, arguments):
    ours, theirs = pair_of(name, {**arguments, "name": "here"})
    config = ours.get_config()
    assert {key: plain(value) for key, value in config.items()} == plain(theirs.get_config())
    assert type(ours).from_config(config).get_config() == config


@pytest.mark.parametrize(("name", "arguments"), MOVES, ids=named)
def test_an_augmentation_is_keras_augmentation(name, arguments):
    ours, theirs = pair_of(name, arguments)
    np.testing.assert_allclose(ours(X), theirs(X, training=True).numpy(), rtol=1e-4, atol=2e-5)
    assert ours(X, training=False) is X or np.array_equal(ours(X, training=False), X)


def test_an_elastic_field_is_blurred_and_followed_as_keras_does():
    import torch

    from beras.layers.random_elastic import _blur

    keras = real_keras()
    noise = RNG.normal(size=(3, 28, 20)).astype(np.float32)
    for sigma in (0.7, 1.4, 4.0):
        size = int(6 * sigma) | 1
        expected = keras.ops.image.gaussian_blur(noise[..., None], (size, size), (sigma, sigma), "channels_last")[
            ..., 0
        ]
        np.testing.assert_allclose(_blur(28, sigma) @ noise @ _blur(20, sigma).T, expected.numpy(), atol=2e-6)
    layer = layers.RandomElasticTransform(seed=3, fill_mode="reflect", value_range=(-10, 10))
    places = layer.coordinates(X.shape, np.random.default_rng(3))
    assert 0.01 < np.abs(places - np.indices(X.shape[1:3])[:, None]).max() < 3
    found = layer(X)
    for image, rows, columns, moved in zip(X, *places, found, strict=True):
        for channel in range(4):
            where = torch.tensor(np.stack([rows, columns]))
            expected = keras.ops.image.map_coordinates(image[..., channel], where, order=1, fill_mode="reflect")
            np.testing.assert_allclose(moved[..., channel], expected.numpy(), atol=1e-5)


def test_every_layer_on_images_has_a_row():
    from beras.layers.images import ImageLayer

    every = {name for name in layers.__all__ if isinstance(getattr(layers, name), type)}
    on_images = {name for name in every if issubclass(getattr(layers, name), ImageLayer)}
    assert {name for name, *_ in ROWS} | AUGMENTATIONS == on_images


def convnet(library):
    """Return the model of Keras's own MNIST example, small."""
    made = library.layers
    return library.Sequential(
        [
            library.Input((10, 10, 1)),
            made.Conv2D(4, kernel_size=(3, 3), activation="relu"),
            made.MaxPooling2D(pool_size=(2, 2)),
            made.Conv2D(9, kernel_size=(3, 3), padding="same", activation="relu"),
            made.AveragePooling2D(pool_size=(2, 2)),
            made.DepthwiseConv2D(2, activation="tanh"),
            made.GlobalAveragePooling2D(),
            made.Dense(3, activation="softmax"),
        ]
    )


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_ten_steps_of_training_are_keras_steps(optimizer):
    keras = real_keras()
    x = RNG.random((75, 10, 10, 1), dtype=np.float32)
    y = RNG.integers(0, 3, 75)
    theirs, ours = convnet(keras), convnet(beras)
    ours.set_weights(theirs.get_weights())
    histories = []
    for model in (theirs, ours):
        model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
        shown = model.fit(x, y, batch_size=8, epochs=1, shuffle=False, verbose=0, validation_split=0.04)
        histories.append(shown.history)
    assert set(histories[0]) == set(histories[1])
    for key, values in histories[0].items():
        np.testing.assert_allclose(histories[1][key], values, rtol=1e-5, atol=1e-5)
    for mine, other in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-4, atol=1e-5)
    assert ours.count_params() == theirs.count_params()
    assert [layer.name.rstrip("_0123456789") for layer in ours.layers] == [
        layer.name.rstrip("_0123456789") for layer in theirs.layers
    ]
