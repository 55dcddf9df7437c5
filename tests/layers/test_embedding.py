"""Embedding against the real Keras and torch: rows, gradients, out of range, in fit."""

from __future__ import annotations

import numpy as np
import pytest

import beras
from beras import layers
from tests.keras_oracle import keras as real_keras

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

RNG = np.random.default_rng(0)
WORDS = RNG.integers(0, 7, (5, 4))
WORDS[0] = 3  # a row that is picked several times


@pytest.mark.torch
@pytest.mark.parametrize("given", ["int64", "int32", "uint8", "float32"])
@pytest.mark.parametrize("shape", [(5, 4), (20,), (5, 2, 2)])
def test_rows_and_gradients_are_keras_ones(given, shape):
    import torch

    words = WORDS.reshape(shape).astype(given)
    theirs, ours = real_keras().layers.Embedding(7, 3), layers.Embedding(7, 3)
    expected = theirs(words)
    y = ours(words)
    assert y.shape == (*shape, 3)
    assert y.dtype == np.float32
    ours.set_weights(theirs.get_weights())
    np.testing.assert_array_equal(ours(words), expected.detach().numpy())
    assert ours.compute_output_shape((None, *shape[1:])) == theirs.compute_output_shape((None, *shape[1:]))
    assert ours.count_params() == theirs.count_params() == 21
    cotangent = RNG.normal(size=y.shape).astype("float32")
    (expected * torch.tensor(cotangent)).sum().backward()
    with beras.GradientTape() as tape:
        loss = np.sum(ours(words) * cotangent)
    gradient = tape.gradient(loss, ours.embeddings)
    np.testing.assert_allclose(gradient, theirs.embeddings.value.grad.numpy(), rtol=1e-6, atol=1e-6)


def test_second_derivatives_by_the_table():
    layer = layers.Embedding(7, 3, dtype="float64")
    layer.build()

    def rows(table):
        from beras.layers.embedding import look_up

        return np.sin(look_up(table, WORDS)) * 2

    beras.check_grads(rows, RNG.normal(size=(7, 3)))


@pytest.mark.parametrize(
    ("word", "message"), [(7, r"0 to 6. Received: 7 at \[1, 2\]"), (-1, r"Received: -1 at \[1, 2\]")]
)
@pytest.mark.parametrize("run_eagerly", [True, False])
def test_numbers_out_of_range_are_refused_at_every_step(word, message, run_eagerly):
    words = WORDS.copy()
    words[1, 2] = word
    layer = layers.Embedding(7, 3)
    with pytest.raises(ValueError, match=message):
        layer(words)
    model = network()
    model.compile("sgd", "mse", run_eagerly=run_eagerly)
    model.fit(WORDS, np.ones(5), batch_size=5, verbose=0, shuffle=False)
    model.fit(WORDS, np.ones(5), batch_size=5, verbose=0, shuffle=False)
    with pytest.raises(ValueError, match=message):
        model.fit(words, np.ones(5), batch_size=5, verbose=0, shuffle=False)


def network(library=beras):
    return library.Sequential(
        [
            library.layers.Input((4,), dtype="int32"),
            library.layers.Embedding(7, 3, embeddings_regularizer="l2", embeddings_constraint="unit_norm"),
            library.layers.Flatten(),
            library.layers.Dense(1),
        ]
    )


@pytest.mark.torch
@pytest.mark.parametrize("run_eagerly", [True, False])
def test_a_fit_is_keras_fit(run_eagerly):
    words, y = RNG.integers(0, 7, (22, 4)), RNG.normal(size=22).astype("float32")
    ours, theirs = network(), network(real_keras())
    ours.set_weights(theirs.get_weights())
    ours.compile("adam", "mse", run_eagerly=run_eagerly)
    theirs.compile("adam", "mse")
    mine, other = (m.fit(words, y, batch_size=8, epochs=3, shuffle=False, verbose=0).history for m in (ours, theirs))
    np.testing.assert_allclose(mine["loss"], other["loss"], rtol=1e-5)
    for w, v in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(w, v, rtol=0, atol=2e-5)
    if not run_eagerly:
        assert ours._replays.reason is None


def test_first_values():
    table = RNG.normal(size=(7, 3)).astype("float32")
    for given in (table, [table], table.tolist()):
        np.testing.assert_array_equal(layers.Embedding(7, 3, weights=given)(WORDS), table[WORDS])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"input_dim": 0, "output_dim": 3}, "input_dim of an Embedding must be a positive integer. Received: 0"),
        ({"input_dim": 3, "output_dim": 2.5}, "output_dim of an Embedding must be a positive integer"),
        ({"input_dim": 3, "output_dim": 2, "mask_zero": True}, "no masks here.*sample_weight"),
        ({"input_dim": 3, "output_dim": 2, "lora_rank": 2}, "lora_rank is accepted"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        layers.Embedding(**arguments)


def test_there_is_no_slope_by_a_whole_number():
    layer = layers.Embedding(7, 3)
    layer(WORDS)
    with pytest.raises(TypeError, match="by which nothing has a derivative"):
        layer.input_gradients()
