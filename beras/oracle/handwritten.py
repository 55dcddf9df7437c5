"""Calls that bring a gradient of their own: what it gives, held against the forward that it belongs to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from beras.autodiff.tracked import bare
from beras.core import Diffable
from beras.core.call_record import input_position, new_frame

__all__ = ["HandWritten", "hand_written"]


@dataclass
class HandWritten:
    """One such call: ``forward(*inputs)`` is what it computes, ``gradients(J)`` what its author says of it."""

    owner: Any
    title: str
    inputs: list[Any]
    names: list[str]
    #: The positions, among ``inputs``, that its gradients are about; then come its weights.
    followed: list[int]
    weights: list[Any]
    forward: Callable[..., Any]
    gradients: Callable[[Sequence[Any], Any], tuple[Any, list[Any], str]]
    #: Arrays that were stored on the instance before it was called here.
    remembered: list[np.ndarray] = field(default_factory=list)


def hand_written(owner: Any, args: tuple, params: dict, attributes: dict[str, Any] | None) -> HandWritten:
    """Return the call ``owner(*args, **params)``; ``attributes`` are those that its instance had before."""
    if isinstance(owner, Diffable):
        return _of_module(owner, args, params, owner.__dict__ if attributes is None else attributes)
    return _of_function(owner, args, params)


def _of_module(owner: Diffable, args: tuple, params: dict, attributes: dict[str, Any]) -> HandWritten:
    name, value = input_position(owner, args, params)
    names = [*owner.input_names, *(f"argument {i}" for i in range(len(owner.input_names), len(args)))]
    place = names.index(name) if name in names[: len(args)] else None
    module = object.__new__(type(owner))
    module.__dict__.update(attributes)
    weights = owner.weights

    def call(instance: Any, x: Any) -> Any:
        if place is None:
            return instance.forward(*args, **{**params, name: x})
        return instance.forward(*args[:place], x, *args[place + 1 :], **params)

    def forward(x: Any) -> Any:
        return call(new_frame(module), x)

    def gradients(inputs: Sequence[Any], J: Any) -> tuple[Any, list[Any], str]:
        out = bare(call(module, inputs[0]))
        found: list[Any] = [None] * (1 + len(weights))
        complaint = ""
        for wanted in ("input", "weights") if weights else ("input",):
            try:
                dx, dws = module.pullback(np.asarray(J, out.dtype), wanted == "input", wanted == "weights")
                if wanted == "input":
                    found[0] = bare(dx)
                else:
                    found[1 : 1 + len(dws)] = [bare(dw) for dw in dws]
            except Exception as error:
                complaint = complaint or f"Its gradient of the {wanted} raises {type(error).__name__}: {error}"
        return out, found, complaint

    remembered = [a for a in attributes.values() if isinstance(a, np.ndarray) and a.shape == np.shape(value)]
    label = getattr(owner, "name", "") or type(owner).__name__
    title = type(owner).__name__ if label == type(owner).__name__.lower() else f"{type(owner).__name__} {label!r}"
    return HandWritten(owner, title, [value], [name], [0], weights, forward, gradients, remembered)


def _of_function(function: Any, args: tuple, params: dict) -> HandWritten:
    from beras.oracle.precision import is_float

    followed = [place for place, value in enumerate(args) if is_float(value)]
    name = getattr(function, "__name__", type(function).__name__)

    def forward(*inputs: Any) -> Any:
        return function(*inputs, **params)[0]

    def gradients(inputs: Sequence[Any], J: Any) -> tuple[Any, list[Any], str]:
        value, pullback = function(*inputs, **params)
        products = pullback(np.asarray(J, np.asarray(bare(value)).dtype))
        products = products if isinstance(products, (tuple, list)) else (products,)
        return bare(value), [bare(products[place]) for place in followed], ""

    names = [f"argument {place}" for place in range(len(args))]
    return HandWritten(function, f"custom gradient {name!r}", list(args), names, followed, [], forward, gradients)
