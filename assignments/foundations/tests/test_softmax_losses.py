"""Part 4: softmax, the losses and their gradients, against torch and central differences."""

import sys

import numpy as np
import pytest
from kit import central_differences, check_gradient, check_values, oracle, untouched
from softmax_losses import (
    cross_entropy,
    cross_entropy_dp,
    cross_entropy_dz,
    cross_entropy_dz1,
    entropy,
    gradient_by_beras,
    kl_divergence,
    softmax,
    softmax_jacobian,
    squared_error,
    squared_error_dp,
    squared_error_dz,
    squared_error_dz1,
)

Z = np.array([[0.3, -1.2, 0.8, 2.0], [-0.4, 0.1, 1.5, -2.2], [1.1, 0.9, -0.6, 0.2]])
Y = np.array([[0.1, 0.2, 0.3, 0.4], [0.7, 0.1, 0.15, 0.05], [0.25, 0.25, 0.3, 0.2]])
P = np.array([[0.2, 0.3, 0.4, 0.1], [0.6, 0.05, 0.25, 0.1], [0.1, 0.5, 0.15, 0.25]])
SIZES = {"batch": 3, "classes": 4}


def normalized(table, axis):
    e = np.exp(table)
    return e / e.sum(axis=axis, keepdims=True)


def probabilities():
    return oracle("softmax", lambda torch: torch.softmax(torch.tensor(Z), -1))


@pytest.mark.task("4.1")
@pytest.mark.points(2)
def test_softmax_is_that_of_torch():
    mistakes = {
        "sums to 1 along the wrong axis: use the given one, the last": normalized(Z, 0),
        "sums to 1 over all samples together: sum along the axis, with keepdims": normalized(Z, None),
    }
    check_values(softmax(Z), probabilities(), "softmax", mistakes=mistakes, source="torch")
    check_values(softmax(Z.T, axis=0), probabilities().T, "softmax along axis 0")
    check_values(softmax(Z[0]), probabilities()[0], "softmax of one sample")
    check_values(softmax(Z.astype(np.float32)), probabilities(), "softmax in float32", dtype="float32")


@pytest.mark.task("4.1")
@pytest.mark.points(2)
@pytest.mark.hint("subtract the largest logit of each row; question Q5 says why that is allowed")
def test_logits_of_any_size():
    with np.errstate(all="ignore"):
        large = softmax(np.array([[1000.0, 1001.0]]))
        mixed = softmax(np.array([[5000.0, 5001.0], [0.0, 1.0]]))
    finite = "softmax of large logits is not finite: exp(1000) overflows, so subtract the largest logit first"
    assert np.isfinite(large).all(), finite
    each = "softmax of a small row beside a large one is not finite: subtract from each row the largest of that row"
    assert np.isfinite(mixed).all(), each
    row = np.array([[0.2689414213699951, 0.7310585786300049]])
    check_values(large, row, "softmax of large logits")
    check_values(mixed, np.vstack([row, row]), "softmax of two rows")


@pytest.mark.task("4.1")
@pytest.mark.points(1)
def test_the_logits_are_left_as_they_are():
    probabilities()
    logits = np.array([[0.2, 0.7, -1.0]])
    with untouched(logits=logits):
        softmax(logits)
    torch = sys.modules.get("torch")  # the oracle has imported it, where it is installed
    if torch is not None:
        assert isinstance(softmax(torch.tensor(Z)), torch.Tensor), "torch tensors in, torch tensors out: use xp"


@pytest.mark.task("4.2")
@pytest.mark.points(3)
def test_the_jacobian_is_that_of_torch():
    right = oracle(
        "softmax.jacobian",
        lambda torch: torch.stack(
            [torch.autograd.functional.jacobian(lambda z: torch.softmax(z, 0), row) for row in torch.tensor(Z)]
        ),
    )
    p = probabilities()
    squares = p[:, :, None] * p[:, None, :]
    diagonal = np.stack([np.diag(row - row**2) for row in p])
    mistakes = {
        "is 0 off the diagonal: p_i depends on every z_j, by the sum below the fraction": diagonal,
        "lacks the product p_i p_j on the diagonal": right + np.stack([np.diag(row**2) for row in p]),
        "lacks what the diagonal has besides: dp_i/dz_i is p_i - p_i p_i": -squares,
        "is the derivative of the mean, not of softmax": right / 4,
    }
    check_values(softmax_jacobian(Z), right, "Jacobian", SIZES, mistakes=mistakes, source="torch")


@pytest.mark.task("4.2")
@pytest.mark.points(1)
def test_the_jacobian_of_two_classes():
    ours = softmax_jacobian(np.array([-0.5, 1.8], dtype=np.float32))
    product = 0.0911229610 * 0.9088770390
    right = np.array([[product, -product], [-product, product]])
    check_values(ours, right, "Jacobian of two classes", dtype="float32")


