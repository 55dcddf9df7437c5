"""The arguments of layers: unknown ones refused with the nearest name, and those of a user's class written down."""

from __future__ import annotations

from functools import partial
from typing import Any, NoReturn

from beras.config import FLOATS
from beras.errors import did_you_mean

__all__ = ["arguments_of", "automatic_config", "float_name", "lacks_config", "refuse_argument"]

#: What other versions and libraries call an argument, with the name that it has here.
RENAMED = {
    "alpha": "negative_slope",
    "batch_input_shape": "input_shape, without the batch",
    "init": "kernel_initializer",
    "input_length": "input_shape",
    "kernel_init": "kernel_initializer",
    "output_dim": "units",
    "p": "rate",
    "W_regularizer": "kernel_regularizer",
}

#: What every layer takes, whether or not its class names it.
COMMON = ("name", "trainable", "dtype")


def refuse_argument(cls: type, name: str, value: Any) -> NoReturn:
    """Raise TypeError for an argument that the layer class does not have, with the nearest that it has."""
    known = arguments_of(cls)
    renamed = RENAMED.get(name, "")
    hint = f" Write {renamed}." if renamed.partition(",")[0] in known else did_you_mean(name, known)
    raise TypeError(f"{cls.__name__} takes no argument {name!r}.{hint} Received: {name}={value!r}.")


def arguments_of(cls: type) -> list[str]:
    """Return the names of the arguments of a class, those that it passes on to its bases included."""
    from inspect import Parameter, signature

    named = {
        parameter.name: None
        for base in cls.__mro__
        if "__init__" in base.__dict__ and base is not object
        for parameter in list(signature(base.__dict__["__init__"]).parameters.values())[1:]
        if parameter.kind not in (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD)
    }
    return list(named)


def float_name(dtype: Any) -> str:
    """Return the name of a floating-point dtype, given as anything that NumPy understands.

    Raises:
        ValueError: for another dtype.

    >>> float_name("float64")
    'float64'
    """
    import numpy as np

    try:
        name = np.dtype(dtype).name
    except TypeError:
        name = str(dtype)
    if name not in FLOATS:
        raise ValueError(
            f"A layer computes in one of {', '.join(FLOATS)}.{did_you_mean(name, FLOATS)} Received: {dtype!r}."
        )
    return name


def lacks_config(cls: type) -> bool:
    """Return whether a class has a constructor of its own, but no `get_config` that knows its arguments."""
    nearest = next((base for base in cls.__mro__ if {"__init__", "get_config"} & base.__dict__.keys()), object)
    return "get_config" not in nearest.__dict__


def automatic_config(layer: Any, given: partial) -> dict[str, Any]:
    """Return the arguments ``given`` to the class of ``layer``, by name.

    Raises:
        TypeError: when one of them is no plain value (a number, a string, a list of such).
    """
    from inspect import Parameter, signature

    cls = type(layer)
    parameters = signature(cls).parameters
    bound = signature(cls).bind(*given.args, **given.keywords).arguments
    config: dict[str, Any] = {}
    for name, value in bound.items():
        kind = parameters[name].kind
        if kind is Parameter.VAR_POSITIONAL:
            raise TypeError(_undescribed(cls, f"*{name}", value))
        config |= value if kind is Parameter.VAR_KEYWORD else {name: value}
    for name, value in config.items():
        if not _is_plain(value):
            raise TypeError(_undescribed(cls, name, value))
    takes_any = any(parameter.kind is Parameter.VAR_KEYWORD for parameter in parameters.values())
    common = {name: getattr(layer, name) for name in COMMON if takes_any or name in parameters}
    return {**common, **config}


def _is_plain(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return all(map(_is_plain, value))
    if isinstance(value, dict):
        return all(isinstance(key, str) for key in value) and all(map(_is_plain, value.values()))
    return value is None or isinstance(value, (bool, int, float, str))


def _undescribed(cls: type, name: str, value: Any) -> str:
    return (
        f"{cls.__name__} cannot be written down: its argument {name} is no plain value. Received: {value!r}. Define "
        f"get_config(self), returning {{**super().get_config(), ...}} with plain values, and if need be from_config."
    )
