"""Tensor, a value that a tape follows, and Variable, a value that training writes into."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

import numpy as np

from beras.autodiff.array_methods import ArrayMethods
from beras.autodiff.memory import aligned
from beras.autodiff.state import Home, home, new_key, refuse_looking
from beras.autodiff.tracked import Tracked, plain_array
from beras.config import floatx

__all__ = ["Tensor", "Variable", "stop_gradient"]


class Tensor(ArrayMethods):
    """An array that a tape follows: ``GradientTape.watch`` and every recorded operation give one.

    It wraps the array and is no ``ndarray`` itself, so that no method can lose the gradient unseen. It has an
    array's operators and methods, goes through NumPy's functions (``np.sin(t)``), and cannot be written into. While a
    tape that follows it records, it refuses to become a plain number or array (``float(t)``, ``np.asarray(t)``);
    afterwards it converts freely. ``t.numpy()`` is the value at any time.

    The TensorFlow equivalent is ``tf.Tensor``.

    >>> import numpy as np
    >>> import beras
    >>> with beras.GradientTape() as tape:
    ...     x = tape.watch(np.array([1.0, 2.0]))
    ...     y = np.sum(x**2)
    >>> y
    Tensor(5., shape=(), dtype=float64)
    >>> tape.gradient(y, x)
    array([2., 4.])
    """

    __slots__ = ()

    def __init__(self, array: Any, key: int, owner: Home):
        self._array = array
        self._key = key
        self._home = owner

    def __repr__(self) -> str:
        text = np.array2string(np.asarray(self._array), separator=", ", prefix="Tensor(", threshold=50)
        return f"Tensor({text}, shape={self.shape}, dtype={self.dtype})"

    def numpy(self) -> np.ndarray:
        """Return the value as a plain, read-only array, outside every tape."""
        refuse_looking()
        view = np.asarray(self._array).view()
        view.flags.writeable = False
        return view

    def copy(self) -> Tensor:
        """Return this Tensor: its value never changes, so a copy would be the same."""
        return self

    __copy__ = copy

    def __deepcopy__(self, memo: Any) -> NoReturn:
        raise TypeError(
            "A Tensor cannot be deep-copied: the copy would be on no tape. Copy its value: t.numpy().copy()."
        )

    def __reduce__(self) -> NoReturn:
        raise TypeError("A Tensor cannot be pickled: its tape exists only in this thread. Pickle its value: t.numpy().")

    def __setitem__(self, index: Any, value: Any) -> NoReturn:
        raise TypeError(
            "A Tensor cannot be written into: the tape needs the old value. Make a new one: "
            "np.where(mask, value, t), or np.concatenate of its parts."
        )


Tracked.tensor_type = Tensor


class Variable(ArrayMethods):
    """A trainable array: inside a tape it is watched by itself, outside it is plain NumPy.

    ``Variable(initial_value, trainable=True, dtype=None, name=None)``: ``initial_value`` is copied; its ``dtype`` is
    kept when it is a floating-point array or NumPy number, anything else becomes `floatx` unless ``dtype`` says
    otherwise. Writing (`assign`, ``w -= g``, ``w[...] = v``) goes into the same memory and raises `version`; while a
    tape that has used the Variable still records, it is refused. ``constraint``, a function or ``None``, gives the
    value that the optimizer puts in the place of the present one after each update.

    The Keras equivalent is ``keras.Variable``; the TensorFlow one ``tf.Variable``.

    >>> w = Variable([1.0, 2.0])
    >>> w * 2
    array([2., 4.], dtype=float32)
    >>> w.assign_sub([0.5, 0.5])
    Variable([0.5, 1.5], shape=(2,), dtype=float32)
    """

    __slots__ = ("__weakref__", "_buffer", "constraint", "name", "path", "trainable", "version")
    is_variable = True

    def __init__(self, initial_value: Any, trainable: bool = True, dtype: Any = None, name: str | None = None):
        value = initial_value._array if isinstance(initial_value, Tracked) else plain_array(initial_value)
        if value is None:
            raise TypeError(
                "A Variable needs its first value: a number, an array or a list of numbers. Received: None."
            )
        if dtype is None:
            own = getattr(value, "dtype", None)
            dtype = own if own is not None and own.kind == "f" else floatx()
        value = np.asarray(value, dtype)
        self._buffer = aligned(value.shape, value.dtype)
        self._buffer[...] = value
        if self._buffer.dtype.kind != "f" and trainable:
            raise TypeError(
                f"A trainable Variable must be floating-point. Received: dtype={self._buffer.dtype}. "
                f"Pass dtype='float32', or trainable=False."
            )
        self._array = self._buffer.view()
        self._array.flags.writeable = False
        self._key = new_key()
        self._home = None
        self.trainable = trainable
        self.name = name or "variable"
        #: The name, behind that of the layer that has it: ``dense/kernel``.
        self.path = self.name
        self.constraint: Callable[[Any], Any] | None = None
        self.version = 0

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(self._key)

    def __repr__(self) -> str:
        text = np.array2string(self._array, separator=", ", prefix="Variable(", threshold=50)
        label = "" if self.name == "variable" else f"name={self.name!r}, "
        return f"Variable({text}, {label}shape={self.shape}, dtype={self.dtype})"

    @property
    def value(self) -> np.ndarray:
        """The current value, a read-only view that changes when the Variable is assigned to."""
        refuse_looking()
        return self._array

    def numpy(self) -> np.ndarray:
        """Return a copy of the value."""
        refuse_looking()
        return self._buffer.copy()

    def copy(self) -> np.ndarray:
        """Return a copy of the value as a plain array; refused while a tape that follows the Variable records."""
        self._refuse_conversion("copy()")
        return self._buffer.copy()

    def writable(self) -> np.ndarray:
        """Return the memory itself, for an update in place, and count it as written.

        Raises:
            RuntimeError: while a tape that has used this Variable still records.
        """
        refuse_looking()
        return self._written()

    def _written(self) -> np.ndarray:
        """Return the memory for `writable` and `assign`."""
        for tape in home().recording:
            if self._key in tape.variables:
                raise RuntimeError(
                    f"{self.name!r} cannot be written to while a tape that has used it still records: the gradient "
                    f"needs the old value. Assign after the `with` block, or after tape.gradient(...)."
                )
        self.version += 1
        return self._buffer

    def assign(self, value: Any) -> Variable:
        """Write ``value``, of the same shape, into the Variable and return the Variable.

        Raises:
            ValueError: when the shapes differ.
            RuntimeError: while a tape that has used this Variable still records.
        """
        new = np.asarray(value._array if isinstance(value, Tracked) else plain_array(value))
        if new.shape != self.shape:
            raise ValueError(
                f"{self.name!r} has shape {self.shape}; the value assigned to it must have the same. "
                f"Received: shape {new.shape}. To write to a part of it, use w[index] = value."
            )
        if new.dtype.kind not in "fiub":
            raise TypeError(f"{self.name!r} takes real numbers. Received: an array of dtype {new.dtype}.")
        trace = home().trace
        if trace is not None:
            trace.note_assignment(self, value)
        np.copyto(self._written(), new, casting="same_kind" if new.dtype.kind == "f" else "unsafe")
        return self

    def assign_add(self, value: Any) -> Variable:
        """Add ``value``, broadcast to the shape, in place and return the Variable."""
        return self._update(np.add, value)

    def assign_sub(self, value: Any) -> Variable:
        """Subtract ``value``, broadcast to the shape, in place and return the Variable."""
        return self._update(np.subtract, value)

    def _update(self, ufunc: np.ufunc, value: Any) -> Variable:
        refuse_looking()
        operand = value._array if isinstance(value, Tracked) else value
        buffer = self.writable()
        ufunc(buffer, operand, out=buffer, casting="same_kind")
        return self

    def __setitem__(self, index: Any, value: Any) -> None:
        refuse_looking()
        self.writable()[index] = value._array if isinstance(value, Tracked) else value

    def __iadd__(self, value: Any) -> Variable:
        return self._update(np.add, value)

    def __isub__(self, value: Any) -> Variable:
        return self._update(np.subtract, value)

    def __imul__(self, value: Any) -> Variable:
        return self._update(np.multiply, value)

    def __itruediv__(self, value: Any) -> Variable:
        return self._update(np.true_divide, value)

    def __ipow__(self, value: Any) -> Variable:
        return self._update(np.power, value)

    def __copy__(self) -> Variable:
        twin = Variable(self._buffer, self.trainable, self.dtype, self.name)
        twin.constraint, twin.path = self.constraint, self.path
        return twin

    def __deepcopy__(self, memo: Any) -> Variable:
        return self.__copy__()

    def __reduce__(self) -> tuple:
        state = {"path": self.path} if self.constraint is None else {"constraint": self.constraint, "path": self.path}
        return Variable, (self._buffer, self.trainable, self.dtype.str, self.name), (None, state)


def stop_gradient(value: Any) -> Any:
    """Return ``value`` as a plain array that no tape follows: a constant for every gradient.

    The Keras equivalent is ``keras.ops.stop_gradient``; torch's is ``Tensor.detach``.

    >>> import beras
    >>> w = beras.Variable(3.0)
    >>> with beras.GradientTape() as tape:
    ...     y = w * beras.stop_gradient(w)
    >>> float(tape.gradient(y, w))
    3.0
    """
    if isinstance(value, Tensor):
        return value.numpy()
    return value.numpy() if isinstance(value, Variable) else value
