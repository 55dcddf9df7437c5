"""Twins of ``beras/autodiff/rules/shapes.py``: reshape, transpose, broadcast_to, flip, tile, pad, diag."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

import numpy as np
import torch

from beras.oracle.twins.adapters import tensor
from beras.oracle.twins.indices import whole
from beras.oracle.twins.primitives import to_dtype
from beras.oracle.twins.registry import twin

# Shape. Where NumPy asks for the order in memory, the tensor's own strides tell it.


def _backwards(x: torch.Tensor) -> torch.Tensor:
    return x.permute(tuple(reversed(range(x.ndim))))


def _fortran(x: torch.Tensor) -> bool:
    return _backwards(x).is_contiguous() and not x.is_contiguous()


def _reshape(
    x: torch.Tensor, shape: Any = None, order: str = "C", newshape: Any = None, copy: Any = None
) -> torch.Tensor:
    lengths = whole(newshape if shape is None else shape)
    if order == "F" or (order == "A" and _fortran(x)):
        return _backwards(_backwards(x).reshape(lengths[::-1]))
    return x.reshape(lengths)


def _ravel(x: torch.Tensor, order: str = "C") -> torch.Tensor:
    axes = list(range(x.ndim))
    if order == "K":
        axes.sort(key=x.stride, reverse=True)
    elif order == "F" or (order == "A" and _fortran(x)):
        axes.reverse()
    return x.permute(axes).reshape(-1)


def _expand_dims(x: torch.Tensor, axis: Any) -> torch.Tensor:
    axes = whole(axis)
    for place in sorted(place % (x.ndim + len(axes)) for place in axes):
        x = x.unsqueeze(place)
    return x


def _one_or_many(function: Callable[..., Any]) -> Callable[..., Any]:
    def raised(*arrays: Any) -> Any:
        made = [function(tensor(array)) for array in arrays]
        return made[0] if len(made) == 1 else tuple(made)

    return raised


twin(np.reshape, _reshape)
twin(np.ravel, _ravel)
twin(np.squeeze, lambda x, axis=None: x.squeeze() if axis is None else x.squeeze(whole(axis)))
twin(np.expand_dims, _expand_dims)
twin(np.atleast_1d, _one_or_many(torch.atleast_1d))
twin(np.atleast_2d, _one_or_many(torch.atleast_2d))
twin(np.atleast_3d, _one_or_many(torch.atleast_3d))


# Order of axes


def _rollaxis(x: torch.Tensor, axis: int, start: int = 0) -> torch.Tensor:
    axis, start = axis % x.ndim, start + x.ndim if start < 0 else start
    return x.movedim(axis, start - (axis < start))


twin(np.transpose, lambda x, axes=None: _backwards(x) if axes is None else x.permute(whole(axes)))
twin(np.matrix_transpose, torch.adjoint)
twin(np.swapaxes, torch.swapaxes)
twin(np.moveaxis, lambda x, source, destination: x.movedim(whole(source), whole(destination)))
twin(np.rollaxis, _rollaxis)


# Broadcasting


def _meshgrid(*xi: Any, copy: bool = True, sparse: bool = False, indexing: str = "xy") -> list[torch.Tensor]:
    vectors = [tensor(x).reshape(-1) for x in xi]
    if sparse:
        grids = [v.reshape([-1 if place == axis else 1 for place in range(len(xi))]) for axis, v in enumerate(vectors)]
    else:
        grids = list(torch.meshgrid(*vectors, indexing="ij"))
    return [grid.swapaxes(0, 1) for grid in grids] if indexing == "xy" and len(grids) > 1 else grids


twin(np.broadcast_to, lambda x, shape, subok=False: torch.broadcast_to(x, whole(shape)))
twin(np.broadcast_arrays, lambda *arrays, subok=False: torch.broadcast_tensors(*map(tensor, arrays)))
twin(np.meshgrid, _meshgrid)


# Order of entries


def _roll(x: torch.Tensor, shift: Any, axis: Any = None) -> torch.Tensor:
    if axis is None:
        return x.roll(sum(whole(shift)))
    for by, along in zip(*np.broadcast_arrays(whole(shift), whole(axis)), strict=True):
        x = x.roll(int(by), int(along))
    return x


twin(np.flip, lambda x, axis=None: x.flip(tuple(range(x.ndim)) if axis is None else whole(axis)))
twin(np.fliplr, torch.fliplr)
twin(np.flipud, torch.flipud)
twin(np.rot90, lambda x, k=1, axes=(0, 1): torch.rot90(x, k, whole(axes)))
twin(np.roll, _roll)


# Copies of entries


def _repeat(x: torch.Tensor, repeats: Any, axis: Any = None) -> torch.Tensor:
    counts = torch.tensor(whole(repeats))
    return x.repeat_interleave(counts if len(counts) > 1 else int(counts), axis if x.ndim else None)


def _resize(x: torch.Tensor, new_shape: Any) -> torch.Tensor:
    shape = whole(new_shape)
    if x.numel() == 0:
        return torch.zeros(shape, dtype=x.dtype)
    return x.reshape(-1)[torch.arange(prod(shape)) % x.numel()].reshape(shape)


def _sliding_window_view(
    x: torch.Tensor, window_shape: Any, axis: Any = None, *, subok: bool = False, writeable: bool = False
) -> torch.Tensor:
    axes = range(x.ndim) if axis is None else whole(axis)
    ndim = x.ndim
    for length, along in zip(whole(window_shape), axes, strict=True):
        x = x.unfold(along % ndim, length, 1)
    return x


twin(np.tile, lambda x, reps: x.tile(whole(reps)))
twin(np.repeat, _repeat)
twin(np.resize, _resize)
twin(np.lib.stride_tricks.sliding_window_view, _sliding_window_view)


# Triangles and diagonals


def _at_least_square(x: torch.Tensor) -> torch.Tensor:
    """Return a vector as the rows of a square matrix, as `numpy.triu` takes it."""
    return x.expand(len(x), len(x)) if x.ndim == 1 else x


def _trace(x: torch.Tensor, offset: int = 0, axis1: int = 0, axis2: int = 1) -> torch.Tensor:
    return torch.diagonal(x, offset, axis1, axis2).sum(-1)


twin(np.triu, lambda x, k=0: _at_least_square(x).triu(k))
twin(np.tril, lambda x, k=0: _at_least_square(x).tril(k))
twin(np.diag, lambda x, k=0: torch.diag(x, k))
twin(np.diagflat, lambda x, k=0: torch.diagflat(x, k))
twin(np.diagonal, lambda x, offset=0, axis1=0, axis2=1: torch.diagonal(x, offset, axis1, axis2))
twin(np.trace, _trace)


# What leaves the entries as they are

twin(np.copy, lambda x, order="K", subok=False: x.clone())
twin(np.real, torch.real)
twin(np.conjugate, torch.conj)
twin(np.real_if_close, lambda x, tol=100: torch.real(x))


# Borders

#: For each mode of `numpy.pad` that copies entries: which entry of an axis of length ``n`` goes to place ``i``.
_SOURCES: dict[str, Callable[[torch.Tensor, int], torch.Tensor]] = {
    "edge": lambda i, n: i.clamp(0, n - 1),
    "wrap": lambda i, n: i % n,
    "symmetric": lambda i, n: torch.minimum(i % (2 * n), 2 * n - 1 - i % (2 * n)),
    "reflect": lambda i, n: (n - 1) - ((n - 1) - i % max(2 * n - 2, 1)).abs(),
}


def _pad(
    x: torch.Tensor, pad_width: Any, mode: str = "constant", *, constant_values: Any = 0, reflect_type: str = "even"
) -> torch.Tensor:
    if isinstance(pad_width, dict):
        pad_width = [pad_width.get(axis, pad_width.get(axis - x.ndim, 0)) for axis in range(x.ndim)]
        pad_width = [np.broadcast_to(width, (2,)) for width in pad_width]
    widths = np.broadcast_to(pad_width, (x.ndim, 2)).tolist()
    values = np.broadcast_to(constant_values, (x.ndim, 2)).tolist()
    for axis, ((before, after), (first, last)) in enumerate(zip(widths, values, strict=True)):
        if mode == "constant":
            behind = (0, 0) * (x.ndim - 1 - axis)  # torch counts the axes from the last
            x = torch.nn.functional.pad(x, (*behind, before, 0), value=first)
            x = torch.nn.functional.pad(x, (*behind, 0, after), value=last)
        else:
            source = _SOURCES[mode](torch.arange(-before, x.shape[axis] + after), x.shape[axis])
            x = x.index_select(axis, source)
    return x


def _trim_zeros(x: torch.Tensor, trim: str = "fb", axis: Any = None) -> torch.Tensor:
    kept = x.nonzero()
    for along in range(x.ndim) if axis is None else whole(axis):
        n = x.shape[along]
        start, stop = (int(kept[:, along].min()), int(kept[:, along].max()) + 1) if len(kept) else (0, 0)
        start = start if "f" in trim.lower() or not len(kept) else 0
        stop = stop if "b" in trim.lower() or not len(kept) else n
        x = x.narrow(along, start, stop - start)
    return x


twin(np.pad, _pad)
twin(np.trim_zeros, _trim_zeros)

# New in NumPy 2.1.
if hasattr(np, "astype"):
    twin(np.astype, lambda x, dtype, copy=True, device=None: to_dtype(x, dtype))
if hasattr(np, "unstack"):
    twin(np.unstack, lambda x, axis=0: x.unbind(axis))
