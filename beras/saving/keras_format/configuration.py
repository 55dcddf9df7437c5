"""Configurations in Keras's form and in ours: plain values, in which a class is ``{"class_name": ..., "config": ...}``.

Keras adds where its class comes from (``module``, ``registered_name``). Of this nothing is ever imported here: a class
is found by its name among those of beras, the user's registered ones and ``custom_objects``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from beras import constraints, initializers, losses, metrics, optimizers, regularizers, schedules
from beras.core.classes import lookup
from beras.errors import did_you_mean
from beras.layers.arguments import arguments_of
from beras.saving.keras_format.classes import AS_ANOTHER, BERAS_ALONE, MODULES
from beras.saving.keras_format.optimizers import shortest

__all__ = ["from_keras", "to_keras", "written"]

#: Keras's module, and ours, of a class that stands under a key; the last word of the key decides.
KINDS: dict[str, tuple[str, Any]] = {
    "constraint": ("keras.constraints", constraints),
    "initializer": ("keras.initializers", initializers),
    "loss": ("keras.losses", losses),
    "metrics": ("keras.metrics", metrics),
    "optimizer": ("keras.optimizers", optimizers),
    "rate": ("keras.optimizers.schedules", schedules),
    "regularizer": ("keras.regularizers", regularizers),
}
LAYERS = "keras.layers"

#: What a class is written with.
CLASS = {"class_name", "config"}
#: What stands beside it for a layer in a graph: its name, and what it is called on.
BESIDE = ("name", "inbound_nodes")
#: How a value between two layers of a graph is written.
NODE = "__keras_tensor__"

#: Keys of Keras that say nothing that beras has, and mean nothing unless another one is set.
SILENT = {"renorm_momentum", "shared_object_id"}
#: Values of arguments that beras does not have, under which it computes the same.
NEUTRAL: tuple[Any, ...] = (None, False, "channels_last", [], {})

#: What holds code, or would be looked up in a module.
CODE = {"Lambda", "__lambda__", "__typespec__", "TorchModuleWrapper", "TFSMLayer", "JaxLayer", "FlaxLayer"}
#: What stands for a plain value, and which entry of its config this is.
PLAIN = {
    "DTypePolicy": "name",
    "SeedGenerator": "seed",
    "__bytes__": "value",
    "__numpy__": "value",
    "__tensor__": "value",
}


# Into Keras's form


def to_keras(class_name: str, config: Any, key: str = "layers") -> dict[str, Any]:
    """Return a class and its configuration, as ours is, in Keras's form; ``key`` is where they stand."""
    known = _is_ours(class_name, KINDS.get(_last_word(key), (LAYERS, None))[1])
    if known and class_name in AS_ANOTHER:
        class_name, more = AS_ANOTHER[class_name]
        config = {**config, **more}
    if class_name == "InputLayer":
        config = _input_layer(config)
    if class_name == "Sequential":
        config = {**config, "layers": _with_input(config["layers"])}
    return {
        "module": MODULES.get(class_name, KINDS.get(_last_word(key), (LAYERS,))[0]) if known else None,
        "class_name": class_name,
        "config": {name: written(value, name) for name, value in config.items()},
        "registered_name": None if known else class_name,
    }


def written(value: Any, key: str) -> Any:
    """Return plain values with all that has a class in Keras's form."""
    if isinstance(value, Mapping):
        if not value.keys() >= CLASS or value["class_name"] == NODE:
            return {name: written(item, key) for name, item in value.items()}
        beside = {name: written(item, key) for name, item in value.items() if name not in CLASS}
        return {**to_keras(value["class_name"], value["config"], key), **beside}
    if isinstance(value, (list, tuple)):
        return [written(item, key) for item in value]
    if isinstance(value, (np.generic, np.ndarray)):
        return value.tolist()
    return value


def _input_layer(config: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in config.items() if name in ("name", "dtype", "batch_shape")}
    if "batch_shape" not in kept:
        kept["batch_shape"] = [config["batch_size"], *config["shape"]]
    return {**kept, "sparse": False}


