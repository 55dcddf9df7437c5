"""to_torch: a model of beras as a module of torch."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from beras.layers import InputLayer
from beras.models import Sequential
from beras.oracle.convert.registry import LAYERS, row_of
from beras.oracle.convert.weights import Pair, pairs
from beras.oracle.torch_module import torch_module

if TYPE_CHECKING:
    from torch import nn

__all__ = ["Conversion", "to_torch"]


def to_torch(model: Any) -> nn.Module:
    """Return an ``nn.Module`` that computes what ``model`` does, with the same weights, bit for bit.

    A Sequential becomes an ``nn.Sequential`` with its layers' names as keys, a nested one a nested one; a Dense becomes
    an ``nn.Linear``, followed by its activation as ``"<name>_<activation>"``. The Input is left out. Weights that
    ``trainable = False`` froze have ``requires_grad`` False. The module computes in the model's dtype, in which its
    input must be. As always in torch it starts in training mode: write ``module.eval()`` to turn Dropout off, as
    ``predict`` does. Images stay as they are: layers with the channels last become modules that take them last.
    Regularizers, which are part of the loss, are not part of the module, nor are constraints.

    At inference a BatchNormalization and its ``nn.BatchNorm`` agree. In training they give the same outputs and move
    the same mean (the module's ``momentum`` is 1 less the layer's), but torch moves the *unbiased* variance, ``n / (n -
    1)`` times as large. A module does not know that ``trainable = False`` is inference for this layer: ``eval()`` it.

    Args:
        model: a Sequential, or a layer, that is built.

    Raises:
        TypeError: for a layer or an activation that has no row in the table; it says how to add one.
        ValueError: for a layer without weights yet.
        ImportError: without torch.

    For example ``Sequential([Input((4,)), Dense(3, "relu", name="hidden")])`` becomes ::

        Sequential(
          (hidden): Linear(in_features=4, out_features=3, bias=True)
          (hidden_relu): ReLU()
        )
    """
    return Conversion(model).module


class Conversion:
    """A model and the module that it became.

    Args:
        model: a layer or a model.
        instead: rows that take the place of those of the table.
        otherwise: ``f(layer)``, a module with a parameter list ``weights``, for a layer that has no row; without it
            there is an error.

    ``pairs`` are the weights of both; ``last`` maps the ``id`` of each layer to the module that gives its output.
    """

    def __init__(
        self,
        model: Any,
        instead: Mapping[type, Any] | None = None,
        otherwise: Callable[[Any], Any] | None = None,
    ):
        self._torch = torch_module()
        import beras.oracle.convert.layers  # noqa: F401  (fills the tables)

        self._rows = {**LAYERS, **(instead or {})}
        self._otherwise = otherwise
        self._made: dict[int, list[tuple[str, Any]]] = {}
        self.pairs: list[Pair] = []
        self.last: dict[int, Any] = {}
        self.module = self._single(model)
        self._fill(model)

    def _fill(self, model: Any) -> None:
        trained = {id(weight) for weight in model.trainable_weights}
        for pair in self.pairs:
            pair.to_parameter()
            pair.parameter.requires_grad_(id(pair.variable) in trained)

    def _single(self, layer: Any) -> Any:
        """Return one module for one layer."""
        parts = self._convert(layer)
        if len(parts) == 1:
            return parts[0][1]
        return self._sequence((f"{layer.name}{suffix}", module) for suffix, module in parts)

    def _convert(self, layer: Any) -> list[tuple[str, Any]]:
        """Return the modules of a layer, with what is added to its name; the same ones for the same layer."""
        if id(layer) not in self._made:
            parts = self._parts_of(layer)
            self._made[id(layer)] = parts
            self.last[id(layer)] = parts[-1][1]
        return self._made[id(layer)]

    def _parts_of(self, layer: Any) -> list[tuple[str, Any]]:
        where = f"The layer {layer.name!r}"
        row = row_of(type(layer), self._rows)
        if row is not None:
            if row.weights and not layer.built:
                raise ValueError(
                    f"{where} has no weights yet. Call the model on data, or model.build((None, n_in)), first."
                )
            made = row.make(layer)
            parts = made if isinstance(made, list) else [("", made)]
            self.pairs += pairs(layer, parts[0][1], row.weights, where)
            return parts
        if row_of(type(layer), {InputLayer: True}):
            return [("", self._torch.nn.Identity())]
        if row_of(type(layer), {Sequential: True}):
            return [("", self._sequential(layer))]
        if self._otherwise is None:
            raise TypeError(_unknown(layer))
        module = self._otherwise(layer)
        self.pairs += [Pair(v, p) for v, p in zip(layer.weights, module.weights, strict=True)]
        return [("", module)]

    def _sequential(self, model: Any) -> Any:
        named = []
        dtype = model.dtype
        for layer in model.layers:
            own = getattr(layer, "dtype", dtype)
            if own != dtype:
                from beras.oracle.convert.modules import Cast, dtype_named

                named.append((f"{layer.name}_cast", Cast(dtype_named(own))))
                dtype = own
            named += [(f"{layer.name}{suffix}", module) for suffix, module in self._convert(layer)]
        return self._sequence(named)

    def _sequence(self, named: Iterable[tuple[str, Any]]) -> Any:
        sequence = self._torch.nn.Sequential()
        for name, module in named:
            sequence.add_module(_key(name, sequence), module)
        return sequence


def _key(name: str, sequence: Any) -> str:
    """Return a key for a module: its name where torch can take it, else one like it."""
    base = name.replace(".", "_") or "layer"
    key, number = base, 0
    while hasattr(sequence, key):
        number += 1
        key = f"{base}_{number}"
    return key


def _unknown(layer: Any) -> str:
    kind = type(layer).__name__
    known = sorted({cls.__name__ for cls in LAYERS} | {"Sequential"})
    return (
        f"The layer {layer.name!r} is a {kind}, of which no module of torch is known. Known are {', '.join(known)}, "
        f"and classes derived from them that define no more than __init__ and get_config. Say which module it is: "
        f"beras.oracle.twin_module({kind}, to_torch=lambda layer: MyModule(...), weights={{...}}). To hold its "
        f"gradients against torch's no module is needed: beras.oracle.compare(layer, x)."
    )
