"""What the public tests leave out: other sizes, other modes, a recurrence with large weights."""

import hw2.blocks
import numpy as np
import pytest
from hw2.arrays import as_numpy, set_seed
from hw2.blocks import Block, CrossEntropyLoss, Dropout, Linear, ReLU, Sequential
from hw2.models import MLP
from kit import check_values, oracle

FLOAT64 = np.zeros(0)
DRAW = np.random.RandomState(11)


@pytest.fixture(autouse=True)
def _drawn_anew():
    """Start the hidden draws from their seed again."""
    global DRAW
    DRAW = np.random.RandomState(11)


def fill(block, scale):
    """Fill the parameters with numbers that are the same on every machine, and return them."""
    draw = np.random.RandomState(12)
    for p, _ in block.params():
        as_numpy(p)[...] = scale * draw.standard_normal(p.shape)
    return [np.array(p) for p, _ in block.params()]


@pytest.mark.task("1.1")
@pytest.mark.points(1)
@pytest.mark.visibility("hidden")
def test_what_is_remembered_is_detached(monkeypatch):
    class Probe(Block):
        def forward(self, x, **_):
            self.remember(first=x, second=-x)

        def backward(self, dout):
            return self.recall()

        def params(self):
            return []

    monkeypatch.setattr(hw2.blocks, "detached", lambda value: ("detached", value))
    probe = Probe()
    probe(2.0)
    came = probe.backward(1.0)
    assert came == {"first": ("detached", 2.0), "second": ("detached", -2.0)}, (
        f"every value must be remembered under its name, detached. Received: {came}"
    )


@pytest.mark.task("1.3")
@pytest.mark.points(1)
@pytest.mark.visibility("hidden")
def test_linear_stays_in_float32():
    fc = Linear(30, 7, like=np.zeros(0, np.float32))
    x, dout = (DRAW.standard_normal(shape).astype(np.float32) for shape in ((40, 30), (40, 7)))
    fc(x)
    check_values(fc.backward(dout), dout @ fc.w, "dx", tolerance=1e-5, dtype="float32")
    check_values(fc.dw, dout.T @ x, "dw", tolerance=1e-5, dtype="float32")
    check_values(fc.db, dout.sum(axis=0), "db", tolerance=1e-5, dtype="float32")


@pytest.mark.task("1.4")
@pytest.mark.points(1)
@pytest.mark.visibility("hidden")
def test_relu_does_not_hide_what_went_wrong():
    with np.errstate(all="ignore"):
        z = ReLU()(np.array([[-np.inf, np.inf, np.nan, -1.0]]))
    check_values(z, np.array([[0.0, np.inf, np.nan, 0.0]]), "z", hint="A training that has diverged must show it.")


@pytest.mark.task("1.6")
@pytest.mark.points(1)
@pytest.mark.visibility("hidden")
def test_loss_of_many_classes():
    x = 300 * DRAW.standard_normal((20, 50))
    y = np.arange(20) * 7 % 50
    right = oracle(
        "cross_entropy.many", lambda torch: torch.nn.functional.cross_entropy(torch.tensor(x), torch.tensor(y))
    )
    with np.errstate(all="ignore"):
        check_values(CrossEntropyLoss()(x, y), right, "loss", {"batch": 20, "classes": 50}, source="torch")


def recurrence(activation, parameters, x, y, places):
    def by_torch(torch):
        apply = {"relu": torch.relu, "sigmoid": torch.sigmoid}[activation]
        weights = [torch.tensor(p, requires_grad=True) for p in parameters]
        z = source = torch.tensor(x, requires_grad=True)
        for _ in range(places):
            for number in range(0, len(weights), 2):
                z = torch.nn.functional.linear(z, weights[number], weights[number + 1])
                z = apply(z) if number < len(weights) - 2 else z
        loss = torch.nn.functional.cross_entropy(z, torch.tensor(y))
        return torch.autograd.grad(loss, [source, *weights])

    return by_torch


@pytest.mark.task("1.9")
@pytest.mark.points(2)
@pytest.mark.visibility("hidden")
@pytest.mark.parametrize("activation", ["relu", "sigmoid"])
def test_recurrence_with_large_weights(activation):
    mlp = MLP(5, 5, [9, 8, 7], activation=activation, like=FLOAT64)
    parameters = fill(mlp, 1.5)
    draw = np.random.RandomState(13)
    x, y = draw.standard_normal((12, 5)), draw.randint(5, size=12)
    network = Sequential(*[mlp] * 4, CrossEntropyLoss())
    right_dx, *right = oracle(f"recurrence.large.{activation}", recurrence(activation, parameters, x, y, 4))
    network(x, y=y)
    check_values(network.backward(), right_dx, "dx", source="torch")
    for number, ((_, dp), theirs) in enumerate(zip(mlp.params(), right)):
        check_values(dp, theirs, f"gradient of parameter {number}", tolerance=1e-9, source="torch")


@pytest.mark.task("2.1")
@pytest.mark.points(1)
@pytest.mark.visibility("hidden")
def test_dropout_keeps_the_mean():
    set_seed(1)
    x = np.full((400, 500), 3.0)
    for p in (0.1, 0.5, 0.9):
        mean = float(np.mean(Dropout(p)(x)))
        assert abs(mean - 3.0) < 0.1, f"with p = {p} the mean of the output must stay near 3. Received: {mean:.3f}"
