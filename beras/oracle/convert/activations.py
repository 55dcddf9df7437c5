"""The table of activations: function of beras, module of torch.

This file imports torch; nothing that ``import beras.oracle`` runs imports it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from inspect import Parameter, signature
from typing import Any

from torch import nn

from beras import activations
from beras.errors import did_you_mean
from beras.oracle.convert import modules
from beras.oracle.convert.registry import ACTIVATIONS, ActivationRow

__all__ = ["activation_of", "activations_by_module", "module_of", "where", "with_activation"]

#: Softplus is linear beyond its threshold: in torch 20, which float64 can tell; from 40 on it cannot.
SOFTPLUS = {"beta": (1,), "threshold": (20, 40)}

ROWS: dict[Callable[..., Any], ActivationRow] = {
    activations.celu: ActivationRow(nn.CELU, {"alpha": "alpha"}),
    activations.elu: ActivationRow(nn.ELU, {"alpha": "alpha"}),
    activations.exponential: ActivationRow(modules.Exponential),
    activations.gelu: ActivationRow(
        nn.GELU, {"approximate": "approximate"}, values={"approximate": {False: "none", True: "tanh"}}
    ),
    activations.glu: ActivationRow(nn.GLU, {"axis": "dim"}),
    activations.hard_shrink: ActivationRow(nn.Hardshrink, {"threshold": "lambd"}),
    activations.hard_sigmoid: ActivationRow(modules.HardSigmoid),
    activations.hard_silu: ActivationRow(nn.Hardswish),
    activations.hard_tanh: ActivationRow(nn.Hardtanh, settings={"min_val": (-1,), "max_val": (1,)}),
    activations.leaky_relu: ActivationRow(nn.LeakyReLU, {"negative_slope": "negative_slope"}),
    activations.linear: ActivationRow(nn.Identity),
    activations.log_sigmoid: ActivationRow(nn.LogSigmoid),
    activations.log_softmax: ActivationRow(nn.LogSoftmax, {"axis": "dim"}),
    activations.mish: ActivationRow(nn.Mish),
    activations.relu: ActivationRow(
        modules.Rectifier,
        {"max_value": "max_value", "negative_slope": "negative_slope", "threshold": "threshold"},
        plain=nn.ReLU,
    ),
    activations.relu6: ActivationRow(nn.ReLU6),
    activations.selu: ActivationRow(nn.SELU),
    activations.sigmoid: ActivationRow(nn.Sigmoid),
    activations.silu: ActivationRow(nn.SiLU),
    activations.soft_shrink: ActivationRow(nn.Softshrink, {"threshold": "lambd"}),
    activations.softmax: ActivationRow(nn.Softmax, {"axis": "dim"}),
    activations.softplus: ActivationRow(nn.Softplus, settings=SOFTPLUS),
    activations.softsign: ActivationRow(nn.Softsign),
    activations.sparse_plus: ActivationRow(modules.SparsePlus),
    activations.sparse_sigmoid: ActivationRow(modules.SparseSigmoid),
    activations.sparsemax: ActivationRow(modules.Sparsemax, {"axis": "dim"}),
    activations.squareplus: ActivationRow(modules.Squareplus, {"b": "b"}),
    activations.tanh: ActivationRow(nn.Tanh),
    activations.tanh_shrink: ActivationRow(nn.Tanhshrink),
    activations.threshold: ActivationRow(nn.Threshold, {"threshold": "threshold", "default_value": "value"}),
}
for _function, _row in ROWS.items():
    ACTIVATIONS.setdefault(_function, _row)


def module_of(activation: Callable[..., Any], where: str) -> nn.Module:
    """Return a module that computes ``activation``, a function or a `functools.partial` of one.

    Raises:
        TypeError: for a function that has no row in the table; ``where`` says whose it is.
    """
    function, given = (activation.func, activation.keywords) if isinstance(activation, partial) else (activation, {})
    row = ACTIVATIONS.get(function)
    if row is None or (isinstance(activation, partial) and activation.args):
        name = getattr(function, "__name__", type(function).__name__)
        known = sorted(f.__name__ for f in ACTIVATIONS)
        raise TypeError(
            f"{where} has the activation {name!r}, of which no module of torch is known.{did_you_mean(name, known)} "
            f"Say which: beras.oracle.twin_activation({name}, MyModule). beras.oracle.compare(...) needs no module. "
            f"Known: {', '.join(known)}."
        )
    if row.plain is not None and not given:
        return row.plain()
    settings = {name: choices[-1] for name, choices in row.settings.items()}
    for parameter, name in row.parameters.items():
        value = given.get(parameter, signature(function).parameters[parameter].default)
        if value is Parameter.empty:
            raise TypeError(f"{where}: the activation {function.__name__!r} needs a value for {parameter!r}.")
        settings[name] = row.values[parameter][value] if parameter in row.values else value
    if function is activations.softmax and isinstance(settings["dim"], tuple):
        return modules.SoftmaxOverAxes(settings["dim"])
    return row.module(**settings)


def with_activation(layer: Any, module: nn.Module) -> list[tuple[str, nn.Module]]:
    """Return the parts of a row: ``module``, and behind it the activation of ``layer`` unless that is linear."""
    if layer.activation is activations.linear:
        return [("", module)]
    function = getattr(layer.activation, "func", layer.activation)
    suffix = f"_{getattr(function, '__name__', 'activation')}"
    return [("", module), (suffix, module_of(layer.activation, where(layer)))]


def where(layer: Any) -> str:
    """Return what messages call a layer."""
    return f"{type(layer).__name__} {layer.name!r}"


def activations_by_module() -> dict[Any, Callable[..., Any]]:
    """Return the activation function of each class of module."""
    by_plain = {row.plain: function for function, row in ACTIVATIONS.items() if row.plain is not None}
    return by_plain | {row.module: function for function, row in ACTIVATIONS.items()}


def activation_of(module: nn.Module, function: Callable[..., Any]) -> Callable[..., Any]:
    """Return ``function`` with the parameters that ``module`` has; a `functools.partial` where they are not its own.

    Raises:
        ValueError: for settings with which the module computes something else.
    """
    row = ACTIVATIONS[function]
    if type(module) is row.plain:
        return function
    for name, choices in row.settings.items():
        if getattr(module, name) not in choices:
            raise ValueError(
                f"beras has this activation with {name}={' or '.join(map(str, choices))} only. Received: {module}."
            )
    given = {}
    for parameter, name in row.parameters.items():
        value: Any = getattr(module, name)
        if parameter in row.values:
            value = next(ours for ours, theirs in row.values[parameter].items() if theirs == value)
        if value is None and name == "dim":
            raise ValueError(
                f"Without dim its axis depends on the input's shape. Give it one: dim=-1. Received: {module}."
            )
        if value != signature(function).parameters[parameter].default:
            given[parameter] = value
    return partial(function, **given) if given else function
