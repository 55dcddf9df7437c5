"""NumPy's operands and arguments for torch functions: tensors of arrays, dims of axes."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Any

import numpy as np
import torch

__all__ = ["alike", "dims", "elementwise", "given", "kept", "pulled_back", "reduction", "rows", "tensor", "widened"]


def tensor(value: Any) -> torch.Tensor:
    """Return an array, a list or a number as a tensor; a tensor stays what it is.

    The values are copied, since torch can use neither reversed nor read-only memory.
    """
    return value if isinstance(value, torch.Tensor) else torch.tensor(np.array(value))


def alike(*values: Any) -> list[torch.Tensor]:
    """Return the values as tensors of one dtype, by NumPy's rules: Python's numbers take that of the arrays."""
    tensors = [tensor(value) for value in values]
    dtypes = [each.dtype for value, each in zip(values, tensors, strict=True) if type(value) not in (bool, int, float)]
    if not any(dtype.is_floating_point for dtype in dtypes):
        dtypes = [each.dtype for each in tensors]
    dtype = reduce(torch.promote_types, dtypes)
    return [each.to(dtype) for each in tensors]


def given(value: Any) -> Any:
    """Return ``None`` for NumPy's mark of an argument that was not given."""
    return None if value is np._NoValue else value


def elementwise(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a torch function of tensors of one dtype that takes any, and arrays and numbers as well."""
    return lambda *operands: function(*alike(*operands))


def dims(x: torch.Tensor, axis: Any) -> tuple[int, ...]:
    """Return the axes that ``axis`` (None, an integer or a tuple) names, from 0 on and in the order given.

    NumPy lets a number have an axis 0 to reduce, though it has none.
    """
    if axis is None or x.ndim == 0:
        return tuple(range(x.ndim))
    return tuple(each % x.ndim for each in (axis if isinstance(axis, (tuple, list)) else (axis,)))


def rows(x: torch.Tensor, axis: Any) -> torch.Tensor:
    """Return ``x`` with the axes that ``axis`` names moved to the end, in the order given, and made into one."""
    away = dims(x, axis)
    if not away:
        return x.unsqueeze(-1)
    return x.movedim(away, tuple(range(-len(away), 0))).flatten(x.ndim - len(away))


def kept(y: torch.Tensor, x: torch.Tensor, axis: Any, keepdims: Any) -> torch.Tensor:
    """Return ``y``, the reduction of ``rows(x, axis)``, with length 1 along the reduced axes if ``keepdims``.

    Axes that ``y`` has before those of ``x`` (several quantiles) stay in front.
    """
    away = dims(x, axis)
    if not keepdims:
        return y
    leading = y.shape[: y.ndim - (x.ndim - len(away))]
    return y.reshape((*leading, *(1 if i in away else n for i, n in enumerate(x.shape))))


def widened(x: Any, dtype: Any) -> torch.Tensor:
    """Return ``x`` in the NumPy ``dtype`` in which its sum or mean is wanted, if that is the wider one."""
    x = tensor(x)
    return x if dtype is None else x.to(torch.promote_types(x.dtype, tensor(np.empty(0, dtype)).dtype))


def pulled_back(function: Callable[[torch.Tensor], torch.Tensor], at: torch.Tensor, g: Any) -> torch.Tensor:
    """Return the cotangent of ``at`` under ``function``, by torch's own gradient, which can be differentiated again."""
    value, pull = torch.func.vjp(function, at)[:2]
    (found,) = pull(tensor(g).to(value.dtype))
    return found


def reduction(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a torch reduction, which takes ``dim`` and ``keepdim``, with NumPy's arguments.

    To torch an empty ``dim`` means all axes, to NumPy none: then an axis of length 1 is reduced instead.
    """

    def reduced(x: Any, axis: Any = None, dtype: Any = None, *, keepdims: Any = False, **params: Any) -> torch.Tensor:
        x = widened(x, dtype)
        away = dims(x, axis)
        if not away:
            return function(x.unsqueeze(-1), dim=(-1,), keepdim=False, **params)
        return function(x, dim=away, keepdim=bool(keepdims), **params)

    return reduced
