"""Extremes, sorts and quantiles: the real parts give the order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_tuple

from beras.autodiff.rules.running import running_max, running_min
from beras.oracle.analytic.table import ANALYTIC, OnKink, no_kink, squeezed, with_parts


def _extreme(extreme: Callable[..., Any]) -> Callable[..., Any]:
    def on_complex(x: Any, axis: Any = None, *, keepdims: bool = False) -> Any:
        real, imag = np.real(x), np.imag(x)
        best = extreme(real, axis=axis, keepdims=True)
        wins = (real == best) | (np.isnan(best) & np.isnan(real))
        high = np.max(np.where(wins, imag, -np.inf), axis=axis, keepdims=True)
        low = np.min(np.where(wins, imag, np.inf), axis=axis, keepdims=True)
        if np.any(high != low):
            raise OnKink
        return squeezed(with_parts(best, high), axis, keepdims)

    return on_complex


def _sorted(x: Any, axis: int) -> Any:
    """Return the entries in the order of their real parts."""
    x = np.asarray(x)
    ordered = np.take_along_axis(x, np.argsort(np.real(x), axis, kind="stable"), axis)
    ahead, behind = (np.take(ordered, range(*ends), axis) for ends in ((0, x.shape[axis] - 1), (1, x.shape[axis])))
    no_kink(np.real(ahead) == np.real(behind), ahead - behind)
    return ordered


def _sort(x: Any, axis: Any = -1, kind: Any = None, *, stable: Any = None) -> Any:
    return _sorted(np.ravel(x), 0) if axis is None else _sorted(x, axis)


def _partition(x: Any, kth: Any, axis: Any = -1, kind: Any = "introselect") -> Any:
    """Return the entries where NumPy leaves those with their real parts."""
    if axis is None:
        return _partition(np.ravel(x), kth, 0, kind)
    ordered = _sorted(x, axis)
    out = np.empty_like(ordered)
    left = np.partition(np.real(x), kth, axis, kind)
    np.put_along_axis(out, np.argsort(left, axis, kind="stable"), ordered, axis)
    return out


def _running(running: Callable[..., Any]) -> Callable[..., Any]:
    def on_complex(x: Any, axis: int = 0) -> Any:
        real = np.moveaxis(np.real(x), axis, 0)
        best = running(real, 0)
        numbers = np.arange(len(real)).reshape((-1,) + (1,) * (real.ndim - 1))
        attained = (real == best) | np.isnan(best)
        latest = np.maximum.accumulate(np.where(attained, numbers, 0), 0)
        changed = np.concatenate([np.ones_like(best[:1], bool), best[1:] != best[:-1]]) if len(real) else attained
        first = np.maximum.accumulate(np.where(changed, numbers, 0), 0)
        moved = np.moveaxis(np.imag(x), axis, 0)
        imag, other = (np.take_along_axis(moved, places, 0) for places in (latest, first))
        if np.any((imag != other) & ~np.isnan(best)):
            raise OnKink
        return np.moveaxis(with_parts(best, imag), 0, axis)

    return on_complex


def _quantile(x: Any, q: Any, axis: Any = None, *, method: Any = "linear", keepdims: bool = False) -> Any:
    """Return the weighted sum of the sorted entries that the quantile is.

    Which weights NumPy tells, asked for the quantile of ``0, ... 0, 1, ... 1``: the sum of the weights of the ones.
    """
    x, q = np.asarray(x), np.asarray(q, np.float64)
    axes = tuple(range(x.ndim)) if axis is None else normalize_axis_tuple(axis, x.ndim)
    kept = tuple(i for i in range(x.ndim) if i not in axes)
    rows = np.transpose(x, (*kept, *axes)).reshape(*(x.shape[i] for i in kept), -1)
    n = rows.shape[-1]
    sums = np.quantile(np.tri(n, n + 1), q, axis=0, method=method)  # column k: ones from k on
    weights = sums[..., :-1] - sums[..., 1:]
    found = np.tensordot(weights, _sorted(rows, -1), (-1, -1))
    real = np.quantile(np.real(x), q, axis=axis, method=method)
    made = with_parts(real, np.where(np.isnan(real), np.nan, np.imag(found)))
    return np.expand_dims(made, tuple(q.ndim + i for i in axes)) if keepdims else made


ANALYTIC |= {
    np.max: _extreme(np.max),
    np.min: _extreme(np.min),
    np.amax: _extreme(np.max),
    np.amin: _extreme(np.min),
    np.nanmax: _extreme(np.nanmax),
    np.nanmin: _extreme(np.nanmin),
    running_max: _running(np.maximum.accumulate),
    running_min: _running(np.minimum.accumulate),
    np.sort: _sort,
    np.partition: _partition,
    np.quantile: _quantile,
    np.percentile: lambda x, q, *args, **params: _quantile(x, np.true_divide(q, 100), *args, **params),
    np.median: lambda x, axis=None, *, keepdims=False: _quantile(x, 0.5, axis, keepdims=keepdims),
}
