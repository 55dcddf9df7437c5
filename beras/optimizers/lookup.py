"""Optimizers by name, and as dictionaries of plain values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from beras.errors import unknown_name
from beras.optimizers.adadelta import Adadelta
from beras.optimizers.adafactor import Adafactor
from beras.optimizers.adagrad import Adagrad
from beras.optimizers.adam import Adam
from beras.optimizers.adamax import Adamax
from beras.optimizers.adamw import AdamW
from beras.optimizers.ftrl import Ftrl
from beras.optimizers.lamb import Lamb
from beras.optimizers.lion import Lion
from beras.optimizers.muon import Muon
from beras.optimizers.nadam import Nadam
from beras.optimizers.optimizer import Optimizer
from beras.optimizers.rmsprop import RMSprop
from beras.optimizers.sgd import SGD

__all__ = ["OPTIMIZERS", "deserialize", "get", "serialize"]

OPTIMIZERS: dict[str, type[Optimizer]] = {
    cls.__name__.lower(): cls
    for cls in (Adadelta, Adafactor, Adagrad, Adam, Adamax, AdamW, Ftrl, Lamb, Lion, Muon, Nadam, RMSprop, SGD)
}


def get(identifier: Any) -> Optimizer | None:
    """Return the optimizer that ``identifier`` means.

    A name in any letter case (with its defaults), an optimizer (itself), a class of one (with its defaults), or a
    dictionary that `serialize` made; ``None`` stays ``None``.

    Raises:
        ValueError: for an unknown name.
        TypeError: for anything else.

    The Keras equivalent is ``keras.optimizers.get``.

    >>> get("ADAM").learning_rate
    0.001
    >>> get("adm")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    ValueError: Unknown optimizer 'adm'. Did you mean 'adam'? Known: adadelta, adafactor, adagrad, adam, ...
    """
    if identifier is None or isinstance(identifier, Optimizer):
        return identifier
    if isinstance(identifier, Mapping):
        return deserialize(identifier)
    if isinstance(identifier, str):
        return deserialize({"class_name": identifier, "config": {}})
    if isinstance(identifier, type) and issubclass(identifier, Optimizer):
        return identifier()  # type: ignore[call-arg]
    module = type(identifier).__module__.partition(".")[0]
    hint = f" This is one of {module}; take it from beras.optimizers." if module in ("keras", "torch") else ""
    raise TypeError(
        f"An optimizer must be a name ({', '.join(sorted(OPTIMIZERS))}), an Optimizer, a class of one, or its "
        f"configuration. Received: {identifier!r}.{hint}"
    )


def serialize(optimizer: Optimizer) -> dict[str, Any]:
    """Return ``{"class_name": ..., "config": ...}``, of which `deserialize` makes an equal optimizer.

    >>> serialize(SGD(0.5))["class_name"]
    'SGD'
    """
    return {"class_name": type(optimizer).__name__, "config": optimizer.get_config()}


def deserialize(config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None) -> Optimizer:
    """Make an optimizer from what `serialize` (or ``keras.optimizers.serialize``) returned.

    ``custom_objects`` maps the names of the user's own classes to the classes. State is not part of it: see
    `Optimizer.load_state`.

    Raises:
        ValueError: for a class name that is neither an optimizer of beras nor in ``custom_objects``.
    """
    own = dict(custom_objects or {})
    name = config["class_name"]
    cls = own.get(name) or OPTIMIZERS.get(str(name).lower())
    if cls is None:
        raise ValueError(unknown_name("optimizer", name, [*OPTIMIZERS, *own]))
    return cls.from_config(dict(config.get("config") or {}), own)
