"""fit, evaluate, predict against the real Keras, from the same weights and with the same batches."""

from __future__ import annotations

import numpy as np
import pytest

import beras
from tests.keras_oracle import keras as real_keras

pytestmark = [pytest.mark.torch, pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")]

RNG = np.random.default_rng(0)
X = RNG.normal(size=(70, 8)).astype(np.float32)
LABELS = RNG.integers(0, 3, 70)
ONE_HOT = np.eye(3, dtype=np.float32)[LABELS]
BINARY = (X[:, :1] > 0).astype(np.float32)
REAL = X[:, :2] * 2 + 1


def build(library, last, **first):
    layers = library.layers
    return library.Sequential(
        [
            layers.Dense(16, activation="relu", **first),
            layers.Dense(8),
            layers.LeakyReLU(negative_slope=0.1),
            *last(layers),
        ]
    )


SOFTMAX = (
    lambda layers: [layers.Dense(3, activation="softmax")],
    lambda layers: [layers.Dense(3), layers.Softmax()],
    lambda layers: [layers.Dense(3), layers.Activation("softmax")],
)
ROWS = [
    ("adam", "categorical_crossentropy", SOFTMAX[0], ONE_HOT, ["accuracy"]),
    ("sgd", "categorical_crossentropy", SOFTMAX[1], ONE_HOT, ["accuracy", "mse"]),
    ("rmsprop", "sparse_categorical_crossentropy", SOFTMAX[2], LABELS, ["acc"]),
    ("adam", "kl_divergence", SOFTMAX[0], ONE_HOT, ["categorical_accuracy"]),
    ("adam", "binary_crossentropy", lambda layers: [layers.Dense(1, activation="sigmoid")], BINARY, ["accuracy"]),
    ("adam", "mse", lambda layers: [layers.Dense(2)], REAL, ["mae"]),
]


@pytest.mark.parametrize(("optimizer", "loss", "last", "y", "metrics"), ROWS)
def test_histories_agree(optimizer, loss, last, y, metrics):
    keras = real_keras()

    theirs, ours = build(keras, last), build(beras, last)
    for model in (theirs, ours):
        model.compile(optimizer=optimizer, loss=loss, metrics=list(metrics))
    theirs.build((None, 8))
    ours.build_for((None, 8))
    ours.set_weights(theirs.get_weights())
    options = {"batch_size": 16, "epochs": 4, "shuffle": False, "verbose": 0, "validation_split": 0.2}
    expected = theirs.fit(X, y, **options).history
    found = ours.fit(X, y, **options).history
    assert list(found) == list(expected)
    for name, values in expected.items():
        np.testing.assert_allclose(found[name], values, rtol=2e-4, atol=2e-6, err_msg=name)
    for mine, other in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-3, atol=1e-5)
    np.testing.assert_allclose(ours.evaluate(X, y, verbose=0), theirs.evaluate(X, y, verbose=0), rtol=2e-4, atol=2e-6)
    np.testing.assert_allclose(ours.predict(X, verbose=0), theirs.predict(X, verbose=0), rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("weights", ["class", "sample"])
def test_weights_of_classes_and_samples_agree(weights):
    keras = real_keras()

    theirs, ours = build(keras, SOFTMAX[0]), build(beras, SOFTMAX[0])
    for model in (theirs, ours):
        model.compile(optimizer="sgd", loss="sparse_categorical_crossentropy", weighted_metrics=["accuracy"])
    theirs.build((None, 8))
    ours.build_for((None, 8))
    ours.set_weights(theirs.get_weights())
    options = {"batch_size": 16, "epochs": 3, "shuffle": False, "verbose": 0, "validation_split": 0.2}
    if weights == "class":
        options["class_weight"] = {1: 2.0, 2: 0.5}  # class 0 has weight 1
    else:
        options["sample_weight"] = RNG.uniform(0.1, 2, 70).astype(np.float32)
    expected, found = theirs.fit(X, LABELS, **options).history, ours.fit(X, LABELS, **options).history
    for name, values in expected.items():
        np.testing.assert_allclose(found[name], values, rtol=2e-4, err_msg=name)


def test_regularizers_agree():
    keras = real_keras()

    kwargs = {"kernel_regularizer": "l2", "activity_regularizer": "l1"}
    theirs, ours = build(keras, SOFTMAX[0], **kwargs), build(beras, SOFTMAX[0], **kwargs)
    for model in (theirs, ours):
        model.compile(optimizer="sgd", loss="categorical_crossentropy")
    theirs.build((None, 8))
    ours.build_for((None, 8))
    ours.set_weights(theirs.get_weights())
    options = {"batch_size": 16, "epochs": 3, "shuffle": False, "verbose": 0, "validation_split": 0.3}
    expected, found = theirs.fit(X, ONE_HOT, **options).history, ours.fit(X, ONE_HOT, **options).history
    for name, values in expected.items():
        np.testing.assert_allclose(found[name], values, rtol=2e-4, err_msg=name)


def test_the_summary_says_what_keras_says(capsys):
    keras = real_keras()

    def essence(model):
        lines: list[str] = []
        model.summary(print_fn=lambda text, **_: lines.append(text))
        text = "\n".join(lines)
        return [
            line.split(":", 1)
            for line in text.splitlines()
            if "params:" in line and not line.strip().startswith("Optimizer")
        ], text

    theirs, ours = build(keras, SOFTMAX[0]), build(beras, SOFTMAX[0])
    theirs.build((None, 8))
    ours.build_for((None, 8))
    expected, _ = essence(theirs)
    found, text = essence(ours)
    assert [[p.strip() for p in row] for row in found] == [[p.strip() for p in row] for row in expected]
    for shown in ("(None, 16)", "(None, 3)", "144", "LeakyReLU"):
        assert shown in text


def test_the_summary_of_a_model_with_branches_has_the_shapes_of_its_layers():
    class Branches(beras.Model):
        def __init__(self):
            super().__init__()
            self.out = beras.Dense(3)
            self.right = beras.Sequential([beras.Flatten(), beras.Dense(5)], name="right")
            self.left = beras.Flatten()

        def call(self, inputs):
            return self.out(np.concatenate([self.left(inputs), self.right(inputs)], axis=-1))

    def shown(model, **options):
        lines: list[str] = []
        model.summary(print_fn=lines.append, **options)
        rows = [line.split("│") for line in lines[0].splitlines() if line.startswith("│")]
        return lines[0].splitlines()[0], [[cell.strip() for cell in row[1:-1]] for row in rows]

    model = Branches()
    assert [row[1:] for row in shown(model)[1]] == [["?", "0 (unbuilt)"]] * 3
    model.build((None, 2, 4))
    title, rows = shown(model, expand_nested=True, show_trainable=True)
    assert title == f'Model: "{model.name}"'
    assert [row[1:] for row in rows] == [
        ["(None, 3)", "42", "Y"],
        ["(None, 5)", "45", "Y"],
        ["(None, 8)", "0", "-"],
        ["(None, 5)", "45", "Y"],
        ["(None, 8)", "0", "-"],
    ]
    assert model.output_shape == (None, 3)