def _with_input(layers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the layers of a Sequential; the ``input_shape`` of the first becomes an InputLayer before it."""
    plain = []
    for number, entry in enumerate(layers):
        config = dict(entry["config"])
        shape = config.pop("input_shape", None) if isinstance(config.get("input_shape"), (list, tuple)) else None
        if shape is not None and number == 0:
            settings = {"batch_shape": [None, *shape], "dtype": config.get("dtype"), "name": f"{config['name']}_input"}
            plain.append({"class_name": "InputLayer", "config": settings})
        plain.append({**entry, "config": config})
    return plain


def _last_word(key: str) -> str:
    return key.rpartition("_")[2]


def _is_ours(class_name: str, module: Any) -> bool:
    if class_name in BERAS_ALONE:
        return False
    if module is not None:
        return hasattr(module, class_name)
    try:
        return lookup(class_name).__module__.partition(".")[0] == "beras"
    except ValueError:
        return False


# From Keras's form


def from_keras(value: Any, key: str = "layers", custom_objects: Mapping[str, Any] | None = None) -> Any:
    """Return plain values as Keras writes them in our form; ``key`` is where they stand.

    Raises:
        ValueError: for a part that holds code, and an argument that beras does not have and that changes a result.
    """
    if isinstance(value, list):
        return [from_keras(item, key, custom_objects) for item in value]
    if not isinstance(value, dict):
        return value
    if not value.keys() >= CLASS or value["class_name"] == NODE:
        return {name: from_keras(item, key, custom_objects) for name, item in value.items()}
    name, config = value["class_name"], value["config"]
    if not isinstance(name, str):
        raise ValueError(f"The name of a class is a text. Received: {name!r}.")
    if name in CODE and name not in (custom_objects or {}):
        raise ValueError(
            f"The file has a {name}, which holds code: nothing that is loaded is executed here. Write it as a class "
            f"derived from beras.layers.Layer, or pass custom_objects={{{name!r}: your class}}."
        )
    if name in PLAIN:
        return config[PLAIN[name]]
    if name == "function":
        return (custom_objects or {}).get(config, config)
    if not isinstance(config, dict):
        raise ValueError(f"The configuration of a {name} is a dict. Received: {config!r}.")
    settings = {item: from_keras(inside, item, custom_objects) for item, inside in config.items()}
    cls = _class(name, key, custom_objects)
    if _last_word(key) == "optimizer" and isinstance(settings.get("learning_rate"), float):
        settings["learning_rate"] = shortest(settings["learning_rate"])
    if cls is not None and cls.__module__.partition(".")[0] == "beras":
        settings = _known(cls, settings)
    if name in MODULES:  # in Keras a model's own flag freezes nothing in it: its layers say which of them are frozen
        settings["trainable"] = True
    beside = {item: from_keras(value[item], key, custom_objects) for item in BESIDE if item in value}
    return {"class_name": name, "config": settings, **beside}


def _class(name: str, key: str, custom_objects: Mapping[str, Any] | None) -> Any:
    """Return the class of a name, or ``None``: then whoever makes it says so."""
    module = KINDS.get(_last_word(key), (LAYERS, None))[1]
    if name in (custom_objects or {}):
        return None
    if module is not None:
        found = getattr(module, name, None)
        return found if isinstance(found, type) else None
    return lookup(name, custom_objects)


#: Configurations that a class reads beyond its constructor's arguments.
BEYOND = {"Sequential": ("layers", "build_input_shape", "dtype"), "Functional": None}


def _known(cls: type, settings: dict[str, Any]) -> dict[str, Any]:
    """Return the settings that ``cls`` takes, without those that change nothing."""
    more = BEYOND.get(cls.__name__, ())
    if more is None:
        return settings
    known = (*arguments_of(cls), *more)
    kept = {}
    for name, value in settings.items():
        if name in known:
            kept[name] = value
        elif name not in SILENT and not any(type(value) is type(same) and value == same for same in NEUTRAL):
            raise ValueError(
                f"{cls.__name__} has no argument {name!r} in beras.{did_you_mean(name, known)} "
                f"Received: {name}={value!r}."
            )
    return kept
