"""Every metric: its results over several batches, weighted and not, against Keras 3."""

import numpy as np
import pytest

from beras import metrics
from tests.keras.differences import agree
from tests.keras_oracle import call, keras

pytestmark = pytest.mark.torch

RNG = np.random.default_rng(11)
SCORES = RNG.normal(size=(20, 7))
PROBABILITIES = (np.exp(SCORES) / np.exp(SCORES).sum(-1, keepdims=True)).astype("float32")
CLASSES = RNG.integers(0, 7, 20)
ONE_HOT = np.eye(7)[CLASSES].astype("float32")
BITS = (RNG.uniform(size=(20, 7)) > 0.5).astype("float32")
CHANCES = RNG.uniform(size=(20, 7)).astype("float32")
VALUES = RNG.normal(size=(20, 7)).astype("float32")
COUNTS = RNG.poisson(2.0, (20, 7)).astype("float32")
WEIGHTS = RNG.uniform(size=20).astype("float32")

ROWS = [
    ("Accuracy", {}, CLASSES, RNG.integers(0, 7, 20)),
    ("BinaryAccuracy", {}, BITS, CHANCES),
    ("BinaryAccuracy", {"threshold": 0.3}, BITS[:, 0], CHANCES[:, :1]),
    ("CategoricalAccuracy", {}, ONE_HOT, PROBABILITIES),
    ("CategoricalAccuracy", {}, ONE_HOT.reshape(10, 2, 7), PROBABILITIES.reshape(10, 2, 7)),
    ("SparseCategoricalAccuracy", {}, CLASSES, PROBABILITIES),
    ("SparseCategoricalAccuracy", {}, CLASSES[:, None], PROBABILITIES),
    ("SparseCategoricalAccuracy", {}, CLASSES.reshape(10, 2), PROBABILITIES.reshape(10, 2, 7)),
    ("TopKCategoricalAccuracy", {"k": 3}, ONE_HOT, PROBABILITIES),
    ("SparseTopKCategoricalAccuracy", {"k": 2}, CLASSES, PROBABILITIES),
    ("SparseTopKCategoricalAccuracy", {}, CLASSES, PROBABILITIES),
    ("SparseTopKCategoricalAccuracy", {"k": 3}, CLASSES, np.round(PROBABILITIES, 1)),
    ("MeanSquaredError", {}, VALUES, CHANCES),
    ("MeanSquaredError", {}, VALUES[:, 0], CHANCES[:, :1]),
    ("RootMeanSquaredError", {}, VALUES, CHANCES),
    ("MeanAbsoluteError", {}, VALUES, CHANCES),
    ("MeanAbsolutePercentageError", {}, VALUES, CHANCES),
    ("MeanSquaredLogarithmicError", {}, np.abs(VALUES), CHANCES),
    ("CosineSimilarity", {}, VALUES, CHANCES),
    ("LogCoshError", {}, VALUES, CHANCES),
    ("KLDivergence", {}, ONE_HOT, PROBABILITIES),
    ("Poisson", {}, COUNTS, CHANCES),
    ("Hinge", {}, BITS, VALUES),
    ("SquaredHinge", {}, BITS, VALUES),
    ("CategoricalHinge", {}, ONE_HOT, VALUES),
    ("BinaryCrossentropy", {}, BITS, CHANCES),
    ("BinaryCrossentropy", {"from_logits": True, "label_smoothing": 0.1}, BITS, VALUES),
    ("CategoricalCrossentropy", {}, ONE_HOT, PROBABILITIES),
    ("CategoricalCrossentropy", {"from_logits": True, "label_smoothing": 0.1}, ONE_HOT, VALUES),
    ("SparseCategoricalCrossentropy", {}, CLASSES, PROBABILITIES),
    ("SparseCategoricalCrossentropy", {"from_logits": True}, CLASSES, VALUES),
    ("Precision", {}, BITS, CHANCES),
    ("Precision", {}, BITS[:, 0], CHANCES[:, 0]),
    ("Precision", {"thresholds": [0.2, 0.7]}, BITS, CHANCES),
    ("Precision", {"thresholds": 0.9}, BITS, CHANCES),
    ("Precision", {"top_k": 2}, BITS, CHANCES),
    ("Precision", {"class_id": 3}, BITS, CHANCES),
    ("Recall", {}, BITS, CHANCES),
    ("Recall", {"thresholds": [0.0, 0.5, 1.0]}, BITS, CHANCES),
    ("Recall", {"top_k": 3, "class_id": 1}, BITS, CHANCES),
    ("TruePositives", {}, BITS, CHANCES),
    ("FalsePositives", {"thresholds": [0.2, 0.6]}, BITS, CHANCES),
    ("TrueNegatives", {}, BITS, CHANCES),
    ("FalseNegatives", {}, BITS, CHANCES),
    ("F1Score", {}, ONE_HOT, PROBABILITIES),
    ("F1Score", {"average": "micro", "threshold": 0.4}, BITS, CHANCES),
    ("F1Score", {"average": "macro"}, ONE_HOT, PROBABILITIES),
    ("F1Score", {"average": "weighted"}, ONE_HOT, PROBABILITIES),
    ("FBetaScore", {"beta": 2.0}, ONE_HOT, PROBABILITIES),
    ("Precision", {"thresholds": [0.2, 0.3]}, BITS, np.round(CHANCES, 1)),
    ("AUC", {}, BITS, CHANCES),
    ("AUC", {}, BITS[:, 0], CHANCES[:, :1]),
    *(
        ("AUC", {"curve": curve, "summation_method": method, "num_thresholds": 20}, BITS, CHANCES)
        for curve in ("ROC", "PR", "PRGAIN")
        for method in ("interpolation", "minoring", "majoring")
    ),
    ("AUC", {"thresholds": [0.9, 0.2, 0.5, 0.55]}, BITS, CHANCES),
    ("AUC", {"thresholds": [0.25, 0.5, 0.75], "curve": "PR"}, BITS, np.round(CHANCES * 4) / 4),
    ("AUC", {"from_logits": True}, BITS, VALUES),
    ("AUC", {"multi_label": True}, BITS, CHANCES),
    ("AUC", {"multi_label": True, "num_labels": 7, "label_weights": [1, 2, 0, 1, 1, 3, 1.0]}, BITS, CHANCES),
    ("AUC", {"multi_label": True, "curve": "PR", "label_weights": [1, 2, 0, 1, 1, 3, 1.0]}, BITS, CHANCES),
    ("AUC", {"label_weights": [1, 2, 0, 1, 1, 3, 1.0]}, BITS, CHANCES),
    ("AUC", {}, np.zeros_like(BITS), CHANCES),
    ("AUC", {"curve": "PR"}, np.ones_like(BITS), CHANCES),
    ("SensitivityAtSpecificity", {"specificity": 0.4}, BITS, CHANCES),
    ("SensitivityAtSpecificity", {"specificity": 0.4, "num_thresholds": 1}, BITS, CHANCES),
    ("SpecificityAtSensitivity", {"sensitivity": 0.6, "class_id": 2}, BITS, CHANCES),
    ("PrecisionAtRecall", {"recall": 0.3, "num_thresholds": 30}, BITS, CHANCES),
    ("RecallAtPrecision", {"precision": 0.5}, BITS, CHANCES),
    ("RecallAtPrecision", {"precision": 0.99}, BITS, CHANCES),
    ("R2Score", {}, VALUES, CHANCES),
    ("R2Score", {"class_aggregation": None}, VALUES, CHANCES),
    ("R2Score", {"class_aggregation": "variance_weighted_average", "num_regressors": 5}, VALUES, CHANCES),
    ("PearsonCorrelation", {}, VALUES, CHANCES),
    ("ConcordanceCorrelation", {}, VALUES, CHANCES),
    ("IoU", {"num_classes": 7, "target_class_ids": [0, 3], "dtype": "float32"}, CLASSES, RNG.integers(0, 7, 20)),
    ("IoU", {"num_classes": 5, "target_class_ids": [1], "dtype": "float32"}, CLASSES, RNG.integers(0, 7, 20)),
    ("BinaryIoU", {"dtype": "float32"}, BITS[:, 0], CHANCES[:, 0]),
    ("BinaryIoU", {"target_class_ids": [1], "threshold": 0.2, "dtype": "float32"}, BITS[:, 0], CHANCES[:, 0]),
    ("MeanIoU", {"num_classes": 7, "dtype": "float32"}, CLASSES, RNG.integers(0, 7, 20)),
    ("MeanIoU", {"num_classes": 7, "ignore_class": 2, "dtype": "float32"}, CLASSES, RNG.integers(0, 7, 20)),
    (
        "MeanIoU",
        {"num_classes": 7, "sparse_y_pred": False, "dtype": "float32"},
        CLASSES,
        PROBABILITIES,
    ),
    ("OneHotIoU", {"num_classes": 7, "target_class_ids": [0, 3], "dtype": "float32"}, ONE_HOT, PROBABILITIES),
    ("OneHotMeanIoU", {"num_classes": 7, "dtype": "float32"}, ONE_HOT, PROBABILITIES),
]
IDS = [f"{i}-{row[0]}-{row[1]}" for i, row in enumerate(ROWS)]
BATCHES = [slice(0, 6), slice(6, 14), slice(14, 20)]


