"""Tasks 1.4 and 1.5: functions of each number by itself."""

import numpy as np
import pytest
from hw2.arrays import each_kind
from hw2.blocks import ReLU, Sigmoid
from kit import check_gradient, check_values, oracle, untouched

DRAW = np.random.RandomState(2)
X = np.concatenate([[[-2.0, -0.5, 0.25, 3.0]], DRAW.standard_normal((4, 4))])
DOUT, DOUT2 = DRAW.standard_normal((2, *X.shape))
SIZES = {"batch": 5, "features": 4}


@pytest.fixture(autouse=True)
def _the_same_draws():
    """Let every test draw the same numbers, alone or after others."""
    global DRAW
    DRAW = np.random.RandomState(2)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


@pytest.mark.task("1.4")
@pytest.mark.points(1)
def test_relu_forward():
    right = oracle("relu.forward", lambda torch: torch.relu(torch.tensor(X)))
    for (x,) in each_kind(X):
        with untouched(x=X):
            z = ReLU()(x)
        check_values(z, right, "z", source="torch")
    check_values(ReLU()(X.astype(np.float32)), right, "z", dtype="float32")


@pytest.mark.task("1.4")
@pytest.mark.points(2)
def test_relu_gradient():
    mistakes = {
        "asks where dout is positive: the mask is that of forward's x": np.maximum(DOUT, 0),
        "is dout times x where x is positive: the derivative there is 1": DOUT * np.maximum(X, 0),
        "is the derivative without dout: the chain rule multiplies by it": (X > 0) * 1.0,
    }
    right = oracle("relu.backward", lambda torch: torch.tensor(DOUT) * (torch.tensor(X) > 0))
    for x, dout in each_kind(X, DOUT):
        relu = ReLU()
        relu(x)
        with untouched(dout=DOUT):
            dx = relu.backward(dout)
        check_gradient(lambda x: np.maximum(x, 0), X, dx, "dx", SIZES, J=DOUT, torch=right, mistakes=mistakes)
    relu = ReLU()
    relu(X.astype(np.float32))
    check_values(relu.backward(DOUT.astype(np.float32)), right, "dx", dtype="float32")


@pytest.mark.task("1.4")
@pytest.mark.points(1)
def test_relu_at_zero():
    relu = ReLU()
    relu(np.array([[-1.0, 0.0, 1.0]]))
    mistakes = {"is dout at x = 0, where 0 is agreed on: x > 0 or x >= 0?": np.array([[0.0, 5.0, 5.0]])}
    check_values(relu.backward(np.full((1, 3), 5.0)), np.array([[0.0, 0.0, 5.0]]), "dx", mistakes=mistakes)


@pytest.mark.task("1.5")
@pytest.mark.points(1)
def test_sigmoid_forward():
    right = oracle("sigmoid.forward", lambda torch: torch.sigmoid(torch.tensor(X)))
    for (x,) in each_kind(X):
        with untouched(x=X):
            z = Sigmoid()(x)
        check_values(z, right, "z", source="torch", mistakes={"is the sigmoid of -x: look at the sign": 1 - right})
    check_values(Sigmoid()(X.astype(np.float32)), right, "z", dtype="float32")


@pytest.mark.task("1.5")
@pytest.mark.points(1)
@pytest.mark.hint("log s(x) = -log(exp(0) + exp(-x)) = -logaddexp(0, -x).")
def test_sigmoid_does_not_overflow():
    x = np.array([[-1000.0, -800.0, 800.0, 1000.0]])
    try:
        with np.errstate(over="raise", invalid="raise"):
            s = Sigmoid()(x)
    except FloatingPointError as error:
        pytest.fail(f"exp overflows for x of -1000 or 1000 ({error}): write it without exp of a large number", False)
    check_values(s, np.array([[0.0, 0.0, 1.0, 1.0]]), "z")


@pytest.mark.task("1.5")
@pytest.mark.points(2)
def test_sigmoid_gradient():
    s = sigmoid(X)
    mistakes = {
        "is the derivative at the output, s'(s(x)): it is s(x) (1 - s(x))": DOUT * sigmoid(s) * (1 - sigmoid(s)),
        "takes x for s(x): x (1 - x)": DOUT * X * (1 - X),
        "is the derivative without dout: the chain rule multiplies by it": s * (1 - s),
    }

    def by_torch(torch):
        x = torch.tensor(X, requires_grad=True)
        return torch.autograd.grad(torch.sigmoid(x), x, torch.tensor(DOUT))[0]

    right = oracle("sigmoid.backward", by_torch)
    for x, dout in each_kind(X, DOUT):
        block = Sigmoid()
        block(x)
        with untouched(dout=DOUT):
            dx = block.backward(dout)
        check_gradient(sigmoid, X, dx, "dx", SIZES, J=DOUT, torch=right, mistakes=mistakes)


@pytest.mark.task("1.5")
@pytest.mark.points(1)
def test_sigmoid_called_twice():
    block = Sigmoid()
    inner = block(X)
    block(inner)
    dx = block.backward(block.backward(DOUT))
    outer = sigmoid(sigmoid(X))
    one_cache = DOUT * (outer * (1 - outer)) ** 2
    mistakes = {"uses the last call twice: one cache for all calls is not enough": one_cache}
    check_gradient(lambda x: sigmoid(sigmoid(x)), X, dx, "dx", SIZES, J=DOUT, mistakes=mistakes)
