"""Twins of the functions in ``beras/autodiff/rules/constants.py`` that are constant in some arguments only."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from beras.oracle.twins.adapters import elementwise, tensor
from beras.oracle.twins.registry import twin


def _heaviside(x: Any, at_zero: Any) -> torch.Tensor:
    """`torch.heaviside` has no derivative."""
    x, at_zero = tensor(x), tensor(at_zero)
    return torch.where(x == 0, at_zero, torch.heaviside(x, torch.zeros_like(x)))


twin(np.full_like, lambda a, fill_value: torch.full_like(tensor(a), fill_value))
twin(np.heaviside, _heaviside)
twin(np.nextafter, elementwise(torch.nextafter))
