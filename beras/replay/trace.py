"""Trace: every NumPy call of a step, written down while the step runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from beras.autodiff import Tensor, Variable, no_gradient
from beras.autodiff.dispatch import apply
from beras.autodiff.primitives import getitem
from beras.autodiff.registry import CONSTANTS, RULES, Expansion, register_rare
from beras.autodiff.state import Home, Untraceable, home, new_key
from beras.autodiff.tracked import Tracked, bare, holds_tracked
from beras.replay.written_out import WRITTEN_OUT

__all__ = ["Call", "Trace", "draws"]

#: Functions whose answer is no array and depends on shapes and dtypes alone.
ABOUT_SHAPES = frozenset(
    (np.shape, np.ndim, np.size, np.result_type, np.common_type, np.can_cast, np.isrealobj, np.iscomplexobj)
)
#: Functions the shape of whose answer depends on values; `numpy.where` of one argument is another.
SHAPED_BY_VALUES = frozenset(
    (
        *(np.nonzero, np.flatnonzero, np.argwhere, np.extract, np.compress, np.trim_zeros, np.delete, np.bincount),
        *(np.unique, np.unique_all, np.unique_counts, np.unique_inverse, np.unique_values),
        *(np.union1d, np.intersect1d, np.setdiff1d, np.setxor1d),
    )
)


class Call:
    """One NumPy call: its arguments with Tensors and Variables where values flow, and the identities of its answers.

    ``keys`` is one identity, or a tuple of them with ``None`` for what is no array; ``answer`` holds the arrays of the
    first run; a plan keeps their shapes, dtypes and orders of axes.
    """

    __slots__ = ("answer", "args", "function", "keys", "params")

    def __init__(self, function: Callable[..., Any], args: tuple, params: dict, keys: Any, answer: Any):
        self.function, self.args, self.params = function, args, params
        self.keys, self.answer = keys, answer


class Trace:
    """Writes down the calls on Tensors inside ``with trace:``, those of the rules during `GradientTape.gradient` too.

    `enter` makes a Tensor of each array that will be another one next time. Unlike a tape, a trace follows integers
    and comparisons as well, and has no idea of gradients. The step computes its first results meanwhile.

    Of ``generators`` it sees whether numbers are drawn from them otherwise than by calls that it writes down.

    Raises (from what is traced, and at the end): Untraceable where a value is looked at in Python, or decides on a
    shape; where an array is written into; and for numbers that were drawn unseen.

    >>> import numpy as np
    >>> with Trace() as trace:
    ...     x = trace.enter(np.array([1.0, -2.0]))
    ...     y = np.where(x > 0, x, 0) + 1
    >>> [call.function.__name__ for call in trace.calls]
    ['greater', 'where', 'add']
    """

    def __init__(self, generators: Iterable[np.random.Generator] = ()) -> None:
        self._generators = [(bits, bits.state) for bits in (generator.bit_generator for generator in generators)]
        self.calls: list[Call] = []
        #: The identities of the entered arrays, in order.
        self.inputs: list[int] = []
        #: For a call that was written out: from the identity of its answer to that of the last call that stands for it.
        self.same_as: dict[int, int] = {}
        #: What the Variables that were assigned to held before.
        self._before: dict[Variable, np.ndarray] = {}
        #: Whether the ordinary way of an intercepted call is being taken.
        self.is_busy = False
        self._home: Home | None = None

    def __enter__(self) -> Trace:
        self._home = home()
        if self._home.trace is not None or self._home.recording:
            self._home = None
            raise RuntimeError("A trace is taken where no tape and no other trace records.")
        self._home.trace = self
        return self

    def __exit__(self, *error: Any) -> None:
        assert self._home is not None
        self._home.trace = None
        if error[0] is None:
            self._refuse_unseen_draws()

    def enter(self, array: np.ndarray) -> Tensor:
        """Return the Tensor to compute with in the place of ``array``."""
        tensor = Tensor(array, new_key(), home())
        self.inputs.append(tensor._key)
        return tensor

    def note_assignment(self, variable: Variable, value: Any) -> None:
        """Write down that ``value`` is assigned to a Variable; a replay assigns the value of that time."""
        self._before.setdefault(variable, bare(variable).copy())
        self.calls.append(Call(variable.assign, (value,), {}, (), ()))

    def undo_assignments(self) -> None:
        """Give the Variables that were assigned to what they held before."""
        for variable, value in self._before.items():
            variable.assign(value)

    def intercept(self, function: Callable[..., Any], args: tuple, params: dict) -> Any:
        """Make a call as it is made without a trace, and write it down."""
        rule = RULES.get(function)
        if rule is None and function not in CONSTANTS:
            register_rare()
            rule = RULES.get(function)
        if type(rule) is Expansion:
            return rule.body(*args, **params)
        if any(map(holds_tracked, params.values())):
            raise Untraceable(f"{function.__name__} has a Tensor as a keyword argument.")
        if _is_shaped_by_values(function, args):
            raise Untraceable(f"The shape of what {function.__name__} returns depends on values.")
        draws_numbers = draws(function)
        if draws_numbers:
            self._refuse_unseen_draws()
        self.is_busy = True
        try:
            answer = apply(function, args, params)
        finally:
            self.is_busy = False
        if draws_numbers:
            self._generators = [(bits, bits.state) for bits, _ in self._generators]
        if answer is None or params.get("out") is not None or any(answer is arg for arg in args):
            raise Untraceable(f"{function.__name__} writes into an array, which a replay would not see.")
        return self._noted(function, args, params, answer)

    def _refuse_unseen_draws(self) -> None:
        """Raise Untraceable if numbers were drawn since the last call that is known to draw some."""
        for bits, state in self._generators:
            if not _equal(bits.state, state):
                raise Untraceable("Random numbers are drawn where a replay would not see it.")

    def _noted(self, function: Callable[..., Any], args: tuple, params: dict, answer: Any) -> Any:
        if isinstance(answer, (tuple, list)):
            if not any(isinstance(item, (Tracked, np.ndarray, np.generic)) for item in answer):
                return _about_shapes(function, answer)
            items = [_wrapped(item) for item in answer]
            keys: Any = tuple(item._key if isinstance(item, Tracked) else None for item in items)
            self.calls.append(Call(function, args, params, keys, bare(items)))
            return type(answer)(*items) if hasattr(answer, "_fields") else type(answer)(items)
        if not isinstance(answer, (Tracked, np.ndarray, np.generic)):
            return _about_shapes(function, answer)
        wrapped = _wrapped(answer)
        body = WRITTEN_OUT.get(function)
        parts = None if body is None else self._written_out(body, args, params)
        if parts is None:
            self.calls.append(Call(function, args, params, wrapped._key, wrapped._array))
        else:
            self.same_as[wrapped._key] = parts._key
        return wrapped

    def _written_out(self, body: Callable[..., Any], args: tuple, params: dict) -> Any:
        """Trace what stands for a call in smaller ones, which no tape sees; ``None`` if nothing does."""
        with no_gradient():
            parts = body(*args, **params)
        return parts if isinstance(parts, Tracked) else None


def draws(function: Callable[..., Any]) -> bool:
    """Say whether ``function`` draws random numbers, so that two equal calls have two answers."""
    return getattr(function, "draws", False)


def _wrapped(value: Any) -> Any:
    """Return an array as a Tensor; a Tensor is one, and anything else stays what it is."""
    if isinstance(value, (np.ndarray, np.generic)):
        return Tensor(value, new_key(), home())
    return value


def _about_shapes(function: Callable[..., Any], answer: Any) -> Any:
    """Return an answer that is no array; raise Untraceable if it is about values (`numpy.allclose`)."""
    if function in ABOUT_SHAPES:
        return answer
    raise Untraceable(f"{function.__name__} looks at values, which a replay would not see.")


def _is_shaped_by_values(function: Callable[..., Any], args: tuple) -> bool:
    if function is getitem:
        index = args[1]
        parts = index if isinstance(index, tuple) else (index,)
        return any(isinstance(part, Tracked) and part._array.dtype.kind == "b" for part in parts)
    if function is np.repeat:
        return len(args) > 1 and holds_tracked(args[1])
    return function in SHAPED_BY_VALUES or (function is np.where and len(args) == 1)


def _equal(a: Any, b: Any) -> bool:
    """Say whether two states of a bit generator are one: dicts of numbers and arrays."""
    if isinstance(a, dict):
        return all(_equal(a[name], b[name]) for name in a)
    return bool(np.all(a == b))
