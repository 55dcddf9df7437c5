"""Variances, norms, and the matrix functions that NumPy has for real or Hermitian matrices: no conjugates here."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_tuple

from beras.autodiff.rules.variances import variance
from beras.oracle.analytic.choices import absolute
from beras.oracle.analytic.elementwise import square_root
from beras.oracle.analytic.table import ANALYTIC, NotAnalytic, OnKink, no_kink, squeezed, with_parts


def _variance(x: Any, axis: Any = None, dtype: Any = None, ddof: float = 0, keepdims: bool = False) -> Any:
    mean = np.mean(x, axis, keepdims=True)
    freedom = np.size(x) / max(np.size(mean), 1) - ddof
    return np.sum(np.square(x - mean), axis, keepdims=keepdims) / max(freedom, 0)


def _p_norm(x: Any, p: Any, axis: Any, keepdims: bool) -> Any:
    if p == 2:
        zero = np.all(np.real(x) == 0, axis=axis, keepdims=True)
        no_kink(np.broadcast_to(zero, np.shape(x)), x)
        return square_root(np.sum(np.square(x), axis, keepdims=keepdims))
    if p == 0:
        raise NotAnalytic
    size = absolute(x)
    if abs(p) == np.inf:
        return ANALYTIC[np.max if p > 0 else np.min](size, axis, keepdims=keepdims)
    if p == 1:
        return np.sum(size, axis, keepdims=keepdims)
    return ANALYTIC[np.power](np.sum(ANALYTIC[np.power](size, p), axis, keepdims=keepdims), 1 / p)


def _norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    axes = tuple(range(np.ndim(x))) if axis is None else normalize_axis_tuple(axis, np.ndim(x))
    if ord in (None, "fro", "f"):
        return _p_norm(x, 2, axes, keepdims)
    if len(axes) == 1:
        return _p_norm(x, ord, axes, keepdims)
    if ord not in (1, -1, np.inf, -np.inf):  # the others are made of singular values
        raise NotAnalytic
    along, across = axes if abs(ord) == 1 else axes[::-1]
    sums = np.sum(absolute(x), axis=along, keepdims=True)
    best = ANALYTIC[np.max if ord > 0 else np.min](sums, axis=across, keepdims=True)
    return squeezed(best, axes, keepdims)


def _vector_norm(x: Any, axis: Any = None, keepdims: bool = False, ord: Any = 2) -> Any:
    axes = tuple(range(np.ndim(x))) if axis is None else normalize_axis_tuple(axis, np.ndim(x))
    return _p_norm(x, ord, axes, keepdims)


def _cholesky(x: Any, *, upper: bool = False) -> Any:
    """Return ``L`` with ``L L^T = x``, column by column, of the symmetric part of ``x``."""
    x = (x + np.swapaxes(x, -1, -2)) / 2
    lower = np.zeros(x.shape, np.complex128)
    for j in range(x.shape[-1]):
        row = lower[..., j, :j]
        pivot = square_root(x[..., j, j] - np.sum(row * row, axis=-1))
        lower[..., j, j] = pivot
        below = x[..., j + 1 :, j] - (lower[..., j + 1 :, :j] @ row[..., None])[..., 0]
        lower[..., j + 1 :, j] = below / pivot[..., None]
    return np.swapaxes(lower, -1, -2) if upper else lower


def _slogdet(x: Any) -> tuple[Any, Any]:
    """Return the sign, which stays, and ``log|det|``; ``det(1 + i h real^-1 imag)`` tells how that moves."""
    sign, size = np.linalg.slogdet(np.real(x))
    if not np.any(np.imag(x)):
        return sign, size
    if np.any(sign == 0):
        raise OnKink
    return sign, with_parts(size, np.imag(np.log(np.linalg.det(np.linalg.solve(np.real(x), x)))))


ANALYTIC |= {
    variance: _variance,
    np.linalg.norm: _norm,
    np.linalg.vector_norm: _vector_norm,
    np.linalg.matrix_norm: lambda x, keepdims=False, ord="fro": _norm(x, ord, (-2, -1), keepdims),
    np.linalg.cholesky: _cholesky,
    np.linalg.slogdet: _slogdet,
}
