"""Medians, quantiles, weighted averages and covariances."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from beras.autodiff.primitives import cast, masked, scatter_add
from beras.autodiff.registry import define, expand
from beras.autodiff.rules.axes import merge, reduced_axes
from beras.autodiff.tracked import plain_array

# A quantile lies between two neighbours of the sorted entries, at a place that does not depend on the values.


def _share_out(g: Any, x: Any, q: Any, axis: Any, method: Any, skips_nan: bool) -> Any:
    """Share ``g`` among the two entries of ``x`` around the quantile, as it is interpolated from them.

    Where the quantile stands among ``n`` sorted entries, ``numpy.quantile`` itself tells, asked for that of
    ``0, 1, ..., n - 1``: so every method of NumPy's is right here. Of equal entries the one that a stable sort puts
    there counts.
    """
    if x.size == 0:
        return np.zeros(x.shape, g.dtype)
    order = np.argsort(merge(x, axis), axis=-1, kind="stable")
    numbers = merge(np.arange(x.size).reshape(x.shape), axis)
    sorted_numbers = np.take_along_axis(numbers, order, -1)
    lengths = np.full(order.shape[:-1], order.shape[-1])
    if skips_nan:
        lengths = np.asarray(lengths - np.sum(merge(np.isnan(x), axis), axis=-1))
    q = np.asarray(q, dtype=np.float64)
    places = np.zeros(q.shape + lengths.shape)
    for n in np.unique(lengths[lengths > 0]).tolist():
        places[..., lengths == n] = np.quantile(np.arange(float(n)), q, method=method)[..., None]
    below = np.floor(places)
    share = (places - below).astype(g.dtype)
    g = masked(np.reshape(g, places.shape), lengths > 0)
    candidates = np.broadcast_to(sorted_numbers, q.shape + order.shape)
    out: Any = 0.0
    for place, weight in ((below, 1 - share), (np.ceil(places), share)):
        index = np.take_along_axis(candidates, place.astype(np.intp)[..., None], -1)
        out = out + scatter_add(np.ravel(g * weight), index.ravel(), (x.size,))
    return np.reshape(out, x.shape)


def _median(skips_nan: bool) -> Callable[..., Any]:
    return lambda g, ans, x, axis=None, *, keepdims=False: _share_out(g, x, 0.5, axis, "linear", skips_nan)


def _quantile(whole: int, skips_nan: bool) -> Callable[..., Any]:
    """Return the rule of quantiles that are given as parts of ``whole``."""
    return lambda g, ans, x, q, axis=None, *, method="linear", keepdims=False: _share_out(
        g, x, np.true_divide(q, whole), axis, method, skips_nan
    )


define(np.median, _median(skips_nan=False))
define(np.nanmedian, _median(skips_nan=True))
define(np.quantile, _quantile(1, skips_nan=False))
define(np.nanquantile, _quantile(1, skips_nan=True))
define(np.percentile, _quantile(100, skips_nan=False))
define(np.nanpercentile, _quantile(100, skips_nan=True))


def _array(value: Any, dtype: Any = None) -> Any:
    """Return a list as an array, and leave arrays and Tensors."""
    value = plain_array(value) if hasattr(value, "dtype") else np.asarray(value)
    return value if dtype is None or value.dtype == dtype else cast(value, np.dtype(dtype))


def _average(x: Any, axis: Any = None, weights: Any = None, returned: bool = False, *, keepdims: bool = False) -> Any:
    x = _array(x)
    if weights is None:
        mean = np.mean(x, axis, keepdims=keepdims)
        return (mean, np.full(mean.shape, x.size / mean.size, mean.dtype)) if returned else mean
    weights = _spread_weights(_array(weights), x, axis)
    total = np.sum(weights, axis, keepdims=keepdims)
    if np.any(np.equal(total, 0)):
        raise ZeroDivisionError("The weights of np.average add up to zero, so they cannot be normalized.")
    mean = np.sum(x * weights, axis, keepdims=keepdims) / total
    return (mean, np.broadcast_to(cast(total, mean.dtype), mean.shape)) if returned else mean


def _spread_weights(weights: Any, x: Any, axis: Any) -> Any:
    """Return the weights in a shape that broadcasts to that of ``x``: they may be given for the reduced axes alone."""
    if weights.shape == x.shape:
        return weights
    if axis is None:
        raise TypeError(
            f"np.average needs axis when weights and array differ in shape. Received: {weights.shape} and {x.shape}."
        )
    axes = reduced_axes(x.ndim, axis)
    if weights.shape != tuple(x.shape[i] for i in axes):
        raise ValueError(
            f"The weights of np.average must have the shape of the array, {x.shape}, or its lengths along axis={axis}. "
            f"Received: {weights.shape}."
        )
    weights = np.transpose(weights, tuple(np.argsort(axes).tolist()))
    return np.reshape(weights, tuple(n if i in axes else 1 for i, n in enumerate(x.shape)))


def _cov(m: Any, y: Any = None, rowvar: bool = True, bias: bool = False, ddof: Any = None, *, dtype: Any = None) -> Any:
    if dtype is None:
        dtype = np.result_type(*(_array(values).dtype for values in (m, y) if values is not None), np.float64)
    rows = _rows(m, dtype)
    rows = np.transpose(rows) if not rowvar and np.ndim(m) != 1 else rows
    if y is not None:
        more = _rows(y, dtype)
        rows = np.concatenate((rows, np.transpose(more) if not rowvar and more.shape[0] != 1 else more), axis=0)
    freedom = rows.shape[1] - ((0 if bias else 1) if ddof is None else ddof)
    deviations = rows - np.mean(rows, axis=1, keepdims=True)
    products = np.matmul(deviations, np.transpose(deviations)) * np.true_divide(1, max(freedom, 0))
    return np.squeeze(_array(products, dtype))  # the quotient is of float64


def _rows(values: Any, dtype: Any) -> Any:
    values = _array(values, dtype)
    return np.reshape(values, (1, -1)) if values.ndim < 2 else values


def _corrcoef(x: Any, y: Any = None, rowvar: bool = True, *, dtype: Any = None) -> Any:
    c = np.cov(x, y, rowvar, dtype=dtype)
    if c.ndim == 0:
        return c / c
    deviation = np.sqrt(np.diagonal(c))
    return np.clip(c / deviation[:, None] / deviation[None, :], -1.0, 1.0)


expand(np.average, _average)
expand(np.cov, _cov)
expand(np.corrcoef, _corrcoef)
