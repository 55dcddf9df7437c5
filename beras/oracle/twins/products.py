"""Twins of ``beras/autodiff/rules/products.py``: matmul, dot, tensordot, cross, convolve and their kin."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from beras.oracle.twins.indices import whole
from beras.oracle.twins.promotion import alike
from beras.oracle.twins.registry import twin


def _of_two(function: Callable[..., torch.Tensor]) -> Callable[..., torch.Tensor]:
    """Return ``function`` for two operands of any dtypes."""
    return lambda x, y, **params: function(*alike(x, y), **params)


def _dot(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    if x.ndim == 0 or y.ndim == 0:
        return x * y
    return torch.tensordot(x, y, ([-1], [-2 if y.ndim > 1 else -1]))


def _vecdot(x: torch.Tensor, y: torch.Tensor, axis: int = -1) -> torch.Tensor:
    return torch.linalg.vecdot(x.movedim(axis, -1), y.movedim(axis, -1))


def _tensordot(x: Any, y: Any, axes: Any = 2) -> torch.Tensor:
    x, y = alike(x, y)
    if isinstance(axes, (int, np.integer)):
        return torch.tensordot(x, y, int(axes))
    of_x, of_y = axes
    return torch.tensordot(x, y, (list(whole(of_x)), list(whole(of_y))))


for matmul in (np.matmul, np.linalg.matmul):
    twin(matmul, _of_two(torch.matmul))
for outer in (np.outer, np.linalg.outer):
    twin(outer, _of_two(lambda x, y: torch.outer(x.reshape(-1), y.reshape(-1))))
for vecdot in (np.vecdot, np.linalg.vecdot):
    twin(vecdot, _of_two(_vecdot))
for tensordot in (np.tensordot, np.linalg.tensordot):
    twin(tensordot, _tensordot)
twin(np.dot, _of_two(_dot))
twin(np.inner, _of_two(torch.inner))
twin(np.vdot, _of_two(lambda x, y: torch.vdot(x.reshape(-1), y.reshape(-1))))
twin(np.kron, _of_two(torch.kron))

# Since NumPy 2.2.
if hasattr(np, "matvec"):
    twin(np.matvec, _of_two(lambda x, y: (x @ y.unsqueeze(-1)).squeeze(-1)))
    twin(np.vecmat, _of_two(lambda x, y: (x.unsqueeze(-2) @ y).squeeze(-2)))

twin(np.linalg.multi_dot, lambda arrays: torch.linalg.multi_dot(alike(*arrays)))
twin(np.linalg.matrix_power, lambda a, n: torch.linalg.matrix_power(a, n))


def _cross(x: Any, y: Any, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: int | None = None) -> torch.Tensor:
    """Return `torch.linalg.cross`, which knows vectors of space only; those of the plane get a third component of 0."""
    if axis is not None:
        axisa = axisb = axisc = axis
    x, y = alike(x, y)
    x, y = x.movedim(axisa, -1), y.movedim(axisb, -1)
    in_plane = x.shape[-1] == y.shape[-1] == 2
    x, y = torch.broadcast_tensors(*[torch.nn.functional.pad(v, (0, 3 - v.shape[-1])) for v in (x, y)])
    product = torch.linalg.cross(x, y)
    return product[..., 2] if in_plane else product.movedim(-1, axisc)


twin(np.cross, _cross)
twin(np.linalg.cross, lambda x, y, axis=-1: _cross(x, y, axis=axis))


#: The numbers that `numpy.convolve` takes for its modes.
_MODES = {0: "valid", 1: "same", 2: "full"}


def _convolved(x: torch.Tensor, kernel: torch.Tensor, mode: Any) -> torch.Tensor:
    """Slide the shorter vector ``kernel`` over ``x`` by `torch.nn.functional.conv1d`, which does not turn it round."""
    m = len(kernel)
    before, after = {"valid": (0, 0), "same": (m // 2, (m - 1) // 2), "full": (m - 1, m - 1)}[_MODES.get(mode, mode)]
    padded = torch.nn.functional.pad(x, (before, after))
    return torch.nn.functional.conv1d(padded[None, None], kernel[None, None])[0, 0]


def _convolve(x: Any, y: Any, mode: Any = "full") -> torch.Tensor:
    longer, shorter = sorted((v.reshape(-1) for v in alike(x, y)), key=len, reverse=True)
    return _convolved(longer, shorter.flip(0), mode)


def _correlate(x: Any, y: Any, mode: Any = "valid") -> torch.Tensor:
    x, y = (v.reshape(-1) for v in alike(x, y))
    return _convolved(x, y, mode) if len(y) <= len(x) else _convolved(y, x, mode).flip(0)


twin(np.convolve, _convolve)
twin(np.correlate, _correlate)
