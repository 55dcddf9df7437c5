"""The names and layouts that torch has for weights: those of ``model.to_torch().state_dict()``, without torch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from beras.autodiff import Variable
from beras.saving.weight_names import named_weights

__all__ = ["from_torch_names", "to_torch_names"]


class TorchWeight(NamedTuple):
    """A weight in torch: its name, and the order of its axes."""

    name: str
    axes: tuple[int, ...] | None = None
    #: Whether the first two of these axes are one, and a second one has the length 1.
    joined: bool = False


_KERNEL = TorchWeight("weight", (3, 2, 0, 1))
_BIAS = TorchWeight("bias")
ROWS: dict[str, Mapping[str, TorchWeight]] = {
    "BatchNormalization": {
        "gamma": TorchWeight("weight"),
        "beta": TorchWeight("bias"),
        "moving_mean": TorchWeight("running_mean"),
        "moving_variance": TorchWeight("running_var"),
    },
    "Conv2D": {"kernel": _KERNEL, "bias": _BIAS},
    "Dense": {"kernel": TorchWeight("weight", (1, 0)), "bias": _BIAS},
    "DepthwiseConv2D": {"kernel": TorchWeight("weight", (2, 3, 0, 1), joined=True), "bias": _BIAS},
    "Embedding": {"embeddings": TorchWeight("weight")},
    "LayerNormalization": {"gamma": TorchWeight("weight"), "beta": TorchWeight("bias")},
}
SAME = TorchWeight("")


def to_torch_names(model: Any) -> dict[str, np.ndarray]:
    """Return the weights of a model as torch has them: ``dense/kernel`` as ``dense.weight``, transposed."""
    return {name: _turned(weight.numpy(), row) for name, (weight, row) in _named(model).items()}


def from_torch_names(model: Any, named: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return the arrays of a state dict of torch under our names, in our layout; unknown ones as they are.

    Count of batches that torch's normalisation keeps (``num_batches_tracked``) are left out.
    """
    known = _named(model)
    ours = dict(zip(known, named_weights(model), strict=True))
    found = {}
    for name, value in named.items():
        if name in known:
            weight, row = known[name]
            found[ours[name]] = _turned_back(value, row, weight.shape)
        elif not name.endswith(".num_batches_tracked"):
            found[name] = value
    return found


def _named(model: Any) -> dict[str, tuple[Variable, TorchWeight]]:
    """Return each weight with its row, by torch's name, in the order of `named_weights`."""
    owners: dict[int, Any] = {}
    _own(model, owners)
    found = {}
    for name, weight in named_weights(model).items():
        *path, last = name.split("/")
        rows = next((ROWS[c.__name__] for c in type(owners[id(weight)]).__mro__ if c.__name__ in ROWS), {})
        row = rows.get(weight.name, SAME)
        found[".".join([*(part.replace(".", "_") for part in path), row.name or last])] = weight, row
    return found


def _own(owner: Any, owners: dict[int, Any]) -> None:
    for _, part in owner._parts():
        _own(part, owners)
    for weight in owner.own_weights:
        owners.setdefault(id(weight), owner)


def _turned(value: np.ndarray, row: TorchWeight) -> np.ndarray:
    if row.axes is None:
        return value
    value = value.transpose(row.axes)
    return np.ascontiguousarray(value.reshape(-1, 1, *value.shape[2:]) if row.joined else value)


def _turned_back(value: np.ndarray, row: TorchWeight, shape: Sequence[int]) -> np.ndarray:
    if row.axes is None or value.ndim != len(row.axes):
        return value
    if row.joined:
        turned = [shape[axis] for axis in row.axes]
        if value.size != np.prod(turned):
            return value
        value = value.reshape(turned)
    return value.transpose(np.argsort(row.axes))
