"""Calls that bring a gradient of their own: what it gives, held against the forward that it belongs to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from beras.autodiff import GradientTape, custom_gradient
from beras.autodiff.structure import leaves
from beras.autodiff.tracked import bare
from beras.core import Diffable
from beras.core.call_record import input_position, new_frame
from beras.oracle.precision import is_float

__all__ = ["HandWritten", "hand_written"]

#: The gradients by the inputs and by the weights, ``None`` where there is none, and what is wrong besides.
Found = tuple[list[Any], str]


@dataclass
class HandWritten:
    """One such call: ``forward(*inputs)`` is what it computes, ``gradients(inputs, cotangents)`` its author's part."""

    owner: Any
    title: str
    inputs: list[Any]
    names: list[str]
    #: The positions, among ``inputs``, that its gradients are about; then come its weights that are trainable.
    followed: list[int]
    weights: list[Any]
    forward: Callable[..., Any]
    gradients: Callable[[Sequence[Any], Sequence[Any]], Found]
    #: Lets the next call draw the random numbers that all the others drew.
    again: Callable[[], None]
    #: Arrays that were stored on the instance before it was called here.
    remembered: list[np.ndarray] = field(default_factory=list)


def hand_written(
    owner: Any,
    args: tuple,
    params: dict,
    followed: Sequence[Any],
    attributes: dict[str, Any] | None,
    again: Callable[[], None],
) -> HandWritten:
    """Return the call ``owner(*args, **params)``, of which a tape follows the arguments ``followed``.

    ``attributes`` are those that the instance had before.
    """
    if isinstance(owner, Diffable):
        return _of_module(owner, args, params, followed, owner.__dict__ if attributes is None else attributes, again)
    return _of_function(owner, args, params, followed, again)


def _of_module(
    owner: Diffable,
    args: tuple,
    params: dict,
    followed: Sequence[Any],
    attributes: dict[str, Any],
    again: Callable[[], None],
) -> HandWritten:
    name, value = input_position(owner, args, params)
    names = [*owner.input_names, *(f"argument {i}" for i in range(len(owner.input_names), len(args)))]
    place = names.index(name) if name in names[: len(args)] else None
    module = object.__new__(type(owner))
    module.__dict__.update(attributes)
    numbers = [number for number, weight in enumerate(owner.weights) if weight.trainable]
    to_input = place in followed or name in followed

    def call(instance: Any, x: Any) -> Any:
        if place is None:
            return instance.forward(*args, **{**params, name: x})
        return instance.forward(*args[:place], x, *args[place + 1 :], **params)

    def forward(x: Any) -> Any:
        return call(new_frame(module), x)

    def gradients(inputs: Sequence[Any], cotangents: Sequence[Any]) -> Found:
        out = np.asarray(bare(call(module, inputs[0])))
        J = np.asarray(cotangents[0], out.dtype)
        found: dict[Any, Any] = {}
        complaint = ""
        for wanted in ["input"] * to_input + ["weights"] * bool(numbers):
            try:
                dx, dws = new_frame(module).pullback(J, wanted == "input", wanted == "weights")
                found |= {"input": bare(dx)} if wanted == "input" else dict(enumerate(map(bare, dws)))
            except Exception as error:
                complaint = complaint or f"Its gradient of the {wanted} raises {type(error).__name__}: {error}"
        return [found.get(key) for key in [*["input"] * to_input, *numbers]], complaint

    remembered = [a for a in attributes.values() if isinstance(a, np.ndarray) and a.shape == np.shape(value)]
    label = getattr(owner, "name", "") or type(owner).__name__
    title = type(owner).__name__ if label == type(owner).__name__.lower() else f"{type(owner).__name__} {label!r}"
    weights = [owner.weights[number] for number in numbers]
    places = [0] * to_input
    return HandWritten(owner, title, [value], [name], places, weights, forward, gradients, again, remembered)


def _of_function(
    function: Any, args: tuple, params: dict, followed: Sequence[Any], again: Callable[[], None]
) -> HandWritten:
    differentiable = custom_gradient(function)

    def forward(*inputs: Any) -> Any:
        return function(*inputs, **params)[0]

    def gradients(inputs: Sequence[Any], cotangents: Sequence[Any]) -> Found:
        try:
            with GradientTape() as tape:
                given = [tape.watch(x) if place in followed else x for place, x in enumerate(inputs)]
                outputs = [y for y in leaves(differentiable(*given, **params)) if is_float(y)]
            sources = [given[place] for place in followed]
            return tape.gradient(outputs, sources, list(cotangents), unconnected_gradients="zero"), ""
        except Exception as error:
            return [None] * len(followed), f"Its gradient raises {type(error).__name__}: {error}"

    name = getattr(function, "__name__", type(function).__name__)
    names = [f"argument {place}" for place in range(len(args))]
    title = f"custom gradient {name!r}"
    return HandWritten(function, title, list(args), names, list(followed), [], forward, gradients, again)
