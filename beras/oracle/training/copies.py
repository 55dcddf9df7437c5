"""A copy of a compiled model: its own weights, in any dtype, and an optimizer that has made no step."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import numpy as np

from beras.autodiff import Variable
from beras.config import floatx

__all__ = ["dtype_of", "independent_copy", "parts_of"]


def independent_copy(model: Any, dtype: str) -> Any:
    """Return a copy of ``model`` that computes in ``dtype``, with the same weights and an unused optimizer.

    Raises:
        TypeError: when an attribute of the model cannot be copied.
    """
    # What `memo` holds under an object's id is what deepcopy puts in its place.
    memo: dict[int, Any] = {id(w): _in(dtype, w) for w in model.weights}
    if getattr(model, "optimizer", None) is not None:
        memo |= _unused(model.optimizer, dtype)
    try:
        twin = copy.deepcopy(model, memo)
    except Exception as error:
        raise TypeError(
            f"train_both trains a copy of the model, and {model.name!r} cannot be copied: {error} "
            f"Take what is no weight and no setting (open files, locks, devices) out of its attributes."
        ) from error
    if getattr(twin, "optimizer", None) is not None:
        twin.optimizer._averages.swapped = False
    for part in parts_of(twin):
        if hasattr(part, "dtype"):
            part.dtype = dtype
    return twin


def _in(dtype: str, weight: Variable) -> Variable:
    twin = Variable(weight.value, weight.trainable, dtype, weight.name)
    twin.constraint, twin.path = weight.constraint, weight.path
    return twin


def _unused(optimizer: Any, dtype: str) -> dict[int, Any]:
    """Return what ``optimizer`` keeps before its first step, all but the learning rate."""
    begin = {
        id(kept): optimizer.first_value(name, variable, np.dtype(dtype))
        for variable, slots in optimizer._slots.items()
        for name, kept in zip(optimizer.slot_names_of(variable), slots, strict=True)
    }
    found = {}
    for name, kept in zip(optimizer.state(), optimizer.variables, strict=True):
        if name != "learning_rate":
            kind = np.dtype(dtype) if kept.dtype.kind == "f" else kept.dtype
            found[id(kept)] = Variable(begin.get(id(kept), np.zeros(kept.shape)), kept.trainable, kind, kept.name)
    return found


def dtype_of(layer: Any) -> str:
    """Return the dtype that a layer computes in; for a Diffable, which does not say, that of its weights."""
    own = getattr(layer, "dtype", None)
    return own or (layer.weights[0].dtype.name if layer.weights else floatx())


def parts_of(model: Any) -> Iterator[Any]:
    """Yield a model and the modules in it, at any depth; nothing for ``None``."""
    if model is not None:
        yield model
        for _, part in model._parts():
            yield from parts_of(part)
