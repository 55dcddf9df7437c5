"""Tasks 3.1 and 3.2: the two losses and their gradients."""

import numpy as np
import pytest
from cases import Case, against_torch, finite_arithmetic
from kit import check_gradient, oracle, untouched
from mlp import bce_loss, mse_loss

CASE = Case("identity", "sigmoid", batch=4, n_out=3)
SIZES = {"entries": 12, "batch": 4, "outputs": 3}
#: Every kind of label with a sigmoid that has saturated, and one that has not.
SATURATED = ((0.0, 1.0, 0.0, 1.0), (1.0, 0.0, 1e-300, 0.25))
SATURATED_LABELS = ((0.0, 0.0, 1.0, 1.0), (0.5, 0.5, 1.0, 1.0))


def numbers():
    """Return labels and predictions for mse."""
    return CASE["y"], CASE["by y_hat"]


def probabilities():
    """Return labels and predictions for bce."""
    return CASE.labels, 1 / (1 + np.exp(-CASE["by y_hat"]))


def saturated():
    """Return labels and predictions of a sigmoid that has saturated."""
    return np.array(SATURATED_LABELS), np.array(SATURATED)


def torch_mse(torch, y, y_hat):
    return 0.5 * torch.nn.functional.mse_loss(y_hat, torch.tensor(y))


def torch_bce(torch, y, y_hat):
    return torch.nn.functional.binary_cross_entropy(y_hat, torch.tensor(y))


def loss_and_gradient(name, loss, data):
    """Return torch's loss and its gradient by ``y_hat``."""
    y, y_hat = data

    def compute(torch):
        prediction = torch.tensor(y_hat, requires_grad=True)
        value = loss(torch, y, prediction)
        return value, torch.autograd.grad(value, prediction)[0]

    return oracle(name, compute)


def wrong_means(right):
    """Return what a gradient becomes when it is divided by something else than the number of its entries."""
    return {
        "is 12 times the right one: the loss is a mean over 4 x 3 numbers, so 1/numel is missing": 12 * right,
        "is 3 times the right one: 1/batch is there, and the mean is over the 3 outputs too": 3 * right,
        "is 4 times the right one: 1/outputs is there, and the mean is over the 4 samples too": 4 * right,
        "is minus the right one: the derivative is by y_hat, and the labels come first in mse_loss(y, y_hat)": -right,
    }


@pytest.mark.task("3.1")
@pytest.mark.points(1)
def test_mse_is_half_of_the_mean_over_all_numbers():
    right, _ = loss_and_gradient("mse", torch_mse, numbers())
    mistaken = {
        "is twice the right one: it is half of the squared error": 2 * right,
        "is 3 times the right one: it is summed over the outputs, and the mean is over all numbers": 3 * right,
        "is 12 times the right one: it is the sum, not the mean": 12 * right,
    }
    against_torch(mse_loss(*numbers())[0], right, "mse loss", mistakes=mistaken)


@pytest.mark.task("3.1")
@pytest.mark.points(2)
def test_the_gradient_of_mse_is_that_of_torch():
    _, right = loss_and_gradient("mse", torch_mse, numbers())
    mistaken = {
        **wrong_means(right),
        "is twice the right one: the 2 of the square meets the 1/2 of the loss": 2 * right,
        "is 24 times the right one: a 2 too many, and 1/numel is missing": 24 * right,
    }
    against_torch(mse_loss(*numbers())[1], right, "dJdy_hat of mse", SIZES, mistakes=mistaken)


@pytest.mark.task("3.1")
@pytest.mark.points(1)
def test_the_gradient_of_mse_is_that_of_your_own_loss():
    y, y_hat = numbers()
    with untouched(y=y, y_hat=y_hat):
        _, gradient = mse_loss(y, y_hat)
    check_gradient(lambda p: mse_loss(y, p)[0], y_hat, gradient, "dJdy_hat of mse", SIZES)


@pytest.mark.task("3.2")
@pytest.mark.points(1)
def test_bce_is_the_mean_over_all_numbers():
    right, _ = loss_and_gradient("bce", torch_bce, probabilities())
    y, p = probabilities()
    mistaken = {
        "is minus the right one: logarithms of probabilities are negative, the loss is not": -right,
        "is 12 times the right one: it is the sum, not the mean": 12 * right,
        "is 3 times the right one: it is summed over the outputs, and the mean is over all numbers": 3 * right,
        "lacks the terms of the labels 0: -(1 - y) log(1 - y_hat)": -(y * np.log(p)).mean(),
    }
    against_torch(bce_loss(*probabilities())[0], right, "bce loss", mistakes=mistaken)


@pytest.mark.task("3.2")
@pytest.mark.points(2)
def test_the_gradient_of_bce_is_that_of_torch():
    _, right = loss_and_gradient("bce", torch_bce, probabilities())
    y, p = probabilities()
    mistaken = {
        **wrong_means(right),
        "is the gradient by s_2, with the sigmoid's derivative in it: backward multiplies by that": right * p * (1 - p),
        "lacks the terms of the labels 0: (1 - y) / (1 - y_hat)": -y / p / p.size,
    }
    against_torch(bce_loss(*probabilities())[1], right, "dJdy_hat of bce", SIZES, mistakes=mistaken)
    check_gradient(lambda p: bce_loss(y, p)[0], p, bce_loss(*probabilities())[1], "dJdy_hat of bce", SIZES)


def bce_of_clipped(y, y_hat, eps):
    p = np.minimum(np.maximum(y_hat, eps), 1 - eps)
    return -np.mean(np.where(y > 0, y * np.log(p), 0) + np.where(y < 1, (1 - y) * np.log(1 - p), 0))


@pytest.mark.task("3.2")
@pytest.mark.points(1)
@pytest.mark.hint("cut the logarithms off at SMALLEST_LOG")
def test_the_loss_is_finite_where_the_sigmoid_has_saturated():
    right, _ = loss_and_gradient("saturated bce", torch_bce, saturated())
    with finite_arithmetic("at y_hat = 0 or 1 a logarithm is infinite, and 0 times that is no number: cut it off"):
        ours = bce_loss(*saturated())[0]
    mistaken = {
        f"is what comes out when y_hat is kept {eps} away from 0 and 1: cut the logarithms off, not their arguments": (
            bce_of_clipped(*saturated(), float(eps))
        )
        for eps in ("1e-6", "1e-7", "1e-8", "1e-9", "1e-10", "1e-12", "1e-15")
    }
    against_torch(ours, right, "bce loss at saturation", mistakes=mistaken)


@pytest.mark.task("3.2")
@pytest.mark.points(1)
@pytest.mark.hint("keep the denominator from going below SMALLEST_DENOMINATOR")
def test_the_gradient_is_finite_where_the_sigmoid_has_saturated():
    _, right = loss_and_gradient("saturated bce", torch_bce, saturated())
    with finite_arithmetic("at y_hat = 0 or 1 the denominator y_hat (1 - y_hat) is zero: keep it from that"):
        ours = bce_loss(*saturated())[1]
    against_torch(ours, right, "dJdy_hat of bce at saturation")


@pytest.mark.task("3.2")
@pytest.mark.points(1)
def test_labels_and_predictions_are_left_alone():
    labels, p = saturated()
    with untouched(y=labels, y_hat=p):
        bce_loss(labels, p)
