"""The tables of the conversion: which module of torch a layer becomes, and which layer a module."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = [
    "ACTIVATIONS",
    "LAYERS",
    "MODULES",
    "ActivationRow",
    "LayerRow",
    "ModuleRow",
    "row_of",
    "twin_activation",
    "twin_module",
]


@dataclass(frozen=True)
class LayerRow:
    """How a layer becomes a module."""

    #: From the layer to a module; or to a list of ``(suffix of the name, module)``, the first of which has the weights.
    make: Callable[[Any], Any]
    #: For each weight of the layer, by its attribute, that of the module; ``"weight.T"`` where it is transposed,
    #: ``"weight.HWIO"`` and ``"weight.HWCM"`` where it is that of an ``nn.Conv2d``: for a Conv2D and a DepthwiseConv2D.
    weights: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ModuleRow:
    """How a module becomes a layer: ``make(module, name=..., dtype=...)``; the weights as in `LayerRow`."""

    make: Callable[..., Any]
    weights: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ActivationRow:
    """How an activation function becomes a module."""

    #: The class of the module; it takes the function's parameters under the names of ``parameters``.
    module: Any
    #: The module's attribute for each parameter of the function.
    parameters: Mapping[str, str] = field(default_factory=dict)
    #: The module's value for each value of a parameter, where the two differ.
    values: Mapping[str, Mapping[Any, Any]] = field(default_factory=dict)
    #: For further settings of the module those under which it computes this function; it is made with the last one.
    settings: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    #: The class that is used instead when every parameter has its default.
    plain: Any = None


#: By class of beras.
LAYERS: dict[type, LayerRow] = {}
#: By activation function.
ACTIVATIONS: dict[Callable[..., Any], ActivationRow] = {}
#: By class of torch.
MODULES: dict[type, ModuleRow] = {}

#: What a subclass may define and still compute what its base does.
HARMLESS = frozenset({"__init__", "get_config", "from_config", "extra_repr"})


def row_of(cls: type, table: Mapping[type, Any]) -> Any:
    """Return the row of a class, or that of a base of which it changes no more than the constructor; else ``None``."""
    for base in cls.__mro__:
        if base in table:
            return table[base]
        if any(callable(value) or isinstance(value, property) for value in _own(base)):
            return None
    return None


def _own(cls: type) -> list[Any]:
    ours = {name: value for name, value in cls.__dict__.items() if name not in HARMLESS}
    return [v for name, v in ours.items() if not (name.startswith("__") and name.endswith("__")) or name == "__call__"]


def twin_module(
    layer_class: type,
    module_class: type | None = None,
    *,
    to_torch: Callable[[Any], Any] | None = None,
    from_torch: Callable[[Any], Any] | None = None,
    weights: Mapping[str, str] | None = None,
) -> None:
    """Teach `to_torch` and `from_torch` a layer of your own.

    Args:
        layer_class: the class of the layer.
        module_class: the class of the module, needed for ``from_torch``.
        to_torch: ``f(layer)``, a module that computes the same; its weights are filled in afterwards.
        from_torch: ``f(module)``, a layer whose weights exist; they are filled in afterwards.
        weights: for each weight of the layer, by its attribute, that of the module. ``".T"`` after it says that the two
            are each other's transpose: ``{"kernel": "weight.T", "bias": "bias"}`` is a Dense and an ``nn.Linear``,
            ``{"kernel": "weight.HWIO", "bias": "bias"}`` a Conv2D and an ``nn.Conv2d``.

    Raises:
        ValueError: when neither function is given, or ``from_torch`` without ``module_class``.
    """
    if to_torch is None and from_torch is None:
        raise ValueError("twin_module takes to_torch=f(layer), from_torch=f(module), or both. Received: neither.")
    if from_torch is not None and module_class is None:
        raise ValueError("from_torch needs to know the class of the module: twin_module(MyLayer, MyModule, ...).")
    names = dict(weights or {})
    if to_torch is not None:
        LAYERS[layer_class] = LayerRow(to_torch, names)
    if from_torch is not None and module_class is not None:
        make = from_torch
        MODULES[module_class] = ModuleRow(lambda module, name, dtype: make(module), names)


def twin_activation(
    function: Callable[..., Any], module_class: Callable[..., Any], parameters: Mapping[str, str] | None = None
) -> None:
    """Teach `to_torch` an activation function of your own: ``module_class()`` is a module that computes the same.

    ``parameters`` names the module's argument, and attribute, for each parameter of the function that has a default.
    """
    ACTIVATIONS[function] = ActivationRow(module_class, dict(parameters or {}))
