"""Operations that change the shape or the order of entries: reshape, transpose, broadcast_to, flip, tile, pad, diag."""

from __future__ import annotations

from typing import Any

import numpy as np

from beras.autodiff.primitives import cast, getitem, scatter_add
from beras.autodiff.registry import define, define_variadic, expand
from beras.autodiff.rules.places import numbered, put_back, structural


def _reshape(
    g: Any, ans: Any, x: Any, shape: Any = None, order: Any = "C", newshape: Any = None, copy: Any = None
) -> Any:
    if order in ("C", "F"):
        return np.reshape(g, x.shape, order=order)
    return put_back(g, np.reshape(numbered(x), ans.shape, order=order), x.shape)


def _ravel(g: Any, ans: Any, x: Any, order: Any = "C") -> Any:
    if order in ("C", "F"):
        return np.reshape(g, x.shape, order=order)
    return put_back(g, np.ravel(numbered(x), order), x.shape)


def _transpose(g: Any, ans: Any, x: Any, axes: Any = None) -> Any:
    if axes is None or x.ndim < 2:
        return np.transpose(g)
    inverse = [0] * len(axes)
    for new, old in enumerate(axes):
        inverse[old] = new
    return np.transpose(g, inverse)


def _tile(g: Any, ans: Any, x: Any, reps: Any) -> Any:
    counts = tuple(np.atleast_1d(reps).tolist())
    counts = (1,) * (ans.ndim - len(counts)) + counts
    lengths = (1,) * (ans.ndim - x.ndim) + x.shape
    blocks = np.reshape(g, [n for pair in zip(counts, lengths, strict=True) for n in pair])
    return np.reshape(np.sum(blocks, axis=tuple(range(0, 2 * ans.ndim, 2))), x.shape)


def _repeat(g: Any, ans: Any, x: Any, repeats: Any, axis: Any = None) -> Any:
    if np.size(repeats) != 1:
        return put_back(g, np.repeat(numbered(x), repeats, axis), x.shape)
    count = int(np.ravel(repeats)[0])
    if axis is None or x.ndim == 0:
        return np.reshape(np.sum(np.reshape(g, (x.size, count)), axis=1), x.shape)
    axis = axis % x.ndim
    return np.sum(np.reshape(g, (*x.shape[: axis + 1], count, *x.shape[axis + 1 :])), axis=axis + 1)


def _meshgrid(
    slot: int, g: Any, ans: Any, *xi: Any, copy: bool = True, sparse: bool = False, indexing: str = "xy"
) -> Any:
    axis = 1 - slot if indexing == "xy" and slot < 2 <= len(xi) else slot
    others = tuple(other for other in range(len(xi)) if other != axis)
    return np.reshape(np.sum(g[slot], axis=others), xi[slot].shape)


def _one_or_many(slot: int, g: Any, ans: Any, *arrays: Any) -> Any:
    """Pull back through atleast_1d and its kin, which give one array for one, and a tuple for several."""
    return np.reshape(g[slot] if isinstance(ans, (tuple, list)) else g, arrays[slot].shape)


define(np.reshape, _reshape)
define(np.ravel, _ravel)
define(np.squeeze, lambda g, ans, x, axis=None: np.reshape(g, x.shape))
define(np.expand_dims, lambda g, ans, x, axis: np.reshape(g, x.shape))
define_variadic(np.atleast_1d, _one_or_many)
define_variadic(np.atleast_2d, _one_or_many)
define_variadic(np.atleast_3d, _one_or_many)

define(np.transpose, _transpose)
define(np.matrix_transpose, lambda g, ans, x: np.matrix_transpose(g))
define(np.swapaxes, lambda g, ans, x, axis1, axis2: np.swapaxes(g, axis1, axis2))
define(np.moveaxis, lambda g, ans, x, source, destination: np.moveaxis(g, destination, source))
define(np.rollaxis, structural(np.rollaxis))

# The sweep sums a cotangent back over the axes along which its operand was broadcast.
define(np.broadcast_to, lambda g, ans, x, shape, subok=False: g)
define_variadic(np.broadcast_arrays, lambda slot, g, ans, *arrays, subok=False: g[slot])
define_variadic(np.meshgrid, _meshgrid)

