"""What a loss says about input that does not fit."""

import numpy as np
import pytest

from beras import losses

SCORES = np.zeros((4, 10), "float32")


@pytest.mark.parametrize("y_true", [np.zeros(4, int), np.zeros((4, 1), int)], ids=str)
def test_class_numbers_for_a_loss_of_one_hot_labels(y_true):
    with pytest.raises(
        ValueError, match=r"y_true \(4.*y_pred \(4, 10\).*SparseCategoricalCrossentropy.*\(y_true, 10\)"
    ):
        losses.CategoricalCrossentropy()(y_true, SCORES)
    with pytest.raises(ValueError, match="to_categorical"):
        losses.MeanSquaredError()(y_true, SCORES)


def test_one_hot_labels_for_a_loss_of_class_numbers():
    with pytest.raises(ValueError, match=r"shape \(4,\).*Received: shape \(4, 10\).*use CategoricalCrossentropy"):
        losses.SparseCategoricalCrossentropy()(np.eye(10)[:4], SCORES)


@pytest.mark.parametrize(
    "loss", [losses.MeanSquaredError(), losses.BinaryCrossentropy(), losses.KLDivergence()], ids=str
)
def test_shapes_that_would_broadcast_are_refused(loss):
    with pytest.raises(ValueError, match=r"\(3, 10\).*\(4, 10\)"):
        loss(np.zeros((3, 10)), SCORES)
    with pytest.raises(ValueError, match="same shape"):
        loss(np.zeros(10), SCORES)


@pytest.mark.parametrize("from_logits", [False, True])
@pytest.mark.parametrize(("labels", "said"), [([0, 1, 10, 2], "10, but y_pred has 10 classes"), ([0, -1, 2, 3], "-1")])
def test_class_numbers_out_of_range(labels, said, from_logits):
    with pytest.raises(ValueError, match=said):
        losses.SparseCategoricalCrossentropy(from_logits)(labels, SCORES + 0.1)


def test_fractions_nan_and_text_as_class_numbers():
    loss = losses.SparseCategoricalCrossentropy()
    with pytest.raises(ValueError, match=r"integers. Received: 0.5"):
        loss([0, 0.5, 1, 2], SCORES)
    with pytest.raises(ValueError, match=r"integers. Received: nan"):
        loss([0, np.nan, 1, 2], SCORES)
    with pytest.raises(ValueError, match="dtype <U3"):
        loss(["cat", "dog", "cat", "dog"], SCORES)
    assert np.isfinite(loss([0.0, 1.0, 1.0, 2.0], SCORES + 0.1))


def test_weights_that_do_not_fit():
    with pytest.raises(ValueError, match=r"shape \(4,\). Received: shape \(3,\)"):
        losses.MeanSquaredError()(SCORES, SCORES, sample_weight=np.ones(3))
    with pytest.raises(ValueError, match="one value per sample"):
        losses.get(lambda y_true, y_pred: np.mean(y_pred - y_true))(SCORES, SCORES, np.ones(4))


def test_an_empty_batch():
    with pytest.raises(ValueError, match="at least one sample"):
        losses.MeanSquaredError()(np.zeros((0, 3)), np.zeros((0, 3)))


def test_options_that_cannot_be():
    with pytest.raises(ValueError, match=r"Unknown reduction 'maen'. Did you mean 'mean'"):
        losses.MeanSquaredError(reduction="maen")
    with pytest.raises(ValueError, match="between 0 and 1"):
        losses.CategoricalCrossentropy(label_smoothing=2.0)(np.eye(10)[:4], SCORES + 0.1)
