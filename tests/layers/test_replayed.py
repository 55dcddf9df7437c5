"""Models of these layers compute in a replay, bit for bit, what they compute anew: with batches that end short."""

from __future__ import annotations

import numpy as np
import pytest

import beras
from beras import layers

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(27, 6)).astype("float32"), RNG.normal(size=(27, 2)).astype("float32")


class Branches(beras.Model):
    """Two branches that a layer of the list merges."""

    replayable = True

    def __init__(self, merged):
        super().__init__()
        self.left, self.right, self.merged = layers.Dense(3, "tanh"), layers.Dense(3), merged
        self.scores = layers.Dense(2)

    def call(self, inputs):
        return self.scores(self.merged([self.left(inputs), self.right(inputs)]))


class Twice(beras.Model):
    """One BatchNormalization that stands in two places, and so moves its statistics twice in each step."""

    replayable = True

    def __init__(self):
        super().__init__()
        self.norm, self.scores = layers.BatchNormalization(momentum=0.6), layers.Dense(2)

    def call(self, inputs, training=False):
        return self.scores(self.norm(np.square(self.norm(inputs, training=training)), training=training))


def sequential(*made):
    return beras.Sequential([beras.Input((6,)), *made, layers.Flatten(), layers.Dense(2)])


MODELS = {
    "BatchNormalization": lambda: sequential(layers.Dense(4), layers.BatchNormalization(momentum=0.7)),
    "BatchNormalization of channels": lambda: sequential(layers.Reshape((2, 3)), layers.BatchNormalization(axis=1)),
    "BatchNormalization without weights": lambda: sequential(layers.BatchNormalization(center=False, scale=False)),
    "BatchNormalization, frozen": lambda: sequential(layers.Dense(4), layers.BatchNormalization(trainable=False)),
    "BatchNormalization twice": Twice,
    "LayerNormalization": lambda: sequential(layers.Dense(4), layers.LayerNormalization()),
    "LayerNormalization of axes": lambda: sequential(layers.Reshape((2, 3)), layers.LayerNormalization([1, 2])),
    "Reshape and Permute": lambda: sequential(layers.Reshape((3, -1)), layers.Permute((2, 1)), layers.ReLU()),
    "RepeatVector": lambda: sequential(layers.RepeatVector(3), layers.Dense(2, "tanh")),
    "ELU": lambda: sequential(layers.Dense(4), layers.ELU(0.3)),
    "GaussianNoise": lambda: sequential(layers.GaussianNoise(0.3), layers.GaussianNoise(0.2)),
    "GaussianNoise with a seed": lambda: sequential(layers.GaussianNoise(0.3, seed=5)),
    "Embedding": lambda: sequential(layers.Embedding(9, 3)),
    **{
        name: lambda name=name: Branches(getattr(layers, name)())
        for name in ("Add", "Average", "Concatenate", "Maximum", "Minimum", "Multiply", "Subtract")
    },
    "Dot": lambda: Branches(layers.Dot(axes=1, normalize=True)),
}


def fitted(name, run_eagerly, optimizer="adam"):
    beras.set_random_seed(1)
    x = np.abs(X * 3).astype("int64") if name == "Embedding" else X
    model = MODELS[name]()
    model.compile(optimizer, "mse", metrics=["mae"], run_eagerly=run_eagerly)
    history = model.fit(x, Y, batch_size=8, epochs=4, verbose=0, validation_data=(x[:13], Y[:13])).history
    return model, history, model.predict(x, batch_size=8, verbose=0), beras.config.generator().random()


@pytest.mark.parametrize("name", MODELS)
def test_a_replay_gives_the_same_bits(name):
    model, history, predictions, drawn = fitted(name, run_eagerly=True)
    replayed, found, also, next_drawn = fitted(name, run_eagerly=False)
    assert replayed._replays.reason is None
    assert replayed._replays._steps, "nothing was replayed"
    assert found == history
    np.testing.assert_array_equal(also, predictions)
    for w, v in zip(model.get_weights(), replayed.get_weights(), strict=True):
        assert w.dtype == v.dtype == np.float32
        np.testing.assert_array_equal(w, v)
    assert next_drawn == drawn


@pytest.mark.parametrize("run_eagerly", [True, False])
def test_freezing_between_two_fits_takes_effect(run_eagerly):
    model = MODELS["BatchNormalization"]()
    model.compile("sgd", "mse", run_eagerly=run_eagerly)
    model.fit(X, Y, batch_size=8, verbose=0)
    norm = model.layers[1]
    norm.trainable = False
    before = norm.get_weights()
    model.fit(X, Y, batch_size=8, verbose=0)
    for old, new in zip(before, norm.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)
    norm.trainable = True
    model.fit(X, Y, batch_size=8, verbose=0)
    assert all(np.any(old != new) for old, new in zip(before, norm.get_weights(), strict=True))


def test_a_step_that_cannot_be_traced_moves_the_statistics_once():
    """The trace gives up after the layer has moved them: what it did is undone before the step is computed anew."""

    class Stopped(layers.Layer):
        replayable = True

        def call(self, inputs):
            with beras.no_gradient():
                inputs.numpy() if hasattr(inputs, "numpy") else inputs
            return inputs * 2

    def weights(run_eagerly):
        beras.set_random_seed(1)
        model = beras.Sequential([beras.Input((6,)), layers.BatchNormalization(), Stopped(), layers.Dense(2)])
        model.compile("sgd", "mse", run_eagerly=run_eagerly)
        model.fit(X, Y, batch_size=27, epochs=1, verbose=0)
        assert run_eagerly or model._replays.reason is not None
        return model.get_weights()

    for w, v in zip(weights(True), weights(False), strict=True):
        np.testing.assert_array_equal(w, v)


def test_a_layer_that_is_called_for_inference_and_for_training_on_one_tape():
    layer = layers.BatchNormalization(dtype="float64")
    layer(X, training=True)
    x = X.astype("float64")
    with beras.GradientTape() as tape:
        watched = tape.watch(x)
        before = layer(watched)
        after = layer(watched, training=True)
        loss = np.sum(np.sin(before)) + np.sum(np.cos(after))
    statistics = layer.get_weights()
    gradient = tape.gradient(loss, watched)
    assert gradient.shape == x.shape

    twin = layers.BatchNormalization(dtype="float64")
    twin(X, training=True)
    mean, variance = twin.moving_mean.numpy(), twin.moving_variance.numpy()

    def by_hand(x):
        rest = x - np.mean(x, axis=0)
        batch = rest / np.sqrt(np.mean(rest**2, axis=0) + 1e-3)
        return np.sum(np.sin((x - mean) / np.sqrt(variance + 1e-3))) + np.sum(np.cos(batch))

    np.testing.assert_allclose(gradient, beras.numerical_gradient(by_hand, x), rtol=1e-5, atol=1e-7)
    np.testing.assert_array_equal(layer.get_weights()[2], statistics[2])
