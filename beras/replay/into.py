"""How a call writes its answer into memory that it is given: one line per function.

Each entry takes the array to write into and the call's arguments, and returns what to run. A ufunc takes ``out=``, and
so does a primitive that says ``takes_out = True``, which then writes all of it and reads nothing from it; for
functions that stand neither here nor in `VIEWS` the answer is computed as always and copied.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from beras.activations import sigmoid
from beras.autodiff.primitives import cast, getitem, masked
from beras.autodiff.state import Untraceable
from beras.replay.labelled import LABELLED
from beras.replay.written_out import side_by_side

__all__ = ["VIEWS", "calls_into"]

#: Functions whose answer may be a view of their first argument; then nothing is left to run.
VIEWS = frozenset(
    (
        *(np.reshape, np.ravel, np.transpose, np.permute_dims, np.matrix_transpose, np.swapaxes, np.moveaxis),
        *(np.rollaxis, np.expand_dims, np.squeeze, np.broadcast_to, np.atleast_1d, np.atleast_2d, np.atleast_3d),
        *(np.flip, np.fliplr, np.flipud, np.rot90, np.diagonal, getitem),
    )
)


def _reduction(ufunc: np.ufunc) -> Callable[..., Any]:
    def into(out: np.ndarray, x: Any, axis: Any = None, dtype: Any = None, **params: Any) -> Any:
        return partial(ufunc.reduce, x, axis=axis, dtype=dtype, out=out, **params)

    return into


def _extreme(ufunc: np.ufunc) -> Callable[..., Any]:
    def into(out: np.ndarray, x: Any, axis: Any = None, **params: Any) -> Any:
        return partial(ufunc.reduce, x, axis=axis, out=out, **params)

    return into


def _copy(out: np.ndarray, x: Any, *rest: Any, **params: Any) -> Any:
    return partial(np.copyto, out, x, casting="unsafe")


def _where(out: np.ndarray, condition: Any, x: Any, y: Any) -> Any:
    if np.asarray(condition).dtype.kind != "b":
        return None
    x, y = (np.asarray(number, out.dtype) if type(number) in (int, float) else number for number in (x, y))

    def run() -> None:
        np.copyto(out, y)
        np.copyto(out, x, where=condition)

    return run


def _masked(out: np.ndarray, x: Any, mask: Any) -> Any:
    bits = {4: np.int32, 8: np.int64}.get(x.dtype.itemsize)
    if bits is None or not isinstance(mask, np.ndarray) or mask.dtype != bool or out.shape != x.shape:
        return None
    return partial(np.multiply, x.view(bits), mask, out=out.view(bits))


def _sigmoid(out: np.ndarray, x: Any) -> Any:
    if x.dtype != out.dtype:
        return None

    def run() -> None:
        np.negative(x, out=out)
        with np.errstate(over="ignore"):
            np.exp(out, out=out)
        np.add(out, 1, out=out)
        np.reciprocal(out, out=out)

    return run


def _concatenate(out: np.ndarray, arrays: Any, axis: Any = 0, **params: Any) -> Any:
    if "dtype" in params:
        return None  # which excludes out=
    return partial(np.concatenate, arrays, axis=axis, out=out, **params)


def _matmul(out: np.ndarray, x: Any, y: Any, **params: Any) -> Any:
    """Multiply a column with a row entry by entry: NumPy gives such products, of a batch of one, to no BLAS."""
    if params or x.ndim != 2 or y.ndim != 2 or x.shape[1] != 1 or x.dtype.kind != "f":
        return None

    def run() -> None:
        np.multiply(x, y, out=out)
        np.add(out, 0, out=out)  # a sum that begins with 0 is never -0.0

    return run


INTO: dict[Callable[..., Any], Callable[..., Any]] = {
    np.sum: _reduction(np.add),
    np.prod: _reduction(np.multiply),
    np.max: _extreme(np.maximum),
    np.min: _extreme(np.minimum),
    np.amax: _extreme(np.maximum),
    np.amin: _extreme(np.minimum),
    np.any: _extreme(np.logical_or),
    np.all: _extreme(np.logical_and),
    side_by_side: lambda out, x: partial(np.copyto, out, x.T),
    np.broadcast_to: _copy,
    np.transpose: lambda out, x, axes=None: _copy(out, np.transpose(x, axes)),
    np.where: _where,
    np.matmul: _matmul,
    np.concatenate: _concatenate,
    cast: _copy,
    masked: _masked,
    sigmoid: _sigmoid,
    **LABELLED,
}


def calls_into(out: Any, function: Callable[..., Any], args: tuple, params: dict) -> Callable[[], Any]:
    """Return what to run to have the answer of ``function(*args, **params)`` in ``out``, an array or a tuple of them.

    >>> total = np.empty(2)
    >>> calls_into(total, np.sum, (np.ones((3, 2)), 0), {})()
    array([3., 3.])
    """
    compute = getattr(function, "compute", function)
    if isinstance(out, tuple):
        return _copied_each(out, compute, args, params)
    entry = INTO.get(function)
    run = None if entry is None else entry(out, *args, **params)
    if run is None and isinstance(function, np.ufunc):
        return partial(function, *_made_ready(function, args, out), out=out, **params)
    if run is None and getattr(function, "takes_out", False):
        return partial(compute, *args, out=out, **params)
    return _copied(out, compute, args, params) if run is None else run


def _made_ready(ufunc: np.ufunc, args: tuple, out: np.ndarray) -> tuple:
    """Return the operands as views and arrays with which NumPy has the least to prepare at each call.

    Python's numbers beside floats become arrays of the dtype that they take; an array of one entry gets no axes and
    another one as many as ``out``: where all shapes are equal, NumPy need not broadcast.
    """
    dtypes = {x.dtype for x in args if isinstance(x, (np.ndarray, np.generic))}
    kind = dtypes.pop() if len(dtypes) == 1 else np.dtype(object)
    if kind.kind == "f" and any(loop.startswith(kind.char * ufunc.nin + "->") for loop in ufunc.types):
        args = tuple(np.asarray(x, kind) if type(x) in (int, float) else x for x in args)
    if ufunc.signature is not None:
        return args
    return tuple(_with_axes_of(out, x) if type(x) is np.ndarray else x for x in args)


def _with_axes_of(out: np.ndarray, x: np.ndarray) -> np.ndarray:
    return x.reshape(()) if x.size == 1 < out.size else x.reshape((1,) * (out.ndim - x.ndim) + x.shape)


def _copied(out: np.ndarray, compute: Callable[..., Any], args: tuple, params: dict) -> Callable[[], Any]:
    def run() -> None:
        _put(out, compute(*args, **params))

    return run


def _copied_each(outs: tuple, compute: Callable[..., Any], args: tuple, params: dict) -> Callable[[], Any]:
    def run() -> None:
        for out, value in zip(outs, compute(*args, **params), strict=True):
            if out is not None:
                _put(out, value)

    return run


def _put(out: np.ndarray, value: Any) -> None:
    """Copy an answer to its place, which it must not be broadcast to.

    Raises:
        Untraceable: when its shape depends on values, and is another one this time.
    """
    if value.shape != out.shape:
        raise Untraceable("The shape of an array depends on values.")
    np.copyto(out, value)
