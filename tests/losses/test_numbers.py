"""Losses: derivatives against central differences, extreme inputs, fusion, dtypes."""

import numpy as np
import pytest

import beras
from beras import activations, losses
from tests.autodiff.case import points

SCORES = points((3, 4), low=-2, high=2, seed=1)[0]
PROBABILITIES = np.exp(SCORES) / np.exp(SCORES).sum(-1, keepdims=True)
TRUTH = points((3, 4), low=0.1, high=1.9, seed=2)[0]
ONE_HOT = np.eye(4)[[2, 0, 3]]
LABELS = np.array([2, 0, 3])
BITS = np.array([[0.0, 1, 1, 0], [1, 1, 0, 0], [0, 1, 0, 1]])

ROWS = [
    (losses.CategoricalCrossentropy(), ONE_HOT, PROBABILITIES),
    (losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.1), ONE_HOT, SCORES),
    (losses.CategoricalCrossentropy(from_logits=True), TRUTH, SCORES),
    (losses.SparseCategoricalCrossentropy(), LABELS, PROBABILITIES),
    (losses.SparseCategoricalCrossentropy(from_logits=True), LABELS, SCORES),
    (losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=0), LABELS, SCORES),
    (losses.BinaryCrossentropy(), BITS, PROBABILITIES),
    (losses.BinaryCrossentropy(from_logits=True), BITS, SCORES),
    (losses.MeanSquaredError(), TRUTH, SCORES),
    (losses.MeanAbsoluteError(), TRUTH, SCORES),
    (losses.MeanAbsolutePercentageError(), TRUTH, SCORES),
    (losses.MeanSquaredLogarithmicError(), TRUTH, TRUTH[::-1]),
    (losses.KLDivergence(), PROBABILITIES[::-1], PROBABILITIES),
    (losses.Huber(delta=0.7), TRUTH, SCORES),
    (losses.LogCosh(), TRUTH, SCORES),
    (losses.Hinge(), BITS, SCORES),
    (losses.SquaredHinge(), BITS, SCORES),
    (losses.CategoricalHinge(), ONE_HOT, SCORES),
    (losses.Poisson(), TRUTH, TRUTH[::-1]),
    (losses.CosineSimilarity(), TRUTH, SCORES),
]
IDS = [f"{i}-{row[0].name}" for i, row in enumerate(ROWS)]


@pytest.mark.parametrize(("loss", "y_true", "y_pred"), ROWS, ids=IDS)
def test_both_derivatives_are_central_differences(loss, y_true, y_pred):
    beras.check_grads(lambda p: loss(y_true, p), y_pred)


@pytest.mark.parametrize("row", [0, 2, 6, 7, 8, 12, 14], ids=str)
def test_the_truth_may_be_differentiated_too(row):
    loss, y_true, y_pred = ROWS[row]
    y_true = np.clip(y_true, 0.05, 0.95)
    beras.check_grads(lambda t, p: loss(t, p), y_true, y_pred)


@pytest.mark.parametrize(("loss", "y_true", "y_pred"), ROWS, ids=IDS)
def test_float32_stays_float32(loss, y_true, y_pred):
    y_pred = y_pred.astype("float32")
    value = loss(y_true, y_pred)
    assert value.dtype == "float32"
    assert value.shape == ()
    with beras.GradientTape() as tape:
        watched = tape.watch(y_pred)
        value = loss(y_true, watched)
    assert tape.gradient(value, watched).dtype == "float32"


EXTREME = [
    (losses.CategoricalCrossentropy(from_logits=True), np.eye(2), [[1e4, -1e4], [1e4, -1e4]]),
    (losses.SparseCategoricalCrossentropy(from_logits=True), np.array([0, 1]), [[1e4, -1e4], [1e4, -1e4]]),
    (losses.BinaryCrossentropy(from_logits=True), np.eye(2), [[1e4, -1e4], [1e4, -1e4]]),
    (losses.CategoricalCrossentropy(), np.eye(2), [[1.0, 0.0], [1.0, 0.0]]),
    (losses.CategoricalCrossentropy(), np.eye(2), [[0.0, 0.0], [1.0, 0.0]]),
    (losses.SparseCategoricalCrossentropy(), np.array([0, 1]), [[1.0, 0.0], [1.0, 0.0]]),
    (losses.BinaryCrossentropy(), np.eye(2), [[1.0, 0.0], [1.0, 0.0]]),
    (losses.KLDivergence(), np.eye(2), [[1.0, 0.0], [1.0, 0.0]]),
    (losses.Poisson(), np.eye(2), [[1.0, 0.0], [0.0, 0.0]]),
    (losses.MeanSquaredError(), np.eye(2), [[1e4, -1e4], [1e4, -1e4]]),
    (losses.MeanAbsolutePercentageError(), np.eye(2), [[1e4, -1e4], [1.0, 0.0]]),
    (losses.MeanSquaredLogarithmicError(), np.eye(2), [[1e4, -1e4], [1e4, -1e4]]),
    (losses.LogCosh(), np.eye(2), [[1e4, -1e4], [0.0, 1.0]]),
    (losses.Huber(), np.eye(2), [[1e4, -1e4], [0.0, 1.0]]),
    (losses.CosineSimilarity(), np.eye(2), [[0.0, 0.0], [1e4, 0.0]]),
    (losses.CategoricalHinge(), np.eye(2), [[1e4, -1e4], [1e4, -1e4]]),
]