@pytest.mark.parametrize(("name", "arguments", "y_true", "y_pred"), ROWS, ids=IDS)
@pytest.mark.parametrize("weighted", [False, True])
def test_results_over_batches(name, arguments, y_true, y_pred, weighted):
    theirs, mine = getattr(keras().metrics, name)(**arguments), getattr(metrics, name)(**arguments)
    for batch in BATCHES:
        weights = WEIGHTS[batch][: len(y_true[batch])] if weighted else None
        call(lambda: (theirs.update_state(y_true[batch], y_pred[batch], sample_weight=weights), 0)[1])  # noqa: B023
        mine.update_state(y_true[batch], y_pred[batch], sample_weight=weights)
    expected, ours = call(theirs.result), mine.result()
    agree("metrics", ours, expected, rtol=1e-5, atol=1e-6)
    assert isinstance(ours, float) or np.ndim(expected) == 1
    mine.reset_state()
    assert np.all(mine.result() == 0)


NEEDED = {
    "IoU": {"num_classes": 7, "target_class_ids": [0, 3]},
    "MeanIoU": {"num_classes": 7},
    "OneHotIoU": {"num_classes": 7, "target_class_ids": [0, 3]},
    "OneHotMeanIoU": {"num_classes": 7},
    "PrecisionAtRecall": {"recall": 0.5},
    "RecallAtPrecision": {"precision": 0.5},
    "SensitivityAtSpecificity": {"specificity": 0.5},
    "SpecificityAtSensitivity": {"sensitivity": 0.5},
}


