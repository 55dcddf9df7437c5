"""The layers of a Sequential as plain values: the class's name and the constructor's arguments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from beras.core.classes import lookup
from beras.models.model import Model

__all__ = ["layer_entry", "layer_from_entry"]


def layer_entry(layer: Any) -> dict[str, Any]:
    """Return ``{"class_name": ..., "config": ...}``, from which `layer_from_entry` makes the layer again.

    A Layer has `get_config`. A Diffable of the user's need not: without it, only one whose constructor takes no
    arguments can be made again.

    Raises:
        TypeError: for a Diffable that takes arguments and has no ``get_config``.
    """
    cls = type(layer)
    if hasattr(layer, "get_config"):
        return {"class_name": cls.__name__, "config": layer.get_config()}
    from inspect import signature

    arguments = list(signature(cls).parameters)
    if arguments:
        raise TypeError(
            f"{cls.__name__} cannot be written down: nothing says which arguments it was made with "
            f"({', '.join(arguments)}). Define get_config(self), returning them by name as plain values; or derive "
            f"{cls.__name__} from beras.layers.Layer, which remembers them. The weights alone can be saved with "
            f"model.save_weights(path) or ModelCheckpoint(path, save_weights_only=True)."
        )
    return {"class_name": cls.__name__, "config": {}}


def layer_from_entry(entry: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None) -> Any:
    """Return a layer as `layer_entry` describes it; its weights are drawn anew.

    Raises:
        ValueError: for a class that is neither registered nor in ``custom_objects``.
    """
    cls, config = lookup(entry["class_name"], custom_objects), entry["config"]
    if not hasattr(cls, "from_config"):
        return cls(**config)
    if custom_objects and isinstance(cls, type) and issubclass(cls, Model):
        return cls.from_config(config, dict(custom_objects))
    return cls.from_config(config)
