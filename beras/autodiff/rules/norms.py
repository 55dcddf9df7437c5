"""Norms of vectors and matrices; at zero, and where a maximum is shared, they have torch's subgradients."""

from __future__ import annotations

from math import inf
from typing import Any

import numpy as np

from beras.autodiff.registry import define


def _p_norm(g: Any, ans: Any, x: Any, p: float, axes: tuple[int, ...]) -> Any:
    """Return ``g d(sum |x|^p)^(1/p) / dx = g sign(x) (|x| / ans)^(p-1)``; ``g`` and ``ans`` have kept their axes.

    At zero the subgradient is zero. The entries that share the largest (or least) absolute value share its gradient.
    """
    if p == 2:
        return x * (g / (ans + (ans == 0)))
    if p == 0:
        return np.zeros(x.shape, x.dtype)
    if p == 1:
        return g * np.sign(x)
    if abs(p) == inf:
        return np.sign(x) * (g * _shared(np.abs(x) == ans, axes, x.dtype))
    relative = (np.abs(x) + (x == 0)) / (ans + (ans == 0))
    return np.sign(x) * relative ** float(p - 1) * (g * (ans != 0))


def _shared(attained: Any, axes: Any, dtype: Any) -> Any:
    """Return weights that add up to one along ``axes``, equal wherever the extreme value is attained."""
    count = np.sum(attained, axis=axes, keepdims=True, dtype=dtype)
    return attained / (count + (count == 0))


def _matrix_norm(g: Any, ans: Any, x: Any, kind: Any, row: int, column: int) -> Any:
    """Return the cotangent of ``x`` for the norms that are of matrices only: sums of rows or columns, and spectral."""
    if kind in (1, -1, inf, -inf):
        along, across = (row, column) if abs(kind) == 1 else (column, row)
        attained = np.sum(np.abs(x), axis=along, keepdims=True) == ans
        return np.sign(x) * (g * _shared(attained, across, x.dtype))
    u, s, vh = np.linalg.svd(np.moveaxis(x, (row, column), (-2, -1)), full_matrices=False)
    if kind == "nuc":
        directions = u @ vh
    else:
        extreme = s == (s[..., :1] if kind == 2 else s[..., -1:])
        directions = (u * _shared(extreme, -1, x.dtype)[..., None, :]) @ vh
    return g * np.moveaxis(directions, (-2, -1), (row, column))


def _norm_x(g: Any, ans: Any, x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    """Return the cotangent for `numpy.linalg.norm`, which is of vectors or of matrices as its axes are one or two."""
    axes = _normalized(axis, x.ndim)
    g, ans = _kept(g, x, axes), _kept(ans, x, axes)
    if ord is None or ord in ("fro", "f"):
        return _p_norm(g, ans, x, 2, axes)
    return _p_norm(g, ans, x, ord, axes) if len(axes) == 1 else _matrix_norm(g, ans, x, ord, *axes)


def _vector_norm_x(g: Any, ans: Any, x: Any, axis: Any = None, keepdims: bool = False, ord: Any = 2) -> Any:
    """Return the cotangent for `numpy.linalg.vector_norm`, which is of vectors however many axes it is over."""
    axes = _normalized(axis, x.ndim)
    return _p_norm(_kept(g, x, axes), _kept(ans, x, axes), x, ord, axes)


def _normalized(axis: Any, ndim: int) -> tuple[int, ...]:
    if axis is None:
        return tuple(range(ndim))
    return tuple(each % ndim for each in (axis if isinstance(axis, tuple) else (axis,)))


def _kept(value: Any, x: Any, axes: tuple[int, ...]) -> Any:
    return np.reshape(value, tuple(1 if axis in axes else length for axis, length in enumerate(x.shape)))


define(np.linalg.norm, _norm_x)
define(np.linalg.vector_norm, _vector_norm_x)
define(np.linalg.matrix_norm, lambda g, ans, x, keepdims=False, ord="fro": _norm_x(g, ans, x, ord, (-2, -1)))


def _cond_x(g: Any, ans: Any, x: Any, p: Any = None) -> Any:
    """Return the cotangent of ``x`` for ``norm(x, p) norm(inv(x), p)``, a ratio of singular values if ``p`` is 2."""
    if p in (None, 2, -2):
        u, s, vh = np.linalg.svd(x, full_matrices=False)
        above, below = (0, -1) if p != -2 else (-1, 0)
        one = np.eye(s.shape[-1], dtype=x.dtype)
        with np.errstate(divide="ignore", invalid="ignore"):
            slopes = (g / s[..., below])[..., None] * (one[above] - ans[..., None] * one[below])
        return (u * slopes[..., None, :]) @ vh
    inverse = np.linalg.inv(x)
    of_x, of_inverse = (np.linalg.norm(matrix, p, (-2, -1)) for matrix in (x, inverse))
    through_inverse = _norm_x(g * of_x, of_inverse, inverse, p, (-2, -1))
    return _norm_x(g * of_inverse, of_x, x, p, (-2, -1)) - inverse.mT @ through_inverse @ inverse.mT


define(np.linalg.cond, _cond_x)
