"""BatchNormalization and LayerNormalization against the real Keras: in training, frozen, over ten steps, and in fit."""

from __future__ import annotations

import numpy as np
import pytest

import beras
from beras import layers
from tests.keras_oracle import keras as real_keras

pytestmark = [pytest.mark.torch, pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")]

RNG = np.random.default_rng(0)
X = RNG.normal(1.0, 2.0, size=(12, 6)).astype(np.float32)
IMAGES = RNG.normal(-1.0, 3.0, size=(6, 3, 4, 5)).astype(np.float32)

TRAINED = [
    ({}, X),
    ({"momentum": 0.5, "epsilon": 1e-5}, X),
    ({"scale": False}, X),
    ({"center": False, "scale": False}, IMAGES),
    ({"momentum": 0.9}, IMAGES),
    ({"axis": 1}, IMAGES),
    ({"axis": -2, "gamma_initializer": "random_normal", "beta_initializer": "random_normal"}, IMAGES),
]


def both(name, arguments, x):
    """Return our layer and Keras's, with the same weights."""
    theirs, ours = getattr(real_keras().layers, name)(**arguments), getattr(layers, name)(**arguments)
    theirs.build(x.shape)
    ours.build_for((None, *x.shape[1:]))
    ours.set_weights(theirs.get_weights())
    return ours, theirs


@pytest.mark.parametrize(("arguments", "x"), TRAINED, ids=str)
def test_batches_in_training_are_those_of_keras(arguments, x):
    import torch

    ours, theirs = both("BatchNormalization", arguments, x)
    assert [w.name for w in ours.weights] == [w.name for w in theirs.weights]
    assert [w.name for w in ours.trainable_weights] == [w.name for w in theirs.trainable_weights]
    for step in range(3):
        batch = np.roll(x, step, axis=-1) + np.float32(step)
        given = torch.tensor(batch, requires_grad=True)
        expected = theirs(given, training=True)
        cotangent = np.random.default_rng(step).normal(size=x.shape).astype(np.float32)
        for weight in theirs.trainable_weights:
            weight.value.grad = None
        (expected * torch.tensor(cotangent)).sum().backward()
        with beras.GradientTape() as tape:
            watched = tape.watch(batch)
            y = ours(watched, training=True)
            loss = np.sum(y * cotangent)
        np.testing.assert_allclose(y, expected.detach().numpy(), rtol=1e-4, atol=1e-5)
        dx, *dws = tape.gradient(loss, [watched, *ours.trainable_weights])
        np.testing.assert_allclose(dx, given.grad.numpy(), rtol=1e-4, atol=1e-5)
        for dw, weight in zip(dws, theirs.trainable_weights, strict=True):
            np.testing.assert_allclose(dw, weight.value.grad.numpy(), rtol=1e-4, atol=1e-4)
    for w, v in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(w, v, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(ours(x), theirs(x).detach().numpy(), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("x", [X, IMAGES], ids=["rows", "images"])
def test_a_frozen_one_runs_in_inference_mode(x):
    ours, theirs = both("BatchNormalization", {}, x)
    ours(x, training=True)
    theirs(x, training=True)
    ours.trainable = theirs.trainable = False
    before = ours.get_weights()
    expected = theirs(x, training=True).detach().numpy()
    np.testing.assert_allclose(ours(x, training=True), expected, rtol=1e-4, atol=1e-5)
    np.testing.assert_array_equal(ours(x, training=True), ours(x))
    for old, new in zip(before, ours.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)
    assert ours.trainable_weights == []
    assert [w.name for w in ours.weights] == [w.name for w in theirs.weights]


@pytest.mark.parametrize("mean", [0.0, 1e3, 1e4])
def test_a_large_mean_cancels_nothing(mean):
    """The variance of float32 inputs is that of float64, where Keras on torch takes E[x^2] - E[x]^2."""
    x = (RNG.normal(size=(64, 3)) + mean).astype(np.float32)
    layer = layers.BatchNormalization(momentum=0.0)
    layer(x, training=True)
    np.testing.assert_allclose(layer.moving_variance.numpy(), x.astype(np.float64).var(axis=0), rtol=1e-4)


def network(library):
    """Return a model in which no bias stands before a BatchNormalization: its gradient would be rounding alone.

    Adam makes steps of full length of it.
    """
    return library.Sequential(
        [
            library.layers.Input((6,)),
            library.layers.Reshape((2, 3)),
            library.layers.LayerNormalization(center=False),
            library.layers.Dense(8, use_bias=False),
            library.layers.BatchNormalization(momentum=0.8),
            library.layers.ELU(0.5),
            library.layers.Permute((2, 1)),
            library.layers.Flatten(),
            library.layers.Dense(5, use_bias=False, kernel_constraint="unit_norm"),
            library.layers.BatchNormalization(),
            library.layers.Dense(
                3, "softmax", kernel_constraint=library.constraints.MaxNorm(0.7), bias_constraint="non_neg"
            ),
        ]
    )


DATA = RNG.normal(size=(44, 6)).astype(np.float32), RNG.integers(0, 3, 44)


@pytest.mark.parametrize("run_eagerly", [True, False])
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_a_fit_is_keras_fit_key_by_key(optimizer, run_eagerly):
    x, y = DATA
    real_keras().utils.set_random_seed(0)
    ours, theirs = network(beras), network(real_keras())
    ours.set_weights(theirs.get_weights())
    made = {"sgd": lambda library: library.optimizers.SGD(0.1, momentum=0.9), "adam": lambda library: "adam"}[optimizer]
    ours.compile(made(beras), "sparse_categorical_crossentropy", metrics=["accuracy"], run_eagerly=run_eagerly)
    theirs.compile(made(real_keras()), "sparse_categorical_crossentropy", metrics=["accuracy"])
    options = {"batch_size": 16, "epochs": 4, "shuffle": False, "verbose": 0, "validation_data": (x[:20], y[:20])}
    mine, other = ours.fit(x, y, **options).history, theirs.fit(x, y, **options).history
    assert list(mine) == list(other)
    for name in mine:
        np.testing.assert_allclose(mine[name], other[name], rtol=2e-4, atol=1e-5, err_msg=name)
    for w, v in zip(ours.weights, theirs.weights, strict=True):
        assert w.name == v.name
        np.testing.assert_allclose(w.numpy(), v.numpy(), rtol=0, atol=2e-4, err_msg=w.name)
    np.testing.assert_allclose(ours.predict(x, verbose=0), theirs.predict(x, verbose=0), rtol=0, atol=2e-4)


def test_the_summary_counts_as_keras_does():
    def lines(model):
        found = []
        model.summary(print_fn=lambda text, **_: found.extend(text.splitlines()))
        return [line.split("(")[0].split() for line in found if "params" in line]

    ours, theirs = network(beras), network(real_keras())
    assert lines(ours) == lines(theirs)
    assert [layer.count_params() for layer in ours.layers] == [layer.count_params() for layer in theirs.layers]
    assert [w.name for w in ours.non_trainable_weights] == [w.name for w in theirs.non_trainable_weights]
