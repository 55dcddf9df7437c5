"""Twins of the normalisations, which find the moments of a batch themselves."""

from __future__ import annotations

from typing import Any

import torch

from beras.layers.normalize_batch import batch_sums, normalize_batch, normalize_batch_to_input
from beras.layers.normalize_samples import normalize_samples, normalize_samples_to_gamma, normalize_samples_to_input
from beras.oracle.twins.adapters import alike, pulled_back, tensor
from beras.oracle.twins.registry import twin

__all__: list[str] = []


def _normalized(x: Any, axes: tuple[int, ...], gamma: Any, beta: Any, epsilon: float) -> torch.Tensor:
    """Return the normalised ``x``, written out: torch's own functions have no third derivatives."""
    x = tensor(x)
    rest = x - x.mean(axes, keepdim=True)
    z = rest * torch.rsqrt(rest.square().mean(axes, keepdim=True) + epsilon)
    scaled = z if gamma is None else z * tensor(gamma).to(z.dtype)
    return scaled if beta is None else scaled + tensor(beta).to(z.dtype)


def _batch(x: Any, moments: Any, gamma: Any, beta: Any, epsilon: float) -> torch.Tensor:
    return _normalized(x, tuple(range(x.ndim - 1)), gamma, beta, epsilon)


def _batch_to_input(g: Any, x: Any, moments: Any, gamma: Any, sums: Any, epsilon: float) -> torch.Tensor:
    return pulled_back(lambda x: _batch(x, moments, gamma, None, epsilon), tensor(x), g)


def _batch_sums(g: Any, x: Any, moments: Any, epsilon: float) -> torch.Tensor:
    g, x = alike(g, x)
    axes = tuple(range(x.ndim - 1))
    return torch.stack([g.sum(axes), (g * _batch(x, moments, None, None, epsilon)).sum(axes)])


def _samples(x: Any, gamma: Any, beta: Any, epsilon: float) -> torch.Tensor:
    return _normalized(x, (-1,), gamma, beta, epsilon)


def _samples_to_input(g: Any, x: Any, gamma: Any, epsilon: float) -> torch.Tensor:
    return pulled_back(lambda x: _samples(x, gamma, None, epsilon), tensor(x), g)


def _samples_to_gamma(g: Any, x: Any, epsilon: float) -> torch.Tensor:
    g, x = alike(g, x)
    return (g * _samples(x, None, None, epsilon)).sum(tuple(range(x.ndim - 1)))


twin(normalize_batch, _batch)
twin(normalize_batch_to_input, _batch_to_input)
twin(batch_sums, _batch_sums)
twin(normalize_samples, _samples)
twin(normalize_samples_to_input, _samples_to_input)
twin(normalize_samples_to_gamma, _samples_to_gamma)
