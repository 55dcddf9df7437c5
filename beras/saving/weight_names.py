"""The names that a model's weights have in a file, and how those of a file are matched with them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from beras.autodiff import Variable

__all__ = ["assign_weights", "misfits", "named_weights"]

SHOWN = 4


def named_weights(model: Any) -> dict[str, Variable]:
    """Return the weights of a model by ``"<layer>/<weight>"``, nested layers as ``"<outer>/<inner>/<weight>"``.

    A weight that several layers share has the innermost name of the first one.
    """
    named: dict[str, Variable] = {}
    seen: set[int] = set()
    _collect(model, "", named, seen)
    return named


def _collect(owner: Any, prefix: str, named: dict[str, Variable], seen: set[int]) -> None:
    parts: set[str] = set()
    for attribute, part in owner._parts():
        if part.weights and not all(id(weight) in seen for weight in part.weights):
            name = _free(getattr(part, "name", None) or attribute.strip("_"), parts)
            parts.add(name)
            _collect(part, f"{prefix}{name}/", named, seen)
    # Last, so that a weight of a part that its owner also has at hand keeps the part's name
    for weight in owner.own_weights:
        if id(weight) not in seen:
            seen.add(id(weight))
            named[_free(f"{prefix}{weight.name}", named)] = weight


def _free(name: str, taken: Any) -> str:
    """Return ``name``, with a number where it is taken."""
    number, found = 0, name
    while found in taken:
        number += 1
        found = f"{name}_{number}"
    return found


def assign_weights(
    path: Any, weights: Mapping[str, Variable], named: Mapping[str, np.ndarray], order: Sequence[str] | None
) -> None:
    """Write the arrays ``named`` of the file ``path`` into the weights of those names, all or nothing.

    Layers that were not named by the user get another number in a second model (``dense_2`` for ``dense``). So names
    that differ in such numbers only are matched by ``order``, in which the file lists them.

    Raises:
        ValueError: when names or shapes differ. It lists what the model expects and what the file has.
    """
    pairs = dict(zip(weights, weights, strict=True))
    if set(weights) != set(named) and order is not None and _unnumbered(order) == _unnumbered(weights):
        pairs = dict(zip(weights, order, strict=True))
    faults = [f"{name!r} {w.shape} is missing from the file" for name, w in weights.items() if pairs[name] not in named]
    faults += [
        f"{name!r} {np.shape(named[name])} of the file is not in the model"
        for name in sorted(set(named) - set(pairs.values()))
    ]
    faults += [
        f"{name!r} has shape {w.shape} in the model and {np.shape(named[pairs[name]])} in the file"
        for name, w in weights.items()
        if pairs[name] in named and np.shape(named[pairs[name]]) != w.shape
    ]
    if faults:
        raise ValueError(misfits(repr(str(path)), faults))
    for name, weight in weights.items():
        weight.assign(named[pairs[name]])


def misfits(label: str, faults: Sequence[str]) -> str:
    """Return the message for a file whose weights are not those of the model."""
    more = f"; and {len(faults) - SHOWN} more" if len(faults) > SHOWN else ""
    return (
        f"The weights in {label} do not fit this model: {'; '.join(faults[:SHOWN])}{more}. Nothing was changed. Build "
        f"the model as it was when the file was written, or load the whole of it with beras.saving.load_model."
    )


def _unnumbered(names: Any) -> list[str]:
    return ["/".join(re.sub(r"_\d+$", "", part) for part in name.split("/")) for name in names]
