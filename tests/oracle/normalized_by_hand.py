"""The normalisations in torch, written out or by its own functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

torch = pytest.importorskip("torch")
F = torch.nn.functional

__all__ = ["by_batch", "by_moving", "by_sample"]


def _split(weights: tuple, scale: bool, center: bool) -> tuple[Any, Any, Any, Any]:
    """Return gamma, beta, moving mean and variance; the last two are no part of any gradient.

    Without a gamma it is ones: torch's second derivative knows no other way.
    """
    held = list(weights)
    gamma = held.pop(0) if scale else torch.ones_like(weights[-1])
    beta = held.pop(0) if center else None
    return gamma, beta, held[0].detach(), held[1].detach()


def _moved(x: torch.Tensor, axis: int, function: Callable[..., Any]) -> torch.Tensor:
    return function(x.movedim(axis, 1)).movedim(1, axis)


def by_moving(axis: int = -1, epsilon: float = 1e-3, scale: bool = True, center: bool = True) -> Callable[..., Any]:
    """Return ``f(x, *weights)``: batch normalisation by the moving statistics."""

    def normalized(x: torch.Tensor, *weights: Any) -> torch.Tensor:
        gamma, beta, mean, variance = _split(weights, scale, center)
        return _moved(x, axis, lambda x: F.batch_norm(x, mean, variance, gamma, beta, False, 0.0, epsilon))

    return normalized


def by_batch(axis: int = -1, epsilon: float = 1e-3, scale: bool = True, center: bool = True) -> Callable[..., Any]:
    """Return ``f(x, *weights)``: batch normalisation by the statistics of the batch."""

    def normalized(x: torch.Tensor, *weights: Any) -> torch.Tensor:
        gamma, beta, *_ = _split(weights, scale, center)
        return _moved(x, axis, lambda x: F.batch_norm(x, None, None, gamma, beta, True, 0.0, epsilon))

    return normalized


def by_sample(axes: tuple[int, ...], epsilon: float = 1e-3, scale: bool = True, center: bool = True) -> Callable:
    """Return ``f(x, *weights)``: layer normalisation along ``axes``, counted from the back and in order."""

    def normalized(x: torch.Tensor, *weights: Any) -> torch.Tensor:
        held = list(weights)
        shape = [x.shape[axis] if axis in axes else 1 for axis in range(-x.ndim, 0)]
        rest = x - x.mean(axes, keepdim=True)
        y = rest * torch.rsqrt(rest.square().mean(axes, keepdim=True) + epsilon)
        y = y * held.pop(0).reshape(shape) if scale else y
        return y + held.pop(0).reshape(shape) if center else y

    return normalized
