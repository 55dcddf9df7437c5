"""Twins of ``beras/autodiff/rules/arithmetic.py``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from beras.oracle.twins.adapters import elementwise
from beras.oracle.twins.registry import twin


def _divmod(x: torch.Tensor, y: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    return torch.div(x, y, rounding_mode="floor"), torch.remainder(x, y)


def _cbrt(x: torch.Tensor) -> torch.Tensor:
    size = torch.where(x < 0, -x, x) ** (1 / 3)
    return torch.where(x < 0, -size, size)


def _powers(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a power that is told of a number as its exponent, since torch differentiates that case better at 0."""

    def power(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        return function(x, y if y.ndim or y.requires_grad else y.item())

    return power


for numpy_function, torch_function in (
    (np.positive, torch.positive),
    (np.negative, torch.negative),
    (np.add, torch.add),
    (np.subtract, torch.subtract),
    (np.multiply, torch.multiply),
    (np.true_divide, torch.true_divide),
    (np.reciprocal, torch.reciprocal),
    (np.remainder, torch.remainder),
    (np.fmod, torch.fmod),
    (np.divmod, _divmod),
    (np.modf, lambda x: (torch.frac(x), torch.trunc(x))),
    (np.frexp, torch.frexp),
    # With whole numbers for exponents torch computes the powers in float32, where 2**128 is infinite.
    (np.ldexp, torch.ldexp),
    (np.square, torch.square),
    (np.sqrt, torch.sqrt),
    (np.cbrt, _cbrt),
    (np.absolute, torch.absolute),
    (np.fabs, torch.absolute),
    (np.copysign, torch.copysign),
    (np.hypot, torch.hypot),
    (np.power, _powers(torch.pow)),
    (np.float_power, _powers(torch.float_power)),
):
    twin(numpy_function, elementwise(torch_function))