@pytest.mark.task("4.3")
@pytest.mark.points(2)
def test_the_squared_error_is_a_sum_over_the_classes():
    right = np.array([((y - p) ** 2).sum() for y, p in zip(Y, P)])
    mistakes = {
        "is the mean over the classes: the sheet's squared error is their sum": right / 4,
        "is the length of the difference: leave the root out": right**0.5,
    }
    check_values(squared_error(Y, P), right, "squared error", SIZES, mistakes=mistakes)
    check_values(squared_error(Y[0], P[0]), right[0], "squared error of one sample")
    check_values(squared_error(Y, Y), np.zeros(3), "squared error of equal distributions")


@pytest.mark.task("4.3")
@pytest.mark.points(3)
def test_cross_entropy_and_entropy():
    right = oracle(
        "cross_entropy",
        lambda torch: torch.nn.functional.cross_entropy(torch.tensor(P).log(), torch.tensor(Y), reduction="none"),
    )
    mistakes = {
        "lacks the minus sign: CE = - sum_i y_i log p_i is never negative": -right,
        "is counted in bits: log is the natural logarithm": right / np.log(2),
        "takes the logarithm of the target: it belongs to the prediction p": [
            -(p * np.log(y)).sum() for y, p in zip(Y, P)
        ],
        "is the mean over the classes: it is their sum": right / 4,
    }
    check_values(cross_entropy(Y, P), right, "cross-entropy", SIZES, mistakes=mistakes, source="torch")
    check_values(entropy(Y), [-sum(v * np.log(v) for v in y) for y in Y], "entropy")
    one_hot, sure = np.array([0.0, 1.0, 0.0]), np.array([0.0, 0.5, 0.5])
    with np.errstate(all="ignore"):
        ours = cross_entropy(one_hot, sure)
    assert not np.isnan(ours), "0 * log(0) is NaN: a class with y_i = 0 must add nothing to the cross-entropy"
    check_values(ours, np.log(2), "cross-entropy of a one-hot target")
    check_values(entropy(one_hot), 0.0, "entropy of a one-hot target")


@pytest.mark.task("4.3")
@pytest.mark.points(2)
def test_the_kl_divergence():
    right = oracle(
        "kl",
        lambda torch: torch.nn.functional.kl_div(torch.tensor(P).log(), torch.tensor(Y), reduction="none").sum(-1),
    )
    reversed_ = np.array([(p * np.log(p / y)).sum() for y, p in zip(Y, P)])
    mistakes = {
        "is KL(p; y), the other way round: the target y comes first and weighs the logarithms": reversed_,
        "is minus the divergence: KL = CE - H": -right,
        "is the cross-entropy: subtract the entropy of y": right - [(y * np.log(y)).sum() for y in Y],
    }
    check_values(kl_divergence(Y, P), right, "KL divergence", SIZES, mistakes=mistakes, source="torch")
    check_values(kl_divergence(Y, Y), np.zeros(3), "KL divergence of equal distributions")
    figure = kl_divergence([0.25, 0.75], softmax([-0.5, 1.8]))
    check_values(figure, 0.108210, "KL divergence of the sheet's figure", tolerance=1e-5)


@pytest.mark.task("4.4")
@pytest.mark.points(3)
def test_the_derivatives_by_the_probabilities():
    def error(p):
        return ((Y - p) ** 2).sum()

    def crossed(p):
        return -(Y * np.log(p)).sum()

    fractions = {
        "lacks the minus sign: dCE/dp_i is negative, more probability is less loss": Y / P,
        "is upside down: the derivative of log p is 1 / p": -P / Y,
        "lacks the target: each class counts as y_i": -1 / P,
    }
    differences = {
        "lacks the factor 2 of the square": P - Y,
        "has the wrong sign: the inner derivative of y - p by p is -1": 2 * (Y - P),
    }
    check_gradient(error, P, squared_error_dp(Y, P), "dSE/dp", SIZES, mistakes=differences)
    check_gradient(crossed, P, cross_entropy_dp(Y, P), "dCE/dp", SIZES, mistakes=fractions)


def total_by_z(loss):
    return lambda z: loss(normalized(z, -1)).sum()


