"""Twins of ``beras/autodiff/rules/trigonometric.py``."""

from __future__ import annotations

from math import pi
from typing import Any

import numpy as np
import torch

from beras.autodiff.rules.trigonometric import sinc_derivative
from beras.oracle.twins.adapters import elementwise, tensor
from beras.oracle.twins.registry import twin

for numpy_function, torch_function in (
    (np.sin, torch.sin),
    (np.cos, torch.cos),
    (np.tan, torch.tan),
    (np.sinh, torch.sinh),
    (np.cosh, torch.cosh),
    (np.tanh, torch.tanh),
    (np.arcsin, torch.arcsin),
    (np.arccos, torch.arccos),
    (np.arctan, torch.arctan),
    (np.arcsinh, torch.arcsinh),
    (np.arccosh, torch.arccosh),
    (np.arctanh, torch.arctanh),
    (np.arctan2, torch.arctan2),
    (np.deg2rad, torch.deg2rad),
    (np.radians, torch.deg2rad),
    (np.rad2deg, torch.rad2deg),
    (np.degrees, torch.rad2deg),
):
    twin(numpy_function, elementwise(torch_function))


def _unwrap(p: Any, discont: float | None = None, axis: int = -1, *, period: float = 2 * pi) -> torch.Tensor:
    """Take off every jump of more than ``discont`` the whole periods that leave it shortest."""
    p = tensor(p).movedim(axis, -1)
    jumps = torch.diff(p)
    # A jump of exactly half a period stays, in both directions.
    turns = torch.sign(jumps) * torch.ceil(torch.abs(jumps) / period - 0.5)
    turns = torch.where(torch.abs(jumps) < (period / 2 if discont is None else discont), 0.0, turns)
    started = torch.cat((torch.zeros_like(p[..., :1]), turns), -1)
    return (p - period * torch.cumsum(started, -1)).movedim(-1, axis)


twin(np.unwrap, _unwrap)


NODES, WEIGHTS = np.polynomial.legendre.leggauss(32)


def _near_zero(x: torch.Tensor, n: int) -> torch.Tensor:
    """Return derivative ``n`` of the integral of ``cos(pi x t)`` over ``t`` from 0 to 1, by Gauss's quadrature."""
    t, weights = tensor(0.5 + 0.5 * NODES).to(x.dtype), tensor(0.5 * WEIGHTS).to(x.dtype)
    return ((pi * t) ** n * torch.cos(pi * x.unsqueeze(-1) * t + n * pi / 2)) @ weights


def _away_from_zero(x: torch.Tensor, n: int) -> torch.Tensor:
    """Return derivative ``n`` of `torch.sinc`, as torch differentiates it."""
    with torch.enable_grad():
        x = x if x.requires_grad else x.detach().requires_grad_()
        y = torch.sinc(x)
        for _ in range(n):
            (y,) = torch.autograd.grad(y.sum(), x, create_graph=True)
    return y


def _sinc(x: Any, n: int = 0) -> torch.Tensor:
    """At 0 the second derivative of `torch.sinc` is wrong, and around it the first loses its digits."""
    x = tensor(x)
    near = torch.abs(x) < 1
    return torch.where(near, _near_zero(torch.where(near, x, 0.0), n), _away_from_zero(torch.where(near, 1.0, x), n))


twin(np.sinc, _sinc)
twin(sinc_derivative, _sinc)
