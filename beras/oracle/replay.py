"""A Program in torch: every NumPy operation by its twin, differentiated by torch's own autograd."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import numpy as np

from beras.autodiff.record import Record
from beras.autodiff.tracked import bare
from beras.oracle.differences import central_difference
from beras.oracle.program import Program
from beras.oracle.torch_module import torch_module
from beras.oracle.twins.registry import TWINS
from beras.oracle.twins.signs import SIGNED

__all__ = ["Replay"]


class Replay:
    """A run of ``program`` in torch.

    Args:
        program: what to run.
        cut: ``(number of the record, slot)`` pairs whose operand is taken as a constant, to learn what a gradient
            would be that misses this term.
        instead: for ``(number of the record, slot)`` an array in whose place the derivative is taken, while the value
            stays as it is.
        slopes: for numbers of records of one operand, elementwise, a function ``(f, x, y)`` that gives the derivative
            to use there instead of the right one.
        error: a relative error, normally distributed and always the same, that each source and each answer is given.

    ``sources`` and ``outputs`` are tensors, in the program's order. ``without_twin`` names the operations that torch
    was not told of; NumPy computes them, and central differences differentiate them.
    """

    def __init__(
        self,
        program: Program,
        cut: Collection[tuple[int, int]] = (),
        instead: Mapping[tuple[int, int], np.ndarray] | None = None,
        slopes: Mapping[int, Callable[[Callable[..., Any], Any, Any], Any]] | None = None,
        error: float = 0.0,
    ):
        import beras.oracle.twins.tables  # noqa: F401  (fills TWINS)

        self._torch = torch_module()
        self._cut, self._instead, self._slopes, self._error = cut, instead or {}, slopes or {}, error
        self._errors = self._torch.Generator().manual_seed(0)
        self._numbers = {id(record): number for number, record in enumerate(program.records)}
        self.program = program
        self.without_twin: list[str] = []
        self.sources = [self._tensor(source.array).requires_grad_() for source in program.sources]
        values = {source.key: self._off(x) for source, x in zip(program.sources, self.sources, strict=True)}
        self.values = program.run(self._compute, values)
        self.outputs = [
            self._tensor(output.array) if output.key is None else self.values[output.key] for output in program.outputs
        ]

    def gradient(self, cotangents: Sequence[Any], create_graph: bool = False) -> list[Any]:
        """Return torch's gradients of ``sum_i <cotangents_i, outputs_i>`` by the sources, zeros where there is none."""
        pairs = [(y, g) for y, g in zip(self.outputs, cotangents, strict=True) if y.requires_grad]
        found: Sequence[Any] = [None] * len(self.sources)
        if pairs and self.sources:
            ys, gs = zip(*pairs, strict=True)
            found = self._torch.autograd.grad(
                ys, self.sources, gs, allow_unused=True, create_graph=create_graph, retain_graph=True
            )
        zeros = self._torch.zeros_like
        return [zeros(x) if g is None else g for x, g in zip(self.sources, found, strict=True)]

    def second(self, cotangents: Sequence[Any], directions: Sequence[Any]) -> list[Any]:
        """Return torch's gradients of ``sum_i <directions_i, gradient_i>``: the Hessian times the directions."""
        first = self.gradient(cotangents, create_graph=True)
        pairs = [(g, v) for g, v in zip(first, directions, strict=True) if g.requires_grad]
        found: Sequence[Any] = [None] * len(self.sources)
        if pairs:
            gs, vs = zip(*pairs, strict=True)
            found = self._torch.autograd.grad(gs, self.sources, vs, allow_unused=True, retain_graph=True)
        zeros = self._torch.zeros_like
        return [zeros(x) if g is None else g for x, g in zip(self.sources, found, strict=True)]

    def departure(self, tolerance: float) -> str:
        """Name the first operation whose value in torch is not the recorded one; ``""`` if there is none."""
        for record in self.program.records:
            keys, answers = _answers(record)
            for key, answer in zip(keys, answers, strict=True):
                if key is not None and answer.size:
                    theirs = self.values[key].numpy(force=True)
                    scale = max(float(np.max(np.abs(answer), initial=0.0, where=np.isfinite(answer))), 1e-300)
                    if not np.allclose(theirs, answer, rtol=0, atol=tolerance * scale, equal_nan=True):
                        return record.name
        return ""

    def _compute(self, record: Record, operands: list, followed: set[int]) -> Any:
        number = self._numbers[id(record)]
        operands = [x.detach() if (number, slot) in self._cut else x for slot, x in enumerate(operands)]
        twin = TWINS.get(record.function)
        answers = _answers(record)[1]
        if twin is None:
            if record.name not in self.without_twin:
                self.without_twin.append(record.name)
            made = numerically(record, operands, followed)
        else:
            wide = np.result_type(*[answer.dtype for answer in answers if answer.dtype.kind == "f"])
            operands = [self._operand(record, slot, x, wide, slot in followed) for slot, x in enumerate(operands)]
            made = twin(*_as_args(record, operands), **record.params)
            elsewhere = [self._elsewhere(number, slot, x) for slot, x in enumerate(operands)]
            if any(moved is not x for moved, x in zip(elsewhere, operands, strict=True)):
                there = twin(*_as_args(record, elsewhere), **record.params)
                made = made.detach() + there - there.detach()
            if number in self._slopes:
                x = operands[next(iter(followed))]
                slope = self._slopes[number](lambda u: twin(u, *operands[1:], **record.params), x, made)
                made = made.detach() + slope.detach() * (x - x.detach())
            if record.function in SIGNED:
                made = SIGNED[record.function](made, [self._tensor(answer) for answer in answers])
        several = isinstance(made, (tuple, list))
        pairs = zip(made if several else [made], answers, strict=True)
        fitted = [self._off(self._fitted(item, answer)) for item, answer in pairs]
        return fitted[0] if isinstance(record.key, int) else fitted

    def _off(self, value: Any) -> Any:
        """Return a tensor with the relative error that was asked for, and anything else as it is."""
        if not self._error or not isinstance(value, self._torch.Tensor) or not value.dtype.is_floating_point:
            return value
        drawn = self._torch.randn(value.shape, generator=self._errors, dtype=value.dtype)
        return value * (1 + self._error * drawn)

    def _elsewhere(self, number: int, slot: int, x: Any) -> Any:
        """Return an operand with the value that is put in its place, if one is, and its own way to the sources."""
        if (number, slot) not in self._instead:
            return x
        return self._tensor(self._instead[number, slot]).to(x.dtype) + x - x.detach()

    def _tensor(self, value: Any) -> Any:
        """Return a copy of an array or number as a tensor, in the same order in memory."""
        return self._torch.from_numpy(np.array(value))

    def _operand(self, record: Record, slot: int, value: Any, wide: np.dtype, is_followed: bool) -> Any:
        """Return an operand as a tensor; NumPy computes in the dtype of the answer, if that is the wider one."""
        torch = self._torch
        if not is_followed:
            if not record.rule.differentiates(slot) or value is None or isinstance(value, (str, slice, list, tuple)):
                return value
            if isinstance(value, float) and not isinstance(value, np.generic):
                value = wide.type(value)
            value = self._tensor(value)
        if value.dtype.is_floating_point and value.dtype.itemsize < wide.itemsize:
            value = value.to(getattr(torch, wide.name))
        return value

    def _fitted(self, made: Any, answer: np.ndarray) -> Any:
        if answer.dtype.kind != "f" or not isinstance(made, self._torch.Tensor):
            return made
        return made.to(getattr(self._torch, answer.dtype.name))


