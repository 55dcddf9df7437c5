"""Whole numbers among the arguments of a twin: axes, shapes and counts for Python, indices and masks for torch."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from beras.oracle.twins.adapters import tensor

__all__ = ["places", "whole"]


def whole(value: Any) -> tuple[int, ...]:
    """Return an axis, a shape or another number or sequence of whole numbers as a tuple."""
    return tuple(np.ravel(value).astype(np.intp).tolist())


def places(index: Any) -> torch.Tensor:
    """Return an index of integers, or a mask, as a tensor; torch would read an index of bytes as a mask."""
    found = tensor(index)
    return found if found.dtype == torch.bool else found.to(torch.int64)
