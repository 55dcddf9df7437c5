"""Losses given lists, along other axes, with labels on a tape, and with weights that cancel."""

from __future__ import annotations

import numpy as np
import pytest

import beras
from beras import losses
from beras.losses.logits import sparse_softmax_cross_entropy

P = np.random.default_rng(0).uniform(0.1, 1.0, (2, 3, 4))
LABELS = np.array([[0, 2, 1, 0], [1, 1, 0, 2]])


def picked(p, labels):
    """Return ``-log p_label`` of ``p`` (2, 3, 4), whose classes are in the middle, one by one."""
    p = p / p.sum(axis=1, keepdims=True)
    return np.array([[-np.log(p[i, labels[i, j], j]) for j in range(4)] for i in range(2)])


def test_lists_are_taken():
    np.testing.assert_array_equal(losses.mean_squared_error([[0, 1]], [[0, 3]]), [2.0])
    np.testing.assert_allclose(losses.sparse_categorical_crossentropy([1, 0], [[1, 3], [1, 1]]), -np.log([0.75, 0.5]))
    np.testing.assert_allclose(losses.sparse_categorical_crossentropy([[1]], [[1, 3]]), [-np.log(0.75)])


@pytest.mark.parametrize("axis", [1, -2])
def test_classes_in_the_middle(axis):
    expected = picked(P, LABELS)
    np.testing.assert_allclose(losses.sparse_categorical_crossentropy(LABELS, P, axis=axis), expected, rtol=1e-12)
    logits = losses.sparse_categorical_crossentropy(LABELS, np.log(P), from_logits=True, axis=axis)
    np.testing.assert_allclose(logits, expected, rtol=1e-12)
    one_hot = np.moveaxis(np.eye(3)[LABELS], -1, 1)
    np.testing.assert_allclose(losses.categorical_crossentropy(one_hot, P, axis=axis), expected, rtol=1e-12)


def test_classes_first():
    p = P[0, :, :2]
    expected = -np.log((p / p.sum(axis=0))[[2, 0], [0, 1]])
    np.testing.assert_allclose(losses.sparse_categorical_crossentropy([2, 0], p, axis=0), expected, rtol=1e-12)
    beras.check_grads(lambda x: sparse_softmax_cross_entropy(x, np.array([2, 0]), 0), p)


def test_labels_may_be_on_the_tape():
    with beras.GradientTape() as tape:
        labels = tape.watch(np.array([1.0, 0.0]))
        p = tape.watch(np.array([[0.25, 0.75], [0.5, 0.5]]))
        loss = np.sum(losses.sparse_categorical_crossentropy(labels, p))
    np.testing.assert_allclose(loss.numpy(), -np.log(0.75) - np.log(0.5), rtol=1e-12)


@pytest.mark.parametrize(("true", "predicted"), [((3, 1), (3, 2)), ((3, 2), (3, 1)), ((2, 3, 1), (2, 3, 4))])
def test_a_misfit_is_shown_as_it_came(true, predicted):
    with pytest.raises(ValueError, match=rf"y_true \({str(true)[1:-1]}\), y_pred \({str(predicted)[1:-1]}\)"):
        losses.mean_squared_error(np.zeros(true), np.zeros(predicted))


def test_weights_that_cancel_give_no_loss():
    """As Keras, which divides by nothing then."""
    loss = losses.MeanSquaredError(reduction="mean_with_sample_weight")
    assert loss(np.array([[0.0], [0.0]]), np.array([[1.0], [2.0]]), sample_weight=np.array([1.0, -1.0])) == 0.0


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_the_truth_is_taken_in_the_dtype_of_the_prediction(dtype):
    given = []

    class Spy(losses.Loss):
        def call(self, y_true, y_pred):
            given.append((y_true.dtype, y_pred.dtype))
            return np.mean(np.square(y_true - y_pred), axis=-1)

    Spy()(np.array([[1, 0]]), np.array([[0.5, 0.5]], dtype))
    assert given == [(dtype, dtype)]


def test_the_gradient_of_a_loss_is_a_plain_array():
    loss = losses.MeanSquaredError()
    with beras.GradientTape() as tape:
        y_true, y_pred = tape.watch(np.array([[1.0, 0.0]])), tape.watch(np.array([[0.5, 0.5]]))
        loss(y_true, y_pred)
        inside = loss.input_gradients()
    assert type(inside) is np.ndarray
    assert type(loss.input_gradients()) is np.ndarray
    np.testing.assert_array_equal(inside, [[-0.5, 0.5]])
