"""A whole model in one file: configuration, weights, and the optimizer's state."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np

from beras.core.budget import weights_at_most
from beras.saving.formats import KERAS_MODEL, KERAS_WEIGHTS, check_writable_format, format_of
from beras.saving.model_weights import read_order, refuse_to_overwrite, stored_weights
from beras.saving.optimizer_state import restore_optimizer, stored_optimizer, taken_optimizer
from beras.saving.registry import lookup
from beras.saving.tensors import load_weights_file, save_weights_file
from beras.saving.weight_names import assign_weights, named_weights
from beras.saving.whole_file import existing_file

__all__ = ["load_model", "model_config", "save_model"]


def save_model(model: Any, filepath: Any, overwrite: bool = True, include_optimizer: bool = True) -> None:
    """Write ``model`` to one file, ``.safetensors`` or Keras's ``.keras``, from which `load_model` makes it again.

    A ``.keras`` file is read by Keras too, and needs the extra ``keras``. In ``.safetensors`` the arrays are the
    weights, as ``<layer>/<weight>``, and the optimizer's state, as ``optimizer/...``; the file's metadata holds the
    configurations as JSON. Neither holds code. How the model was compiled is left out, with a warning, where it cannot
    be written down (a loss that is a function, for example).

    Raises:
        ValueError: for another ending of the name.
        TypeError: when a layer's configuration is more than plain values.
        FileExistsError: when the file is there and ``overwrite`` is false.
        OSError: when it cannot be written; an earlier file is untouched.
        ImportError: for ``.keras`` without h5py.

    The Keras equivalent is ``keras.saving.save_model``.
    """
    path = check_writable_format(filepath)
    refuse_to_overwrite(filepath, overwrite)
    if path.name.lower().endswith(KERAS_MODEL):
        _save_for_keras(model, path, include_optimizer)
        return
    named, texts = stored_weights(model)
    texts["config"] = model_config(model)
    compiled = _compile_config(model)
    if compiled is not None:
        texts["compile_config"] = compiled
        if include_optimizer and model.optimizer is not None:
            named |= stored_optimizer(model.optimizer)
    save_weights_file(filepath, named, {"beras_file": "model", **texts})


def _save_for_keras(model: Any, path: Any, include_optimizer: bool) -> None:
    import json

    from beras.saving.keras_format import save_model as save_keras_model

    if not include_optimizer:
        raise ValueError("A .keras file has the optimizer of a compiled model: include_optimizer=True.")
    config, compiled = json.loads(model_config(model)), _compile_config(model, stacklevel=5)
    save_keras_model(model, path, config, None if compiled is None else json.loads(compiled))


def model_config(model: Any) -> str:
    """Return the class, configuration and input shape of ``model`` as JSON.

    Raises:
        TypeError: when a layer's configuration is unknown, or more than plain values.
    """
    config = {"class_name": type(model).__name__, "config": model.get_config()}
    if model.input_shape is not None:
        config["build_input_shape"] = list(model.input_shape)
    try:
        return _to_json(config)
    except TypeError as error:
        raise TypeError(
            f"The configuration of {model.name!r} cannot be written down: {error}. get_config() of every layer must "
            f"return plain values. The weights alone can be saved with model.save_weights(path)."
        ) from error


def load_model(
    filepath: Any, custom_objects: Mapping[str, Any] | None = None, compile: bool = True, safe_mode: bool = True
) -> Any:
    """Return the model that `save_model` wrote: the same weights, bit for bit, and compiled as it was.

    Args:
        filepath: the ``.safetensors`` file, or the ``.keras`` file of Keras's or ours; its content decides, not its
            name.
        custom_objects: the user's own classes and functions by name, where they are not known by themselves.
        compile: whether to compile the model and to take over the optimizer's state, so that training goes on.
        safe_mode: Keras's; nothing that is loaded can execute code, so it does nothing.

    Raises:
        FileNotFoundError: when there is none.
        ValueError: when it is no such file, a class of it is unknown, or what it holds does not fit together.
        ImportError: for a ``.keras`` file without h5py.

    The Keras equivalent is ``keras.saving.load_model``.
    """
    path = existing_file(filepath)
    kind = format_of(path)
    if kind == KERAS_WEIGHTS:
        raise ValueError(
            f"{str(filepath)!r} is an HDF5 file, which holds weights only (a whole model in .h5 is an earlier "
            f"Keras's): make the model in code, and read them with model.load_weights(path)."
        )
    if kind == KERAS_MODEL:
        from beras import models
        from beras.saving.keras_format import load_model as load_keras_model

        return load_keras_model(path, custom_objects, compile)
    named, texts = load_weights_file(filepath)
    if "config" not in texts:
        what = "It holds weights only" if texts.get("beras_file") == "weights" else "It was not written by save_model"
        raise ValueError(
            f"{str(filepath)!r} holds no configuration of a model. {what}: make the model in code, and read them with "
            f"model.load_weights(path)."
        )
    import json

    from beras import models  # noqa: F401 (it registers the classes of models)

    state = taken_optimizer(named)
    entries = sum(value.size for value in named.values())
    try:
        config = json.loads(texts["config"])
        compiled = json.loads(texts["compile_config"]) if "compile_config" in texts else None
        cls = lookup(config["class_name"], custom_objects)
        settings = config["config"]
    except (json.JSONDecodeError, KeyError, TypeError) as error:
        raise ValueError(f"The configuration in {str(filepath)!r} is damaged ({error!r}).") from error
    with weights_at_most(entries):
        model = cls.from_config(settings, custom_objects)
        if config.get("build_input_shape") is not None:
            model.build_for(config["build_input_shape"])
    assign_weights(filepath, named_weights(model), named, read_order(texts))
    if compile and compiled is not None:
        model.compile_from_config(compiled, custom_objects)
        restore_optimizer(model, state)
    return model


def _compile_config(model: Any, stacklevel: int = 4) -> str | None:
    """Return how the model was compiled, as JSON, or ``None`` where it was not or that cannot be written down."""
    if not model.compiled:
        return None
    try:
        return _to_json(model.get_compile_config())
    except (TypeError, ValueError) as error:
        warnings.warn(
            f"{model.name!r} is saved without the way it was compiled, and without its optimizer's state: {error} "
            f"Compile it again after loading.",
            stacklevel=stacklevel,
        )
        return None


def _to_json(config: Any) -> str:
    import json

    return json.dumps(config, default=_plain)


def _plain(value: Any) -> Any:
    if isinstance(value, (np.generic, np.ndarray)):
        return value.tolist()
    if isinstance(value, np.dtype):
        return value.name
    raise TypeError(f"{value!r} is a {type(value).__name__}, not a plain value")