@pytest.mark.task("4.5")
@pytest.mark.points(2)
def test_the_cross_entropy_by_the_logits():
    right = oracle(
        "cross_entropy.dz",
        lambda torch: torch.autograd.functional.jacobian(
            lambda z: torch.nn.functional.cross_entropy(z, torch.tensor(Y), reduction="sum"), torch.tensor(Z)
        ),
    )
    p = probabilities()
    mistakes = {
        "has the wrong sign: a class with more probability than it should have is to be pushed down": -right,
        "is the derivative by p: softmax is left out of the chain rule": -Y / p,
        "is the derivative of the mean over the batch; each sample has its own loss": right / 3,
    }
    f = total_by_z(lambda p: -(Y * np.log(p)).sum(-1))
    check_gradient(f, Z, cross_entropy_dz(Y, Z), "dCE/dz", SIZES, torch=right, mistakes=mistakes)


@pytest.mark.task("4.5")
@pytest.mark.points(1)
@pytest.mark.hint("the p_i cancel on paper; in floating point 0 / 0 is NaN")
def test_the_cross_entropy_by_logits_of_any_size():
    with np.errstate(all="ignore"):
        ours = cross_entropy_dz([0.0, 1.0], np.array([1000.0, 0.0]))
    finite = np.isfinite(ours).all()
    assert finite, f"your dCE/dz of large logits is not finite ({ours}): let p cancel on paper, then nothing is divided"
    check_values(ours, [1.0, -1.0], "dCE/dz of large logits")


@pytest.mark.task("4.5")
@pytest.mark.points(2)
def test_the_squared_error_by_the_logits():
    p = probabilities()
    f = total_by_z(lambda p: ((Y - p) ** 2).sum(-1))
    right = central_differences(f, Z)
    mistakes = {
        "is the derivative by p: the derivative of softmax is left out of the chain rule": 2 * (p - Y),
        "follows only the path through the class's own probability: z_j moves every p_i": 2 * (p - Y) * (p - p**2),
        "is half of the right one: the factor 2 of the square is lost": right / 2,
    }
    check_gradient(f, Z, squared_error_dz(Y, Z), "dSE/dz", SIZES, mistakes=mistakes)
    check_values(squared_error_dz(Y[0], Z[0]), right[0], "dSE/dz of one sample")


T = np.array([-3.0, -0.8, 0.0, 0.5, 2.2])


def two_classes(loss, y1):
    """The derivative by z_1 at z = (0, t), for each t in T, from central differences."""
    y = np.array([1 - y1, y1])

    def total(t):
        return loss(y, normalized(np.stack([0 * t, t], axis=-1), -1)).sum()

    return central_differences(total, T)


@pytest.mark.task("4.6")
@pytest.mark.points(2)
def test_the_squared_error_by_the_second_of_two_logits():
    p1 = 1 / (1 + np.exp(-T))
    for y1 in (0.3, 0.9):
        right = two_classes(lambda y, p: ((y - p) ** 2).sum(-1), y1)
        mistakes = {
            "is half of the right one: both paths count, by p_0 and by p_1, which gives 4 and not 2": right / 2,
            "lacks p_1 (1 - p_1), the derivative of softmax": 4 * (p1 - y1),
            "has the wrong sign": -right,
        }
        check_values(squared_error_dz1(y1, p1), right, "dSE/dz_1", mistakes=mistakes, source="central differences")


@pytest.mark.task("4.6")
@pytest.mark.points(2)
def test_the_cross_entropy_by_the_second_of_two_logits():
    p1 = 1 / (1 + np.exp(-T))
    for y1 in (0.3, 0.9):
        right = two_classes(lambda y, p: -(y * np.log(p)).sum(-1), y1)
        mistakes = {
            "has the wrong sign: where p_1 is too large, the loss grows with z_1": -right,
            "follows only the path through p_1: z_1 moves p_0 too": -y1 * (1 - p1),
        }
        check_values(cross_entropy_dz1(y1, p1), right, "dCE/dz_1", mistakes=mistakes, source="central differences")


@pytest.mark.task("4.7")
@pytest.mark.points(2)
def test_the_tape_gives_the_gradient_of_each_sample():
    for loss, name in ((squared_error, "SE"), (cross_entropy, "CE")):
        right = central_differences(lambda z, loss=loss: np.sum(loss(Y, normalized(z, -1))), Z)
        mistakes = {
            "is the gradient of the mean over the batch (3): sum the losses of the samples": right / 3,
            "is that of the loss alone: softmax is missing between the logits and the loss": 2 * (Z - Y),
        }
        ours = gradient_by_beras(loss, Y, Z)
        check_values(
            ours, right, f"gradient of {name} from the tape", SIZES, mistakes=mistakes, source="central differences"
        )


@pytest.mark.task("4.7")
@pytest.mark.points(1)
def test_the_tape_takes_one_sample_and_one_hot_targets():
    ours = gradient_by_beras(kl_divergence, [0.0, 1.0, 0.0], Z[0, :3])
    right = normalized(Z[0, :3], -1) - np.eye(3)[1]
    check_values(ours, right, "gradient of KL for a one-hot target")
