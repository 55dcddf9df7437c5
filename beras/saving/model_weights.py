"""The weights of a model in a file, without its configuration."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import numpy as np

from beras.saving.formats import check_writable_format
from beras.saving.tensors import load_weights_file, save_weights_file
from beras.saving.weight_names import assign_weights, named_weights

__all__ = [
    "OPTIMIZER",
    "load_weights",
    "read_order",
    "refuse_to_overwrite",
    "save_weights",
    "stored_weights",
]

#: What the names of an optimizer's arrays begin with.
OPTIMIZER = "optimizer/"


def save_weights(model: Any, filepath: Any, overwrite: bool = True) -> None:
    """Write the weights of ``model`` to a ``.safetensors`` file, by the names of layers and weights: ``dense/kernel``.

    Raises:
        ValueError: for another ending of the name, or a model that has no weights yet.
        FileExistsError: when the file is there and ``overwrite`` is false.
        OSError: when it cannot be written; an earlier file is untouched.

    The Keras equivalent is ``keras.Model.save_weights``.
    """
    refuse_to_overwrite(filepath, overwrite)
    named, texts = stored_weights(model)
    if not named:
        raise ValueError(
            f"{model.name!r} has no weights yet: they are made at its first call. Call it once, or begin it with an "
            f"Input((n_in,))."
        )
    save_weights_file(filepath, named, {"beras_file": "weights", **texts})


def load_weights(model: Any, filepath: Any, skip_mismatch: bool = False) -> None:
    """Read the weights of ``model`` from a ``.safetensors`` file of `save_weights` or `save_model`, bit for bit.

    Raises:
        FileNotFoundError: when there is none.
        ValueError: when it is no such file, or its names or shapes do not fit; then nothing was changed.

    The Keras equivalent is ``keras.Model.load_weights``.
    """
    if skip_mismatch:
        raise ValueError("load_weights takes all weights or none. Received: skip_mismatch=True.")
    named, texts = load_weights_file(filepath)
    weights = named_weights(model)
    if not weights and named:
        raise ValueError(
            f"{model.name!r} has no weights yet to load into: they are made at its first call. Call it once, or begin "
            f"it with an Input((n_in,))."
        )
    own = {name: value for name, value in named.items() if not name.startswith(OPTIMIZER)}
    assign_weights(filepath, weights, own, read_order(texts))


def stored_weights(model: Any) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """Return the arrays of a model by name, and the texts that stand beside them: the order, and the version."""
    named = {name: weight.numpy() for name, weight in named_weights(model).items()}
    reserved = next((name for name in named if name.startswith(OPTIMIZER)), None)
    if reserved is not None:
        raise ValueError(
            f"{reserved!r} cannot be saved: names that begin with {OPTIMIZER!r} are the optimizer's. "
            f"Give the layer another name."
        )
    import json
    from importlib.metadata import PackageNotFoundError, version

    try:
        release = version("beras")
    except PackageNotFoundError:
        release = "unknown"
    return named, {"beras_version": release, "weights": json.dumps(list(named))}


def read_order(texts: Mapping[str, str]) -> list[str] | None:
    """Return the names of the weights in the model's order, if the file lists them."""
    import json

    try:
        order = json.loads(texts["weights"])
    except (KeyError, ValueError):
        return None
    return [str(name) for name in order] if isinstance(order, list) else None


def refuse_to_overwrite(path: Any, overwrite: bool) -> None:
    """Raise FileExistsError when the file is there and must not be replaced; ValueError for a format not written."""
    if not overwrite and check_writable_format(path).exists():
        raise FileExistsError(f"{os.fspath(path)!r} exists. Pass overwrite=True to replace it.")
