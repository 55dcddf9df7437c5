"""Products of vectors, matrices and arrays: matmul, dot, tensordot, cross, convolve and their kin."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from beras.autodiff.primitives import scatter_add, unbroadcast
from beras.autodiff.registry import define, define_sequence, expand


def _matmul_x(g: Any, ans: Any, x: Any, y: Any) -> Any:
    """Return ``g y^T``, stacks and vectors as `numpy.matmul` takes them."""
    if y.ndim == 1:
        return g[..., None] * y
    if x.ndim == 1:
        return (y @ g[..., None])[..., 0]
    if y.ndim == 2:
        return g @ y.T
    if x.ndim == 2:  # one matrix met a stack: one product instead of a stack of them that would be summed
        stack = (*range(y.ndim - 2), y.ndim - 1)
        return np.tensordot(g, y, (stack, stack))
    return g @ y.mT


def _matmul_y(g: Any, ans: Any, x: Any, y: Any) -> Any:
    """Return ``x^T g``, stacks and vectors as `numpy.matmul` takes them."""
    if x.ndim == 1:
        return g * x if y.ndim == 1 else x[:, None] * g[..., None, :]
    if x.ndim == 2:
        return x.T @ g
    if y.ndim == 1:
        return np.reshape(g, (g.size,)) @ np.reshape(x, (g.size, x.shape[-1]))
    if y.ndim == 2:  # a stack met one matrix, as in a dense layer on sequences
        rows = prod(x.shape[:-1])
        return np.reshape(x, (rows, x.shape[-1])).T @ np.reshape(g, (rows, g.shape[-1]))
    return x.mT @ g


define(np.matmul, _matmul_x, _matmul_y)
define(np.linalg.matmul, _matmul_x, _matmul_y)


# These three are written in C, and older versions of NumPy do not tell the names of their operands: the rules do.


def _dot_x(g: Any, ans: Any, a: Any, b: Any) -> Any:
    """Return the cotangent of ``a``; `numpy.dot` sums over the last axis of ``a`` and the last but one of ``b``."""
    if a.ndim == 0 or np.ndim(b) == 0:
        return g * b
    if b.ndim <= 2:  # it is the matrix product
        return _matmul_x(g, ans, a, b)
    last = range(g.ndim - b.ndim + 1, g.ndim)
    return np.tensordot(g, b, (tuple(last), (*range(b.ndim - 2), b.ndim - 1)))


def _dot_y(g: Any, ans: Any, a: Any, b: Any) -> Any:
    """Return the cotangent of ``b``; `numpy.dot` sums over the last axis of ``a`` and the last but one of ``b``."""
    if np.ndim(a) == 0 or b.ndim == 0:
        return g * a
    if b.ndim <= 2:  # it is the matrix product
        return _matmul_y(g, ans, a, b)
    rows = tuple(range(a.ndim - 1))
    return np.moveaxis(np.tensordot(a, g, (rows, rows)), 0, -2)


def _inner_x(g: Any, ans: Any, a: Any, b: Any) -> Any:
    """Return the cotangent of ``a``; `numpy.inner` sums over the last axes."""
    if a.ndim == 0 or np.ndim(b) == 0:
        return g * b
    return np.tensordot(g, b, (tuple(range(a.ndim - 1, g.ndim)), tuple(range(b.ndim - 1))))


def _inner_y(g: Any, ans: Any, a: Any, b: Any) -> Any:
    """Return the cotangent of ``b``; `numpy.inner` sums over the last axes."""
    if np.ndim(a) == 0 or b.ndim == 0:
        return g * a
    rows = tuple(range(a.ndim - 1))
    return np.tensordot(g, a, (rows, rows))


define(np.dot, _dot_x, _dot_y)
define(np.inner, _inner_x, _inner_y)
define(
    np.vdot,
    lambda g, ans, a, b: np.reshape(g * np.ravel(b), a.shape),
    lambda g, ans, a, b: np.reshape(g * np.ravel(a), b.shape),
)
for outer in (np.outer, np.linalg.outer):
    define(
        outer,
        lambda g, ans, x, y: np.reshape(g @ np.ravel(y), x.shape),
        lambda g, ans, x, y: np.reshape(np.ravel(x) @ g, y.shape),
    )


def _vecdot_x(g: Any, ans: Any, x: Any, y: Any, axis: int = -1) -> Any:
    """Return the cotangent of ``x``, whose own axis ``axis`` was summed over."""
    if axis == -1:
        return g[..., None] * y
    product = g[..., None] * np.moveaxis(y, axis, -1)
    return np.moveaxis(unbroadcast(product, np.moveaxis(x, axis, -1).shape), -1, axis)


def _vecdot_y(g: Any, ans: Any, x: Any, y: Any, axis: int = -1) -> Any:
    """Return the cotangent of ``y``: the product is symmetric."""
    return _vecdot_x(g, ans, y, x, axis)


define(np.vecdot, _vecdot_x, _vecdot_y)
define(np.linalg.vecdot, _vecdot_x, _vecdot_y)

#: Since NumPy 2.2.
_MATRIX_TIMES_VECTOR = {
    "matvec": (
        lambda g, ans, x, y: g[..., :, None] * y[..., None, :],
        lambda g, ans, x, y: (x.mT @ g[..., None])[..., 0],
    ),
    "vecmat": (
        lambda g, ans, x, y: (y @ g[..., None])[..., 0],
        lambda g, ans, x, y: x[..., :, None] * g[..., None, :],
    ),
}
for name, vjps in _MATRIX_TIMES_VECTOR.items():
    if hasattr(np, name):
        define(getattr(np, name), *vjps)


def _summed_axes(x: Any, y: Any, axes: Any) -> tuple[list[int], list[int]]:
    """Return the axes of ``x`` and of ``y`` that `numpy.tensordot` sums over, counted from the front."""
    if np.ndim(axes) == 0:
        return list(range(np.ndim(x) - axes, np.ndim(x))), list(range(axes))
    of_x, of_y = ([each] if np.ndim(each) == 0 else list(each) for each in axes)
    return [axis % np.ndim(x) for axis in of_x], [axis % np.ndim(y) for axis in of_y]


def _tensordot_x(g: Any, ans: Any, x: Any, y: Any, axes: Any = 2) -> Any:
    """Return the cotangent of ``x``: ``g`` summed with ``y`` over the axes that ``y`` gave to the answer."""
    of_x, of_y = _summed_axes(x, y, axes)
    kept_x = [axis for axis in range(np.ndim(x)) if axis not in of_x]
    kept_y = [axis for axis in range(np.ndim(y)) if axis not in of_y]
    product = np.tensordot(g, y, (list(range(len(kept_x), g.ndim)), kept_y))
    order = kept_x + [of_x[of_y.index(axis)] for axis in sorted(of_y)]
    return np.transpose(product, np.argsort(order).tolist()) if order != sorted(order) else product


def _tensordot_y(g: Any, ans: Any, x: Any, y: Any, axes: Any = 2) -> Any:
    """Return the cotangent of ``y``: ``x`` summed with ``g`` over the axes that ``x`` gave to the answer."""
    of_x, of_y = _summed_axes(x, y, axes)
    kept_x = [axis for axis in range(np.ndim(x)) if axis not in of_x]
    product = np.tensordot(x, g, (kept_x, list(range(len(kept_x)))))
    order = [of_y[of_x.index(axis)] for axis in sorted(of_x)] + [a for a in range(np.ndim(y)) if a not in of_y]
    return np.transpose(product, np.argsort(order).tolist()) if order != sorted(order) else product


define(np.tensordot, _tensordot_x, _tensordot_y)
define(np.linalg.tensordot, _tensordot_x, _tensordot_y)


def _kron(a: Any, b: Any) -> Any:
    """Return `numpy.kron`: one product of ``a``, spread over the even axes, and ``b``, over the odd ones."""
    ndim = max(np.ndim(a), np.ndim(b))
    lengths_a = (1,) * (ndim - np.ndim(a)) + np.shape(a)
    lengths_b = (1,) * (ndim - np.ndim(b)) + np.shape(b)
    even = [length for n in lengths_a for length in (n, 1)]
    odd = [length for n in lengths_b for length in (1, n)]
    blocks = np.reshape(a, tuple(even)) * np.reshape(b, tuple(odd))
    return np.reshape(blocks, tuple(n * m for n, m in zip(lengths_a, lengths_b, strict=True)))


expand(np.kron, _kron)


def _multi_dot(g: Any, ans: Any, arrays: Any) -> list[Any]:
    """Return for each factor (the transposed ones before it) ``g`` (the transposed ones after it)."""
    matrices = list(arrays)
    if np.ndim(matrices[0]) == 1:
        matrices[0] = np.reshape(matrices[0], (1, -1))
    if np.ndim(matrices[-1]) == 1:
        matrices[-1] = np.reshape(matrices[-1], (-1, 1))
    g = np.reshape(g, (matrices[0].shape[0], matrices[-1].shape[1]))
    mirrored = [np.transpose(matrix) for matrix in reversed(matrices)]
    last = len(matrices) - 1
    return [
        np.reshape(np.linalg.multi_dot([*mirrored[last - i + 1 :], g, *mirrored[: last - i]]), np.shape(arrays[i]))
        for i in range(len(matrices))
    ]


define_sequence(np.linalg.multi_dot, _multi_dot)


def _matrix_power(a: Any, n: int) -> Any:
    """Return `numpy.linalg.matrix_power` by repeated squaring, over the bits of ``n`` from the lowest."""
    if n == 0:
        return np.broadcast_to(np.eye(a.shape[-1], dtype=a.dtype), a.shape).copy()
    square = np.linalg.inv(a) if n < 0 else a
    n = abs(n)
    if n == 3:  # NumPy's own order of the factors, to the last bit
        return (square @ square) @ square
    result = None
    while n:
        if n & 1:
            result = square if result is None else result @ square
        n >>= 1
        if n:
            square = square @ square
    return result


expand(np.linalg.matrix_power, _matrix_power)


def _in_space(v: Any) -> Any:
    """Return vectors of the plane as vectors of space, with a third component of zero."""
    return v if v.shape[-1] == 3 else v @ np.eye(2, 3, dtype=v.dtype)


def _cross_x(
    g: Any, ans: Any, x: Any, y: Any, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: int | None = None
) -> Any:
    """Return ``y x g``: the triple product ``g . (x x y)`` does not change when its factors are rotated."""
    if axis is not None:
        axisa = axisb = axisc = axis
    x, y = np.moveaxis(x, axisa, -1), np.moveaxis(y, axisb, -1)
    in_plane = x.shape[-1] == 2 and y.shape[-1] == 2
    g = g[..., None] * np.array([0, 0, 1], g.dtype) if in_plane else np.moveaxis(g, axisc, -1)
    product = np.cross(_in_space(y), g)[..., : x.shape[-1]]
    return np.moveaxis(unbroadcast(product, x.shape), -1, axisa)


def _cross_y(
    g: Any, ans: Any, x: Any, y: Any, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: int | None = None
) -> Any:
    """Return ``g x x``: exchanging the factors turns the sign."""
    return -_cross_x(g, ans, y, x, axisb, axisa, axisc, axis)


define(np.cross, _cross_x, _cross_y)
define(
    np.linalg.cross,
    lambda g, ans, x, y, axis=-1: _cross_x(g, ans, x, y, axis=axis),
    lambda g, ans, x, y, axis=-1: _cross_y(g, ans, x, y, axis=axis),
)

#: Where the answer of each mode begins within that of "full", from the length of the shorter operand.
_BEGINS = {
    "full": lambda shorter: 0,
    "same": lambda shorter: (shorter - 1) // 2,
    "valid": lambda shorter: shorter - 1,
}
_BEGINS |= {2: _BEGINS["full"], 1: _BEGINS["same"], 0: _BEGINS["valid"]}  # type: ignore[dict-item]


def _as_full(g: Any, x: Any, y: Any, mode: Any, swapped: bool = False) -> Any:
    """Return ``g`` as the cotangent of the answer that mode "full" gives, with zeros where ``mode`` cut."""
    n, m = np.size(x), np.size(y)
    # `correlate` exchanges its operands when the second is the longer, and centers "same" from the other end.
    begin = min(n, m) // 2 if swapped and m > n and mode in ("same", 1) else _BEGINS[mode](min(n, m))
    return scatter_add(g, slice(begin, begin + g.size), (n + m - 1,))


define(
    np.convolve,
    lambda g, ans, x, y, mode="full": np.correlate(_as_full(g, x, y, mode), np.reshape(y, (-1,)), "valid"),
    lambda g, ans, x, y, mode="full": np.correlate(_as_full(g, x, y, mode), np.reshape(x, (-1,)), "valid"),
)
define(
    np.correlate,
    lambda g, ans, x, y, mode="valid": np.convolve(_as_full(g, x, y, mode, True), y, "valid"),
    lambda g, ans, x, y, mode="valid": np.correlate(_as_full(g, x, y, mode, True), x, "valid")[::-1],
)