define(np.flip, lambda g, ans, x, axis=None: np.flip(g, axis))
define(np.fliplr, lambda g, ans, x: np.fliplr(g))
define(np.flipud, lambda g, ans, x: np.flipud(g))
define(np.rot90, lambda g, ans, x, k=1, axes=(0, 1): np.rot90(g, -k, axes))
define(np.roll, lambda g, ans, x, shift, axis=None: np.roll(g, np.negative(shift), axis))

define(np.tile, _tile)
define(np.repeat, _repeat)
define(np.resize, structural(np.resize))
define(np.lib.stride_tricks.sliding_window_view, structural(np.lib.stride_tricks.sliding_window_view))

define(np.triu, lambda g, ans, x, k=0: np.triu(g, k))
define(np.tril, lambda g, ans, x, k=0: np.tril(g, k))
define(
    np.diag, lambda g, ans, x, k=0: np.diagonal(g, k) if x.ndim == 1 else put_back(g, np.diag(numbered(x), k), x.shape)
)
define(np.diagflat, lambda g, ans, x, k=0: np.reshape(np.diagonal(g, k), x.shape))
define(np.diagonal, structural(np.diagonal))

define(np.copy, lambda g, ans, x, order="K", subok=False: g)
define(np.real, lambda g, ans, x: g)
define(np.conjugate, lambda g, ans, x: g)
define(np.real_if_close, lambda g, ans, x, tol=100: g)


#: Modes of `numpy.pad` that only copy entries; those left out compute new ones.
COPYING_MODES = ("edge", "reflect", "symmetric", "wrap")


def _pad(x: Any, pad_width: Any, mode: Any = "constant", **params: Any) -> Any:
    if mode == "constant":
        values = params.pop("constant_values", 0)
        border = np.pad(np.zeros(x.shape, x.dtype), pad_width, constant_values=values, **params)
        first = _widths_before(x.ndim, pad_width)
        inside = tuple(slice(start, start + length) for start, length in zip(first, x.shape, strict=True))
        padded = scatter_add(x, inside, border.shape)
        return padded + border if np.any(border) else padded
    is_odd = params.get("reflect_type", "even") != "even"
    if mode not in COPYING_MODES or is_odd:
        shown = f"{mode}, reflect_type={params['reflect_type']!r}" if is_odd else mode
        raise TypeError(
            f"np.pad in mode {shown} is not recorded by beras: it computes new entries. Modes that are: constant, "
            f"{', '.join(COPYING_MODES)}. Or make the border yourself and join it: np.concatenate([border, t])."
        )
    return getitem(np.reshape(x, -1), np.pad(numbered(x) - 1, pad_width, mode, **params))


def _widths_before(ndim: int, pad_width: Any) -> list[int]:
    """Return how much `numpy.pad` puts before each axis, from any of the ways in which it lets one write that."""
    if isinstance(pad_width, dict):
        before = [0] * ndim
        for axis, width in pad_width.items():
            before[axis] = np.ravel(width)[0]
        return before
    return np.broadcast_to(pad_width, (ndim, 2))[:, 0].tolist()


def _trim_zeros(x: Any, trim: Any = "fb", **params: Any) -> Any:
    is_kept = x != 0
    shape = np.trim_zeros(is_kept, trim, **params).shape
    first = np.argwhere(is_kept).min(axis=0) if "f" in trim.lower() and is_kept.any() else (0,) * x.ndim
    starts = [0 if now == before else start for start, now, before in zip(first, shape, x.shape, strict=True)]
    return getitem(x, tuple(slice(start, start + length) for start, length in zip(starts, shape, strict=True)))


def _trace(x: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    return np.sum(np.diagonal(x, offset, axis1, axis2), axis=-1)


expand(np.pad, _pad)
expand(np.trim_zeros, _trim_zeros)
expand(np.trace, _trace)

# New in NumPy 2.1.
if hasattr(np, "astype"):
    expand(np.astype, lambda x, dtype, copy=True, device=None: cast(x, np.dtype(dtype)))
if hasattr(np, "unstack"):
    define(np.unstack, lambda g, ans, x, axis=0: np.stack(g, axis))
