"""PyTorch: its fused cross-entropy; the Hessian's product is the gradient of the gradient's scalar product."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch.nn.functional import cross_entropy, relu

__all__ = ["bind_gradient", "bind_product"]


def _loss(weights: Sequence[torch.Tensor], x: torch.Tensor, classes: torch.Tensor) -> torch.Tensor:
    for kernel, bias in zip(weights[:-2:2], weights[1:-2:2]):
        x = relu(torch.addmm(bias, x, kernel))
    return cross_entropy(torch.addmm(weights[-1], x, weights[-2]), classes)


def _tensors(weights: list[Any], x: Any, targets: Any) -> tuple[list[torch.Tensor], torch.Tensor, torch.Tensor]:
    leaves = [torch.tensor(a, requires_grad=True) for a in weights]
    return leaves, torch.from_numpy(x), torch.from_numpy(targets).argmax(1)


def bind_gradient(weights: list[Any], x: Any, targets: Any) -> Callable[[], Any]:
    leaves, images, classes = _tensors(weights, x, targets)

    def step() -> Any:
        loss = _loss(leaves, images, classes)
        return loss.detach(), torch.autograd.grad(loss, leaves)

    return step


def bind_product(weights: list[Any], directions: list[Any], x: Any, targets: Any) -> Callable[[], Any]:
    leaves, images, classes = _tensors(weights, x, targets)
    along = [torch.from_numpy(a) for a in directions]

    def product() -> Any:
        gradient = torch.autograd.grad(_loss(leaves, images, classes), leaves, create_graph=True)
        return torch.autograd.grad(gradient, leaves, along)

    return product
