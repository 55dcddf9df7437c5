"""Task 1.9: the multi-layer perceptron, and the network that uses it three times."""

from itertools import pairwise

import numpy as np
import pytest
from hw2.arrays import as_numpy, set_seed
from hw2.blocks import CrossEntropyLoss, Sequential
from hw2.models import MLP
from kit import check_values, oracle, raises

FLOAT64 = np.zeros(0)
DRAW = np.random.RandomState(5)
WIDTHS = [4, 6, 5, 4]
SHAPES = [shape for width, after in pairwise(WIDTHS) for shape in ((after, width), (after,))]
PARAMETERS = [0.7 * DRAW.standard_normal(shape) for shape in SHAPES]
X = DRAW.standard_normal((7, 4))
Y = np.array([0, 3, 2, 1, 1, 0, 2])


@pytest.fixture(autouse=True)
def _the_same_draws():
    """Let every test draw the same numbers, alone or after others."""
    global DRAW
    DRAW = np.random.RandomState(5)


def architecture(mlp):
    return [str(block) for block in mlp.sequence]


@pytest.mark.task("1.9")
@pytest.mark.points(2)
def test_architecture():
    mlp = MLP(200, 10, hidden_features=[100, 50])
    right = ["Linear(200, 100)", "ReLU", "Linear(100, 50)", "ReLU", "Linear(50, 10)"]
    came = architecture(mlp)
    assert came != [*right, "ReLU"], (
        "there is an activation after the last Linear: the scores go to the loss as they are, negative ones too"
    )
    assert came == right, f"MLP(200, 10, hidden_features=[100, 50]) must be {right}. Received: {came}"
    assert len({id(block) for block in mlp.sequence}) == 5, "each layer must be a block of its own"
    came = architecture(MLP(4, 3))
    assert came == ["Linear(4, 3)"], f"without hidden layers it is one Linear. Received: {came}"
    with raises(ValueError, ["relu", "sigmoid"]):
        MLP(4, 3, [5], activation="tanh")


@pytest.mark.task("1.9")
@pytest.mark.points(1)
def test_activation_and_dropout():
    came = architecture(MLP(4, 3, [5, 6], activation="sigmoid"))
    right = ["Linear(4, 5)", "Sigmoid", "Linear(5, 6)", "Sigmoid", "Linear(6, 3)"]
    assert came == right, f"the activation must be the one that is asked for, sigmoid: {right}. Received: {came}"
    came = architecture(MLP(4, 3, [5], dropout=0.25))
    right = ["Linear(4, 5)", "ReLU", "Dropout(p=0.25)", "Linear(5, 3)"]
    assert came == right, f"with dropout=0.25 a Dropout follows each activation: {right}. Received: {came}"


@pytest.mark.task("1.9")
@pytest.mark.points(1)
def test_wstd_is_forwarded():
    set_seed(0)
    mlp = MLP(40, 40, [50, 40], wstd=3.0, like=FLOAT64)
    for w in (block.w for block in mlp.sequence if str(block).startswith("Linear")):
        came = float(np.std(w))
        assert 2.5 < came < 3.5, (
            f"wstd is not forwarded: with wstd=3.0 the weights of each Linear must have a standard deviation near 3. "
            f"Received: {came:.3g}. Pass **kw on to every Linear"
        )


def recurrence(activation):
    def by_torch(torch):
        apply = {"relu": torch.relu, "sigmoid": torch.sigmoid}[activation]
        weights = [torch.tensor(p, requires_grad=True) for p in PARAMETERS]
        x = source = torch.tensor(X, requires_grad=True)
        for _ in range(3):
            for number in range(0, 6, 2):
                x = torch.nn.functional.linear(x, weights[number], weights[number + 1])
                x = apply(x) if number < 4 else x
        loss = torch.nn.functional.cross_entropy(x, torch.tensor(Y))
        return loss, *torch.autograd.grad(loss, [source, *weights])

    return by_torch


@pytest.mark.task("1.9")
@pytest.mark.points(3)
@pytest.mark.parametrize("activation", ["relu", "sigmoid"])
def test_recurrence(activation):
    mlp = MLP(4, 4, [6, 5], activation=activation, like=FLOAT64)
    for (p, _), value in zip(mlp.params(), PARAMETERS):
        as_numpy(p)[...] = value
    network = Sequential(mlp, mlp, mlp, CrossEntropyLoss())
    right_loss, right_dx, *right = oracle(f"mlp.recurrence.{activation}", recurrence(activation))
    check_values(network(X, y=Y), right_loss, "loss", source="torch")
    check_values(network.backward(1.0), right_dx, "dx", source="torch")
    pairs = network.params()
    assert len(pairs) == 18, f"params() must have 6 pairs for each of the three places. Received: {len(pairs)}"
    for number, (_, dp) in enumerate(pairs):
        check_values(dp, right[number % 6], f"gradient of parameter {number}", source="torch")
