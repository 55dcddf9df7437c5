"""PyTorch's graph, beside the same under ``no_grad``."""

from __future__ import annotations

from typing import Any

import torch

from benchmarks.tape.chain import chain

__all__ = ["bind"]


def bind(x: Any) -> tuple[Any, Any, Any]:
    tensor = torch.from_numpy(x)
    leaf = tensor.clone().requires_grad_()
    ones = torch.ones_like(tensor)
    return (
        torch.no_grad()(lambda: chain(tensor, torch.tanh)),
        lambda: chain(leaf, torch.tanh),
        lambda answer: torch.autograd.grad(answer, leaf, ones)[0],
    )
