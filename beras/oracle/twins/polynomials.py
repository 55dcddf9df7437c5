"""Twins of ``beras/autodiff/rules/polynomials.py``."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from beras.oracle.twins.adapters import alike, tensor
from beras.oracle.twins.registry import twin


def _vander(x: Any, N: int | None = None, increasing: bool = False) -> torch.Tensor:
    """`torch.vander` overwrites what its own gradient needs."""
    x = tensor(x)
    exponents = torch.arange(len(x) if N is None else N)
    return torch.pow(x.unsqueeze(1), exponents if increasing else exponents.flip(0))


def _polyval(p: Any, x: Any) -> torch.Tensor:
    """Return the powers of ``x``, the highest first, times the coefficients."""
    p, x = alike(p, x)
    return (_vander(x.flatten(), len(p)) @ p).reshape(x.shape)


twin(np.polyval, _polyval)
twin(np.vander, _vander)
