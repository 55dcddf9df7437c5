"""The oracle of the tests here: the same run of a model that computes every step anew."""

from __future__ import annotations

import numpy as np

import beras

RNG = np.random.default_rng(0)
X = RNG.normal(size=(64, 6)).astype(np.float32)
Y = RNG.normal(size=(64, 3)).astype(np.float32)


def compiled(eagerly, layers, optimizer="adam", loss="mse", **options):
    model = beras.Sequential(layers)
    model.compile(optimizer, loss, run_eagerly=eagerly, **options)
    return model


def assert_same_both_ways(run):
    """Hold what ``run(eagerly)`` returns, a list of arrays, against itself, to the last bit."""
    found = []
    for eagerly in (True, False):
        beras.set_random_seed(3)
        found.append(run(eagerly))
    eager, replayed = found
    assert len(eager) == len(replayed)
    for expected, got in zip(eager, replayed, strict=True):
        np.testing.assert_array_equal(got, expected, strict=True)


def after_each_batch(action):
    return beras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: action(batch))
