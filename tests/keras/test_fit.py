"""Histories of `fit`, key by key, against the real Keras: every optimizer, loss and metric, weights of all kinds."""

from __future__ import annotations

import numpy as np
import pytest

import beras
from tests.keras.differences import agree
from tests.keras_oracle import keras as real_keras

pytestmark = [pytest.mark.torch, pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")]

RNG = np.random.default_rng(0)
X = RNG.normal(size=(54, 6)).astype(np.float32)
LABELS = RNG.integers(0, 3, 54)
ONE_HOT = np.eye(3, dtype=np.float32)[LABELS]
BITS = (X[:, :1] > 0).astype(np.float32)
REAL = (X[:, :3] * 2 + 1).astype(np.float32)
COUNTS = RNG.poisson(2.0, (54, 3)).astype(np.float32)
OPTIONS = {"batch_size": 16, "epochs": 3, "shuffle": False, "verbose": 0, "validation_split": 0.2}

OPTIMIZERS = {
    "SGD": {"momentum": 0.9},
    "RMSprop": {},
    "Adam": {},
    "AdamW": {},
    "Adagrad": {"learning_rate": 0.1},
    "Adadelta": {"learning_rate": 1.0},
    "Adamax": {},
    "Nadam": {},
    "Lion": {"learning_rate": 0.003},
    "Ftrl": {"learning_rate": 0.1},
    "Lamb": {},
    "Adafactor": {"learning_rate": 0.05},
    "Muon": {"learning_rate": 0.01, "exclude_layers": ["out"]},
}
#: loss, its arguments, the last layer's units and activation, the truth
LOSSES = [
    ("MeanSquaredError", {}, 3, None, REAL),
    ("MeanAbsoluteError", {}, 3, None, REAL),
    ("MeanAbsolutePercentageError", {}, 3, None, COUNTS + 3),
    ("MeanSquaredLogarithmicError", {}, 3, "softplus", COUNTS),
    ("Huber", {"delta": 0.5}, 3, None, REAL),
    ("LogCosh", {}, 3, None, REAL),
    ("CosineSimilarity", {}, 3, None, REAL),
    ("Poisson", {}, 3, "softplus", COUNTS),
    ("KLDivergence", {}, 3, "softmax", ONE_HOT),
    ("Hinge", {}, 1, "tanh", 2 * BITS - 1),
    ("SquaredHinge", {}, 1, "tanh", BITS),
    ("CategoricalHinge", {}, 3, None, ONE_HOT),
    ("BinaryCrossentropy", {}, 1, "sigmoid", BITS),
    ("BinaryCrossentropy", {"from_logits": True, "label_smoothing": 0.2}, 1, None, BITS),
    ("CategoricalCrossentropy", {"label_smoothing": 0.1}, 3, "softmax", ONE_HOT),
    ("CategoricalCrossentropy", {"from_logits": True}, 3, None, ONE_HOT),
    ("SparseCategoricalCrossentropy", {}, 3, "softmax", LABELS),
    ("SparseCategoricalCrossentropy", {"from_logits": True, "ignore_class": 1}, 3, None, LABELS),
    ("BinaryFocalCrossentropy", {"apply_class_balancing": True}, 1, "sigmoid", BITS),
    ("CategoricalFocalCrossentropy", {}, 3, "softmax", ONE_HOT),
    ("CategoricalGeneralizedCrossEntropy", {}, 3, "softmax", LABELS),
    ("Dice", {}, 1, "sigmoid", BITS),
    ("Tversky", {"alpha": 0.3, "beta": 0.8}, 1, "sigmoid", BITS),
]
METRICS = {
    "binary": (
        1,
        "sigmoid",
        "binary_crossentropy",
        BITS,
        ["AUC", "Precision", "Recall", "BinaryAccuracy"],
    ),
    "one-hot": (
        *(3, "softmax", "categorical_crossentropy", ONE_HOT),
        ["CategoricalAccuracy", "F1Score", "AUC", "KLDivergence", "CosineSimilarity"],
    ),
    "sparse": (
        *(3, "softmax", "sparse_categorical_crossentropy", LABELS),
        ["SparseCategoricalAccuracy", "SparseCategoricalCrossentropy"],
    ),
    "real": (
        *(3, None, "mse", REAL),
        ["R2Score", "RootMeanSquaredError", "MeanAbsoluteError", "LogCoshError", "PearsonCorrelation"],
    ),
}


def build(library, units, activation):
    layers = library.layers
    return library.Sequential([layers.Dense(5, "tanh", name="hidden"), layers.Dense(units, activation, name="out")])


def pair(units, activation):
    real_keras().utils.set_random_seed(1)
    theirs, ours = build(real_keras(), units, activation), build(beras, units, activation)
    theirs.build((None, 6))
    ours.build_for((None, 6))
    ours.set_weights(theirs.get_weights())
    return ours, theirs


def same_run(ours, theirs, y, area, weights=True, **options):
    options = {**OPTIONS, **options}
    found, expected = ours.fit(X, y, **options).history, theirs.fit(X, y, **options).history
    assert list(found) == list(expected)
    for name, values in expected.items():
        agree(area, found[name], values, rtol=5e-4, atol=5e-6, message=name)
    for mine, other in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        agree(area, mine, other, rtol=2e-3, atol=2e-5)


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("run_eagerly", [False, True])
def test_optimizers(name, run_eagerly):
    ours, theirs = pair(3, "softmax")
    for library, model in ((beras, ours), (real_keras(), theirs)):
        optimizer = getattr(library.optimizers, name)(**OPTIMIZERS[name])
        model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"], run_eagerly=run_eagerly)
    same_run(ours, theirs, LABELS, "fit with each optimizer")


@pytest.mark.parametrize(("name", "arguments", "units", "activation", "y"), LOSSES)
@pytest.mark.parametrize("weighted", [False, True])
def test_losses(name, arguments, units, activation, y, weighted):
    ours, theirs = pair(units, activation)
    for library, model in ((beras, ours), (real_keras(), theirs)):
        model.compile(library.optimizers.SGD(0.05), getattr(library.losses, name)(**arguments))
    weights = {"sample_weight": np.linspace(0.1, 2, 54).astype(np.float32)} if weighted else {}
    if weighted and name in ("Dice", "Tversky"):
        pytest.skip("one number for the batch has no sample to weight")
    same_run(ours, theirs, y, "fit with each loss", **weights)


@pytest.mark.parametrize("kind", METRICS)
@pytest.mark.parametrize("weighted", [False, True])
def test_metrics(kind, weighted):
    units, activation, loss, y, names = METRICS[kind]
    ours, theirs = pair(units, activation)
    for library, model in ((beras, ours), (real_keras(), theirs)):
        listed = [getattr(library.metrics, name)(name=name.lower()) for name in names]
        model.compile(library.optimizers.SGD(0.05), loss, **{"weighted_metrics" if weighted else "metrics": listed})
    weights = {"sample_weight": np.linspace(0.1, 2, 54).astype(np.float32)} if weighted else {}
    same_run(ours, theirs, y, "fit with each metric", **weights)


@pytest.mark.parametrize("reduction", ["sum", "mean", "mean_with_sample_weight"])
def test_reductions_and_class_weights(reduction):
    ours, theirs = pair(3, "softmax")
    for library, model in ((beras, ours), (real_keras(), theirs)):
        loss = library.losses.SparseCategoricalCrossentropy(reduction=reduction)
        model.compile(library.optimizers.SGD(0.01), loss, weighted_metrics=["accuracy"])
    same_run(ours, theirs, LABELS, "fit with each loss", class_weight={0: 1.0, 1: 2.0, 2: 0.5})


REGULARIZERS = {
    "l1": {"kernel_regularizer": "l1"},
    "l2": {"kernel_regularizer": "l2", "bias_regularizer": "l1"},
    "activity": {"activity_regularizer": "l1"},
    "orthogonal": {"kernel_regularizer": "orthogonal_regularizer"},
}


@pytest.mark.parametrize("kind", REGULARIZERS)
def test_regularizers(kind):
    models = []
    for library in (beras, real_keras()):
        layers = library.layers
        models.append(library.Sequential([layers.Dense(5, "tanh", **REGULARIZERS[kind]), layers.Dense(3)]))
        models[-1].compile(library.optimizers.SGD(0.05), "mse")
    ours, theirs = models
    real_keras().utils.set_random_seed(1)
    theirs.build((None, 6))
    ours.build_for((None, 6))
    ours.set_weights(theirs.get_weights())
    same_run(ours, theirs, REAL, "fit with each regularizer")


def test_a_loss_that_picks_by_the_labels_picks_by_those_of_each_batch():
    """The index is a tuple that holds the labels: a replay must take those of its own batch, backward too."""

    def picked(y_true, y_pred):
        return 1 - np.sqrt(y_pred[np.arange(len(y_true)), y_true.reshape(-1).astype(int)])

    histories = []
    for run_eagerly in (True, False):
        beras.set_random_seed(3)
        model = build(beras, 3, "softmax")
        model.compile(beras.optimizers.SGD(0.5), picked, run_eagerly=run_eagerly)
        histories.append(model.fit(X, LABELS, **OPTIONS).history)
    assert histories[0] == histories[1]
