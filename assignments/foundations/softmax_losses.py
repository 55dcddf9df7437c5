"""Part 4: softmax, the losses that compare its probabilities with a target, and their gradients.

Everywhere ``z`` are logits, ``p = softmax(z)`` probabilities and ``y`` the target probabilities, of shape ``(n,)`` or
``(batch, n)``; the classes lie along the last axis and are counted from 0. ``y`` and ``p`` sum to 1 over the classes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from arrays import alike, is_tensor, through_numpy

import beras

__all__ = [
    "compare_grad",
    "compare_loss",
    "cross_entropy",
    "cross_entropy_dp",
    "cross_entropy_dz",
    "cross_entropy_dz1",
    "entropy",
    "explore",
    "gradient_by_beras",
    "gradient_by_torch",
    "gradient_curves",
    "kl_divergence",
    "loss_curves",
    "sampled_l1",
    "softmax",
    "softmax_jacobian",
    "squared_error",
    "squared_error_dp",
    "squared_error_dz",
    "squared_error_dz1",
    "two_logits",
]


def softmax(z: Any, axis: int = -1) -> Any:
    """Return ``p_i = exp(z_i) / sum_j exp(z_j)``, of the shape of ``z``: positive numbers that sum to 1 along ``axis``.

    Adding a number to all logits changes nothing, so the largest may be subtracted first; then ``exp`` stays at 1 or
    less, and logits of any size give finite probabilities.

    The torch equivalent is ``torch.softmax(z, axis)``.
    """
    xp, z = alike(z)
    # TASK 4.1: shift, exponentials, and their sum along the axis
    raise NotImplementedError("Task 4.1: shift, exponentials, and their sum along the axis")


def softmax_jacobian(z: Any) -> Any:
    """Return ``J[i, j] = dp_i / dz_j`` of softmax over the last axis.

    Args:
        z: shape ``(n,)`` or ``(batch, n)``.

    Returns:
        shape ``(n, n)`` or ``(batch, n, n)``.
    """
    xp, z = alike(z)
    p = softmax(z)
    # TASK 4.2: question Q5 has the derivation; xp.eye(n, dtype=z.dtype) is 1 where i = j
    raise NotImplementedError("Task 4.2: question Q5 has the derivation; xp.eye(n, dtype=z.dtype) is 1 where i = j")


# Losses: how far the probabilities p are from the target y


def squared_error(y: Any, p: Any) -> Any:
    """Return ``SE = sum_i (y_i - p_i)^2``, one number for each sample: shape ``()`` or ``(batch,)``."""
    xp, y, p = alike(y, p)
    # TASK 4.3: a sum over the classes
    raise NotImplementedError("Task 4.3: a sum over the classes")


def cross_entropy(y: Any, p: Any) -> Any:
    """Return ``CE = - sum_i y_i log p_i``, one number for each sample: shape ``()`` or ``(batch,)``.

    A class with ``y_i = 0`` adds nothing, also where ``p_i = 0``. Where ``p_i = 0 < y_i`` it is infinite.
    """
    xp, y, p = alike(y, p)
    # TASK 4.3: take the logarithm of 1 where y is 0, since 0 * log(0) is NaN
    raise NotImplementedError("Task 4.3: take the logarithm of 1 where y is 0, since 0 * log(0) is NaN")


def entropy(y: Any) -> Any:
    """Return ``H = - sum_i y_i log y_i``, one number for each sample; a class with ``y_i = 0`` adds nothing."""
    # TASK 4.3: one call is enough
    raise NotImplementedError("Task 4.3: one call is enough")


def kl_divergence(y: Any, p: Any) -> Any:
    """Return ``KL = sum_i y_i log(y_i / p_i)``, one number for each sample; a class with ``y_i = 0`` adds nothing.

    The target ``y`` comes first: ``KL(y; p)`` and ``KL(p; y)`` are different numbers. (Kullback and Leibler, 1951)
    """
    # TASK 4.3: in terms of the two functions above
    raise NotImplementedError("Task 4.3: in terms of the two functions above")


def sampled_l1(y: Any, p: Any) -> Any:
    """Return ``L1 = sum_i y_i (2 - 2 p_i)``, the mean of ``sum_j |e_j - p_j|`` over one-hot ``e`` drawn from ``y``."""
    _, y, p = alike(y, p)
    return (y * (2 - 2 * p)).sum(-1)


# Gradients by hand


def squared_error_dp(y: Any, p: Any) -> Any:
    """Return ``dSE / dp_i`` for each class, of the shape of ``p``."""
    _, y, p = alike(y, p)
    # TASK 4.4: question Q6
    raise NotImplementedError("Task 4.4: question Q6")


def cross_entropy_dp(y: Any, p: Any) -> Any:
    """Return ``dCE / dp_i`` for each class, of the shape of ``p``; ``dKL / dp_i`` is the same."""
    _, y, p = alike(y, p)
    # TASK 4.4: question Q6
    raise NotImplementedError("Task 4.4: question Q6")


def cross_entropy_dz(y: Any, z: Any) -> Any:
    """Return ``d CE(y, softmax(z)) / dz_j`` for each class, of the shape of ``z``; that of KL is the same.

    Finite for logits of any size, also where a probability is 0 in floating point.
    """
    _, y, z = alike(y, z)
    # TASK 4.5: the chain rule through softmax on paper; what is left is very short
    raise NotImplementedError("Task 4.5: the chain rule through softmax on paper; what is left is very short")


def squared_error_dz(y: Any, z: Any) -> Any:
    """Return ``d SE(y, softmax(z)) / dz_j`` for each class, of the shape of ``z``, for any number of classes.

    ``dSE/dz_j = sum_i dSE/dp_i dp_i/dz_j``: all paths from ``z_j`` to the loss, one through each ``p_i``.
    """
    _, y, z = alike(y, z)
    # TASK 4.5: the chain rule, with the functions of tasks 4.2 and 4.4
    raise NotImplementedError("Task 4.5: the chain rule, with the functions of tasks 4.2 and 4.4")


def cross_entropy_dz1(y1: Any, p1: Any) -> Any:
    """Return ``dCE/dz_1`` for two classes, in terms of ``y_1`` and ``p_1`` alone, entry by entry."""
    _, y1, p1 = alike(y1, p1)
    # TASK 4.6: question Q7
    raise NotImplementedError("Task 4.6: question Q7")


def squared_error_dz1(y1: Any, p1: Any) -> Any:
    """Return ``dSE/dz_1`` for two classes, in terms of ``y_1`` and ``p_1`` alone, entry by entry."""
    _, y1, p1 = alike(y1, p1)
    # TASK 4.6: question Q7; both paths count, the one through p_0 too
    raise NotImplementedError("Task 4.6: question Q7; both paths count, the one through p_0 too")


# The same gradients by machine

Loss = Callable[[Any, Any], Any]


@through_numpy
def gradient_by_beras(loss: Loss, y: Any, z: Any) -> Any:
    """Return ``d loss(y, softmax(z)) / dz``, of the shape of ``z``, from a beras tape.

    Args:
        loss: a function of ``(y, p)`` that gives one number for each sample, such as `cross_entropy`.
        y: shape ``(n,)`` or ``(batch, n)``.
        z: shape ``(n,)`` or ``(batch, n)``; row ``b`` of the answer is the gradient of the loss of sample ``b``.
    """
    _, y, z = alike(y, z)
    # TASK 4.7: a tape, as in task 2.2
    raise NotImplementedError("Task 4.7: a tape, as in task 2.2")


def gradient_by_torch(loss: Loss, y: Any, z: Any) -> Any:
    """Return what `gradient_by_beras` returns, from torch's autograd, through your own ``loss`` and `softmax`.

    Raises:
        ImportError: torch is not installed.
    """
    try:
        import torch
    except ImportError as error:
        raise ImportError(f'This gradient needs torch ({error}). Install it: pip install "beras[oracle]"') from error
    _, y, logits = alike(y, z) if is_tensor(z) else (None, *map(torch.as_tensor, alike(y, z)[1:]))
    logits = logits.detach().clone().requires_grad_()
    loss(y, softmax(logits)).sum().backward()
    return logits.grad if is_tensor(z) else logits.grad.numpy()


# What is drawn: two classes, the first logit at 0 and the second from -6 to 6


def two_logits(points: int = 201) -> np.ndarray:
    """Return logits ``(0, t)`` for ``points`` values ``t`` from -6 to 6, shape ``(points, 2)``."""
    t = np.linspace(-6.0, 6.0, points)
    return np.stack([np.zeros_like(t), t], axis=1)


def loss_curves(y1: float) -> dict[str, np.ndarray]:
    """Return each loss by name, at `two_logits`, for the target ``(1 - y1, y1)``: shape ``(points,)``."""
    y, p = [1 - y1, y1], softmax(two_logits())
    losses = {"KL": kl_divergence, "SE": squared_error, "CE": cross_entropy, "L1": sampled_l1}
    return {name: loss(y, p) for name, loss in losses.items()}


def gradient_curves(y1: float) -> dict[str, np.ndarray]:
    """Return ``dKL/dz_1`` (which is ``dCE/dz_1``) and ``dSE/dz_1`` by name, at `two_logits`, from task 4.6."""
    of_class_1 = softmax(two_logits())[:, 1]
    return {"KL": cross_entropy_dz1(y1, of_class_1), "SE": squared_error_dz1(y1, of_class_1)}


def compare_loss(y1: float = 0.5, curves: Sequence[str] = ("KL", "SE")) -> Any:
    """Return a figure of the losses named in ``curves`` ("KL", "SE", "CE", "L1") over the difference of the logits."""
    from figures import draw_losses

    return draw_losses(two_logits()[:, 1], y1, losses=loss_curves(y1), shown=curves)


def compare_grad(y1: float = 0.5, curves: Sequence[str] = ("KL", "SE")) -> Any:
    """Return a figure of the derivatives by ``z_1`` of the losses named in ``curves`` ("KL", "SE")."""
    from figures import draw_losses

    return draw_losses(two_logits()[:, 1], y1, gradients=gradient_curves(y1), shown=curves)


def explore(y1: float = 0.5, curves: Sequence[str] = ("KL", "SE")) -> Any:
    """Return both plots with a slider for the target and a box for each curve; outside a notebook one static figure.

    The slider and the boxes are ipywidgets': ``pip install "beras[notebooks]"``.
    """
    from explorer import explore as with_widgets
    from figures import draw_losses

    def draw(y1: float, curves: Sequence[str]) -> Any:
        return draw_losses(two_logits()[:, 1], y1, loss_curves(y1), gradient_curves(y1), shown=curves)

    return with_widgets(draw, y1, curves)
