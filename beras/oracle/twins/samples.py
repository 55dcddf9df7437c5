"""Twins of ``beras/autodiff/rules/samples.py``."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from beras.oracle.twins.adapters import alike, dims, given, tensor
from beras.oracle.twins.registry import twin


def _diff(x: Any, n: int = 1, axis: int = -1, prepend: Any = None, append: Any = None) -> torch.Tensor:
    x = tensor(x)
    ends = []
    for end in map(given, (prepend, append)):
        if end is not None:
            edge = [1 if i == axis % x.ndim else length for i, length in enumerate(x.shape)]
            end = tensor(end).to(x.dtype)
            end = end.broadcast_to(edge) if end.ndim == 0 else end
        ends.append(end)
    return torch.diff(x, n, axis, prepend=ends[0], append=ends[1])


def _ediff1d(x: Any, to_end: Any = None, to_begin: Any = None) -> torch.Tensor:
    steps = torch.diff(tensor(x).flatten())
    ends = [() if end is None else (tensor(end).to(steps.dtype).flatten(),) for end in (to_begin, to_end)]
    return torch.cat((*ends[0], steps, *ends[1]))


def _trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1) -> torch.Tensor:
    if x is None:
        return dx * torch.trapezoid(tensor(y), dim=axis)
    y, x = alike(y, x)
    return torch.trapezoid(y, x, dim=axis)


def _gradient(f: Any, *varargs: Any, axis: Any = None, edge_order: int = 1) -> Any:
    f = tensor(f)
    f = f if f.is_floating_point() else f.double()
    axes = dims(f, axis)
    spacings = [tensor(spacing) for spacing in varargs or (1.0,)]
    if len(spacings) == 1 and spacings[0].ndim == 0:
        spacings *= len(axes)
    slopes = []
    for i, spacing in zip(axes, spacings, strict=True):
        if spacing.ndim:
            (slope,) = torch.gradient(f, spacing=(spacing.to(f.dtype),), dim=i, edge_order=edge_order)
        else:  # torch takes the distance as a Python number, which has no gradient
            slope = torch.gradient(f, dim=i, edge_order=edge_order)[0] / spacing
        slopes.append(slope)
    return slopes[0] if len(slopes) == 1 else tuple(slopes)


def _interp(x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None, period: Any = None) -> torch.Tensor:
    x, xp, fp = (tensor(values).double() for values in (x, xp, fp))
    if period is not None:
        left = right = None
        x, xp = torch.remainder(x, abs(period)), torch.remainder(xp, abs(period))
        xp, order = torch.sort(xp)
        fp = fp[order]
        xp = torch.cat((xp[-1:] - abs(period), xp, xp[:1] + abs(period)))
        fp = torch.cat((fp[-1:], fp, fp[:1]))
    # The samples around each point; beyond the ends both are the end.
    after = torch.searchsorted(xp.detach(), x.detach(), right=True)
    before, after = (after - 1).clamp(min=0), after.clamp(max=len(xp) - 1)
    width = torch.where(after == before, 1.0, xp[after] - xp[before])
    inside = torch.clamp(x, xp[0], xp[-1])
    y = torch.lerp(fp[before], fp[after], (inside - xp[before]) / width)
    y = y if left is None else torch.where(x < xp[0], tensor(left).double(), y)
    return y if right is None else torch.where(x > xp[-1], tensor(right).double(), y)


twin(np.diff, _diff)
twin(np.ediff1d, _ediff1d)
twin(np.trapezoid, _trapezoid)
twin(np.gradient, _gradient)
twin(np.interp, _interp)
