"""Trace: every NumPy call of a step, written down while the step runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from beras.autodiff import Tensor, Variable, no_gradient
from beras.autodiff.dispatch import apply
from beras.autodiff.registry import CONSTANTS, RULES, Expansion, register_rare
from beras.autodiff.state import Home, Untraceable, home, new_key
from beras.autodiff.tracked import Tracked, bare, holds_tracked
from beras.replay.written_out import WRITTEN_OUT

__all__ = ["Call", "Trace"]


class Call:
    """One NumPy call: its arguments with Tensors and Variables where values flow, and the identities of its answers.

    ``keys`` is one identity, or a tuple of them with ``None`` for what is no array; ``answer`` holds the arrays of the
    first run, which tell shapes and dtypes.
    """

    __slots__ = ("answer", "args", "function", "keys", "params")

    def __init__(self, function: Callable[..., Any], args: tuple, params: dict, keys: Any, answer: Any):
        self.function, self.args, self.params = function, args, params
        self.keys, self.answer = keys, answer


class Trace:
    """Writes down the calls on Tensors inside ``with trace:``, those of the rules during `GradientTape.gradient` too.

    `enter` makes a Tensor of each array that will be another one next time. Unlike a tape, a trace follows integers
    and comparisons as well, and has no idea of gradients. The step computes its first results meanwhile.

    Raises (from what is traced): Untraceable where a value is looked at in Python.

    >>> import numpy as np
    >>> with Trace() as trace:
    ...     x = trace.enter(np.array([1.0, -2.0]))
    ...     y = np.where(x > 0, x, 0) + 1
    >>> [call.function.__name__ for call in trace.calls]
    ['greater', 'where', 'add']
    """

    def __init__(self) -> None:
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
        self.is_busy = True
        try:
            answer = apply(function, args, params)
        finally:
            self.is_busy = False
        return self._noted(function, args, params, answer)

    def _noted(self, function: Callable[..., Any], args: tuple, params: dict, answer: Any) -> Any:
        if isinstance(answer, (tuple, list)):
            if not any(isinstance(item, (Tracked, np.ndarray, np.generic)) for item in answer):
                return answer
            items = [_wrapped(item) for item in answer]
            keys: Any = tuple(item._key if isinstance(item, Tracked) else None for item in items)
            self.calls.append(Call(function, args, params, keys, bare(items)))
            return type(answer)(*items) if hasattr(answer, "_fields") else type(answer)(items)
        if not isinstance(answer, (Tracked, np.ndarray, np.generic)):
            return answer
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


def _wrapped(value: Any) -> Any:
    """Return an array as a Tensor; a Tensor is one, and anything else stays what it is."""
    if isinstance(value, (np.ndarray, np.generic)):
        return Tensor(value, new_key(), home())
    return value