@pytest.mark.parametrize(("loss", "y_true", "y_pred"), EXTREME, ids=str)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_extreme_predictions_give_finite_values_and_gradients(loss, y_true, y_pred, dtype):
    value, gradient = beras.value_and_grad(lambda p: loss(y_true, p))(np.array(y_pred, dtype))
    assert np.isfinite(value)
    assert np.all(np.isfinite(gradient))


def test_large_logits_give_the_exact_loss():
    """-log softmax is 20000 for the second row; clipped probabilities would give 16.1 and no gradient."""
    loss = losses.SparseCategoricalCrossentropy(from_logits=True, reduction=None)
    logits = np.array([[1e4, -1e4], [1e4, -1e4]], "float32")
    np.testing.assert_array_equal(loss([0, 1], logits), [0.0, 20000.0])
    np.testing.assert_array_equal(loss.input_gradients(), [[0.0, 0.0], [1.0, -1.0]])


FUSED = [
    (losses.CategoricalCrossentropy(label_smoothing=0.1, reduction="sum", name="mine"), activations.softmax, ONE_HOT),
    (losses.SparseCategoricalCrossentropy(ignore_class=0, reduction="sum"), activations.softmax, LABELS),
    (losses.BinaryCrossentropy(label_smoothing=0.2), activations.sigmoid, BITS),
]


@pytest.mark.parametrize(("loss", "activation", "y_true"), FUSED)
def test_the_loss_of_the_logits_is_the_loss_of_the_probabilities(loss, activation, y_true):
    fused = loss.on_logits(activation)
    assert (fused.name, fused.reduction) == (loss.name, loss.reduction)
    np.testing.assert_allclose(fused(y_true, SCORES), loss(y_true, activation(SCORES)), rtol=1e-12)
    ours = beras.grad(lambda x: fused(y_true, x))(SCORES)
    expected = beras.numerical_gradient(lambda x: loss(y_true, activation(x)), SCORES)
    np.testing.assert_allclose(ours, expected, atol=1e-8)


def test_what_does_not_fuse():
    softmax, sigmoid = activations.softmax, activations.sigmoid
    assert losses.CategoricalCrossentropy().on_logits(sigmoid) is None
    assert losses.BinaryCrossentropy().on_logits(softmax) is None
    assert losses.CategoricalCrossentropy(from_logits=True).on_logits(softmax) is None
    assert losses.CategoricalCrossentropy(axis=1).on_logits(softmax) is None
    assert losses.MeanSquaredError().on_logits(softmax) is None

    class Doubled(losses.CategoricalCrossentropy):
        def call(self, y_true, y_pred):
            return 2 * super().call(y_true, y_pred)

    assert Doubled().on_logits(softmax) is None


def test_a_loss_stands_on_the_tape_and_ends_the_course_form():
    w = beras.Variable([[1.0, 2.0]])
    loss = losses.MeanSquaredError()
    with beras.GradientTape() as tape:
        value = loss(np.array([[0.0, 0.0]]), w * 3)
        assert tape.operations == [loss]
    np.testing.assert_allclose(tape.gradient(value, w), [[9.0, 18.0]])


def test_a_dtype_is_kept_unless_said():
    y_pred = np.array([[0.5, 0.5]])
    assert losses.MeanSquaredError()([[0, 1]], y_pred).dtype == "float64"
    assert losses.MeanSquaredError(dtype="float32")([[0, 1]], y_pred).dtype == "float32"
    assert losses.MeanSquaredError()([[0, 1]], [[0.5, 0.5]]).dtype == "float32"
    assert losses.BinaryCrossentropy()([[0, 1]], np.array([[0.0, 1.0]], "float16")).dtype == "float16"


def test_local_jacobian_without_reduction_is_each_samples_own():
    loss = losses.MeanSquaredError(reduction=None)
    loss(TRUTH, SCORES)
    np.testing.assert_allclose(loss.input_gradients(), (SCORES - TRUTH) / 2)


def test_local_jacobian_before_a_call_and_inside_a_tape():
    loss = losses.MeanSquaredError()
    with pytest.raises(RuntimeError, match="Call it first"):
        loss.input_gradients()
    with beras.GradientTape() as tape:
        y = tape.watch(SCORES)
        value = loss(TRUTH, y)
        local = loss.input_gradients()
    np.testing.assert_allclose(local, tape.gradient(value, y))


def test_ignoring_every_sample_gives_zero():
    loss = losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=1)
    value, gradient = beras.value_and_grad(lambda p: loss([1, 1, 1], p))(SCORES)
    assert value == 0
    np.testing.assert_array_equal(gradient, 0)
