"""Every loss: values and gradients against Keras 3, for all its options, reductions and weights."""

import numpy as np
import pytest

import beras
from beras import losses
from tests.keras.differences import agree
from tests.keras_oracle import call, keras, value_and_gradient

pytestmark = pytest.mark.torch

RNG = np.random.default_rng(5)
SCORES = RNG.normal(0, 3, (6, 4))
PROBABILITIES = np.exp(SCORES) / np.exp(SCORES).sum(-1, keepdims=True)
EDGES = np.array([[0.0, 1.0, 0.0, 0.0], [1.0, 0.0, 0.0, 0.0], [1e-9, 0.5, 0.5, 0.0]] * 2)
ONE_HOT = np.eye(4)[[0, 3, 1, 1, 2, 0]]
SOFT = RNG.dirichlet(np.ones(4), 6)
CLASSES = np.array([0, 3, 1, 1, 2, 0])
BITS = (RNG.uniform(size=(6, 4)) > 0.5).astype(float)
SIGNS = 2 * BITS - 1
VALUES = RNG.normal(size=(6, 4))
COUNTS = RNG.poisson(2.0, (6, 4)).astype(float)

#: class, arguments, y_true, y_pred
ROWS = [
    ("CategoricalCrossentropy", {}, ONE_HOT, PROBABILITIES),
    ("CategoricalCrossentropy", {}, ONE_HOT, PROBABILITIES * 3),
    ("CategoricalCrossentropy", {}, ONE_HOT, EDGES),
    ("CategoricalCrossentropy", {"label_smoothing": 0.1}, ONE_HOT, PROBABILITIES),
    ("CategoricalCrossentropy", {"from_logits": True}, ONE_HOT, SCORES),
    ("CategoricalCrossentropy", {"from_logits": True}, SOFT, SCORES * 30),
    ("CategoricalCrossentropy", {"from_logits": True, "label_smoothing": 0.2}, ONE_HOT, SCORES),
    (
        "CategoricalCrossentropy",
        {"from_logits": True, "axis": 1},
        np.stack([ONE_HOT] * 2, 2),
        np.stack([SCORES] * 2, 2),
    ),
    ("SparseCategoricalCrossentropy", {}, CLASSES, PROBABILITIES),
    ("SparseCategoricalCrossentropy", {}, CLASSES[:, None], PROBABILITIES),
    ("SparseCategoricalCrossentropy", {}, CLASSES, EDGES),
    ("SparseCategoricalCrossentropy", {"from_logits": True}, CLASSES, SCORES),
    ("SparseCategoricalCrossentropy", {"from_logits": True}, CLASSES, SCORES * 30),
    ("SparseCategoricalCrossentropy", {"from_logits": True}, CLASSES.reshape(3, 2), SCORES.reshape(3, 2, 4)),
    ("SparseCategoricalCrossentropy", {"from_logits": True, "ignore_class": 1}, CLASSES, SCORES),
    ("SparseCategoricalCrossentropy", {"ignore_class": 0}, CLASSES, PROBABILITIES),
    ("BinaryCrossentropy", {}, BITS, PROBABILITIES),
    ("BinaryCrossentropy", {}, BITS, EDGES),
    ("BinaryCrossentropy", {}, BITS[:, 0], PROBABILITIES[:, :1]),
    ("BinaryCrossentropy", {"label_smoothing": 0.3}, BITS, PROBABILITIES),
    ("BinaryCrossentropy", {"from_logits": True}, BITS, SCORES * 30),
    ("BinaryCrossentropy", {"from_logits": True, "label_smoothing": 0.3}, BITS, SCORES),
    ("MeanSquaredError", {}, VALUES, SCORES),
    ("MeanSquaredError", {}, VALUES[:, 0], SCORES[:, :1]),
    ("MeanSquaredError", {}, VALUES.reshape(3, 2, 4), SCORES.reshape(3, 2, 4)),
    ("MeanAbsoluteError", {}, VALUES, SCORES),
    ("MeanAbsolutePercentageError", {}, VALUES, SCORES),
    ("MeanSquaredLogarithmicError", {}, np.abs(VALUES), SCORES),
    ("KLDivergence", {}, SOFT, PROBABILITIES),
    ("KLDivergence", {}, ONE_HOT, EDGES),
    ("Huber", {}, VALUES, SCORES),
    ("Huber", {"delta": 0.3}, VALUES, SCORES),
    ("LogCosh", {}, VALUES, SCORES * 30),
    ("Hinge", {}, BITS, SCORES),
    ("Hinge", {}, SIGNS, SCORES),
    ("SquaredHinge", {}, SIGNS, SCORES),
    ("CategoricalHinge", {}, ONE_HOT, SCORES),
    ("Poisson", {}, COUNTS, np.abs(SCORES)),
    ("BinaryFocalCrossentropy", {}, BITS, PROBABILITIES),
    ("BinaryFocalCrossentropy", {"apply_class_balancing": True, "alpha": 0.4, "gamma": 1.5}, BITS, PROBABILITIES),
    ("BinaryFocalCrossentropy", {"from_logits": True, "label_smoothing": 0.2}, BITS, SCORES),
    ("CategoricalFocalCrossentropy", {}, ONE_HOT, PROBABILITIES),
    ("CategoricalFocalCrossentropy", {"alpha": 0.4, "gamma": 1.5, "label_smoothing": 0.1}, ONE_HOT, PROBABILITIES * 3),
    ("CategoricalFocalCrossentropy", {"from_logits": True}, ONE_HOT, SCORES),
    ("CategoricalGeneralizedCrossEntropy", {}, CLASSES, PROBABILITIES),
    ("CategoricalGeneralizedCrossEntropy", {"q": 0.8}, CLASSES, PROBABILITIES),
    ("Dice", {}, BITS, PROBABILITIES),
    ("Dice", {"axis": -1}, BITS, PROBABILITIES),
    ("Dice", {"axis": (1, 2)}, BITS.reshape(3, 2, 4), PROBABILITIES.reshape(3, 2, 4)),
    ("Tversky", {}, BITS, PROBABILITIES),
    ("Tversky", {"alpha": 0.2, "beta": 0.9, "axis": -1}, BITS, PROBABILITIES),
    ("CosineSimilarity", {}, VALUES, SCORES),
    ("CosineSimilarity", {"axis": 0}, VALUES, SCORES),
]
#: Keras on torch takes means in single precision whatever the dtype; sums it takes in double.
SINGLE, EXACT = {"rtol": 2e-6, "atol": 1e-6}, {"rtol": 1e-9, "atol": 1e-11}
SUMS = ("CategoricalCrossentropy", "SparseCategoricalCrossentropy", "KLDivergence")
IDS = [f"{i}-{row[0]}-{row[1]}" for i, row in enumerate(ROWS)]


