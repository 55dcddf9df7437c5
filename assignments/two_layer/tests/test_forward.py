"""Task 2.1: the forward pass."""

import numpy as np
import pytest
from cases import PAIRS, Case, against_torch, explained
from kit import check_values, untouched

SHAPES = "x W^T + b: W has a row for each unit, (n_out, n_in), so it is transposed in the product"


def exchanged(case):
    """Return what the network gives with f and g in each other's place."""
    other = Case(case.g, case.f, case.batch, case.n_in, case.n_hidden, case.n_out, case.seed)
    return other.torch("y_hat", lambda torch, layers: layers["y_hat"])


def turned(case, which):
    """Return what a square network (sigmoid, identity) gives with these weights transposed."""

    def compute(torch, layers):
        linear = torch.nn.functional.linear
        W1, W2 = (layers[name].T if name in which else layers[name] for name in ("W1", "W2"))
        return linear(torch.sigmoid(linear(torch.tensor(case["x"]), W1, layers["b1"])), W2, layers["b2"])

    return case.torch(f"y_hat with {' and '.join(which)} turned", compute)


@pytest.mark.task("2.1")
@pytest.mark.points(2)
@pytest.mark.parametrize(("f", "g"), PAIRS)
def test_the_prediction_is_that_of_torch(f, g):
    case = Case(f, g)
    with explained(SHAPES):
        ours = case.network().forward(case["x"])
    mistaken = {
        "is what comes out when f and g are exchanged": exchanged(case),
        "is s_2, without g": case.torch("s_2", lambda torch, layers: layers["s_2"]),
    }
    against_torch(ours, case.torch("y_hat", lambda torch, layers: layers["y_hat"]), "y_hat", mistakes=mistaken)


@pytest.mark.task("2.1")
@pytest.mark.points(1)
def test_the_weights_are_transposed_also_where_they_are_square():
    case = Case("sigmoid", "identity", n_in=3, n_hidden=3, n_out=3)
    ours = case.network().forward(case["x"])
    right = case.torch("y_hat", lambda torch, layers: layers["y_hat"])
    mistaken = {
        f"is what comes out with {' and '.join(which)} not transposed: s = x W^T + b": turned(case, which)
        for which in (["W1"], ["W2"], ["W1", "W2"])
    }
    against_torch(ours, right, "y_hat", mistakes=mistaken)


@pytest.mark.task("2.1")
@pytest.mark.points(1)
def test_the_cache_holds_what_backward_needs():
    case = Case("sigmoid", "relu")
    net = case.network()
    net.forward(case["x"])
    right = {
        "x": case["x"],
        "s_1": case.torch("s_1", lambda torch, layers: layers["s_1"]),
        "z_1": case.torch("z_1", lambda torch, layers: layers["z_1"]),
        "s_2": case.torch("s_2", lambda torch, layers: layers["s_2"]),
    }
    for name, value in right.items():
        if name not in net.cache:
            pytest.fail(f"your cache has no {name!r}. It holds: {', '.join(map(repr, net.cache)) or 'nothing'}")
        mistaken = {
            "is z_1, what comes out of f: keep the pre-activation too": right["z_1"],
            "is y_hat, what comes out of g: keep the pre-activation": np.array(net.g(right["s_2"])),
        }
        against_torch(net.cache[name], value, f"cache[{name!r}]", mistakes=mistaken)


@pytest.mark.task("2.1")
@pytest.mark.points(1)
def test_another_batch_takes_the_place_of_the_first_and_nothing_is_changed():
    case = Case("relu", "relu")
    net, x = case.network(), case["x"]
    with untouched(x=x, **net.parameters):
        net.forward(x)
        once = net.forward(x[:2])
    stale = {"is the first batch: every forward fills the cache anew": x}
    check_values(net.cache["x"], x[:2], "cache['x'] after a second forward", mistakes=stale)
    against_torch(once, case.torch("y_hat", lambda torch, layers: layers["y_hat"])[:2], "y_hat of two samples")
