"""Twins of ``beras/autodiff/rules/indexing.py``: take, compress, choose, delete, insert, bincount."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from beras.oracle.twins.adapters import tensor
from beras.oracle.twins.indices import places
from beras.oracle.twins.primitives import picked
from beras.oracle.twins.promotion import alike
from beras.oracle.twins.registry import twin


def _along(x: torch.Tensor, axis: int | None) -> tuple[torch.Tensor, int]:
    """Return ``x`` and its axis counted from the front; a scalar, or without an axis, ``x`` as a vector."""
    return (x.reshape(-1), 0) if axis is None or x.ndim == 0 else (x, axis % x.ndim)


def _within(index: Any, length: int, mode: str) -> torch.Tensor:
    index = places(index)
    return index.clamp(0, length - 1) if mode == "clip" else index % length


def _take(x: torch.Tensor, indices: Any, axis: int | None = None, *, mode: str = "raise") -> torch.Tensor:
    x, axis = _along(x, axis)
    index = _within(indices, x.shape[axis], mode)
    if index.ndim == 0:
        return x.select(axis, int(index))
    return x.index_select(axis, index.reshape(-1)).unflatten(axis, index.shape)


def _take_along_axis(x: torch.Tensor, indices: Any, axis: int | None = -1) -> torch.Tensor:
    x, axis = _along(x, axis)
    return torch.take_along_dim(x, _within(indices, x.shape[axis], "raise"), axis)


def _compress(condition: Any, x: torch.Tensor, axis: int | None = None) -> torch.Tensor:
    x, axis = _along(x, axis)
    return x.index_select(axis, tensor(condition).nonzero()[:, 0])


def _extract(condition: Any, x: torch.Tensor) -> torch.Tensor:
    return _compress(tensor(condition).reshape(-1), x)


def _choose(chooser: Any, choices: Sequence[Any], *, mode: str = "raise") -> torch.Tensor:
    index, *parts = torch.broadcast_tensors(_within(chooser, len(choices), mode), *alike(*choices))
    return torch.stack(parts).gather(0, index[None])[0]


def _delete(x: torch.Tensor, obj: Any, axis: int | None = None) -> torch.Tensor:
    x, axis = _along(x, axis)
    gone = picked(torch.arange(x.shape[axis]), obj)
    kept = torch.ones(x.shape[axis], dtype=torch.bool).index_fill(0, gone.reshape(-1), False)
    return x.index_select(axis, kept.nonzero()[:, 0])


def _insert(x: Any, obj: Any, values: Any, axis: int | None = None) -> torch.Tensor:
    """Join in turn what stands before a place and what is inserted there, and then what is left."""
    x, axis = _along(tensor(x), axis)
    n = x.shape[axis]
    at = picked(torch.arange(n), obj) if isinstance(obj, slice) else places(obj)
    at = at.nonzero()[:, 0] if at.dtype == torch.bool else torch.where(at < 0, at + n, at)
    values = tensor(values).to(x.dtype)
    if at.numel() == 1:  # one place takes as many entries as there are values
        values = values.reshape((1,) * (x.ndim - values.ndim) + values.shape)
        values = values.movedim(0, axis) if at.ndim == 0 else values
        at = at.reshape(-1).expand(values.shape[axis])
    values = values.reshape(values.shape[max(values.ndim - x.ndim, 0) :])  # without the axes of length 1 in front
    values = values.broadcast_to((*x.shape[:axis], len(at), *x.shape[axis + 1 :]))
    parts, start = [], 0
    for number in at.argsort(stable=True).tolist():
        stop = int(at[number])
        parts += [x.narrow(axis, start, stop - start), values.narrow(axis, number, 1)]
        start = stop
    return torch.cat([*parts, x.narrow(axis, start, n - start)], axis)


def _bincount(x: Any, weights: torch.Tensor, minlength: int = 0) -> torch.Tensor:
    bins = places(x)
    length = max(int(bins.max()) + 1 if len(bins) else 0, minlength)
    return torch.zeros(length, dtype=weights.dtype).index_add(0, bins, weights)


twin(np.take, _take)
twin(np.take_along_axis, _take_along_axis)
twin(np.compress, _compress)
twin(np.extract, _extract)
twin(np.choose, _choose)
twin(np.delete, _delete)
twin(np.insert, _insert)
twin(np.bincount, _bincount)
