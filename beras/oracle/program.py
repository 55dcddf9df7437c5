"""Program: what a computation did, as the list of its NumPy operations, so that it can be run again elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from beras.autodiff import GradientTape
from beras.autodiff.record import Record
from beras.autodiff.state import through_forward
from beras.autodiff.structure import leaves, mapped
from beras.autodiff.tracked import Tracked, bare
from beras.oracle.precision import is_float

__all__ = ["Output", "Program", "Source", "trace", "watched"]


@dataclass(frozen=True)
class Source:
    """An array that a computation is differentiated by: a followed input, or a weight that it used."""

    key: int
    array: np.ndarray
    #: The weight, or ``None`` for an input.
    variable: Any = None


@dataclass(frozen=True)
class Output:
    """An array that a computation gave. ``key`` is ``None`` where it does not depend on any source."""

    key: int | None
    array: np.ndarray


@dataclass
class Program:
    """The operations of one computation, in order, each of them needed for an output."""

    records: list[Record]
    sources: list[Source]
    outputs: list[Output]
    #: The calls whose own gradients were passed over, as ``(owner, args, params, followed)``.
    passed_over: list[tuple] = field(default_factory=list)
    #: The modules that were called, each once.
    modules: list[Any] = field(default_factory=list)

    def run(self, compute: Callable[[Record, list, set[int]], Any], values: dict[int, Any]) -> dict[int, Any]:
        """Run the operations again, on what stands for the sources in ``values``, and return all values by identity.

        ``compute(record, operands, followed)`` gives an operation's answer, or a list or tuple of answers; those of the
        ``operands`` whose position is in ``followed`` come from ``values``, the others are as they were recorded.
        """
        for record in self.records:
            at = record.rule.at
            args = bare(record.args)
            operands = list(args if at is None else args[at])
            followed = set()
            for slot, parent in record.parents:
                if parent in values:
                    operands[slot] = values[parent]
                    followed.add(slot)
            answer = compute(record, operands, followed)
            if isinstance(record.key, int):
                values[record.key] = answer
            else:
                values.update((key, item) for key, item in zip(record.key, answer, strict=True) if key is not None)
        return values


def trace(call: Callable[..., Any], inputs: Sequence[Any], followed: Sequence[int], through: bool = True) -> Program:
    """Run ``call(*inputs)`` once and return its operations.

    Args:
        call: a function of arrays; lists, tuples and dicts of arrays are taken and given too.
        inputs: its arguments.
        followed: the positions of the arguments by which it is differentiated, as far as they are of floating point;
            trainable Variables always are.
        through: whether hand-written gradients are passed over and their ``forward`` followed instead.
    """
    passed_over: list[tuple] = []
    tape = GradientTape(persistent=True)
    with tape, through_forward() if through else nullcontext(passed_over) as passed_over:
        given = [watched(tape, value) if place in followed else value for place, value in enumerate(inputs)]
        value = call(*given)
        variables = tape.watched_variables()
        outputs = [_output(tape, leaf) for leaf in leaves(value) if is_float(leaf)]
    sources = [Source(x._key, x._array) for place in followed for x in leaves(given[place]) if isinstance(x, Tracked)]
    sources += [Source(variable._key, variable.numpy(), variable) for variable in variables]  # they may be assigned to
    modules = list({id(module): module for module in tape.operations}.values())
    records = _needed(tape.records, {output.key for output in outputs})
    return Program(records, sources, outputs, passed_over, modules)


def watched(tape: GradientTape, structure: Any) -> Any:
    """Return ``structure`` with Tensors that ``tape`` follows in the place of the floating-point arrays in it."""
    return mapped(lambda leaf: tape.watch(leaf) if is_float(leaf) else leaf, structure)


def _output(tape: GradientTape, value: Any) -> Output:
    depends = isinstance(value, Tracked) and tape.follows(value)
    return Output(value._key if depends else None, np.asarray(bare(value)))


def _needed(records: list[Record], keys: set[int | None]) -> list[Record]:
    """Return the records on which one of ``keys`` depends."""
    wanted = set(keys)
    kept = []
    for record in reversed(records):
        made = (record.key,) if isinstance(record.key, int) else record.key
        if not wanted.isdisjoint(key for key in made if key is not None):
            wanted.update(parent for _, parent in record.parents)
            kept.append(record)
    return kept[::-1]
