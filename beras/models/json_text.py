"""Models as JSON texts: their architecture and how they were compiled, without weights."""

from __future__ import annotations

import warnings
from typing import Any

__all__ = ["model_from_json", "model_to_json"]


def model_to_json(model: Any, **options: Any) -> str:
    """Return the class, the configuration, the input shape and the compilation of ``model`` as JSON.

    ``options`` go to ``json.dumps``. How the model was compiled is left out, with a warning, where it cannot be written
    down (a loss that is a function, for example).

    Raises:
        TypeError: when a layer's configuration is more than plain values.
    """
    import json

    from beras.saving.model_file import model_config

    entry = json.loads(model_config(model))
    if model.compiled:
        try:
            entry["compile_config"] = json.loads(json.dumps(model.get_compile_config()))
        except (TypeError, ValueError) as error:
            warnings.warn(
                f"{model.name!r} is written down without the way it was compiled: {error} Compile it again when it "
                f"has been read.",
                stacklevel=3,
            )
    return json.dumps(entry, **options)


def model_from_json(json_string: str, custom_objects: dict[str, Any] | None = None) -> Any:
    """Return the model that ``model.to_json()`` wrote down: its weights are drawn anew, and it is compiled as it was.

    ``custom_objects`` maps names to the user's own classes, where they are not known by themselves.

    Raises:
        ValueError: for a text that is no such JSON, and for an unknown class.

    The Keras equivalent is ``keras.models.model_from_json``.

    >>> import beras
    >>> model = beras.Sequential([beras.Input((3,)), beras.layers.Dense(2)])
    >>> model_from_json(model.to_json()).count_params()
    8
    """
    import json

    from beras import models  # noqa: F401 (it registers the classes of models)
    from beras.core.classes import lookup

    try:
        entry = json.loads(json_string)
        class_name, config = entry["class_name"], entry["config"]
    except (TypeError, KeyError, json.JSONDecodeError) as error:
        raise ValueError(
            f"A model is made of the text that model.to_json() returns. Received: {json_string!r:.60} ({error!r})."
        ) from error
    model = lookup(class_name, custom_objects).from_config(config, custom_objects)
    if entry.get("build_input_shape") is not None:
        model.build_for(entry["build_input_shape"])
    if entry.get("compile_config") is not None:
        model.compile_from_config(entry["compile_config"], custom_objects)
    return model
