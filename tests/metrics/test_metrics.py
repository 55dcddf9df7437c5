"""Metrics: names, states, errors."""

import numpy as np
import pytest

import beras
from beras import losses, metrics


def test_names_give_the_metric_its_name():
    for name, kind in {
        "mse": metrics.MeanSquaredError,
        "mean_squared_error": metrics.MeanSquaredError,
        "MeanSquaredError": metrics.MeanSquaredError,
        "binary_accuracy": metrics.BinaryAccuracy,
        "top_k_categorical_accuracy": metrics.TopKCategoricalAccuracy,
        "f1_score": metrics.F1Score,
        "Precision": metrics.Precision,
        "kld": metrics.KLDivergence,
    }.items():
        metric = metrics.get(name)
        assert type(metric) is kind
        assert metric.name == name


def test_instances_classes_and_functions():
    metric = metrics.Recall(name="mine")
    assert metrics.get(metric) is metric
    assert type(metrics.get(metrics.Recall)) is metrics.Recall

    def largest_error(y_true, y_pred):
        return np.max(np.abs(y_true - y_pred), axis=-1)

    metric = metrics.get(largest_error)
    assert metric.name == "largest_error"
    assert metric(np.zeros((2, 2)), np.array([[1.0, 2.0], [4.0, 3.0]])) == 3.0


def test_accuracy_by_loss():
    for loss, kind in {
        losses.SparseCategoricalCrossentropy(): metrics.SparseCategoricalAccuracy,
        losses.CategoricalCrossentropy(): metrics.CategoricalAccuracy,
        "binary_crossentropy": metrics.BinaryAccuracy,
    }.items():
        assert type(metrics.get("accuracy", loss=loss)) is kind
    with pytest.raises(ValueError, match="'binary_accuracy', 'categorical_accuracy' or"):
        metrics.get("accuracy", loss="mse")


def test_accuracy_of_logits_is_cut_at_zero():
    metric = metrics.get("accuracy", losses.BinaryCrossentropy(from_logits=True), (4, 1), (4, 1))
    assert metric(np.array([1, 0, 1, 0]), np.array([0.2, -0.2, 3.0, 0.1])) == 0.75


def test_accuracy_of_one_prediction_per_sample():
    assert type(metrics.get("accuracy", None, (4,), (4,))) is metrics.BinaryAccuracy


def test_check_passes_what_can_be_found_later():
    metrics.check("accuracy")
    metrics.check(metrics.Mean())
    with pytest.raises(ValueError, match=r"Unknown metric 'acuracy'. Did you mean 'accuracy'\?"):
        metrics.check("acuracy")


def test_losses_optimizers_and_other_things_are_refused():
    with pytest.raises(TypeError, match=r"MeanSquaredError, which is a loss. Pass beras.metrics.MeanSquaredError\(\)"):
        metrics.get(losses.MeanSquaredError())
    with pytest.raises(TypeError, match="an optimizer"):
        metrics.get(type("SGD", (), {"apply_gradients": None})())
    with pytest.raises(TypeError, match="Received: 3 of type int"):
        metrics.get(3)


def test_a_mean_before_the_first_value_is_zero():
    assert metrics.Mean().result() == 0.0


def test_sums_are_kept_in_double_precision():
    mean = metrics.Mean()
    for _ in range(1000):
        mean.update_state(np.float32(0.1))
    assert mean.result() == pytest.approx(float(np.float32(0.1)), rel=1e-12)


def test_nan_predictions_are_never_right():
    nan = np.full((2, 3), np.nan)
    assert metrics.SparseTopKCategoricalAccuracy(k=1)([1, 2], nan) == 0.0
    assert metrics.TopKCategoricalAccuracy(k=2)(np.eye(3)[:2], nan) == 0.0
    assert metrics.BinaryAccuracy()(np.ones((2, 3)), nan) == 0.0


def test_tensors_of_a_tape_are_accepted():
    with beras.GradientTape() as tape:
        y = tape.watch(np.array([[0.1, 0.9]]))
        assert metrics.CategoricalAccuracy()(np.array([[0, 1]]), y) == 1.0
        assert metrics.MeanSquaredError()(np.array([[0, 1]]), y) == pytest.approx(0.01)
        assert metrics.Precision()(np.array([[0, 1]]), y) == 1.0
        assert metrics.F1Score("macro")(np.array([[0, 1]]), y) == pytest.approx(0.5, abs=1e-6)
        assert tape.records == []


def test_shapes_that_do_not_fit():
    scores = np.zeros((4, 3))
    with pytest.raises(ValueError, match=r"\(4,\).*\(4, 3\).*SparseCategoricalAccuracy"):
        metrics.CategoricalAccuracy()(np.zeros(4), scores)
    with pytest.raises(ValueError, match=r"shape \(4,\).*Received: shape \(4, 3\).*CategoricalAccuracy"):
        metrics.SparseCategoricalAccuracy()(np.zeros((4, 3)), scores)
    with pytest.raises(ValueError, match=r"\(batch, classes\)"):
        metrics.F1Score()(np.zeros(4), np.zeros(4))
    with pytest.raises(ValueError, match=r"Received: shape \(3,\)"):
        metrics.Mean()(np.zeros(4), np.zeros(3))


def test_options_that_cannot_be():
    with pytest.raises(ValueError, match=r"between 0 and 1. Received: 1.5"):
        metrics.Precision(thresholds=1.5)
    with pytest.raises(ValueError, match="Did you mean 'macro'"):
        metrics.F1Score(average="macros")
    with pytest.raises(ValueError, match="positive"):
        metrics.FBetaScore(beta=0.0)


def test_a_users_function_sees_labels_with_as_many_axes_as_predictions():
    metric = metrics.get(lambda y_true, y_pred: np.mean((y_true - y_pred) ** 2, axis=-1))
    y_pred = np.array([[1.0], [2.0], [4.0]])
    assert metric(np.array([1.0, 2.0, 3.0]), y_pred) == pytest.approx(1 / 3)
