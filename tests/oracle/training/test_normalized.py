"""Trainings with moving statistics, tables and constraints: torch's side does as beras does, to rounding."""

from __future__ import annotations

import numpy as np
import pytest

import beras
from beras import layers

pytest.importorskip("torch")
pytestmark = pytest.mark.torch

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(30, 6)), RNG.normal(size=(30, 2))

MODELS = {
    "BatchNormalization": lambda: [layers.Dense(4, use_bias=False), layers.BatchNormalization(momentum=0.7)],
    "BatchNormalization of channels": lambda: [layers.Reshape((3, 2)), layers.BatchNormalization(), layers.Flatten()],
    "BatchNormalization, frozen": lambda: [layers.Dense(4), layers.BatchNormalization(trainable=False)],
    "LayerNormalization": lambda: [layers.LayerNormalization(), layers.ELU()],
    "constraints": lambda: [
        layers.Dense(4, kernel_constraint="unit_norm", bias_constraint="non_neg"),
        layers.BatchNormalization(gamma_constraint=lambda w: np.clip(w, 0.9, 1.1)),
    ],
    "Embedding": lambda: [layers.Embedding(5, 3, embeddings_constraint="max_norm"), layers.Flatten()],
}


@pytest.mark.parametrize("name", MODELS)
def test_both_sides_part_by_rounding_only(name):
    x = np.abs(X).astype(int) if name == "Embedding" else X
    model = beras.Sequential([*MODELS[name](), layers.Dense(2)])
    model.compile(beras.optimizers.SGD(0.1, momentum=0.9), "mse")
    both = beras.oracle.train_both(model, x, Y, epochs=4, batch_size=8, dtype="float64")
    assert both.largest_relative_weight_difference < 1e-12, str(both)


def test_the_copy_that_is_trained_is_constrained():
    from beras.oracle.training.copies import independent_copy

    model = beras.Sequential([beras.Input((6,)), layers.Dense(2, kernel_constraint="unit_norm")])
    twin = independent_copy(model, "float64")
    assert twin.layers[0].kernel.constraint is model.layers[0].kernel.constraint
    assert twin.layers[0].kernel.dtype == np.float64
