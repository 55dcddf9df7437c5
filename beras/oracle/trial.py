"""Trial: what beras and torch say of one computation, in one precision."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from beras.autodiff import GradientTape, Variable
from beras.autodiff.structure import leaves, restore
from beras.autodiff.tracked import Tracked, bare
from beras.oracle.precision import as_dtype, is_float
from beras.oracle.program import Program, trace, watched
from beras.oracle.replay import Replay
from beras.oracle.subject import Subject

__all__ = ["FromTorch", "Trial", "ask_torch", "float_leaves", "output_weights", "weighted_sum"]

#: What a gradient may raise where a class or a function brings one of its own.
_FAULTS = (TypeError, ValueError, RuntimeError, IndexError, AttributeError, NotImplementedError, ArithmeticError)
#: From what difference on an operation's value in torch counts as another one.
_DEPARTS = {"float64": 1e-9, "float32": 1e-3}


@dataclass
class FromTorch:
    """The outputs and the derivatives by the sources, as torch computes them."""

    values: list[np.ndarray]
    gradients: list[np.ndarray]
    second: list[np.ndarray] | None = None
    without_twin: list[str] = field(default_factory=list)
    #: The first operation whose value is another one in torch.
    departs_at: str = ""

    def noise(self, gradient: np.ndarray) -> float:
        """Return how far a gradient may be from the truth for want of twins: central differences are that far."""
        return 1e-9 * float(np.max(np.abs(gradient), initial=0.0)) if self.without_twin else 0.0


def ask_torch(
    program: Program, cotangents: Sequence[np.ndarray], directions: Sequence[np.ndarray] | None = None
) -> FromTorch:
    """Replay ``program`` in torch, and differentiate ``sum_i <cotangents_i, outputs_i>`` there.

    With ``directions``, one for each source, the derivative of ``sum_i <directions_i, gradient_i>`` is taken too.
    """
    import torch

    replay = Replay(program)
    seeds = [torch.tensor(g) for g in cotangents]
    found = FromTorch(
        [y.numpy(force=True) for y in replay.outputs],
        [g.numpy(force=True) for g in replay.gradient(seeds)],
        without_twin=list(replay.without_twin),
        departs_at=replay.departure(_DEPARTS[np.result_type(*[g.dtype for g in cotangents]).name]),
    )
    if directions is not None and not found.without_twin:
        second = replay.second(seeds, [torch.tensor(v) for v in directions])
        found.second = [g.numpy(force=True) for g in second]
    return found


class Trial:
    """One run of a subject in ``dtype``: its program, and beras' own outputs and gradients.

    To be made, and asked, inside `in_precision`. ``again`` puts the random generators back before every run.
    """

    def __init__(self, subject: Subject, dtype: str, again: Callable[[], None], seed: int, through: bool = True):
        self.subject, self._again = subject, again
        self.inputs = [as_dtype(x, dtype) if any(map(is_float, leaves(x))) else x for x in subject.inputs]
        again()
        self.program = trace(subject.call, self.inputs, subject.followed, through)
        self.variables = [s.variable for s in self.program.sources if s.variable is not None]
        self.cotangents = output_weights([y.array for y in self.program.outputs], seed)
        rng = np.random.default_rng(seed + 1)
        self.directions = [np.asarray(rng.standard_normal(s.array.shape), s.array.dtype) for s in self.program.sources]
        #: Why there is no gradient, or no second one.
        self.complaint = self.complaint_of_second = ""
        self.values: list[np.ndarray] = []
        self.gradients: list[np.ndarray] | None = None
        try:
            self.values, self.gradients = self.differentiated(subject.call, self.inputs, self.variables)
        except _FAULTS as error:
            self.complaint = f"The gradient raises {type(error).__name__}: {error}"
            again()
            self.values = [np.asarray(bare(y)) for y in float_leaves(subject.call(*self.inputs))]

    def differentiated(
        self, call: Callable[..., Any], inputs: Sequence[Any], variables: Sequence[Variable]
    ) -> tuple[list[np.ndarray], list[np.ndarray]]:
        """Return the outputs of ``call(*inputs)``, and beras' gradients by the followed inputs and by ``variables``."""
        self._again()
        with GradientTape() as tape:
            given = self._watched([tape], inputs)
            outputs = float_leaves(call(*given))
            total = weighted_sum(outputs, self.cotangents)
        sources = [*self._followed(given), *variables]
        slopes = tape.gradient(total, sources, unconnected_gradients="zero") if isinstance(total, Tracked) else None
        return [np.asarray(bare(y)) for y in outputs], _arrays(slopes, sources)

    def second(self) -> list[np.ndarray] | None:
        """Return beras' gradient of the gradient along the directions, ``None`` where it cannot be taken."""
        self._again()
        try:
            with GradientTape() as outer:
                with GradientTape() as inner:
                    given = self._watched([outer, inner], self.inputs)
                    total = weighted_sum(float_leaves(self.subject.call(*given)), self.cotangents)
                sources = [*self._followed(given), *self.variables]
                along: Any = None
                if isinstance(total, Tracked):
                    first = inner.gradient(total, sources, unconnected_gradients="zero")
                    along = weighted_sum(first, self.directions)
            slopes = (
                outer.gradient(along, sources, unconnected_gradients="zero") if isinstance(along, Tracked) else None
            )
        except _FAULTS as error:
            self.complaint_of_second = f"There is no second derivative: {error}"
            return None
        return _arrays(slopes, sources)

    def is_not_linear(self) -> str:
        """Say that the gradient does not double when the incoming gradient does; ``""`` if it does.

        A derivative alone cannot tell: that of a scalar is taken with an incoming gradient of 1.
        """
        if self.complaint or self.gradients is None:
            return ""
        kept, self.cotangents = self.cotangents, [2 * g for g in self.cotangents]
        try:
            _, doubled = self.differentiated(self.subject.call, self.inputs, self.variables)
        finally:
            self.cotangents = kept
        pairs = zip(self.gradients, doubled, strict=True)
        if all(np.allclose(2 * once, twice, rtol=1e-9, atol=0, equal_nan=True) for once, twice in pairs):
            return ""
        return (
            "The gradient does not double when the incoming gradient does. Multiply by the gradient that comes from "
            "above (the chain rule)."
        )

    def scalar(self, *arrays: np.ndarray) -> float:
        """Return the number that is differentiated, as a function of all sources, computed without a tape."""
        outputs = float_leaves(self.subject.call(*self.at(arrays)))
        return float(weighted_sum([bare(y) for y in outputs], self.cotangents))

    def slope(self, *arrays: np.ndarray) -> float:
        """Return beras' gradient along the directions, as a function of all sources."""
        _, found = self.differentiated(self.subject.call, self.at(arrays), self.variables)
        return float(weighted_sum(found, self.directions))

    def at(self, arrays: Sequence[np.ndarray]) -> list[Any]:
        """Give the Variables their values out of ``arrays``, one for each source, and return inputs of the others."""
        inputs = list(self.inputs)
        given = iter(arrays)
        for place in self.subject.followed:
            found = [next(given) if is_float(leaf) else leaf for leaf in leaves(inputs[place])]
            inputs[place] = restore(inputs[place], iter(found))
        for variable, array in zip(self.variables, given, strict=True):
            variable._buffer[...] = array
        self._again()
        return inputs

    def _watched(self, tapes: list[GradientTape], inputs: Sequence[Any]) -> list:
        given = list(inputs)
        for tape in tapes:
            given = [watched(tape, x) if place in self.subject.followed else x for place, x in enumerate(given)]
        return given

    def _followed(self, given: list) -> list:
        return [x for place in self.subject.followed for x in leaves(given[place]) if isinstance(x, Tracked)]


def float_leaves(value: Any) -> list:
    """Return the floating-point arrays and Tensors in a value, however deep."""
    return [leaf for leaf in leaves(value) if is_float(leaf)]


def weighted_sum(values: Sequence[Any], weights: Sequence[np.ndarray]) -> Any:
    """Return ``sum_i <weights_i, values_i>``."""
    total: Any = 0.0
    for y, g in zip(values, weights, strict=True):
        total = total + (np.sum(y * g) if np.ndim(g) else y * g)
    return total


def output_weights(outputs: Sequence[np.ndarray], seed: int) -> list[np.ndarray]:
    """Return random weights for the entries of each output, and 1 for a scalar."""
    rng = np.random.default_rng(seed)
    return [np.asarray(rng.standard_normal(y.shape) if y.ndim else 1.0, y.dtype) for y in outputs]


def _arrays(slopes: Any, sources: Sequence[Any]) -> list[np.ndarray]:
    if slopes is None:
        return [np.zeros(source.shape, source.dtype) for source in sources]
    return [np.asarray(bare(slope)) for slope in slopes]
