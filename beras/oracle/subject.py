"""Subject: what is compared, a function, a module or a model with a loss, as one function of its inputs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from beras import losses
from beras.autodiff.structure import leaves, mapped, restore
from beras.autodiff.tracked import bare
from beras.core import Diffable, Weighted
from beras.core.call_record import input_position
from beras.oracle.precision import is_float

__all__ = ["Subject", "kind", "other", "parts_of"]


class Subject:
    """What `compare` is given, as ``call(*inputs)``, with names for all that goes in.

    Raises:
        TypeError: for something that cannot be called.
        ValueError: for ``y`` without a loss, or a loss without ``y``.
    """

    def __init__(self, target: Any, inputs: Sequence[Any], y: Any = None, loss: Any = None):
        if not callable(target):
            raise TypeError(
                f"compare takes a function, a layer, a loss or a model, and its inputs: compare(f, x). "
                f"Received: {type(target).__name__}."
            )
        if isinstance(target, type):
            raise TypeError(f"compare takes an instance, not a class. Write {target.__name__}(...).")
        self.target = target
        self.title = _title(target)
        self._given = [_as_arrays(value) for value in inputs]
        #: Copies: a function that writes into its inputs spoils no one else's.
        self.inputs = [_copied(value) for value in self._given]
        self.call: Callable[..., Any] = target
        if isinstance(target, Diffable) and self.inputs:
            first = leaves(self.inputs[0])
            target.build_for((None, *np.shape(first[0])[1:]) if first else ())
        if y is not None or loss is not None:
            self.call, self.title = _scored(target, y, loss), f"{self.title} with its loss"
        self.names = _names(target, len(self.inputs))
        self.followed = self._followed()

    def _followed(self) -> list[int]:
        """Return the positions of the inputs to differentiate by: a loss only by the prediction."""
        floating = [place for place, value in enumerate(self.inputs) if any(map(is_float, leaves(value)))]
        if isinstance(self.target, losses.Loss):
            return [place for place in floating if place == 1]
        if isinstance(self.target, Diffable) and not self.target.traced:
            name, _ = input_position(self.target, tuple(self.inputs), {})
            return [place for place in floating if self.names[place] == name]
        return floating

    def input_names(self) -> list[str]:
        """Return one name for each followed array."""
        found: list[str] = []
        for place in self.followed:
            paths = zip(_paths(self.inputs[place], self.names[place]), leaves(self.inputs[place]), strict=True)
            found += [path for path, leaf in paths if is_float(leaf)]
        return found

    def first_call(self) -> None:
        """Call it once.

        Raises:
            TypeError: when it was given no inputs, and needs some.
        """
        try:
            self.call(*self.inputs)
        except TypeError as error:
            if self.inputs:
                raise
            raise TypeError(self.advice()) from error

    def writes_into_inputs(self) -> bool:
        """Say whether the calls so far have changed the inputs."""
        pairs = zip(leaves(self._given), leaves(self.inputs), strict=True)
        return any(isinstance(a, np.ndarray) and a.tobytes() != b.tobytes() for a, b in pairs)

    def advice(self) -> str:
        """Return what to say when there is nothing to differentiate by."""
        received = ", ".join(map(kind, self.inputs)) or "no inputs"
        return (
            f"compare differentiates by floating-point inputs, and by trainable weights that are used. "
            f"Received: {received}. Give it arrays of floats: compare(f, x.astype('float64'))."
        )

    def parts(self) -> list[Any]:
        """Return the module that is compared and its parts, however deep; empty for a plain function."""
        return parts_of(self.target)

    def probe(self) -> list[Any]:
        """Return other inputs of the same kind: the samples in another order."""
        return [_others(value) if place in self.followed else value for place, value in enumerate(self.inputs)]


def parts_of(target: Any) -> list[Any]:
    """Return a module and its parts, however deep; nothing for a plain function."""
    if not isinstance(target, Weighted):
        return []
    return [target, *(deeper for _, part in target._parts() for deeper in parts_of(part))]


def _others(structure: Any) -> Any:
    return mapped(lambda leaf: other(leaf) if is_float(leaf) else leaf, structure)


def other(x: Any) -> Any:
    """Return an array of the same kind as ``x`` but not equal to it: its samples in another order, or smaller."""
    flipped = np.flip(x, axis=0) if np.ndim(x) else x
    return flipped if not np.array_equal(flipped, x) else x * 0.75


def _as_arrays(value: Any) -> Any:
    if isinstance(value, (list, tuple)) and value and all(isinstance(item, (int, float, list)) for item in value):
        return np.asarray(value)
    if isinstance(value, float):
        return np.asarray(value)
    return mapped(_as_array, value)


def _copied(structure: Any) -> Any:
    copies = [leaf.copy() if isinstance(leaf, np.ndarray) else leaf for leaf in leaves(structure)]
    return restore(structure, iter(copies))


def _as_array(leaf: Any) -> Any:
    """Return a Tensor, a Variable or a tensor of torch as an array, and anything else as it is."""
    return leaf.numpy(force=True) if hasattr(leaf, "requires_grad_") else bare(leaf)


def _title(target: Any) -> str:
    name = getattr(target, "name", None) or getattr(target, "__name__", None)
    kind = type(target).__name__
    if isinstance(target, (Diffable, losses.Loss)):
        return f"{kind} {name!r}" if name and name != kind.lower() else kind
    return "the function" if name in (None, "<lambda>") else str(name)


def _names(target: Any, count: int) -> list[str]:
    from inspect import signature

    function = target
    if isinstance(target, Diffable):
        names = list(target.input_names)
        if names:
            return [*names, *(f"argument {i}" for i in range(len(names), count))][:count]
        function = target.__call__
    try:
        names = [
            p.name
            for p in signature(function).parameters.values()
            if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)
        ]
    except (TypeError, ValueError):  # written in C
        names = []
    return [*names, *(f"argument {i}" for i in range(len(names), count))][:count]


def _paths(structure: Any, path: str) -> Iterator[str]:
    if isinstance(structure, dict):
        for key, value in structure.items():
            yield from _paths(value, f"{path}[{key!r}]")
    elif isinstance(structure, (list, tuple)):
        for number, value in enumerate(structure):
            yield from _paths(value, f"{path}[{number}]")
    else:
        yield path


def kind(value: Any) -> str:
    """Return what an argument or a result is, for an error message: ``ndarray of int64``."""
    dtypes = dict.fromkeys(str(np.asarray(leaf).dtype) for leaf in leaves(value))
    of = " and ".join(dtypes) or "nothing"
    return type(value).__name__ if of == "object" else f"{type(value).__name__} of {of}"


def _scored(target: Any, y: Any, loss: Any) -> Callable[..., Any]:
    """Return ``loss(y, target(*inputs))``, fused with the last activation and with penalties added, as in training."""
    compiled = getattr(target, "_compiled", None)
    if loss is None:
        if compiled is None or compiled.loss is None:
            raise ValueError("compare was given y without a loss. Say which: compare(f, x, y=y, loss='mse').")
        loss = compiled.loss
    if y is None:
        raise ValueError("compare was given a loss without y, the truth. Write compare(f, x, y=y, loss=...).")
    loss, y = losses.get(loss), np.asarray(bare(y))
    activation = getattr(target, "final_activation", None)
    fused = loss.on_logits(activation) if activation is not None else None

    mode = {"training": True} if getattr(target, "takes_training", False) else {}

    def scored(*inputs: Any) -> Any:
        value = loss(y, target(*inputs, **mode)) if fused is None else fused(y, target.logits(*inputs, **mode))
        for penalty in target.penalties() if hasattr(target, "penalties") else ():
            value = value + penalty
        return value

    return scored
