"""Task 5.1: a step of stochastic gradient descent."""

import numpy as np
import pytest
from cases import PARAMETERS, Case, against_torch, layers
from kit import check_values, oracle, untouched
from mlp import mse_loss
from training import fit, sgd_step

CASE = Case("sigmoid", "identity")
RATE = 0.3


def torch_steps(number):
    """Return torch's parameters after so many steps, and the loss before each of them."""

    def train(torch):
        tensors = layers(torch, CASE)
        parameters = [tensors[name] for name in PARAMETERS]
        optimizer = torch.optim.SGD(parameters, lr=RATE)
        losses = []
        for _ in range(number):
            s_1 = torch.nn.functional.linear(torch.tensor(CASE["x"]), *parameters[:2])
            y_hat = torch.nn.functional.linear(torch.sigmoid(s_1), *parameters[2:])
            loss = 0.5 * torch.nn.functional.mse_loss(y_hat, torch.tensor(CASE["y"]))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        return (*parameters, torch.tensor(losses, dtype=torch.float64))

    *parameters, losses = oracle(f"{number} steps", train)
    return dict(zip(PARAMETERS, parameters)), losses


@pytest.mark.task("5.1")
@pytest.mark.points(2)
def test_one_step_goes_down():
    net = CASE.network()
    x, y = CASE["x"], CASE["y"]
    with untouched(x=x, y=y):
        loss = sgd_step(net, mse_loss, x, y, RATE)
    right, losses = torch_steps(1)
    for name, value in right.items():
        mistaken = {
            "has not moved: are the gradients cleared too early, or is a new array made and thrown away?": CASE[name],
            "has gone uphill: subtract the gradient, and call loss_function(y, y_hat), labels first": 2 * CASE[name]
            - value,
            "has moved by the gradient itself: multiply by the learning rate": CASE[name] + (value - CASE[name]) / RATE,
        }
        against_torch(net.parameters[name], value, f"{name} after a step", mistakes=mistaken)
    against_torch(loss, losses[0], "returned loss", hint="the loss before the step, a number")


@pytest.mark.task("5.1")
@pytest.mark.points(1)
def test_a_second_step_uses_its_own_gradients_only():
    net = CASE.network()
    steps = [sgd_step(net, mse_loss, CASE["x"], CASE["y"], RATE) for _ in range(2)]
    once, _ = torch_steps(1)
    right, losses = torch_steps(2)
    for name, value in right.items():
        both = value + (once[name] - CASE[name])
        words = "has the gradients of both steps in the second: clear them before each backward"
        against_torch(net.parameters[name], value, f"{name} after two steps", mistakes={words: both})
    against_torch(np.array(steps, dtype=np.float64), losses, "losses of two steps")


@pytest.mark.task("5.1")
@pytest.mark.points(1)
@pytest.mark.timeout(5)
def test_with_steps_enough_a_line_is_learned():
    case = Case("identity", "identity", batch=30, n_in=2, n_hidden=3, n_out=1, seed=1)
    x = case["x"]
    y = x @ np.array([[1.0], [-2.0]]) + 0.5
    net = case.network()
    history = fit(net, mse_loss, x, y, learning_rate=0.1, epochs=150, batch_size=10)
    check_values(net.forward(x), y, "prediction after 150 epochs", tolerance=0.01)
    check_values(history[-1], 0.0, "loss after 150 epochs", tolerance=1e-4)
