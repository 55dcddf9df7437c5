"""Stochastic gradient descent: one step, and a loop of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from mlp import MLP

__all__ = ["fit", "sgd_step"]

#: ``loss_function(y, y_hat)`` returns the loss and its gradient by ``y_hat``.
Loss = Callable[[Any, Any], tuple[Any, Any]]


def sgd_step(net: MLP, loss_function: Loss, x: Any, y: Any, learning_rate: float) -> Any:
    """Train ``net`` on one batch, in the five steps of question Q1.1.a, and return the loss before the step.

        W <- W - learning_rate * dJ/dW        for each of the four parameters, in place

    Mind the order: `MLP.clear_grad_and_cache` forgets the forward pass as well.

    Args:
        net: the network; whatever stands in its gradients before is no part of this step.
        loss_function: `mlp.mse_loss` or `mlp.bce_loss`.
        x: inputs, ``(batch, n_in)``.
        y: labels, ``(batch, n_out)``.
        learning_rate: how far to go.
    """
    # TASK 5.1: the five steps
    raise NotImplementedError("Task 5.1: the five steps")


def fit(
    net: MLP,
    loss_function: Loss,
    x: Any,
    y: Any,
    learning_rate: float = 0.1,
    epochs: int = 100,
    batch_size: int = 20,
    seed: int = 0,
) -> list[float]:
    """Take `sgd_step` with every batch of every epoch, in a new order each time, and return the mean loss by epoch.

    Args:
        net, loss_function, x, y, learning_rate: as in `sgd_step`, but all samples: ``(samples, n_in)`` and
            ``(samples, n_out)``.
        epochs: how often every sample is seen.
        batch_size: samples in a step; the last batch of an epoch may have fewer.
        seed: of the order.
    """
    order = np.random.default_rng(seed)
    history = []
    for _ in range(epochs):
        shuffled = order.permutation(len(x))
        total = 0.0
        for start in range(0, len(x), batch_size):
            rows = shuffled[start : start + batch_size]
            total += float(sgd_step(net, loss_function, x[rows], y[rows], learning_rate)) * len(rows)
        history.append(total / len(x))
    return history
