"""Operands of one dtype, for the torch functions that take no mixture where NumPy promotes."""

from __future__ import annotations

from functools import reduce
from typing import Any

import torch

from beras.oracle.twins.adapters import tensor

__all__ = ["alike"]


def alike(*operands: Any) -> list[torch.Tensor]:
    """Return tensors, arrays, lists and numbers as tensors of the dtype to which they promote."""
    tensors = [tensor(operand) for operand in operands]
    dtype = reduce(torch.promote_types, [x.dtype for x in tensors])
    return [x.to(dtype) for x in tensors]
