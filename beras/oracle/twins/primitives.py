"""Twins of beras' own primitives: cast, getitem, scatter_add, masked."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np
import torch

from beras.autodiff.primitives import cast, getitem, masked, scatter_add
from beras.oracle.twins.adapters import tensor
from beras.oracle.twins.indices import places
from beras.oracle.twins.registry import twin

__all__ = ["picked", "to_dtype"]


def to_dtype(x: Any, dtype: Any) -> torch.Tensor:
    """Return ``x`` in a dtype of NumPy."""
    return tensor(x).to(torch.from_numpy(np.empty(0, dtype)).dtype)


def picked(x: torch.Tensor, index: Any) -> torch.Tensor:
    """Return ``x[index]`` as NumPy means it.

    In torch a slice has no negative step (the axis is flipped first), a number beside an index array is not one of the
    index arrays (it is made one), and an ellipsis that stands for no axis does not part the index arrays around it.
    """
    parts = _one_per_axis(index, x.ndim)
    among_arrays = any(isinstance(part, (torch.Tensor, bool)) for part in parts)
    read: list[Any] = []
    parted_at = None
    axis = 0
    for part in parts:
        if part is ...:
            parted_at = len(read)
            continue
        if part is None or isinstance(part, bool):  # either makes a new axis; False keeps nothing of it
            x = x.unsqueeze(axis)
            part = slice(None) if part is None else torch.zeros(int(part), dtype=torch.int64)
        elif isinstance(part, slice):
            x, part = _forwards(x, part, axis)
        elif isinstance(part, int) and among_arrays:
            part = torch.tensor([part])
        read.append(part)
        axis += _width(part)
    return _as_parted(x[tuple(read)], read, parted_at)


def _one_per_axis(index: Any, ndim: int) -> list[Any]:
    """Return the parts of an index: numbers, slices, ``None``, booleans and tensors.

    An ellipsis is written out as slices, unless it stands for no axis.
    """
    parts = [_part(part) for part in (index if isinstance(index, tuple) else (index,))]
    missing = [slice(None)] * (ndim - sum(map(_width, parts)))
    place = next((number for number, part in enumerate(parts) if part is ...), len(parts))
    return [*parts[:place], *missing, *parts[place + bool(missing) :]]


def _as_parted(y: torch.Tensor, read: list[Any], place: int | None) -> torch.Tensor:
    """Return ``y`` with the axes that the index arrays made in front, if ``place`` is between two of them.

    That is where they go when something stands between them; torch has put them there unless they are side by side.
    """
    arrays = [number for number, part in enumerate(read) if isinstance(part, torch.Tensor)]
    if place is None or not arrays or not arrays[0] < place <= arrays[-1] or len(arrays) <= arrays[-1] - arrays[0]:
        return y
    made = range(y.ndim - sum(isinstance(part, slice) for part in read))
    return y.movedim([arrays[0] + axis for axis in made], list(made))


def _part(part: Any) -> Any:
    if part is None or part is ... or isinstance(part, slice):
        return part
    array = np.asarray(part, dtype=np.intp if np.size(part) == 0 and isinstance(part, list) else None)
    return array.item() if array.ndim == 0 else places(array)


def _width(part: Any) -> int:
    """Return how many axes a part of an index stands for."""
    if isinstance(part, torch.Tensor) and part.dtype == torch.bool:
        return part.ndim
    return 0 if part is None or part is ... or isinstance(part, bool) else 1


def _forwards(x: torch.Tensor, part: slice, axis: int) -> tuple[torch.Tensor, slice]:
    """Return ``x`` and a slice with a positive step that picks the same."""
    length = x.shape[axis]
    chosen = range(length)[part]
    if chosen.step > 0:
        return x, slice(chosen.start, chosen.stop, chosen.step)
    return x.flip(axis), slice(length - 1 - chosen.start, length - 1 - chosen.stop, -chosen.step)


def _scatter_add(g: Any, index: Any, shape: tuple[int, ...]) -> torch.Tensor:
    """Return zeros with ``g`` added at ``index``: first where each entry goes, then one sum over all of them."""
    goal = picked(torch.arange(prod(shape)).reshape(shape), index)
    g = tensor(g).expand(goal.shape)
    return torch.zeros(prod(shape), dtype=g.dtype).index_add(0, goal.reshape(-1), g.reshape(-1)).reshape(shape)


twin(cast, to_dtype)
twin(getitem, picked)
twin(scatter_add, _scatter_add)
twin(masked, lambda x, mask: torch.where(places(mask), x, torch.zeros((), dtype=x.dtype)))
