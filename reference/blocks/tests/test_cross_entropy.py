"""Tasks 1.6 and 1.7: the loss on raw scores."""

import numpy as np
import pytest
from hw2.arrays import each_kind
from hw2.blocks import CrossEntropyLoss
from kit import check_gradient, check_values, oracle, untouched

BATCH, CLASSES = 6, 4
SIZES = {"batch": BATCH, "classes": CLASSES}
DRAW = np.random.RandomState(3)
X = DRAW.standard_normal((BATCH, CLASSES))
Y = np.array([0, 3, 1, 1, 2, 0])
LARGE = np.array([[1000.0, 0.0, -1000.0], [0.0, 900.0, 1000.0]])
LARGE_Y = np.array([0, 1])


@pytest.fixture(autouse=True)
def _the_same_draws():
    """Let every test draw the same numbers, alone or after others."""
    global DRAW
    DRAW = np.random.RandomState(3)


def loss_of(x, y=Y):
    """The formula as it stands, on scores that are small."""
    return float(np.mean(np.log(np.exp(x).sum(axis=1)) - x[np.arange(len(y)), y]))


def probabilities(x):
    return np.exp(x) / np.exp(x).sum(axis=1, keepdims=True)


def by_torch(x, y, dout=1.0):
    def function(torch):
        scores = torch.tensor(x, requires_grad=True)
        loss = torch.nn.functional.cross_entropy(scores, torch.tensor(y))
        return loss, torch.autograd.grad(dout * loss, scores)[0]

    return function


@pytest.mark.task("1.6")
@pytest.mark.points(3)
def test_loss():
    right, _ = oracle("cross_entropy", by_torch(X, Y))
    picked = X[np.arange(BATCH), Y]
    mistakes = {
        "is the sum over the batch: the mean over N is missing": BATCH * right,
        "is the mean over all entries: divide by N, the number of rows": right / CLASSES,
        "leaves out the logarithm of the sum": -picked.mean(),
        "has the sign of the log-likelihood: the loss is minus that": -right,
        "is the entropy of probabilities: softmax is taken twice": loss_of(probabilities(X)),
    }
    for x, y in each_kind(X, Y):
        with untouched(x=X, y=Y):
            loss = CrossEntropyLoss()(x, y)
        check_values(loss, right, "loss", SIZES, source="torch", mistakes=mistakes)
    check_values(CrossEntropyLoss()(X.astype(np.float32), Y), right, "loss", dtype="float32")
    check_values(CrossEntropyLoss()(X, y=Y.astype(np.uint8)), right, "loss")


@pytest.mark.task("1.6")
@pytest.mark.points(2)
@pytest.mark.hint(
    "The loss stays the same when a constant is taken from all scores of a row. Which makes them all <= 0?"
)
def test_loss_of_large_scores():
    right, _ = oracle("cross_entropy.large", by_torch(LARGE, LARGE_Y))
    with np.errstate(all="ignore"):
        loss = CrossEntropyLoss()(LARGE, LARGE_Y)
    unshifted = "for scores of 1000: exp overflows; shift the scores by the largest of their row"
    mistakes = {f"is infinite {unshifted}": np.inf, f"is NaN {unshifted}": np.nan}
    check_values(loss, right, "loss", mistakes=mistakes)
    apart = np.array([[0.0, 1.0], [-2000.0, -2001.0]])
    with np.errstate(all="ignore"):
        loss = CrossEntropyLoss()(apart, np.array([1, 0]))
    one_shift = "is infinite where rows are 2000 apart: each row needs a shift of its own, the largest of the row"
    check_values(loss, np.log1p(np.exp(-1.0)), "loss", mistakes={one_shift: np.inf, f"{one_shift} ": -np.inf})


@pytest.mark.task("1.7")
@pytest.mark.points(3)
def test_gradient():
    _, right = oracle("cross_entropy", by_torch(X, Y))
    one_hot = np.eye(CLASSES)[Y]
    probs = probabilities(X)
    mistakes = {
        "is not divided by N: the loss is a mean over the batch, and the mean over N is missing here": probs - one_hot,
        "is the softmax alone: the 1 of the right class must be taken off": probs / BATCH,
        "has the wrong sign: the probabilities minus the one-hot labels": (one_hot - probs) / BATCH,
        "is divided by the number of classes, and N is right": (probs - one_hot) / CLASSES,
    }
    for x, y in each_kind(X, Y):
        block = CrossEntropyLoss()
        block(x, y)
        with untouched(x=X, y=Y):
            dx = block.backward()
        check_gradient(loss_of, X, dx, "dx", SIZES, torch=right, mistakes=mistakes)
    block = CrossEntropyLoss()
    block(X.astype(np.float32), Y)
    check_values(block.backward(), right, "dx", dtype="float32")


@pytest.mark.task("1.7")
@pytest.mark.points(1)
def test_dout_is_used():
    _, right = oracle("cross_entropy.dout", by_torch(X, Y, dout=-2.5))
    block = CrossEntropyLoss()
    block(X, Y)
    mistakes = {"ignores dout: the loss may be one term of a larger one": right / -2.5}
    check_values(block.backward(-2.5), right, "dx", SIZES, mistakes=mistakes, source="torch")


@pytest.mark.task("1.7")
@pytest.mark.points(1)
def test_gradient_of_large_scores():
    _, right = oracle("cross_entropy.large", by_torch(LARGE, LARGE_Y))
    block = CrossEntropyLoss()
    with np.errstate(all="ignore"):
        block(LARGE, LARGE_Y)
        dx = block.backward()
    check_values(dx, right, "dx", source="torch", hint="Take the softmax of the shifted scores.")


@pytest.mark.task("1.7")
@pytest.mark.points(1)
def test_two_calls_wait_for_backward():
    block = CrossEntropyLoss()
    block(X, Y)
    block(-X, Y)
    second, first = block.backward(), block.backward()
    mistakes = {"is that of the other call: one cache for all calls is not enough": second}
    check_gradient(loss_of, X, first, "dx of the first call", SIZES, mistakes=mistakes)
    check_gradient(loss_of, -X, second, "dx of the second call", SIZES)