@pytest.mark.parametrize("name", sorted({row[0] for row in ROWS}))
def test_defaults_names_and_configs(name):
    needed = NEEDED.get(name, {})
    theirs, mine = getattr(keras().metrics, name)(**needed), getattr(metrics, name)(**needed)
    config = {**mine.get_config(), "name": theirs.name}
    if name == "CosineSimilarity":  # Keras's does not say its axis
        config.pop("axis")
    assert config == theirs.get_config()
    assert metrics.deserialize(keras().metrics.serialize(theirs)).get_config().items() >= theirs.get_config().items()
    assert mine.name == theirs.name.removesuffix("_1").rstrip("_0123456789") or mine.name == theirs.name
    assert type(metrics.get(metrics.serialize(mine))) is type(mine)
    assert metrics.get(metrics.serialize(mine)).get_config() == mine.get_config()


@pytest.mark.parametrize("values", [np.arange(6.0), np.arange(12.0).reshape(6, 2), 3.0], ids=["1d", "2d", "0d"])
@pytest.mark.parametrize("weights", [None, WEIGHTS[:6], WEIGHTS[:6, None]], ids=["none", "1d", "2d"])
@pytest.mark.parametrize("name", ["Mean", "Sum"])
def test_mean_and_sum(name, values, weights):
    if np.ndim(values) == 0:
        weights = None if weights is None else 2.0
    if name == "Sum" and np.ndim(values) == 1 and np.ndim(weights) == 2:
        weights = weights[:, 0]
    theirs, mine = getattr(keras().metrics, name)(), getattr(metrics, name)()
    for _ in range(2):
        call(lambda: theirs.update_state(values, weights) or 0)
        mine.update_state(values, weights)
    agree("metrics", mine.result(), call(theirs.result), rtol=1e-5, atol=0)


SHAPES = [((8,), (8, 10)), ((8, 1), (8, 10)), ((8, 10), (8, 10)), ((8, 1), (8, 1)), ((8,), (8, 1)), ((8, 5), (8, 5, 9))]


@pytest.mark.parametrize(("y_true", "y_pred"), SHAPES, ids=str)
@pytest.mark.parametrize("name", ["accuracy", "acc"])
def test_accuracy_is_found_by_shapes_as_in_keras(name, y_true, y_pred):
    from keras.src.trainers.compile_utils import get_metric

    expected = get_metric(name, np.zeros(y_true), np.zeros(y_pred))
    ours = metrics.get(name, y_true_shape=y_true, y_pred_shape=y_pred)
    assert (type(ours).__name__, ours.name) == (type(expected).__name__, expected.name) == (type(ours).__name__, name)
