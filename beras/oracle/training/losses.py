"""The table of losses: what torch computes for each loss of beras, one value per sample.

This file imports torch; nothing that ``import beras.oracle`` runs imports it.
"""

from __future__ import annotations

from collections.abc import Callable
from math import log
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from beras import losses
from beras.losses.loss import FunctionLoss, Loss

__all__ = ["LOSSES", "torch_loss"]

#: Keras's epsilon: probabilities and lengths are kept that far from 0.
EPSILON = 1e-7


def _clipped(p: Tensor) -> Tensor:
    return torch.clamp(p, EPSILON, 1 - EPSILON)


def _normalised(p: Tensor, axis: int) -> Tensor:
    total = torch.sum(p, dim=axis, keepdim=True)
    return p / torch.where(total == 0, torch.ones_like(total), total)


def _classes_second(x: Tensor, axis: int) -> Tensor:
    """Return ``x`` with its class axis where torch has it."""
    return x.movedim(axis, 1)


def _binary(y: Tensor, p: Tensor, from_logits: bool = False, label_smoothing: float = 0.0, axis: int = -1) -> Tensor:
    y = y * (1 - label_smoothing) + label_smoothing / 2
    if from_logits:
        return F.binary_cross_entropy_with_logits(p, y, reduction="none").mean(axis)
    return F.binary_cross_entropy(_clipped(p), y, reduction="none").mean(axis)


def _categorical(
    y: Tensor, p: Tensor, from_logits: bool = False, label_smoothing: float = 0.0, axis: int = -1
) -> Tensor:
    if from_logits:
        scores, targets = _classes_second(p, axis), _classes_second(y, axis)
        return F.cross_entropy(scores, targets, reduction="none", label_smoothing=label_smoothing)
    y = y * (1 - label_smoothing) + label_smoothing / y.shape[axis]
    return -torch.sum(y * torch.log(_clipped(_normalised(p, axis))), dim=axis)


def _sparse(y: Tensor, p: Tensor, from_logits: bool = False, ignore_class: int | None = None, axis: int = -1) -> Tensor:
    labels = _labels(y, p, axis)
    ignored = -100 if ignore_class is None else ignore_class
    if from_logits:
        return F.cross_entropy(_classes_second(p, axis), labels, ignore_index=ignored, reduction="none")
    log_p = torch.log(_clipped(_normalised(p, axis)))
    return F.nll_loss(_classes_second(log_p, axis), labels, ignore_index=ignored, reduction="none")


def _labels(y: Tensor, p: Tensor, axis: int = -1) -> Tensor:
    return y.squeeze(axis) if y.ndim == p.ndim else y


