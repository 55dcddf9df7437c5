"""clone_model: the same architecture with new weights."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

from beras.layers import InputLayer
from beras.layers.node import nodes_in, resolved
from beras.models.functional import Functional
from beras.models.layer_entries import layer_entry
from beras.models.model import Model
from beras.models.sequential import Sequential

__all__ = ["clone_model"]


def clone_model(
    model: Any,
    input_tensors: Any = None,
    clone_function: Callable[[Any], Any] | None = None,
    call_function: Any = None,
    recursive: bool = False,
    **kwargs: Any,
) -> Any:
    """Return a model of the same layers with new weights, built and compiled where ``model`` is.

    A layer that stands in several places is one layer in as many.

    Args:
        model: a Sequential, ``Model(inputs, outputs)``, or another Model whose class has a constructor that
            `get_config` describes.
        input_tensors: Keras's; ``None`` only.
        clone_function: ``f(layer)`` makes each layer of a Sequential or a graph but its Inputs; otherwise
            ``type(layer).from_config(layer.get_config())``.
        call_function: ``f(layer, *args, **kwargs)`` calls a cloned layer of a graph on its nodes.
        recursive: whether ``clone_function`` is used for the layers of a model inside instead of for itself.

    Raises:
        TypeError: for something that is no model, for another argument, and for a layer that cannot say its
            configuration.
        ValueError: for ``clone_function`` with a class of the user's own, whose layers are not known.

    The Keras equivalent is ``keras.models.clone_model``.

    >>> import beras
    >>> model = Sequential([beras.Input((3,)), beras.layers.Dense(2), beras.layers.BatchNormalization()])
    >>> twin = clone_model(model)
    >>> twin.count_params(), twin.layers[0] is model.layers[0]
    (16, False)
    """
    for argument in kwargs:
        from beras.errors import did_you_mean

        raise TypeError(f"clone_model takes no argument {argument!r}.{did_you_mean(argument, ARGUMENTS)}")
    if not isinstance(model, Model):
        raise TypeError(f"clone_model takes a model. Received: {type(model).__name__}.")
    if input_tensors is not None:
        raise ValueError(
            f"clone_model makes Inputs of its own. Received: input_tensors={input_tensors!r}. Leave it out, and call "
            f"the clone on them."
        )
    if call_function is not None and not isinstance(model, Functional):
        raise ValueError(
            f"call_function belongs to models that were made by calling layers on an Input. Received: "
            f"call_function={call_function!r} for {model.name!r}, a {type(model).__name__}."
        )
    clones = _Clones(clone_function, call_function or _called, recursive)
    if isinstance(model, (Sequential, Functional)):
        clone: Any = clones.model(model)
    elif clone_function is not None:
        raise ValueError(
            f"clone_function is asked about the layers of a Sequential or a graph; those of {model.name!r}, a "
            f"{type(model).__name__}, are made in its constructor. Leave it out."
        )
    else:
        clone = _again(model)
    if model.input_shape is not None:
        clone.build_for(model.input_shape)
    _compile_alike(clone, model)
    return clone


ARGUMENTS = ("clone_function", "call_function", "recursive")


class _Clones:
    """The clones made so far, so that a layer that stands twice is cloned once."""

    def __init__(self, function: Callable[[Any], Any] | None, call: Callable[..., Any], recursive: bool):
        self._function, self._call, self._recursive = function or _again, call, recursive
        self._made: dict[int, Any] = {}

    def of(self, layer: Any) -> Any:
        if id(layer) not in self._made:
            inside = self._recursive and isinstance(layer, (Sequential, Functional))
            kept = _again if isinstance(layer, InputLayer) else self._function
            self._made[id(layer)] = self.model(layer) if inside else kept(layer)
        return self._made[id(layer)]

    def model(self, model: Sequential | Functional) -> Any:
        if isinstance(model, Functional):
            return self._graph(model)
        layers = [self.of(layer) for layer in model._layers]
        return Sequential(layers, trainable=model.trainable, name=model.name)

    def _graph(self, model: Functional) -> Functional:
        nodes: dict[int, Any] = {}
        for placement in model.placements:
            layer = self.of(placement.layer)
            if placement.args:
                params = {name: resolved(value, nodes) for name, value in placement.params.items()}
                found = self._call(layer, *(resolved(arg, nodes) for arg in placement.args), **params)
            else:
                found = layer.node
            nodes |= {id(old): new for old, new in zip(placement.outputs, nodes_in(found), strict=True)}
        inputs, outputs = resolved(model.input, nodes), resolved(model.output, nodes)
        return Functional(inputs, outputs, name=model.name, trainable=model.trainable)


def _called(layer: Any, *args: Any, **params: Any) -> Any:
    return layer(*args, **params)


def _again(layer: Any) -> Any:
    """Return a layer of the same class and configuration."""
    config = layer_entry(layer)["config"]
    return type(layer).from_config(config) if hasattr(layer, "from_config") else type(layer)(**config)


def _compile_alike(clone: Any, model: Any) -> None:
    if not model.compiled:
        return
    try:
        config = model.get_compile_config()
    except (TypeError, ValueError) as error:
        warnings.warn(
            f"The clone of {model.name!r} is not compiled: {error} Compile it before it is trained.", stacklevel=3
        )
        return
    clone.compile_from_config(config)