def both(name, arguments, y_true, y_pred, sample_weight=None, dtype="float64"):
    """Return value and gradient of the loss by Keras and by beras."""
    theirs = getattr(keras().losses, name)(**arguments, dtype=dtype)
    mine = getattr(losses, name)(**arguments)
    y_pred = y_pred.astype(dtype)
    y_true = y_true if y_true.dtype.kind == "i" else y_true.astype(dtype)
    expected = value_and_gradient(lambda p: theirs(y_true, p, sample_weight=sample_weight), y_pred)
    with beras.GradientTape() as tape:
        watched = tape.watch(y_pred)
        value = mine(y_true, watched, sample_weight)
    return expected, (value.numpy(), tape.gradient(value, watched)), mine


@pytest.mark.parametrize(("name", "arguments", "y_true", "y_pred"), ROWS, ids=IDS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_values_and_gradients_of_the_samples(name, arguments, y_true, y_pred, dtype):
    arguments = {**arguments, "reduction": None}
    (value, gradient), (ours, our_gradient), _ = both(name, arguments, y_true, y_pred, dtype=dtype)
    tolerance = {"rtol": 2e-5, "atol": 1e-6} if dtype == "float32" else EXACT if name in SUMS else SINGLE
    assert ours.dtype == our_gradient.dtype == dtype
    agree("losses", ours, value, **tolerance)
    agree("losses", our_gradient, gradient, **tolerance)


@pytest.mark.parametrize(("name", "arguments", "y_true", "y_pred"), ROWS, ids=IDS)
def test_the_reduced_loss_and_its_local_jacobian(name, arguments, y_true, y_pred):
    (value, gradient), (ours, our_gradient), mine = both(name, arguments, y_true, y_pred)
    agree("losses", ours, value, **SINGLE)
    agree("losses", our_gradient, gradient, **SINGLE)
    mine(y_true, y_pred)
    np.testing.assert_allclose(mine.input_gradients(), our_gradient, rtol=1e-12, atol=1e-14)


WEIGHTS = {"none": None, "vector": np.array([1.0, 0.0, 2.0, 0.5, 3.0, 1.0]), "column": np.full((6, 1), 2.0)}
REDUCTIONS = ["sum_over_batch_size", "mean", "sum", "mean_with_sample_weight", "none", None]


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("weights", WEIGHTS)
@pytest.mark.parametrize("row", [0, 14, 22], ids=IDS.__getitem__)
def test_reductions_and_weights(row, weights, reduction):
    name, arguments, y_true, y_pred = ROWS[row]
    arguments = {**arguments, "reduction": reduction}
    (value, gradient), (ours, our_gradient), _ = both(name, arguments, y_true, y_pred, WEIGHTS[weights])
    agree("losses", ours.reshape(value.shape), value, **SINGLE)
    agree("losses", our_gradient, gradient, **SINGLE)


FUNCTIONS = [name for name in losses.__all__ if name[0].islower() and name not in ("deserialize", "get", "serialize")]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_function_forms(name):
    row = next(row for row in ROWS if losses.get(name).__class__.__name__ == row[0])
    y_true, y_pred = row[2], row[3].astype("float32")
    needed = {"q": 0.5} if name == "categorical_generalized_cross_entropy" else {}
    tensor = keras().ops.convert_to_tensor(y_pred)
    expected = call(getattr(keras().losses, name), y_true.astype("float32"), tensor, **needed)
    agree("losses", getattr(losses, name)(y_true, y_pred, **needed), expected, rtol=2e-5, atol=1e-6)


def test_weights_of_several_axes():
    y_true, y_pred = VALUES.reshape(3, 2, 4), SCORES.reshape(3, 2, 4)
    weights = np.array([[1.0, 0.0], [2.0, 1.0], [0.5, 0.5]])
    (value, gradient), (ours, our_gradient), _ = both("MeanSquaredError", {}, y_true, y_pred, weights)
    agree("losses", ours, value, **SINGLE)
    agree("losses", our_gradient, gradient, **SINGLE)


#: Arguments that Keras leaves out of its configurations, so that they are lost when a model is saved.
FORGOTTEN = {"CosineSimilarity": ["axis"], "Huber": ["delta"], "SparseCategoricalCrossentropy": ["axis"]}


@pytest.mark.parametrize("name", sorted({row[0] for row in ROWS}))
def test_defaults_names_and_configs_are_keras(name):
    for arguments in [row[1] for row in ROWS if row[0] == name]:
        theirs, mine = getattr(keras().losses, name)(**arguments), getattr(losses, name)(**arguments)
        assert (mine.name, mine.reduction) == (theirs.name, theirs.reduction)
        config = mine.get_config()
        assert config == theirs.get_config() | {key: config[key] for key in FORGOTTEN.get(name, ())}
        assert type(theirs).from_config(config).get_config() == theirs.get_config()
        again = losses.deserialize(keras().losses.serialize(theirs))
        assert type(again) is type(mine)
        assert again.get_config().items() >= theirs.get_config().items()
