"""Twins of the primitives in ``beras/activations``."""

from __future__ import annotations

from collections.abc import Callable
from math import inf, sqrt
from typing import Any

import torch
from torch.nn import functional

from beras.activations import gelu, leaky_relu, log_softmax, relu, sigmoid, silu, softmax, softplus, sparsemax
from beras.activations.gaussian import gaussian_cdf
from beras.oracle.twins.adapters import dims, elementwise, rows, tensor
from beras.oracle.twins.registry import twin


def _relu(x: Any, negative_slope: float = 0.0, max_value: float | None = None, threshold: float = 0.0) -> torch.Tensor:
    x = tensor(x)
    if max_value is None and not threshold:
        return functional.leaky_relu(x, negative_slope) if negative_slope else functional.relu(x)
    risen = x if max_value is None else functional.hardtanh(x, -inf, max_value)
    return torch.where(x <= threshold, negative_slope * (x - threshold) if negative_slope else 0.0, risen)


def _gelu(x: Any, approximate: bool = False) -> torch.Tensor:
    return functional.gelu(tensor(x), approximate="tanh" if approximate else "none")


def _by_rows(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a softmax, which torch has along one axis, with an ``axis`` that may be several."""

    def softmax_along(x: Any, axis: Any = -1) -> torch.Tensor:
        x = tensor(x)
        if isinstance(axis, int):
            return function(x, dim=axis)
        away = dims(x, axis)
        table = rows(x, axis)
        parted = function(table, dim=-1).reshape((*table.shape[:-1], *(x.shape[i] for i in away)))
        return parted.movedim(tuple(range(-len(away), 0)), away)

    return softmax_along


def _sparsemax(x: Any, axis: int = -1) -> torch.Tensor:
    """Return ``x`` less a threshold on its support: the entries for which ``1 + k x_(k)`` exceeds the k largest."""
    x = tensor(x).movedim(axis, -1)
    x = x - torch.amax(x, -1, keepdim=True).detach()  # the same for every entry, which changes nothing
    falling = torch.sort(x, -1, descending=True).values
    numbers = torch.arange(1, x.shape[-1] + 1, dtype=x.dtype)
    size = torch.sum(1 + numbers * falling > torch.cumsum(falling, -1), -1, keepdim=True).clamp(min=1)
    threshold = (torch.sum(torch.where(numbers <= size, falling, 0.0), -1, keepdim=True) - 1) / size
    return functional.relu(x - threshold).movedim(-1, axis)


twin(relu, _relu)
twin(leaky_relu, lambda x, negative_slope=0.2: functional.leaky_relu(tensor(x), negative_slope))
twin(sigmoid, elementwise(torch.sigmoid))
# torch's own softplus is linear from 20 on.
twin(softplus, lambda x: -functional.logsigmoid(-tensor(x)))
twin(silu, elementwise(functional.silu))
twin(gelu, _gelu)
twin(gaussian_cdf, lambda x: 0.5 * torch.erfc(tensor(x) * -sqrt(0.5)))
twin(softmax, _by_rows(functional.softmax))
twin(log_softmax, _by_rows(functional.log_softmax))
twin(sparsemax, _sparsemax)
