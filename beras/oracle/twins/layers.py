"""Twins of the primitives in ``beras/layers``."""

from __future__ import annotations

from typing import Any

import torch
from torch.nn import functional

from beras.layers.dense import affine
from beras.oracle.twins.adapters import alike
from beras.oracle.twins.registry import twin


def _affine(x: Any, kernel: Any, bias: Any) -> torch.Tensor:
    x, kernel, bias = alike(x, kernel, bias)
    return functional.linear(x, kernel.T, bias)


twin(affine, _affine)
