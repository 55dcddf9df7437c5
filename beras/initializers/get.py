"""Initializers by name."""

from __future__ import annotations

from typing import Any

import numpy as np

from beras.core.lookup import configured, from_custom, make
from beras.initializers.constants import Constant, Identity, Ones, Zeros
from beras.initializers.initializer import FunctionInitializer, Initializer
from beras.initializers.orthogonal import Orthogonal
from beras.initializers.random import RandomNormal, RandomUniform, TruncatedNormal
from beras.initializers.variance_scaling import (
    GlorotNormal,
    GlorotUniform,
    HeNormal,
    HeUniform,
    Kaiming,
    LecunNormal,
    LecunUniform,
    VarianceScaling,
    Xavier,
)

__all__ = ["NAMES", "deserialize", "get", "serialize"]

#: Keras's names, its short forms, and the course's (zero, xavier, kaiming). `normal` means what it means in Keras.
NAMES: dict[str, type[Initializer]] = {
    "constant": Constant,
    "glorot_normal": GlorotNormal,
    "glorot_uniform": GlorotUniform,
    "he_normal": HeNormal,
    "he_uniform": HeUniform,
    "identity": Identity,
    "identity_initializer": Identity,
    "kaiming": Kaiming,
    "lecun_normal": LecunNormal,
    "lecun_uniform": LecunUniform,
    "normal": RandomNormal,
    "one": Ones,
    "ones": Ones,
    "orthogonal": Orthogonal,
    "orthogonal_initializer": Orthogonal,
    "random_normal": RandomNormal,
    "random_uniform": RandomUniform,
    "truncated_normal": TruncatedNormal,
    "uniform": RandomUniform,
    "variance_scaling": VarianceScaling,
    "xavier": Xavier,
    "zero": Zeros,
    "zeros": Zeros,
}


def get(identifier: Any) -> Initializer:
    """Return the initializer that ``identifier`` means.

    It may be a name in any spelling (``"glorot_uniform"``, ``"GlorotUniform"``), a class, an instance, a function
    ``f(shape, dtype=None)``, an array or number (as `Constant`), or a config. ``None`` is Keras's default for weights,
    `GlorotUniform`. ``"normal"`` is Keras's ``RandomNormal(0, 0.05)``; for ``N(0, 1)`` write
    ``RandomNormal(stddev=1.0)``.

    Raises:
        ValueError: for an unknown name, with the nearest known one.
        TypeError: for anything else.

    >>> get("HeNormal")
    HeNormal(seed=None, input_axes=None, output_axes=None)
    """
    if identifier is None:
        return GlorotUniform()
    made = make("initializer", identifier, NAMES, Initializer)
    if made is not None:
        return made
    if callable(identifier):
        return FunctionInitializer(identifier)
    if isinstance(identifier, (int, float, np.ndarray, np.generic)) and not isinstance(identifier, bool):
        return Constant(identifier)
    raise TypeError(
        f"An initializer is a name, an Initializer, or a function f(shape, dtype=None). "
        f"Received: {identifier!r} of type {type(identifier).__name__}."
    )


def serialize(initializer: Initializer | None) -> dict[str, Any] | None:
    """Return the config from which `get` makes an equal initializer."""
    return configured(initializer)


def deserialize(config: Any, custom_objects: Any = None) -> Initializer:
    """Return the initializer that `serialize` (or ``keras.initializers.serialize``) wrote.

    ``custom_objects`` maps the names of the user's own classes to the classes.
    """
    return get(from_custom(config, custom_objects))
