"""The weights of a model, and its optimizer's state, in Keras's HDF5 layout."""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from beras.saving.keras_format.archive import read_archive
from beras.saving.keras_format.hdf5 import read_array, stored_arrays, written_arrays
from beras.saving.keras_format.optimizers import places_of, state_from, written_state
from beras.saving.keras_format.places import LAYERS, VARIABLES, groups_of
from beras.saving.weight_names import misfits
from beras.saving.whole_file import write_whole

__all__ = ["load_weights", "save_weights", "weights_from", "written_weights"]

OPTIMIZER = f"optimizer/{VARIABLES}"

#: What Keras keeps beside weights: states of random generators, metrics, losses. They are not part of a model here.
NO_WEIGHTS = re.compile(r"(^|/)(seed_generator|_?metrics|_?loss_tracker|_compile_metrics|_loss)(_\d+)?/")

#: How Keras 2.13 called the layers.
OLD_LAYERS = "_layer_checkpoint_dependencies"


def save_weights(model: Any, path: Path) -> None:
    """Write the weights of ``model``, and its optimizer's state if it is compiled, to a ``.weights.h5`` file."""
    write_whole(path, written_weights(model))


def written_weights(model: Any, whole: bool = False) -> bytes:
    """Return the bytes of a ``.weights.h5`` file.

    An optimizer that is not built yet has no slots in it; in that of a ``whole`` model it has those that it will begin
    with, since Keras warns of a model's file without them.
    """
    groups: dict[str, tuple[str, Mapping[str, np.ndarray]]] = {}
    for path, owner in groups_of(model).items():
        arrays = {str(number): weight.numpy() for number, weight in enumerate(owner.own_weights)}
        groups[path] = (getattr(owner, "name", type(owner).__name__), arrays)
    optimizer = getattr(model, "optimizer", None)
    if optimizer is not None:
        groups[OPTIMIZER] = (optimizer.name, written_state(places_of(_built(optimizer, model) if whole else optimizer)))
    return written_arrays(groups)


def _built(optimizer: Any, model: Any) -> Any:
    """Return the optimizer, or one like it that is built."""
    if optimizer.built:
        return optimizer
    try:
        twin = type(optimizer).from_config(optimizer.get_config())
    except (TypeError, ValueError):  # its schedule is a function, so that Keras cannot have it either
        return optimizer
    twin.build(model.trainable_weights)
    return twin


def load_weights(model: Any, path: Path) -> None:
    """Read the weights of ``model`` from a ``.weights.h5`` or a ``.keras`` file.

    As in Keras the optimizer's state comes with them where the model has an optimizer that is built.

    Raises:
        ValueError: when it is no such file, or does not fit the model; then nothing was changed.
    """
    weights_from(model, repr(str(path)), path, stacklevel=6)


def weights_from(model: Any, label: str, source: Path | bytes, stacklevel: int) -> None:
    """Read weights, and the state of an optimizer that is built, all or nothing.

    A state that does not fit, as when layers were frozen after the optimizer was built, is left out with a warning, as
    in Keras.
    """
    if isinstance(source, Path) and _is_archive(source):
        source = read_archive(source).weights
    with stored_arrays(label, source) as stored:
        old = any(path.startswith(f"{OLD_LAYERS}/") for path in stored)
        if old:
            stored = {path.replace(OLD_LAYERS, LAYERS): dataset for path, dataset in stored.items()}
        _refuse_older_layout(label, stored)
        weights = {
            f"{path}/{number}": (owner, weight)
            for path, owner in groups_of(model).items()
            for number, weight in enumerate(owner.own_weights)
        }
        faults = [
            f"{_called(owner, weight)} {weight.shape} is missing from the file"
            for path, (owner, weight) in weights.items()
            if path not in stored
        ]
        faults += [
            f"{path!r} {stored[path].shape} of the file is not in the model"
            for path in sorted(stored)
            if path not in weights and not path.startswith(f"{OPTIMIZER}/") and not NO_WEIGHTS.search(path)
        ]
        faults += [
            f"{_called(owner, weight)} has shape {weight.shape} in the model and {stored[path].shape} in the file"
            for path, (owner, weight) in weights.items()
            if path in stored and stored[path].shape != weight.shape
        ]
        if faults:
            raise ValueError(misfits(label, faults))
        new = [(weight, read_array(label, path, stored[path])) for path, (_, weight) in weights.items()]
        state = _state(label, model, stored, stacklevel)
    for weight, value in new:
        weight.assign(value)
    if state:
        model.optimizer.load_state(state)


def _called(owner: Any, weight: Any) -> str:
    return repr(f"{getattr(owner, 'name', type(owner).__name__)}/{weight.name}")


def _is_archive(path: Path) -> bool:
    with open(path, "rb") as file:
        return file.read(4) == b"PK\x03\x04"


def _refuse_older_layout(label: str, stored: Mapping[str, Any]) -> None:
    """Raise ValueError for a file in the layout of Keras 2, where weights have names instead of numbers."""
    if stored and not any(re.search(rf"(^|/){VARIABLES}/\d+$", path) for path in stored):
        raise ValueError(
            f"{label} holds no weights in the layout of Keras 3. Received: {', '.join(map(repr, sorted(stored)[:3]))}. "
            f"A .h5 file of an earlier Keras is read by Keras itself, and written again with "
            f"model.save_weights('name.weights.h5')."
        )


def _state(label: str, model: Any, stored: Mapping[str, Any], stacklevel: int) -> dict[str, np.ndarray] | None:
    """Return the state of the model's optimizer, if it is built and the file has one that fits."""
    optimizer = getattr(model, "optimizer", None)
    paths = [f"{OPTIMIZER}/{number}" for number in range(sum(path.startswith(f"{OPTIMIZER}/") for path in stored))]
    if optimizer is None or not optimizer.built or not paths:
        return None
    places = places_of(optimizer)
    scalars = sum(place.name is not None and "/" not in place.name for place in places)
    if len(paths) == scalars:  # written before the first step
        return None
    shapes = [stored[path].shape if path in stored else None for path in paths]
    if shapes != [place.value.shape for place in places]:
        warnings.warn(
            f"The optimizer's state in {label} is not one of {type(optimizer).__name__} with its present settings and "
            f"this model's trainable weights: expected {len(places)} arrays of given shapes. Received: {len(paths)}. "
            f"It is left out; the weights are loaded.",
            stacklevel=stacklevel,
        )
        return None
    arrays = [read_array(label, path, stored[path]) for path in paths]
    return state_from(places, _checked(label, arrays))


def _checked(label: str, arrays: Sequence[np.ndarray]) -> Sequence[np.ndarray]:
    """Return the arrays of an optimizer; the first counts steps."""
    if arrays[0].dtype.kind not in "iu" or arrays[0] < 0:
        raise ValueError(f"{label} is damaged: the optimizer's count of steps is {arrays[0]}.")
    return arrays