def _binary_focal(
    y: Tensor,
    p: Tensor,
    apply_class_balancing: bool = False,
    alpha: float = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Tensor:
    """Lin et al., 2017, eq. 4 and 5."""
    y = torch.lerp(y, torch.full_like(y, 0.5), label_smoothing)
    p = torch.sigmoid(p) if from_logits else p
    entropy = F.binary_cross_entropy(_clipped(p), y, reduction="none")
    surprise = y * (1 - p) + (1 - y) * p
    balance = y * alpha + (1 - y) * (1 - alpha) if apply_class_balancing else 1.0
    return torch.mean(balance * surprise**gamma * entropy, dim=axis)


def _categorical_focal(
    y: Tensor,
    p: Tensor,
    alpha: float = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Tensor:
    y = torch.lerp(y, torch.full_like(y, 1 / y.shape[-1]), label_smoothing)
    p = _clipped(F.softmax(p, dim=axis) if from_logits else _normalised(p, axis))
    return -alpha * torch.sum((1 - p) ** gamma * torch.xlogy(y, p), dim=axis)


def _generalized(y: Tensor, p: Tensor, q: float = 0.5) -> Tensor:
    """Zhang and Sabuncu, 2018, eq. 6."""
    of_label = torch.gather(p, -1, _labels(y, p).unsqueeze(-1)).squeeze(-1)
    return (1 - of_label**q) / q


def _dice(y: Tensor, p: Tensor, axis: Any = None) -> Tensor:
    """Sudre et al., 2017, one minus the overlap."""
    return 1 - 2 * torch.sum(y * p, dim=axis) / (torch.sum(y + p, dim=axis) + EPSILON)


def _tversky(y: Tensor, p: Tensor, alpha: float = 0.5, beta: float = 0.5, axis: Any = None) -> Tensor:
    """Tversky's index; in Keras, other than in Salehi et al., 2017, eq. 3, alpha is for what is missed."""
    missed, wrong = torch.sum(y * (1 - p), dim=axis), torch.sum((1 - y) * p, dim=axis)
    return (alpha * missed + beta * wrong + EPSILON) / (
        torch.sum(y * p, dim=axis) + alpha * missed + beta * wrong + EPSILON
    )


def _percentage(y: Tensor, p: Tensor) -> Tensor:
    return 100 * torch.mean(torch.abs(y - p) / torch.clamp(torch.abs(y), min=EPSILON), dim=-1)


def _squared_logarithmic(y: Tensor, p: Tensor) -> Tensor:
    return F.mse_loss(
        torch.log1p(torch.clamp(p, min=EPSILON)), torch.log1p(torch.clamp(y, min=EPSILON)), reduction="none"
    ).mean(-1)


def _log_cosh(y: Tensor, p: Tensor) -> Tensor:
    return torch.mean(torch.logaddexp(p - y, y - p) - log(2), dim=-1)


def _cosine(y: Tensor, p: Tensor, axis: int = -1) -> Tensor:
    return -torch.sum(F.normalize(y, dim=axis, eps=EPSILON) * F.normalize(p, dim=axis, eps=EPSILON), dim=axis)


def _divergence(y: Tensor, p: Tensor) -> Tensor:
    y, p = torch.clamp(y, EPSILON, 1), torch.clamp(p, EPSILON, 1)
    return F.kl_div(torch.log(p), y, reduction="none").sum(-1)


def _shortfall(y: Tensor, p: Tensor) -> Tensor:
    if torch.all((y == 0) | (y == 1)):
        y = 2 * y - 1
    return torch.relu(1 - y * p)


def _categorical_hinge(y: Tensor, p: Tensor) -> Tensor:
    wrong = torch.amax((1 - y) * p, dim=-1)
    return torch.relu(1 + wrong - torch.sum(y * p, dim=-1))


#: By function of beras: ``f(y_true, y_pred, **options)`` on tensors, one value per sample.
LOSSES: dict[Callable[..., Any], Callable[..., Tensor]] = {
    losses.binary_crossentropy: _binary,
    losses.binary_focal_crossentropy: _binary_focal,
    losses.categorical_crossentropy: _categorical,
    losses.categorical_focal_crossentropy: _categorical_focal,
    losses.categorical_generalized_cross_entropy: _generalized,
    losses.categorical_hinge: _categorical_hinge,
    losses.cosine_similarity: _cosine,
    losses.dice: _dice,
    losses.hinge: lambda y, p: _shortfall(y, p).mean(-1),
    losses.huber: lambda y, p, delta=1.0: F.huber_loss(p, y, reduction="none", delta=delta).mean(-1),
    losses.kl_divergence: _divergence,
    losses.log_cosh: _log_cosh,
    losses.mean_absolute_error: lambda y, p: F.l1_loss(p, y, reduction="none").mean(-1),
    losses.mean_absolute_percentage_error: _percentage,
    losses.mean_squared_error: lambda y, p: F.mse_loss(p, y, reduction="none").mean(-1),
    losses.mean_squared_logarithmic_error: _squared_logarithmic,
    losses.poisson: lambda y, p: F.poisson_nll_loss(p, y, log_input=False, eps=EPSILON, reduction="none").mean(-1),
    losses.sparse_categorical_crossentropy: _sparse,
    losses.squared_hinge: lambda y, p: torch.square(_shortfall(y, p)).mean(-1),
    losses.tversky: _tversky,
}

#: Those whose ``y_true`` holds class numbers.
OF_CLASS_NUMBERS = (losses.sparse_categorical_crossentropy, losses.categorical_generalized_cross_entropy)


def torch_loss(loss: Loss) -> Callable[[np.ndarray, Tensor], Tensor]:
    """Return ``f(y_true, y_pred)``, the reduced loss of an array and a tensor, for a loss of beras.

    A loss of the user's own has no function in torch; the NumPy in it is replayed in torch, operation by operation.
    """
    if not isinstance(loss, FunctionLoss) or type(loss).call is not FunctionLoss.call or loss.function not in LOSSES:
        from beras.oracle.training.replayed import replayed

        return lambda y, p: replayed(lambda prediction: loss(y, prediction), p)
    function, options = LOSSES[loss.function], loss.options
    sparse = loss.function in OF_CLASS_NUMBERS

    def values(y: np.ndarray, p: Tensor) -> Tensor:
        p = p if loss.dtype is None else p.to(getattr(torch, np.dtype(loss.dtype).name))
        truth = torch.from_numpy(np.array(y, np.int64 if sparse else np.float64, order="C"))
        if sparse:
            ignored = options.get("ignore_class")
            counted = None if ignored is None else _labels(truth, p, options.get("axis", -1)) != ignored
            return _reduced(function(truth, p, **options), counted, loss.reduction)
        return _reduced(function(*_same_rank(truth.to(p.dtype), p), **options), None, loss.reduction)

    return values


def _same_rank(y: Tensor, p: Tensor) -> tuple[Tensor, Tensor]:
    """Return both with as many axes, where one has an extra last axis of length 1."""
    if y.ndim == p.ndim + 1:
        return (y, p.unsqueeze(-1)) if p.ndim == 1 else (y.squeeze(-1), p)
    if p.ndim == y.ndim + 1:
        return (y.unsqueeze(-1), p) if y.ndim == 1 else (y, p.squeeze(-1))
    return y, p


def _reduced(values: Tensor, counted: Tensor | None, reduction: str | None) -> Tensor:
    if reduction in (None, "none"):
        return values
    if reduction == "sum":
        return values.sum()
    return values.mean() if counted is None else values.sum() / torch.clamp(counted.sum(), min=1)
