"""The weights of a model in a file, without its configuration."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import numpy as np

from beras.errors import did_you_mean
from beras.saving.formats import KERAS_WEIGHTS, SUFFIX, check_writable_format, format_of
from beras.saving.optimizer_state import OPTIMIZER
from beras.saving.tensors import load_weights_file, save_weights_file
from beras.saving.torch_names import from_torch_names, to_torch_names
from beras.saving.weight_names import assign_weights, named_weights
from beras.saving.whole_file import existing_file

__all__ = [
    "load_weights",
    "read_order",
    "refuse_to_overwrite",
    "save_weights",
    "stored_weights",
]

#: Whose names and layouts the weights of a file may have.
NAMES = ("beras", "torch")


def save_weights(model: Any, filepath: Any, overwrite: bool = True, names: str = "beras") -> None:
    """Write the weights of ``model`` to a file: ``.safetensors``, or Keras's ``.weights.h5``.

    In ``.safetensors`` they are called by layer and weight, ``dense/kernel``. With ``names="torch"`` they have the
    names and layouts of torch, those of ``model.to_torch().state_dict()``: ``dense.weight``, ``(n_out, n_in)``. In
    ``.weights.h5`` (which needs the extra ``keras``) they are as in Keras, with the optimizer's state.

    Raises:
        ValueError: for another ending of the name, for other ``names``, or a model that has no weights yet.
        FileExistsError: when the file is there and ``overwrite`` is false.
        OSError: when it cannot be written; an earlier file is untouched.
        ImportError: for ``.weights.h5`` without h5py.

    The Keras equivalent is ``keras.Model.save_weights``.
    """
    refuse_to_overwrite(filepath, overwrite, "weights")
    path = check_writable_format(filepath, "weights")
    named, texts = stored_weights(model)
    if not named:
        raise ValueError(
            f"{model.name!r} has no weights yet: they are made at its first call. Call it once, or begin it with an "
            f"Input((n_in,))."
        )
    if path.name.lower().endswith(KERAS_WEIGHTS):
        _check_names(names, ("beras",))
        from beras.saving.keras_format import save_weights as save_keras_weights

        save_keras_weights(model, path)
        return
    _check_names(names, NAMES)
    if names == "torch":
        save_weights_file(path, to_torch_names(model), {"format": "pt"})
        return
    save_weights_file(path, named, {"beras_file": "weights", **texts})


def load_weights(model: Any, filepath: Any, skip_mismatch: bool = False, names: str = "beras") -> None:
    """Read the weights of ``model`` from a file, bit for bit.

    The file may be a ``.safetensors`` of `save_weights` or `save_model`, or a ``.weights.h5`` or ``.keras`` of Keras's
    or ours; its content decides, not its name. From Keras's the state of an optimizer that is built comes with them.
    ``names="torch"`` reads a ``.safetensors`` with the names and layouts of torch.

    Raises:
        FileNotFoundError: when there is none.
        ValueError: when it is no such file, or its names or shapes do not fit; then nothing was changed.
        ImportError: for one of Keras's files without h5py.

    The Keras equivalent is ``keras.Model.load_weights``.
    """
    if skip_mismatch:
        raise ValueError("load_weights takes all weights or none. Received: skip_mismatch=True.")
    path = existing_file(filepath)
    is_ours = format_of(path) == SUFFIX
    _check_names(names, NAMES if is_ours else ("beras",))
    named, texts = load_weights_file(path) if is_ours else ({}, {})
    weights = named_weights(model)
    if not weights and (named or not is_ours):
        raise ValueError(
            f"{model.name!r} has no weights yet to load into: they are made at its first call. Call it once, or begin "
            f"it with an Input((n_in,))."
        )
    if not is_ours:
        from beras.saving.keras_format import load_weights as load_keras_weights

        load_keras_weights(model, path)
        return
    own = {name: value for name, value in named.items() if not name.startswith(OPTIMIZER)}
    if names == "torch":
        own = from_torch_names(model, own)
    assign_weights(filepath, weights, own, read_order(texts))


def _check_names(names: str, allowed: tuple[str, ...]) -> None:
    if names not in allowed:
        hint = did_you_mean(names, allowed) or " A file of Keras's has Keras's own." * (names in NAMES)
        raise ValueError(f"names must be {' or '.join(map(repr, allowed))} here.{hint} Received: names={names!r}.")


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


def refuse_to_overwrite(path: Any, overwrite: bool, content: str = "model") -> None:
    """Raise FileExistsError when the file is there and must not be replaced; ValueError for a format not written."""
    if not overwrite and check_writable_format(path, content).exists():
        raise FileExistsError(f"{os.fspath(path)!r} exists. Pass overwrite=True to replace it.")
