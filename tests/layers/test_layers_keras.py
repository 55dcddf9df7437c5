"""Every layer against the real Keras: outputs, gradients, shapes, parameters."""

from __future__ import annotations

import numpy as np
import pytest

import beras
from beras import layers
from tests.keras_oracle import keras as real_keras
from tests.layers.test_images_keras import AUGMENTATIONS
from tests.layers.test_images_keras import ROWS as IMAGE_ROWS
from tests.layers.test_merge_keras import FUNCTIONS, MERGES

pytestmark = [pytest.mark.torch, pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")]

X = np.random.default_rng(0).normal(size=(4, 6)).astype(np.float32)
IMAGES = np.random.default_rng(1).normal(size=(4, 3, 2)).astype(np.float32)
SEQUENCES = np.random.default_rng(3).normal(size=(4, 3, 6)).astype(np.float32)

ROWS = [
    ("Dense", {"units": 5}, X),
    ("Dense", {"units": 5, "activation": "relu"}, X),
    ("Dense", {"units": 5, "activation": "softmax"}, X),
    ("Dense", {"units": 5, "activation": "tanh", "use_bias": False}, X),
    ("Dense", {"units": 5, "activation": "gelu"}, IMAGES),
    ("Activation", {"activation": "sigmoid"}, X),
    ("ReLU", {}, X),
    ("ReLU", {"max_value": 0.5, "negative_slope": 0.1, "threshold": 0.2}, X),
    ("LeakyReLU", {}, X),
    ("LeakyReLU", {"negative_slope": 0.05}, X),
    ("Softmax", {}, X),
    ("Softmax", {"axis": 1}, IMAGES),
    ("Flatten", {}, IMAGES),
    ("Rescaling", {"scale": 1 / 255, "offset": -0.5}, IMAGES),
    ("Dropout", {"rate": 0.5}, X),
    ("GaussianNoise", {"stddev": 0.5}, X),
    ("ELU", {}, X),
    ("ELU", {"alpha": 0.3}, IMAGES),
    ("BatchNormalization", {}, X),
    ("BatchNormalization", {"epsilon": 1e-5, "scale": False}, IMAGES),
    ("BatchNormalization", {"axis": 1, "center": False}, IMAGES),
    ("LayerNormalization", {}, X),
    ("LayerNormalization", {"epsilon": 1e-5, "scale": False}, SEQUENCES),
    ("LayerNormalization", {"axis": [1, 2], "center": False}, IMAGES),
    ("LayerNormalization", {"axis": [-1, -2]}, IMAGES),
    ("Reshape", {"target_shape": (2, 3)}, X),
    ("Reshape", {"target_shape": (-1,)}, IMAGES),
    ("Permute", {"dims": (2, 1)}, IMAGES),
    ("RepeatVector", {"n": 3}, X),
]


@pytest.mark.parametrize(
    ("name", "arguments", "x"), ROWS, ids=lambda value: str(value) if isinstance(value, str) else ""
)
def test_a_layer_is_keras_layer(name, arguments, x):
    import torch

    keras = real_keras()

    theirs = getattr(keras.layers, name)(**arguments)
    ours = getattr(layers, name)(**arguments)
    expected = theirs(x)
    ours(x)
    if theirs.weights:
        ours.set_weights(theirs.get_weights())
        theirs.set_weights([w + 0.1 for w in theirs.get_weights()])
        ours.set_weights(theirs.get_weights())
        expected = theirs(x)
    np.testing.assert_allclose(ours(x), expected.detach().numpy(), rtol=1e-5, atol=1e-6)
    assert ours.count_params() == theirs.count_params()
    assert ours.compute_output_shape((None, *x.shape[1:])) == tuple(theirs.compute_output_shape((None, *x.shape[1:])))

    weights = np.random.default_rng(2).normal(size=expected.shape).astype(np.float32)
    variable = torch.tensor(x, requires_grad=True)
    (theirs(variable) * torch.tensor(weights)).sum().backward()
    with beras.GradientTape() as tape:
        t = tape.watch(x)
        loss = np.sum(ours(t) * weights)
    dx, *dws = tape.gradient(loss, [t, *ours.trainable_weights])
    np.testing.assert_allclose(dx, variable.grad.numpy(), rtol=1e-4, atol=1e-6)
    for dw, weight in zip(dws, theirs.trainable_weights, strict=True):
        np.testing.assert_allclose(dw, weight.value.grad.numpy(), rtol=1e-4, atol=1e-5)


def test_every_layer_has_a_row():
    elsewhere = {"Embedding", *(name for name, *_ in MERGES), *(name for name, *_ in FUNCTIONS)}
    elsewhere |= {*AUGMENTATIONS, *(name for name, *_ in IMAGE_ROWS)}
    covered = {name for name, *_ in ROWS} | elsewhere | {"Input", "InputLayer", "Layer", "Sigmoid", "Tanh"}
    assert covered == set(layers.__all__)


def test_dropout_keeps_the_share_and_the_mean():
    beras.set_random_seed(0)
    dropped = layers.Dropout(0.3)(np.ones((200, 500), np.float32), training=True)
    assert abs(float(np.mean(dropped == 0)) - 0.3) < 0.005
    assert abs(float(dropped.mean()) - 1) < 0.01
    assert dropped.dtype == np.float32
