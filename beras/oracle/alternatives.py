"""The gradients that well-known mistakes would give, computed by torch from the same program."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from beras.autodiff.tracked import bare
from beras.oracle.diagnosis import Alternative
from beras.oracle.handwritten import HandWritten
from beras.oracle.program import Program, trace
from beras.oracle.replay import Replay
from beras.oracle.subject import other
from beras.oracle.twins.registry import TWINS

__all__ = ["alternatives"]

#: Activations whose derivative is usually written in terms of the output ``y``: name, function, derivative.
_BY_OUTPUT: tuple[tuple[str, Callable[[Any], Any], Callable[[Any], Any]], ...] = (
    ("sigmoid", lambda x: 1 / (1 + np.exp(-x)), lambda y: y * (1 - y)),
    ("tanh", np.tanh, lambda y: 1 - y * y),
    ("exp", np.exp, lambda y: y),
)
#: The names of our activations that are one operation and elementwise.
ELEMENTWISE = frozenset({"relu", "leaky_relu", "sigmoid", "silu", "softplus", "gelu"})
#: The most terms that are left out one by one, and the widest layer whose Jacobian is transposed.
_TERMS, _WIDTH = 120, 64
#: How many operations that take the input are differentiated elsewhere, one by one.
_USES = 4


def alternatives(
    program: Program, cotangents: list[np.ndarray], number: int, call: HandWritten | None
) -> Iterator[Alternative]:
    """Yield what source ``number`` would get under each mistake; ``call`` is the hand-written one, if it is one."""
    source, output = program.sources[number], program.outputs[0].array
    yield from _upstream_ignored(program, cotangents, number)
    if source.variable is not None:
        yield from _one_row(program, cotangents, number)
    if source.variable is None and output.shape == source.array.shape:
        yield Alternative("local derivative left out", cotangents[0], "every one: it is passed on unchanged")
        yield from _known_activations(source.array, output, cotangents[0])
        yield from _transposed(program, cotangents, number)
    if call is not None and call.followed:
        yield from _elsewhere(program, cotangents, number, call)
        yield from _input_elsewhere(program, cotangents, number, call)
    yield from _other_slopes(program, cotangents, number)
    yield from _missing_terms(program, cotangents, number)


def _gradient(
    program: Program, cotangents: list[np.ndarray], number: int, cut: Any = (), instead: Any = None, slopes: Any = None
) -> np.ndarray:
    import torch

    replay = Replay(program, cut, instead, slopes)
    found = replay.gradient([torch.tensor(g) for g in cotangents])
    return found[number].numpy(force=True)


def _upstream_ignored(program: Program, cotangents: list[np.ndarray], number: int) -> Iterator[Alternative]:
    ones = [np.ones_like(g) for g in cotangents]
    if any(not np.array_equal(g, one) for g, one in zip(cotangents, ones, strict=True)):
        yield Alternative("upstream ignored", _gradient(program, ones, number))


def _one_row(program: Program, cotangents: list[np.ndarray], number: int) -> Iterator[Alternative]:
    """Yield what the first sample alone gives to a weight, and the last."""
    J = cotangents[0]
    if len(cotangents) > 1 or J.ndim < 2 or len(J) < 2:
        return
    for row, name in ((0, "the first"), (-1, "the last")):
        alone = np.zeros_like(J)
        alone[row] = J[row]
        yield Alternative("one row", _gradient(program, [alone], number), f"{name} row of the batch")


def _slope_at_output(f: Any, x: Any, y: Any) -> Any:
    import torch

    u = y.detach().requires_grad_()
    return torch.autograd.grad(f(u).sum(), u)[0]


def _no_slope(f: Any, x: Any, y: Any) -> Any:
    import torch

    return torch.ones_like(y)


def _at_input(slope_of: Callable[[Any], Any]) -> Callable[..., Any]:
    return lambda f, x, y: slope_of(x)


def _other_slopes(program: Program, cotangents: list[np.ndarray], number: int) -> Iterator[Alternative]:
    """Yield the gradients with another derivative of one elementwise operation: at its output, none, at its input."""
    for place, record in enumerate(program.records[:_TERMS]):
        if record.function not in TWINS or len(record.parents) != 1 or record.parents[0][0] != 0 or record.rule.at:
            continue
        if not isinstance(record.key, int):  # several answers
            continue
        x, y = np.asarray(bare(record.args[0])), np.asarray(bare(record.ans))
        if x.shape != y.shape or not getattr(record.rule, "compute", None) or not _is_elementwise(record.function):
            continue
        tries: list[tuple[str, Callable[..., Any], str]] = [
            ("output for input", _slope_at_output, f"in the derivative of {record.name}"),
            ("local derivative left out", _no_slope, f"that of {record.name}"),
        ]
        for name, _, slope_of in _BY_OUTPUT:
            if name == record.name.rpartition(".")[2]:
                tries.append(("input for output", _at_input(slope_of), f"in the derivative of {name}"))
        for mistake, slope, detail in tries:
            found = _gradient(program, cotangents, number, slopes={place: slope})
            if np.all(np.isfinite(found)):
                yield Alternative(mistake, found, detail)


def _is_elementwise(function: Any) -> bool:
    """Say whether a function of one array is known to be elementwise: a ufunc, or one of the activations."""
    if isinstance(function, np.ufunc):
        return function.nin == 1
    return function.__module__.startswith("beras.activations") and function.__name__ in ELEMENTWISE


def _known_activations(x: np.ndarray, y: np.ndarray, J: np.ndarray) -> Iterator[Alternative]:
    with np.errstate(all="ignore"):
        for name, function, slope in _BY_OUTPUT:
            if np.allclose(function(x), y, rtol=1e-9):
                yield Alternative("input for output", J * slope(x), f"the derivative of {name}")


def _transposed(program: Program, cotangents: list[np.ndarray], number: int) -> Iterator[Alternative]:
    """Yield ``A J`` for ``A^T J``, sample by sample, where the local Jacobian is square."""
    source, output = program.sources[number].array, program.outputs[0].array
    if output.ndim != 2 or output.shape[-1] > _WIDTH or len(program.outputs) > 1:
        return
    columns = []
    for unit in range(output.shape[-1]):
        one = np.zeros_like(output)
        one[:, unit] = 1
        columns.append(_gradient(program, [one], number))
    local = np.stack(columns, axis=1)  # (batch, n_out, n_in)
    if local.shape[1] == source.shape[-1]:
        yield Alternative("jacobian transposed", np.einsum("boi,bi->bo", local, cotangents[0]))


def _elsewhere(program: Program, cotangents: list[np.ndarray], number: int, call: HandWritten) -> Iterator[Alternative]:
    """Yield the gradients at other inputs: at those of an earlier call, and at the output."""
    here = np.asarray(bare(call.inputs[call.followed[0]]))
    right = _gradient(program, cotangents, number)
    for before in _earlier(call, here):
        found = _at(call, before, cotangents, number)
        if found is not None:
            yield Alternative("stale", found)
            yield Alternative("accumulated", right + found)
    if program.outputs[0].array.shape == here.shape:
        found = _at(call, program.outputs[0].array, cotangents, number)
        if found is not None:
            yield Alternative("output for input", found)


def _earlier(call: HandWritten, here: np.ndarray) -> list[np.ndarray]:
    """Return what a call may have kept of an earlier one, in the place of its input ``here``."""
    kept = [np.asarray(a, np.float64) for a in call.remembered if a.shape == here.shape]
    return [*(a for a in kept if not np.array_equal(a, here)), other(here)]


def _input_elsewhere(
    program: Program, cotangents: list[np.ndarray], number: int, call: HandWritten
) -> Iterator[Alternative]:
    """Yield the gradients when one operation that takes the input is differentiated at another one."""
    here = np.asarray(bare(call.inputs[call.followed[0]]))
    tries = [("stale", array, "") for array in _earlier(call, here)]
    for axis in range(here.ndim):
        for step in (1, -1):
            tries.append(("input off by one", np.roll(here, step, axis), f"along axis {axis}, "))
    key = program.sources[0].key
    uses = [(place, slot) for place, record in enumerate(program.records) for slot, p in record.parents if p == key]
    for place, slot in uses[:_USES]:
        record = program.records[place]
        if record.function not in TWINS or not isinstance(record.key, int):
            continue
        for mistake, array, where in tries:
            found = _gradient(program, cotangents, number, instead={(place, slot): array})
            yield Alternative(mistake, found, f"{where}in {record.name}")


def _at(call: HandWritten, first: np.ndarray, cotangents: list[np.ndarray], number: int) -> np.ndarray | None:
    """Return the gradient of a call with another array in the place of the first one that it is differentiated by."""
    place = call.followed[0]
    inputs = [*call.inputs[:place], first, *call.inputs[place + 1 :]]
    call.again()
    try:
        with np.errstate(all="ignore"):
            return _gradient(trace(call.forward, inputs, call.followed), cotangents, number)
    except (TypeError, ValueError, RuntimeError, ArithmeticError, IndexError):
        return None  # inputs that were made up do not suit this forward


def _missing_terms(program: Program, cotangents: list[np.ndarray], number: int) -> Iterator[Alternative]:
    """Yield the gradient without one of its terms: an operand through which it flows taken as a constant."""
    terms = [(place, slot, record.name) for place, record in enumerate(program.records) for slot, _ in record.parents]
    if len(terms) > _TERMS:
        return
    right = _gradient(program, cotangents, number)
    for place, slot, name in terms:
        found = _gradient(program, cotangents, number, {(place, slot)})
        if np.any(found) and not np.array_equal(found, right):
            detail = f"the contribution through {name} (argument {slot})"
            yield Alternative("term missing", found, detail)
            yield Alternative("term twice", 2 * right - found, detail)
