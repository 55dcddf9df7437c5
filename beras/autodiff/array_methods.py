"""The operators and methods of an array, as a Tensor and a Variable have them.

Only names with a right gradient are here. Every other name of ``numpy.ndarray`` raises an error that says what to
write: a missing method is an error, never a wrong gradient.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NoReturn

import numpy as np

from beras.autodiff.dispatch import apply
from beras.autodiff.state import refuse_looking
from beras.autodiff.tracked import Tracked, is_followed

__all__ = ["ArrayMethods"]

#: Names of ``numpy.ndarray`` that are refused, and what to write instead.
INSTEAD = {
    "argpartition": "np.argpartition(t.numpy(), kth)",
    "base": "t.numpy().base",
    "byteswap": "t.numpy().byteswap()",
    "choose": "np.take or np.where",
    "ctypes": "t.numpy().ctypes",
    "data": "t.numpy()",
    "dump": "t.numpy().dump(file)",
    "dumps": "t.numpy().dumps()",
    "fill": "np.full_like(t.numpy(), value)",
    "flags": "t.numpy().flags",
    "getfield": "t.numpy().getfield(...)",
    "imag": "0, since a Tensor is real",
    "itemset": "np.where(mask, value, t)",
    "newbyteorder": "t.numpy()",
    "partition": "np.partition(t, kth), which returns a new Tensor",
    "put": "np.where(mask, value, t)",
    "resize": "np.reshape(t, shape) or np.pad",
    "searchsorted": "np.searchsorted(t.numpy(), v)",
    "setfield": "np.where(mask, value, t)",
    "setflags": "t.numpy().copy()",
    "sort": "np.sort(t), which returns a new Tensor",
    "strides": "t.numpy().strides",
    "to_device": "t.numpy().to_device(device)",
    "tobytes": "t.numpy().tobytes()",
    "tofile": "t.numpy().tofile(file)",
    "tostring": "t.numpy().tobytes()",
    "view": "t.astype(dtype), or t.numpy().view(dtype)",
}

#: What stands for ``ufunc.reduce`` and ``ufunc.accumulate``; rules add to it.
REDUCTIONS: dict[Any, Any] = {
    np.add: np.sum,
    np.multiply: np.prod,
    np.maximum: np.max,
    np.minimum: np.min,
    np.fmax: np.nanmax,
    np.fmin: np.nanmin,
}
ACCUMULATIONS: dict[Any, Any] = {np.add: np.cumsum, np.multiply: np.cumprod}


class ArrayMethods(Tracked):
    """Operators and methods that record themselves; each is the NumPy function of the same name."""

    __slots__ = ()
    __hash__ = None  # type: ignore[assignment]

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **params: Any) -> Any:
        if method == "__call__":
            if len(inputs) > ufunc.nin:
                params = {"out": inputs[ufunc.nin :]}
                inputs = inputs[: ufunc.nin]
            return apply(ufunc, inputs, params)
        if method == "at" and isinstance(inputs[0], Tracked):
            raise TypeError(
                f"np.{ufunc.__name__}.at would write into a {type(self).__name__} past its count of writes, so that a "
                f"gradient could be wrong unseen. Write into a Variable with w[index] += v; where the index repeats, "
                f"compute on a copy: a = w.numpy(); np.{ufunc.__name__}.at(a, index, v); w.assign(a)."
            )
        if not is_followed((inputs, params)):
            return apply(getattr(ufunc, method), inputs, params)
        if method == "reduce" and ufunc in REDUCTIONS:
            params.setdefault("axis", 0)
            return apply(REDUCTIONS[ufunc], inputs, params)
        if method == "accumulate" and ufunc in ACCUMULATIONS:
            params.setdefault("axis", 0)
            return apply(ACCUMULATIONS[ufunc], inputs, params)
        if method == "outer":
            x, y = inputs
            return apply(ufunc, (np.reshape(x, np.shape(x) + (1,) * np.ndim(y)), y), params)
        raise TypeError(
            f"np.{ufunc.__name__}.{method} cannot be recorded on a tape. Write it with np.sum, np.cumsum, np.take or "
            f"arithmetic, or take the value out of the tape with beras.stop_gradient(t)."
        )

    def __array_function__(self, function: Any, types: Any, args: tuple, params: dict) -> Any:
        return apply(function, args, params)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        self._refuse_conversion("np.asarray, or a NumPy call that does not let Tensors through,")
        view = np.asarray(self._array).view()
        view.flags.writeable = False  # a write into it would change what a tape has recorded
        return np.array(view, dtype=dtype, copy=copy)

    def _refuse_conversion(self, what: str) -> None:
        refuse_looking()
        if is_followed(self):
            raise TypeError(
                f"{what} would cut this {type(self).__name__} out of the tape that records it, and its gradient "
                f"would be lost. If that is meant, say so: t.numpy() or beras.stop_gradient(t). If not: np.stack "
                f"and np.concatenate instead of np.array([t, ...]); a @ t instead of a.dot(t); np.exp instead of "
                f"math.exp; np.where instead of a[...] = t."
            )

    def __getattr__(self, name: str) -> NoReturn:
        if name in INSTEAD:
            raise AttributeError(f"A {type(self).__name__} has no {name!r}. Write {INSTEAD[name]}.")
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    @property
    def shape(self) -> tuple[int, ...]:
        """The lengths of the axes."""
        return self._array.shape

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return self._array.ndim

    @property
    def size(self) -> int:
        """The number of entries."""
        return self._array.size

    @property
    def dtype(self) -> np.dtype:
        """The NumPy dtype of the entries."""
        return self._array.dtype

    @property
    def itemsize(self) -> int:
        """The bytes of one entry."""
        return self._array.itemsize

    @property
    def nbytes(self) -> int:
        """The bytes of all entries."""
        return self._array.nbytes

    @property
    def device(self) -> str:
        """Always ``"cpu"``, as NumPy's own."""
        return "cpu"

    @property
    def T(self) -> Any:
        """The array with its axes reversed."""
        return np.transpose(self)

    @property
    def mT(self) -> Any:
        """The array with its last two axes exchanged."""
        return np.swapaxes(self, -1, -2)

    @property
    def real(self) -> Any:
        """The value itself: Tensors are real."""
        return +self

    @property
    def flat(self) -> Iterator[Any]:
        """An iterator over the entries."""
        return iter(np.ravel(self))

    def numpy(self) -> np.ndarray:
        """Return the value as a plain array, outside every tape: read-only for a Tensor, a copy for a Variable."""
        raise NotImplementedError

    def __len__(self) -> int:
        return len(self._array)

    def __iter__(self) -> Iterator[Any]:
        if self.ndim == 0:
            raise TypeError(f"A {type(self).__name__} of shape () cannot be iterated over.")
        return (self[i] for i in range(len(self._array)))

    def __contains__(self, item: Any) -> bool:
        return bool(np.any(self == item))

    def __bool__(self) -> bool:
        refuse_looking()
        return bool(self._array)

    def __float__(self) -> float:
        self._refuse_conversion("float() or a function of math")
        return float(self._array)

    def __int__(self) -> int:
        self._refuse_conversion("int()")
        return int(self._array)

    def __complex__(self) -> complex:
        self._refuse_conversion("complex()")
        return complex(self._array)

    def __index__(self) -> int:
        refuse_looking()
        if self.ndim == 0 and self.dtype.kind in "iu":
            return int(self._array)
        raise TypeError(
            f"A {type(self).__name__} of shape {self.shape} and dtype {self.dtype} is not an integer and cannot be an "
            f"index."
        )

    def __format__(self, spec: str) -> str:
        return format(self._array[()] if self.ndim == 0 else self._array, spec)

    def __str__(self) -> str:
        return str(self._array)

    def __getitem__(self, index: Any) -> Any:
        from beras.autodiff.primitives import getitem

        return apply(getitem, (self, index), {})

    def __neg__(self) -> Any:
        return apply(np.negative, (self,), {})

    def __pos__(self) -> Any:
        return apply(np.positive, (self,), {})

    def __abs__(self) -> Any:
        return apply(np.absolute, (self,), {})

    def __add__(self, other: Any) -> Any:
        return apply(np.add, (self, other), {})

    def __radd__(self, other: Any) -> Any:
        return apply(np.add, (other, self), {})

    def __sub__(self, other: Any) -> Any:
        return apply(np.subtract, (self, other), {})

    def __rsub__(self, other: Any) -> Any:
        return apply(np.subtract, (other, self), {})

    def __mul__(self, other: Any) -> Any:
        return apply(np.multiply, (self, other), {})

    def __rmul__(self, other: Any) -> Any:
        return apply(np.multiply, (other, self), {})

    def __truediv__(self, other: Any) -> Any:
        return apply(np.true_divide, (self, other), {})

    def __rtruediv__(self, other: Any) -> Any:
        return apply(np.true_divide, (other, self), {})

    def __floordiv__(self, other: Any) -> Any:
        return apply(np.floor_divide, (self, other), {})

    def __rfloordiv__(self, other: Any) -> Any:
        return apply(np.floor_divide, (other, self), {})

    def __mod__(self, other: Any) -> Any:
        return apply(np.remainder, (self, other), {})

    def __rmod__(self, other: Any) -> Any:
        return apply(np.remainder, (other, self), {})

    def __divmod__(self, other: Any) -> Any:
        return self // other, self % other

    def __rdivmod__(self, other: Any) -> Any:
        return other // self, other % self

    def __pow__(self, other: Any) -> Any:
        return apply(np.power, (self, other), {})

    def __rpow__(self, other: Any) -> Any:
        return apply(np.power, (other, self), {})

    def __matmul__(self, other: Any) -> Any:
        return apply(np.matmul, (self, other), {})

    def __rmatmul__(self, other: Any) -> Any:
        return apply(np.matmul, (other, self), {})

    def __and__(self, other: Any) -> Any:
        return apply(np.bitwise_and, (self, other), {})

    def __rand__(self, other: Any) -> Any:
        return apply(np.bitwise_and, (other, self), {})

    def __or__(self, other: Any) -> Any:
        return apply(np.bitwise_or, (self, other), {})

    def __ror__(self, other: Any) -> Any:
        return apply(np.bitwise_or, (other, self), {})

    def __xor__(self, other: Any) -> Any:
        return apply(np.bitwise_xor, (self, other), {})

    def __rxor__(self, other: Any) -> Any:
        return apply(np.bitwise_xor, (other, self), {})

    def __invert__(self) -> Any:
        return apply(np.invert, (self,), {})

    def __eq__(self, other: Any) -> Any:
        return apply(np.equal, (self, other), {})

    def __ne__(self, other: Any) -> Any:
        return apply(np.not_equal, (self, other), {})

    def __lt__(self, other: Any) -> Any:
        return apply(np.less, (self, other), {})

    def __le__(self, other: Any) -> Any:
        return apply(np.less_equal, (self, other), {})

    def __gt__(self, other: Any) -> Any:
        return apply(np.greater, (self, other), {})

    def __ge__(self, other: Any) -> Any:
        return apply(np.greater_equal, (self, other), {})

    def __round__(self, ndigits: int | None = None) -> Any:
        return int(np.rint(self)) if ndigits is None and self.ndim == 0 else np.round(self, ndigits or 0)

    def sum(self, *args: Any, **params: Any) -> Any:
        """Return `numpy.sum` of the array."""
        return apply(np.sum, (self, *args), params)

    def mean(self, *args: Any, **params: Any) -> Any:
        """Return `numpy.mean` of the array."""
        return apply(np.mean, (self, *args), params)

    def prod(self, *args: Any, **params: Any) -> Any:
        """Return `numpy.prod` of the array."""
        return apply(np.prod, (self, *args), params)

    def max(self, *args: Any, **params: Any) -> Any:
        """Return `numpy.max` of the array."""
        return apply(np.max, (self, *args), params)

    def min(self, *args: Any, **params: Any) -> Any:
        """Return `numpy.min` of the array."""
        return apply(np.min, (self, *args), params)

    def var(self, *args: Any, **params: Any) -> Any:
        """Return `numpy.var` of the array."""
        return apply(np.var, (self, *args), params)

    def std(self, *args: Any, **params: Any) -> Any:
        """Return `numpy.std` of the array."""
        return apply(np.std, (self, *args), params)

    def cumsum(self, *args: Any, **params: Any) -> Any:
        """Return `numpy.cumsum` of the array."""
        return apply(np.cumsum, (self, *args), params)

    def cumprod(self, *args: Any, **params: Any) -> Any:
        """Return `numpy.cumprod` of the array."""
        return apply(np.cumprod, (self, *args), params)

    def clip(self, *args: Any, **params: Any) -> Any:
        """Return `numpy.clip` of the array."""
        return np.clip(self, *args, **params)

    def round(self, *args: Any, **params: Any) -> Any:
        """Return `numpy.round` of the array: a plain array, since its derivative is zero."""
        return np.round(self, *args, **params)

    def dot(self, other: Any) -> Any:
        """Return `numpy.dot` of the array and ``other``."""
        return apply(np.dot, (self, other), {})

    def trace(self, *args: Any, **params: Any) -> Any:
        """Return `numpy.trace` of the array."""
        return np.trace(self, *args, **params)

    def diagonal(self, *args: Any, **params: Any) -> Any:
        """Return `numpy.diagonal` of the array."""
        return np.diagonal(self, *args, **params)

    def reshape(self, *shape: Any, order: Any = "C", copy: Any = None) -> Any:
        """Return `numpy.reshape` of the array; the lengths may stand apart or in a tuple."""
        new = shape[0] if len(shape) == 1 else shape
        return apply(np.reshape, (self, new), {} if order == "C" else {"order": order})

    def ravel(self, order: Any = "C") -> Any:
        """Return `numpy.ravel` of the array."""
        return np.ravel(self, order)

    def flatten(self, order: Any = "C") -> Any:
        """Return the entries as one axis."""
        return np.ravel(self, order)

    def transpose(self, *axes: Any) -> Any:
        """Return `numpy.transpose` of the array; the axes may stand apart or in a tuple."""
        order = axes[0] if len(axes) == 1 and not isinstance(axes[0], int) else axes
        return np.transpose(self, order or None)

    def swapaxes(self, axis1: int, axis2: int) -> Any:
        """Return `numpy.swapaxes` of the array."""
        return np.swapaxes(self, axis1, axis2)

    def squeeze(self, axis: Any = None) -> Any:
        """Return `numpy.squeeze` of the array."""
        return np.squeeze(self, axis)

    def repeat(self, repeats: Any, axis: Any = None) -> Any:
        """Return `numpy.repeat` of the array."""
        return np.repeat(self, repeats, axis)

    def take(self, *args: Any, **params: Any) -> Any:
        """Return `numpy.take` of the array."""
        return np.take(self, *args, **params)

    def compress(self, *args: Any, **params: Any) -> Any:
        """Return the slices that a condition selects, as `numpy.compress`."""
        condition, *rest = args
        return np.compress(condition, self, *rest, **params)

    def conj(self) -> Any:
        """Return the value itself: Tensors are real."""
        return +self

    conjugate = conj

    def astype(self, dtype: Any, *args: Any, **params: Any) -> Any:
        """Return the array in another dtype; an integer or boolean dtype gives a plain array."""
        from beras.autodiff.primitives import cast

        return apply(cast, (self, np.dtype(dtype)), {})

    def argmax(self, *args: Any, **params: Any) -> Any:
        """Return `numpy.argmax` of the array: plain indices."""
        return np.argmax(self, *args, **params)

    def argmin(self, *args: Any, **params: Any) -> Any:
        """Return `numpy.argmin` of the array: plain indices."""
        return np.argmin(self, *args, **params)

    def argsort(self, *args: Any, **params: Any) -> Any:
        """Return `numpy.argsort` of the array: plain indices."""
        return np.argsort(self, *args, **params)

    def all(self, *args: Any, **params: Any) -> Any:
        """Return `numpy.all` of the array."""
        return np.all(self, *args, **params)

    def any(self, *args: Any, **params: Any) -> Any:
        """Return `numpy.any` of the array."""
        return np.any(self, *args, **params)

    def nonzero(self) -> Any:
        """Return `numpy.nonzero` of the array: plain indices."""
        return np.nonzero(self)

    def item(self, *args: Any) -> Any:
        """Return one entry as a Python number; refused while a tape that follows it records."""
        self._refuse_conversion("item()")
        return self._array.item(*args)

    def tolist(self) -> Any:
        """Return the entries as nested lists of numbers; refused while a tape that follows them records."""
        self._refuse_conversion("tolist()")
        return self._array.tolist()
