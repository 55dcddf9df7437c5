"""Functions known by samples: differences, slopes, areas under them, and interpolation between them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_tuple

from beras.autodiff.primitives import cast
from beras.autodiff.registry import expand
from beras.autodiff.rules.axes import reduced_axes

#: What NumPy's own signatures have for an argument that was not given.
_MISSING = np._NoValue


def _array(value: Any) -> Any:
    return value if hasattr(value, "dtype") else np.asarray(value)


def _diff(x: Any, n: int = 1, axis: int = -1, prepend: Any = _MISSING, append: Any = _MISSING) -> Any:
    if n < 0:
        raise ValueError(f"np.diff takes n >= 0 differences. Received: n={n}.")
    x = _array(x)
    if n == 0:
        return x
    if x.ndim == 0:
        raise ValueError("np.diff takes an array of at least one dimension. Received: a scalar.")
    axis = reduced_axes(x.ndim, axis)[0]
    edge = (*x.shape[:axis], 1, *x.shape[axis + 1 :])
    parts = [
        np.broadcast_to(part, edge) if np.ndim(part) == 0 else part
        for part in (prepend, x, append)
        if part is not _MISSING
    ]
    x = np.concatenate(parts, axis) if len(parts) > 1 else x
    before = (slice(None),) * axis
    for _ in range(n):
        x = x[(*before, slice(1, None))] - x[(*before, slice(None, -1))]
    return x


def _ediff1d(x: Any, to_end: Any = None, to_begin: Any = None) -> Any:
    x = np.ravel(_array(x))
    parts = [x[1:] - x[:-1]]
    if to_begin is not None:
        parts.insert(0, np.ravel(_array(to_begin)))
    if to_end is not None:
        parts.append(np.ravel(_array(to_end)))
    return cast(np.concatenate(parts), x.dtype)


def _trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1) -> Any:
    y = _array(y)
    axis = reduced_axes(y.ndim, axis)[0]
    width = dx
    if x is not None:
        x = _array(x)
        width = np.diff(x, axis=axis) if x.ndim > 1 else np.reshape(np.diff(x), (-1,) + (1,) * (y.ndim - 1 - axis))
    before = (slice(None),) * axis
    return np.sum(width * (y[(*before, slice(1, None))] + y[(*before, slice(None, -1))]) / 2.0, axis)


# numpy.gradient: the weights of three neighbours in the slope of the parabola through them, at the middle one, at the
# first and at the last; d and e are the distances between them.


def _at_middle(d: Any, e: Any) -> tuple:
    return -e / (d * (d + e)), (e - d) / (d * e), d / (e * (d + e))


def _at_first(d: Any, e: Any) -> tuple:
    return -(2.0 * d + e) / (d * (d + e)), (d + e) / (d * e), -d / (e * (d + e))


def _at_last(d: Any, e: Any) -> tuple:
    return e / (d * (d + e)), -(d + e) / (d * e), (2.0 * e + d) / (e * (d + e))


def _weighted(weights: tuple, f: Any, g: Any, h: Any) -> Any:
    return weights[0] * f + weights[1] * g + weights[2] * h


def _slope(f: Any, step: Any, axis: int, edge_order: int) -> Any:
    if f.shape[axis] <= edge_order:
        raise ValueError(
            f"np.gradient with edge_order={edge_order} needs at least {edge_order + 1} entries along an axis. "
            f"Received: shape {f.shape}, axis {axis}."
        )
    f = np.moveaxis(f, axis, 0)
    if np.ndim(step) == 0:
        head = tail = (step, step)
        middle = (f[2:] - f[:-2]) / (2.0 * step)
    else:
        step = np.reshape(step, (-1,) + (1,) * (f.ndim - 1))
        head, tail = (step[:1], step[1:2]), (step[-2:-1], step[-1:])
        middle = _weighted(_at_middle(step[:-1], step[1:]), f[:-2], f[1:-1], f[2:])
    if edge_order == 1:
        first, last = (f[1:2] - f[:1]) / head[0], (f[-1:] - f[-2:-1]) / tail[1]
    else:
        first = _weighted(_at_first(*head), f[:1], f[1:2], f[2:3])
        last = _weighted(_at_last(*tail), f[-3:-2], f[-2:-1], f[-1:])
    return cast(np.moveaxis(np.concatenate((first, middle, last)), 0, axis), f.dtype)


def _step(spacing: Any, length: int) -> Any:
    """Return the distance between samples, or an array of them, from what a caller gave for one axis."""
    if np.ndim(spacing) == 0:
        return spacing
    spacing = _array(spacing)
    if spacing.shape != (length,):
        raise ValueError(
            f"np.gradient takes for each axis a scalar, or one coordinate for each of its {length} entries. "
            f"Received: shape {spacing.shape}."
        )
    steps = np.diff(spacing * 1.0)
    # NumPy takes the simpler formula for even coordinates; a derivative by them needs the general one.
    return steps[0] if isinstance(steps, np.ndarray) and np.all(steps == steps[0]) else steps


def _gradient(f: Any, *varargs: Any, axis: Any = None, edge_order: int = 1) -> Any:
    f = _array(f)
    f = f if f.dtype.kind == "f" else f.astype(np.float64)
    if edge_order not in (1, 2):
        raise ValueError(f"np.gradient takes edge_order 1 or 2. Received: {edge_order!r}.")
    axes = normalize_axis_tuple(range(f.ndim) if axis is None else axis, f.ndim)
    if not varargs:
        varargs = (1.0,)
    if len(varargs) == 1 and np.ndim(varargs[0]) == 0:
        varargs *= len(axes)
    if len(varargs) != len(axes):
        raise TypeError(f"np.gradient takes no spacing, one, or one per axis ({len(axes)}). Received: {len(varargs)}.")
    slopes = [_slope(f, _step(spacing, f.shape[i]), i, edge_order) for i, spacing in zip(axes, varargs, strict=True)]
    return slopes[0] if len(slopes) == 1 else tuple(slopes)


def _interp(x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None, period: Any = None) -> Any:
    x, xp, fp = (cast(_array(values), np.dtype(np.float64)) for values in (x, xp, fp))
    if xp.ndim != 1 or xp.shape != fp.shape or xp.size == 0:
        raise ValueError(
            f"np.interp takes xp and fp of one dimension and equal length, not empty. "
            f"Received: {xp.shape} and {fp.shape}."
        )
    if period is not None:
        if period == 0:
            raise ValueError("np.interp takes a period other than 0.")
        period, left, right = abs(period), None, None
        x, xp = x % period, xp % period
        order = np.argsort(xp)
        xp, fp = xp[order], fp[order]
        xp = np.concatenate((xp[-1:] - period, xp, xp[:1] + period))
        fp = np.concatenate((fp[-1:], fp, fp[:1]))
    inside: Any = fp[0]
    if xp.size > 1:
        start = np.clip(np.searchsorted(xp, x, side="right") - 1, 0, xp.size - 2)
        width = xp[start + 1] - xp[start]
        slope = (fp[start + 1] - fp[start]) / np.where(np.equal(width, 0), 1.0, width)
        # An infinite x has an end for its answer; 0 times the distance to it would be NaN.
        inside = slope * (np.where(np.isinf(x), xp[start], x) - xp[start]) + fp[start]
    # At a sample the slope is that to its right: at the last one it is 0.
    inside = np.where(np.greater_equal(x, xp[-1]), fp[-1], inside)
    if right is not None:
        inside = np.where(np.greater(x, xp[-1]), right, inside)
    return np.where(np.less(x, xp[0]), fp[0] if left is None else left, inside)


expand(np.diff, _diff)
expand(np.ediff1d, _ediff1d)
expand(np.trapezoid, _trapezoid)
expand(np.gradient, _gradient)
expand(np.interp, _interp)
