"""Tasks 2.8 and 2.9: MeanSquaredError and CategoricalCrossentropy."""

import numpy as np
import pytest
from Beras.losses import CategoricalCrossentropy, MeanSquaredError
from kit import check_gradient, check_values, oracle, untouched

RNG = np.random.default_rng(4)
P = RNG.dirichlet(np.ones(3), size=5)
Y = np.eye(3)[[0, 2, 1, 1, 0]]
SIZES = {"batch": 5, "classes": 3}


@pytest.fixture(autouse=True)
def _the_same_draws():
    """Let every test draw the same numbers, alone or after others."""
    global RNG
    RNG = np.random.default_rng(4)


@pytest.mark.task("2.8")
@pytest.mark.points(1)
def test_mse_is_a_mean_over_everything():
    squares = (P - Y) ** 2
    with untouched(y_pred=P, y_true=Y):
        check_values(
            MeanSquaredError().forward(P, Y),
            oracle("mse.forward", lambda torch: torch.nn.functional.mse_loss(torch.tensor(P), torch.tensor(Y))),
            "loss",
            SIZES,
            mistakes={
                "is a sum: take the mean over samples and outputs": squares.sum(),
                "is a mean over the batch of sums: take the mean over the outputs too": squares.sum(axis=1).mean(),
                "is one number for each sample: take the mean over the batch too": squares.mean(axis=1),
                "is a root: the loss is the mean of the squares itself": np.sqrt(squares.mean()),
            },
        )


@pytest.mark.task("2.8")
@pytest.mark.points(2)
def test_mse_gradient_is_that_of_each_samples_sum():
    loss_fn = MeanSquaredError()
    loss_fn.forward(P, Y)
    check_gradient(
        lambda p: np.sum((p - Y) ** 2),
        P,
        loss_fn.input_gradients(),
        "input_gradients",
        SIZES,
        mistakes={
            "is the derivative of the printed mean: in this package neither division is made (see the docstring)": 2
            * (P - Y)
            / P.size,
            "is divided by the number of outputs, which this package leaves out (see the docstring)": 2 * (P - Y) / 3,
            "is divided by the batch: the mean over the batch is compose_to_weight's": 2 * (P - Y) / 5,
            "has the wrong sign: it is prediction minus truth": 2 * (Y - P),
            "lacks the 2 of the square": P - Y,
        },
    )


def crossentropy(p):
    return -np.mean(Y * np.log(p) + (1 - Y) * np.log(1 - p))


@pytest.mark.task("2.9")
@pytest.mark.points(2)
def test_crossentropy_gradient_inside():
    loss_fn = CategoricalCrossentropy()
    check_values(loss_fn.forward(P, Y), crossentropy(P), "loss")
    exact = (P - Y) / (P - P**2) / 3
    with untouched(inputs=P, truths=Y):
        ours = loss_fn.input_gradients()
    check_gradient(
        lambda p: 5 * crossentropy(p),
        P,
        ours,
        "input_gradients",
        SIZES,
        mistakes={
            "is divided by the batch: the mean over the batch is compose_to_weight's": exact / 5,
            "is not divided by the number of classes": exact * 3,
            "has the wrong sign: it is prediction minus truth": -exact,
            "lacks the denominator p - p**2": (P - Y) / 3,
        },
    )


@pytest.mark.task("2.9")
@pytest.mark.points(1)
@pytest.mark.filterwarnings("ignore:divide by zero", "ignore:invalid value")
def test_crossentropy_gradient_at_the_ends():
    loss_fn = CategoricalCrossentropy()
    ones, zeros = np.ones((3, 3)), np.zeros((3, 3))
    sure_and_wrong = ((zeros, ones, -1e6 / 3), (ones, zeros, 1e6 / 3))
    for probs, truths, right in (*sure_and_wrong, (ones, ones, 0.0), (zeros, zeros, 0.0)):
        loss_fn.forward(probs, truths)
        hint = "clip the denominator p - p**2 by clip_0_1, so that it is never 0"
        check_values(loss_fn.input_gradients(), np.full((3, 3), right), "input_gradients", hint=hint)
