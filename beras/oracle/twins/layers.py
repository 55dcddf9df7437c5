"""Twins of the primitives in ``beras/layers``."""

from __future__ import annotations

from typing import Any

import torch
from torch.nn import functional

from beras.layers.dense import affine
from beras.layers.embedding import look_up
from beras.oracle.twins.adapters import alike, tensor
from beras.oracle.twins.registry import twin


def _affine(x: Any, kernel: Any, bias: Any) -> torch.Tensor:
    x, kernel, bias = alike(x, kernel, bias)
    return functional.linear(x, kernel.T, bias)


def _look_up(rows: Any, numbers: Any) -> torch.Tensor:
    return tensor(rows)[torch.as_tensor(numbers, dtype=torch.int64)]


twin(affine, _affine)
twin(look_up, _look_up)
