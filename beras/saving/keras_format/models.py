"""A whole model in a ``.keras`` file: configuration, weights, and how it was compiled."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from beras.core.budget import weights_at_most
from beras.core.classes import lookup
from beras.saving.keras_format.archive import read_archive, written_archive
from beras.saving.keras_format.configuration import from_keras, to_keras, written
from beras.saving.keras_format.hdf5 import stored_arrays
from beras.saving.keras_format.weights import weights_from, written_weights
from beras.saving.whole_file import write_whole

__all__ = ["load_model", "save_model"]

#: The version of Keras whose files these are.
KERAS_VERSION = "3.15.1"

#: What Keras's compile takes besides, as it is without being said.
COMPILED = {"loss_weights": None, "run_eagerly": False, "steps_per_execution": 1, "jit_compile": "auto"}

#: What a configuration that means nothing makes its readers raise.
SENSELESS = (
    *(ArithmeticError, AssertionError, AttributeError, LookupError),
    *(MemoryError, RuntimeError, TypeError, ValueError),
)


def save_model(model: Any, path: Path, config: Mapping[str, Any], compiled: Mapping[str, Any] | None) -> None:
    """Write ``model``, whose configurations are ``config`` and ``compiled``, to a ``.keras`` file."""
    saved = to_keras(config["class_name"], config["config"])
    if config.get("build_input_shape") is not None:
        saved["build_config"] = {"input_shape": config["build_input_shape"]}
    if compiled is not None:
        saved["compile_config"] = {**COMPILED, **{key: written(value, key) for key, value in compiled.items()}}
    write_whole(path, written_archive(saved, written_weights(model, whole=True), KERAS_VERSION))


def load_model(path: Path, custom_objects: Mapping[str, Any] | None = None, compile: bool = True) -> Any:
    """Return the model in a ``.keras`` file, of Keras's or of `save_model`'s.

    Raises:
        ValueError: for a file that is damaged, holds code, or describes a model that beras does not have.
    """
    archive = read_archive(path)
    label = repr(str(path))
    with stored_arrays(label, archive.weights) as stored:
        entries = sum(dataset.size for dataset in stored.values())
    try:
        with weights_at_most(entries):
            model = _model(archive.config, custom_objects)
            if compile and archive.config.get("compile_config"):
                _compile(model, archive.config["compile_config"], custom_objects)
                if model.optimizer is not None and model.weights:
                    model.optimizer.build(model.trainable_weights)
    except SENSELESS as error:
        raise ValueError(f"The model in {label} cannot be made: {_said(error)}") from error
    weights_from(model, label, archive.weights, stacklevel=5)
    return model


def _said(error: BaseException) -> str:
    return str(error) if isinstance(error, (NotImplementedError, TypeError, ValueError)) else repr(error)


def _model(config: Any, custom_objects: Mapping[str, Any] | None) -> Any:
    if not isinstance(config, dict) or not {"class_name", "config"} <= config.keys():
        raise ValueError("its configuration names no class.")
    plain = from_keras({"class_name": config["class_name"], "config": config["config"]}, "layers", custom_objects)
    cls = lookup(plain["class_name"], custom_objects)
    if not hasattr(cls, "compile_from_config"):
        raise ValueError(f"{plain['class_name']!r} is no model.")
    model = cls.from_config(plain["config"], dict(custom_objects or {}))
    if not config["config"].get("trainable", True):  # of the model itself it is heeded
        model.trainable = False
    shape = (config.get("build_config") or {}).get("input_shape")
    if shape is not None and not model.built:
        model.build_for([None, *shape[1:]])
    return model


def _compile(model: Any, config: Any, custom_objects: Mapping[str, Any] | None) -> None:
    keys = ("optimizer", "loss", "loss_weights", "metrics", "weighted_metrics")
    plain = {key: from_keras(config.get(key), key, custom_objects) for key in keys}
    model.compile_from_config(plain, dict(custom_objects or {}))
