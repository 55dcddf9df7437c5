"""Twins of the primitives in ``beras/losses``."""

from __future__ import annotations

from typing import Any

import torch
from torch.nn import functional

from beras.losses.logits import (
    sigmoid_cross_entropy,
    softmax_cross_entropy,
    softmax_excess,
    sparse_softmax_cross_entropy,
)
from beras.oracle.twins.adapters import alike, tensor
from beras.oracle.twins.registry import twin


def _classes_second(x: torch.Tensor, axis: int) -> torch.Tensor:
    """Return ``x`` with its classes where torch wants them: behind the batch, if there is one."""
    return x.movedim(axis, 1) if x.ndim > 1 else x


def _softmax_cross_entropy(logits: Any, y_true: Any, axis: int = -1) -> torch.Tensor:
    logits, y_true = (_classes_second(each, axis) for each in alike(logits, y_true))
    return functional.cross_entropy(logits, y_true, reduction="none")


def _sparse_softmax_cross_entropy(logits: Any, labels: Any, axis: int = -1) -> torch.Tensor:
    return functional.cross_entropy(_classes_second(tensor(logits), axis), tensor(labels).long(), reduction="none")


def _softmax_excess(logits: Any, labels: Any, axis: int = -1) -> torch.Tensor:
    logits = tensor(logits)
    hot = functional.one_hot(tensor(labels).long(), logits.shape[axis]).movedim(-1, axis)
    return functional.softmax(logits, axis) - hot


def _sigmoid_cross_entropy(logits: Any, y_true: Any) -> torch.Tensor:
    logits, y_true = torch.broadcast_tensors(*alike(logits, y_true))
    return functional.binary_cross_entropy_with_logits(logits, y_true, reduction="none")


twin(softmax_cross_entropy, _softmax_cross_entropy)
twin(sparse_softmax_cross_entropy, _sparse_softmax_cross_entropy)
twin(softmax_excess, _softmax_excess)
twin(sigmoid_cross_entropy, _sigmoid_cross_entropy)