def _answers(record: Record) -> tuple[Sequence[int | None], list[np.ndarray]]:
    if isinstance(record.key, int):
        return (record.key,), [np.asarray(bare(record.ans))]
    return record.key, [np.asarray(item) for item in bare(record.ans)]


def _as_args(record: Record, operands: list) -> tuple:
    at = record.rule.at
    return tuple(operands) if at is None else (*record.args[:at], operands, *record.args[at + 1 :])


def numerically(record: Record, operands: list, followed: set[int]) -> Any:
    """Compute a record by NumPy inside a torch graph, with central differences as its derivative."""
    torch = torch_module()
    slots = sorted(followed)
    function = getattr(record.rule, "compute", record.function)

    def compute(*arrays: np.ndarray) -> list[np.ndarray]:
        given = list(operands)
        for slot, array in zip(slots, arrays, strict=True):
            given[slot] = array
        made = function(*_as_args(record, given), **record.params)
        return [np.asarray(item) for item in (made if isinstance(made, (tuple, list)) else [made])]

    class Numerical(torch.autograd.Function):  # type: ignore[name-defined]
        @staticmethod
        def forward(ctx: Any, *tensors: Any) -> tuple:
            ctx.arrays = [tensor.numpy(force=True).copy() for tensor in tensors]
            return tuple(torch.tensor(item) for item in compute(*ctx.arrays))

        @staticmethod
        @torch.autograd.function.once_differentiable
        def backward(ctx: Any, *cotangents: Any) -> tuple:
            weights = [g.numpy() for g in cotangents]

            def total(*arrays: np.ndarray) -> float:
                made = compute(*arrays)
                return sum(float(np.sum(y * g)) for y, g in zip(made, weights, strict=True) if y.dtype.kind == "f")

            slopes = []
            for number, array in enumerate(ctx.arrays):
                found = central_difference(total, ctx.arrays, number, np.ndindex(array.shape))
                slopes.append(torch.tensor(found.values.reshape(array.shape).astype(array.dtype)))
            return tuple(slopes)

    made = Numerical.apply(*[operands[slot] for slot in slots])
    return made if len(made) > 1 else made[0]
