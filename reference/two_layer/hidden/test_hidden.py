"""Further checks, run after submission: other shapes, other dtypes, other numbers."""

import numpy as np
import pytest
from cases import FUNCTIONS, PARAMETERS, Case
from kit import check_values, oracle, untouched
from mlp import bce_loss, mse_loss
from training import fit, sgd_step

pytestmark = pytest.mark.visibility("hidden")

SHAPES = [(1, 1, 1, 1), (1, 4, 2, 3), (7, 1, 5, 1), (6, 3, 1, 2), (3, 3, 3, 3), (2, 5, 4, 4)]


@pytest.mark.task("3.2")
@pytest.mark.points(1)
@pytest.mark.parametrize("shape", [(1, 1), (6, 1), (1, 4), (3, 2)], ids=str)
def test_bce_of_other_shapes_and_of_soft_labels(shape):
    draw = np.random.RandomState(11)
    y, p = draw.uniform(size=shape), draw.uniform(0.05, 0.95, size=shape)

    def compute(torch):
        prediction = torch.tensor(p, requires_grad=True)
        loss = torch.nn.functional.binary_cross_entropy(prediction, torch.tensor(y))
        return loss, torch.autograd.grad(loss, prediction)[0]

    loss, gradient = oracle(f"soft bce {shape}", compute)
    ours = bce_loss(y, p)
    check_values(ours[0], loss, "bce loss of soft labels")
    check_values(ours[1], gradient, "dJdy_hat of bce", {"entries": p.size, "batch": shape[0]})


@pytest.mark.task("3.2")
@pytest.mark.points(1)
def test_a_saturated_network_in_float32_still_learns():
    p = np.array([[0.0], [1.0], [1e-30], [1.0 - 2.0**-24]], dtype=np.float32)
    y = np.array([[1.0], [0.0], [1.0], [0.0]], dtype=np.float32)

    def compute(torch):
        prediction = torch.tensor(p, requires_grad=True)
        loss = torch.nn.functional.binary_cross_entropy(prediction, torch.tensor(y))
        return loss, torch.autograd.grad(loss, prediction)[0]

    loss, gradient = oracle("saturated bce in float32", compute)
    ours = bce_loss(y, p)
    check_values(ours[0], loss, "bce loss at saturation", tolerance=1e-5, dtype="float32")
    check_values(ours[1], gradient, "dJdy_hat of bce at saturation", tolerance=1e-5, dtype="float32")


@pytest.mark.task("4.3")
@pytest.mark.points(2)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("f", FUNCTIONS)
def test_backward_for_other_shapes(f, shape):
    case = Case(f, "sigmoid", *shape, seed=3)
    net = case.network()
    net.forward(case["x"])
    net.backward(case["by y_hat"])
    for name in PARAMETERS:
        check_values(net.grads[f"dJd{name}"], case.gradient(name, "y_hat"), f"dJd{name} for {shape}", case.sizes)


@pytest.mark.task("4.3")
@pytest.mark.points(1)
def test_backward_twice_after_one_forward_adds_the_same_again():
    case = Case("sigmoid", "sigmoid", seed=4)
    net, J = case.network(), case["by y_hat"]
    net.forward(case["x"])
    for _ in range(2):
        with untouched(dJdy_hat=J, **net.cache):
            net.backward(J)
    for name in PARAMETERS:
        check_values(net.grads[f"dJd{name}"], 2 * case.gradient(name, "y_hat"), f"dJd{name} of two backward passes")


@pytest.mark.task("5.1")
@pytest.mark.points(1)
def test_what_stood_in_the_gradients_before_is_no_part_of_a_step():
    case = Case("relu", "sigmoid", seed=5)
    clean, dirty = case.network(), case.network()
    for gradient in dirty.grads.values():
        gradient[...] = 100.0
    for net in (clean, dirty):
        sgd_step(net, bce_loss, case["x"], case.labels, 0.5)
    for name in PARAMETERS:
        check_values(dirty.parameters[name], clean.parameters[name], f"{name} after a step")


@pytest.mark.task("5.1")
@pytest.mark.points(1)
@pytest.mark.timeout(5)
@pytest.mark.parametrize(("loss", "limit"), [(bce_loss, 0.1), (mse_loss, 0.02)], ids=["bce", "mse"])
def test_the_corners_of_a_square_are_learned(loss, limit):
    """XOR, which no network of one layer can do."""
    x = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    y = np.array([[0.0], [1.0], [1.0], [0.0]])
    net = Case("sigmoid", "sigmoid", n_in=2, n_hidden=8, n_out=1, seed=2).network()
    history = fit(net, loss, x, y, learning_rate=2.0, epochs=3000, batch_size=4)
    check_values(net.forward(x) > 0.5, y > 0.5, "prediction of XOR")
    check_values(max(history[-1], limit), limit, "loss of XOR")
