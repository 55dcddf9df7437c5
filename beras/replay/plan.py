"""Plan: from the calls of a trace to those that are worth repeating, each with a place for its answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from beras.autodiff.tracked import Tracked
from beras.replay.into import VIEWS, calls_into
from beras.replay.memory import Memory, laid_out
from beras.replay.trace import Call, Trace, draws

__all__ = ["Plan", "Program", "plan"]


class Program:
    """Calls bound to their memory: `run` makes them, and ``outputs`` then holds the answers, until the next run.

    ``inputs`` are the arrays that are read: write the next values into them.
    """

    __slots__ = ("_calls", "inputs", "nbytes", "outputs")

    def __init__(self, calls: list[Callable[[], Any]], inputs: Sequence[np.ndarray], outputs: list[Any], nbytes: int):
        self._calls, self.inputs, self.outputs = calls, tuple(inputs), outputs
        #: How much memory it holds beside its inputs.
        self.nbytes = nbytes

    def run(self) -> list[Any]:
        """Make all calls; return `outputs`."""
        for call in self._calls:
            call()
        return self.outputs

    def __len__(self) -> int:
        return len(self._calls)


class Plan:
    """The calls that are left of a trace, in order, and the identities of what goes in and comes out."""

    def __init__(self, calls: list[Call], inputs: list[int], outputs: list[Any], find: Callable[[int], int]):
        self.calls, self._inputs, self._outputs, self._find = calls, inputs, outputs, find
        self._last_use: dict[int, int] | None = None

    def bind(self, inputs: Sequence[np.ndarray]) -> Program:
        """Return the program that reads its inputs from these arrays.

        A first round finds out which answers are views, and with it how long each piece of memory is needed; the
        second uses memory again whose content nobody needs any more.
        """
        if self._last_use is None:
            roots: dict[int, int] = {}
            self._bound(inputs, roots, None)
            self._last_use = self._last_uses(roots)
        return self._bound(inputs, {}, self._last_use)

    def _last_uses(self, roots: dict[int, int]) -> dict[int, int]:
        """Return for each root the number of the last call that reads it; outputs are read for ever."""
        last: dict[int, int] = {}
        for number, call in enumerate(self.calls):
            for key in (*self._keys_in(call.args), *_keys_of(call)):
                if key in roots:
                    last[roots[key]] = number
        for output in self._outputs:
            if isinstance(output, Tracked):
                last[roots.get(self._find(output._key), -1)] = len(self.calls)
        return last

    def _bound(self, inputs: Sequence[np.ndarray], roots: dict[int, int], last_use: dict[int, int] | None) -> Program:
        places: dict[int, Any] = dict(zip(self._inputs, inputs, strict=True))
        memory = Memory()
        program: list[Callable[[], Any]] = []
        held: dict[int, np.ndarray] = {}
        for number, call in enumerate(self.calls):
            args = self._resolved(call.args, places)
            ending = () if last_use is None else self._ending(call, number, roots, last_use)
            if call.function in VIEWS and self._is_view(call, args, places, roots):
                pass
            elif call.keys == ():
                program.append(partial(call.function, *args))
            elif isinstance(call.keys, tuple):
                outs = tuple(
                    None if key is None else laid_out(memory.take(item.nbytes), item)
                    for key, item in zip(call.keys, call.answer, strict=True)
                )
                places.update((key, out) for key, out in zip(call.keys, outs, strict=True) if key is not None)
                program.append(calls_into(outs, call.function, args, call.params))
            else:
                in_place = isinstance(call.function, np.ufunc) and call.function.signature is None
                if in_place:  # an elementwise call may write where it reads
                    fitting = [root for root in ending if _is_laid_out_as(places[root], call.answer)]
                    self._release(fitting, held, memory)
                raw = memory.take(call.answer.nbytes)
                out = laid_out(raw, call.answer)
                places[call.keys], roots[call.keys] = out, call.keys
                held[call.keys] = raw
                program.append(calls_into(out, call.function, args, call.params))
            self._release(ending, held, memory)
        outputs = [self._resolved(output, places) for output in self._outputs]
        return Program(program, inputs, outputs, memory.nbytes)

    def _is_view(self, call: Call, args: tuple, places: dict[int, Any], roots: dict[int, int]) -> bool:
        source = args[0]
        if not isinstance(source, np.ndarray) or any(True for _ in keys_in(call.args[1:])):
            return False
        view = getattr(call.function, "compute", call.function)(*args, **call.params)
        if not isinstance(view, np.ndarray) or not np.may_share_memory(view, source):
            return False
        places[call.keys] = view
        first = call.args[0]
        if isinstance(first, Tracked):
            key = self._find(first._key)
            if key in roots:
                roots[call.keys] = roots[key]
        return True

    def _ending(self, call: Call, number: int, roots: dict[int, int], last_use: dict[int, int]) -> list[int]:
        """Return the roots that nobody reads after this call."""
        found = {roots[key] for key in self._keys_in(call.args) if key in roots}
        return [root for root in found if last_use.get(root) == number]

    @staticmethod
    def _release(roots: Iterable[int], held: dict[int, np.ndarray], memory: Memory) -> None:
        """Give back the memory of roots that is not given back yet."""
        for root in roots:
            if root in held:
                memory.give_back(held.pop(root))

    def _resolved(self, value: Any, places: dict[int, Any]) -> Any:
        if isinstance(value, Tracked):
            found = places.get(self._find(value._key))
            return value._array if found is None else found
        if type(value) in (list, tuple):
            return type(value)(self._resolved(item, places) for item in value)
        return value

    def _keys_in(self, value: Any) -> Iterator[int]:
        for key in keys_in(value):
            yield self._find(key)


def plan(trace: Trace, outputs: Sequence[Any]) -> Plan:
    """Return the plan of a trace of which ``outputs``, Tensors or constants, are wanted.

    What does not lead to an output is left out, and what is computed twice is computed once.
    """
    same = dict(trace.same_as)

    def find(key: int) -> int:
        while key in same:
            key = same[key]
        return key

    seen: dict[Any, int] = {}
    versions: Counter[int] = Counter()
    viewed: dict[int, int] = {}  # from a view of a Variable to the Variable, whose versions are its own
    calls = []
    for call in trace.calls:
        if call.keys == ():  # an assignment: after it the same call on this Variable has another answer
            versions[call.function.__self__._key] += 1  # type: ignore[attr-defined]
        if call.function in VIEWS and isinstance(call.args[0], Tracked) and not isinstance(call.keys, tuple):
            source = call.args[0]
            if source.is_variable or find(source._key) in viewed:
                viewed[call.keys] = viewed.get(find(source._key), source._key)
        known = (
            None if isinstance(call.keys, tuple) or draws(call.function) else _signature(call, find, versions, viewed)
        )
        if known in seen:
            same[call.keys] = seen[known]
            continue
        if known is not None:
            seen[known] = call.keys
        calls.append(call)
    needed = {find(key) for key in keys_in(list(outputs))}
    kept = []
    for call in reversed(calls):
        if call.keys == () or needed.intersection(_keys_of(call)):  # an assignment has no answer
            kept.append(call)
            needed.update(find(key) for key in keys_in(call.args))
    made = {*trace.inputs, *(key for call in kept for key in _keys_of(call))}

    def emptied(value: Any) -> Any:
        """Return a Tensor that a program makes anew without the array of the first run, which would be kept alive."""
        if isinstance(value, Tracked):
            return _Made(find(value._key)) if not value.is_variable and find(value._key) in made else value
        return type(value)(map(emptied, value)) if type(value) in (list, tuple) else value

    emptied_calls = [
        Call(call.function, emptied(call.args), call.params, call.keys, _outlined(call.answer)) for call in kept[::-1]
    ]
    return Plan(emptied_calls, trace.inputs, emptied(list(outputs)), find)


class _Made(Tracked):
    """Stands for what a call of the program makes, or an input of it."""

    __slots__ = ()

    def __init__(self, key: int):
        self._key, self._array, self._home = key, None, None


def _outlined(answer: Any) -> Any:
    """Return arrays of the same shapes, dtypes and strides that take up no memory, and must not be read."""
    if isinstance(answer, list):
        return [_outlined(item) for item in answer]
    if not isinstance(answer, np.ndarray):
        return answer
    return np.lib.stride_tricks.as_strided(np.empty(1, answer.dtype), answer.shape, answer.strides)


def keys_in(value: Any) -> Iterator[int]:
    """Yield the identities of the Tensors and Variables in ``value``, however deep in lists and tuples."""
    if isinstance(value, Tracked):
        yield value._key
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from keys_in(item)


def _keys_of(call: Call) -> tuple[int, ...]:
    return tuple(key for key in call.keys if key is not None) if isinstance(call.keys, tuple) else (call.keys,)


def _signature(call: Call, find: Callable[[int], int], versions: Mapping[int, int], viewed: Mapping[int, int]) -> Any:
    """Return what two calls of equal answers have in common."""

    def part(value: Any) -> Any:
        if isinstance(value, Tracked):
            key = find(value._key)
            return "tensor", key, versions[viewed.get(key, key)]
        if isinstance(value, np.ndarray):
            return "array", id(value)
        if type(value) in (list, tuple):
            return type(value), tuple(map(part, value))
        return type(value), repr(value)

    return call.function, part(call.args), part(sorted(call.params.items()))


def _is_laid_out_as(place: np.ndarray, answer: Any) -> bool:
    """Say whether a call may write ``answer`` where it reads ``place``, entry by entry."""
    if place.shape != answer.shape or place.dtype != answer.dtype:
        return False
    return place.strides == laid_out(np.empty(answer.nbytes, np.uint8), answer).strides
