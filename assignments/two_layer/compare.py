"""Hold the gradients of a network against autograd, or against central differences where torch is not installed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from mlp import MLP

try:
    import torch
    from torch import nn
except ImportError:  # then central differences are the judge
    torch = None

__all__ = ["autograd_gradients", "central_differences", "compare", "differences"]

#: ``loss_function(y, y_hat)`` returns the loss and its gradient by ``y_hat``.
Loss = Callable[[Any, Any], tuple[Any, Any]]


def autograd_gradients(net: MLP, loss_function: Loss, x: Any, y: Any) -> dict[str, np.ndarray]:
    """Return ``dJdW1``, ``dJdb1``, ``dJdW2``, ``dJdb2`` as torch finds them, in a model with the network's parameters.

    Args:
        net: the network; only its parameters and the names of its functions are used.
        loss_function: `mlp.mse_loss` or `mlp.bce_loss`; torch's own loss of that kind is used.
        x: inputs, ``(batch, n_in)``.
        y: labels, ``(batch, n_out)``.
    """
    functions = {"relu": nn.ReLU, "sigmoid": nn.Sigmoid, "identity": nn.Identity}
    losses = {
        "mse_loss": lambda y_hat, y: 0.5 * nn.functional.mse_loss(y_hat, y),
        "bce_loss": nn.functional.binary_cross_entropy,
    }
    values = {name: torch.as_tensor(value).detach() for name, value in net.parameters.items()}
    (n_hidden, n_in), n_out = values["W1"].shape, len(values["W2"])
    model = nn.Sequential(
        nn.Linear(n_in, n_hidden), functions[net.f_function](), nn.Linear(n_hidden, n_out), functions[net.g_function]()
    ).to(values["W1"].dtype)
    with torch.no_grad():
        for own, value in zip(model.parameters(), values.values()):  # weight, bias, weight, bias
            own.copy_(value)
    loss = losses[loss_function.__name__](model(torch.as_tensor(x)), torch.as_tensor(y))
    gradients = torch.autograd.grad(loss, list(model.parameters()))
    return {f"dJd{name}": gradient.numpy() for name, gradient in zip(values, gradients)}


def central_differences(net: MLP, loss_function: Loss, x: Any, y: Any, h: float = 1e-5) -> dict[str, np.ndarray]:
    """Return the same from values of the loss alone: ``(J(w + h) - J(w - h)) / (2 h)`` for each parameter w in turn.

    Needs a network of float64 arrays; its cache is overwritten, its parameters are as before in the end.
    """
    found = {}
    for name, parameter in net.parameters.items():
        gradient = np.empty(parameter.shape)
        for place in np.ndindex(parameter.shape):
            before, losses = parameter[place], []
            for moved in (before + h, before - h):
                parameter[place] = moved
                losses.append(float(loss_function(y, net.forward(x))[0]))
            parameter[place] = before
            gradient[place] = (losses[0] - losses[1]) / (2 * h)
        found[f"dJd{name}"] = gradient
    return found


def differences(net: MLP, loss_function: Loss, x: Any, y: Any) -> dict[str, float]:
    """Return how far each gradient of the network is off, relative to the largest number of the right one.

    Runs forward, loss and backward of the network. In float64 all is well below 1e-9, something is wrong above 1e-4; in
    float32 some 1e-6 are lost to rounding.
    """
    right = (autograd_gradients if torch else central_differences)(net, loss_function, x, y)
    net.clear_grad_and_cache()
    net.backward(loss_function(y, net.forward(x))[1])
    return {
        name: float(np.abs(np.asarray(net.grads[name]) - value).max() / max(np.abs(value).max(), 1e-12))
        for name, value in right.items()
    }


def compare(net: MLP, loss_function: Loss, x: Any, y: Any) -> None:
    """Print `differences` as a table, each beside the largest number of the network's own gradient."""
    print(f"{'':6}  {'largest':>9}  from {'autograd' if torch else 'central differences'}")
    for name, difference in differences(net, loss_function, x, y).items():
        print(f"{name:6}  {np.abs(np.asarray(net.grads[name])).max():9.4g}  {difference:.1e}")
