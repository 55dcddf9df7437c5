"""Activations by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from beras.activations.gated import gelu, glu, hard_silu, mish, silu
from beras.activations.linear import exponential, linear
from beras.activations.rectifiers import celu, elu, leaky_relu, relu, relu6, selu, threshold
from beras.activations.shrinking import hard_shrink, soft_shrink, tanh_shrink
from beras.activations.sigmoids import hard_sigmoid, hard_tanh, sigmoid, softsign, sparse_sigmoid, tanh
from beras.activations.softmaxes import log_softmax, softmax, sparsemax
from beras.activations.softplus import log_sigmoid, softplus, sparse_plus, squareplus
from beras.core.lookup import find, from_custom

__all__ = ["NAMES", "deserialize", "get", "serialize"]

Activation = Callable[..., Any]

FUNCTIONS: tuple[Activation, ...] = (
    *(celu, elu, exponential, gelu, glu, hard_shrink, hard_sigmoid, hard_silu, hard_tanh, leaky_relu, linear),
    *(log_sigmoid, log_softmax, mish, relu, relu6, selu, sigmoid, silu, soft_shrink, softmax, softplus, softsign),
    *(sparse_plus, sparse_sigmoid, sparsemax, squareplus, tanh, tanh_shrink, threshold),
)
NAMES: dict[str, Activation] = {
    **{function.__name__: function for function in FUNCTIONS},
    "hard_swish": hard_silu,
    "swish": silu,
}


def get(identifier: Any) -> Activation:
    """Return the activation function that ``identifier`` means.

    It may be a name in any spelling, or a function (or an object that is called with one array); ``None`` is `linear`.

    Raises:
        ValueError: for an unknown name, with the nearest known one.
        TypeError: for anything else.

    >>> get("relu") is relu, get(None) is linear
    (True, True)
    """
    if identifier is None:
        return linear
    if isinstance(identifier, str):
        return find("activation", identifier, NAMES)
    if isinstance(identifier, type):
        raise TypeError(f"Received the class {identifier.__name__} as an activation. Write {identifier.__name__}().")
    if callable(identifier):
        return identifier
    raise TypeError(
        f"An activation is a name, a function of one array, or None. "
        f"Received: {identifier!r} of type {type(identifier).__name__}."
    )


def serialize(activation: Activation) -> str:
    """Return the name from which `get` finds ``activation`` again.

    Raises:
        ValueError: for a function that is none of the built-in ones.

    >>> serialize(relu)
    'relu'
    """
    name = getattr(activation, "__name__", type(activation).__name__)
    if NAMES.get(name) is not activation:
        raise ValueError(
            f"The activation {name!r} is not built in, so it cannot be written down by name. Use one of these: "
            f"{', '.join(sorted(NAMES))}; or make it a layer of its own, with get_config()."
        )
    return name


def deserialize(config: Any, custom_objects: Any = None) -> Activation:
    """Return the activation that `serialize` wrote; ``custom_objects`` maps the names of the user's own to them.

    >>> deserialize("relu") is relu
    True
    """
    return get(from_custom(config, custom_objects))
