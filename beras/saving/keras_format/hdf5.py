"""Arrays in an HDF5 file: only what lies in the file itself, and only in the shapes that are expected."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from beras.saving.formats import require_h5py

__all__ = ["read_array", "stored_arrays", "written_arrays"]

#: An array that is larger than this, in bytes, and expands by more than this factor, is there to fill the memory.
LARGE, MOST_EXPANSION = 1 << 26, 1000

#: What h5py raises for a file whose bytes make no sense.
DAMAGED = (OSError, KeyError, RuntimeError, TypeError, AttributeError, UnicodeDecodeError, OverflowError, MemoryError)


@contextmanager
def stored_arrays(label: str, source: Path | bytes) -> Iterator[dict[str, Any]]:
    """Yield the datasets of a file, or of its bytes, by their paths: ``layers/dense/vars/0``; none is read yet.

    Raises:
        ValueError: when it is no complete HDF5 file, and for links, arrays that lie in other files, and what is
            neither a group nor an array of numbers. ``label`` is how the file is called in these messages.
    """
    h5py = require_h5py()
    try:
        file = h5py.File(io.BytesIO(source) if isinstance(source, bytes) else source, "r")
    except DAMAGED as error:
        raise ValueError(
            f"{label} is not a complete HDF5 file: {error}. It may have been cut off in copying or downloading: fetch "
            f"it again, or take an earlier checkpoint."
        ) from error
    with file:
        try:
            found = _walk(label, h5py, file)
        except DAMAGED as error:
            raise ValueError(f"{label} is damaged: {error}.") from error
        yield found


def _walk(label: str, h5py: Any, file: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    seen = {_address(h5py, file)}
    open_groups = [("", file)]
    while open_groups:
        prefix, group = open_groups.pop()
        for name in group:
            path = f"{prefix}{name}"
            link = group.get(name, getlink=True)
            if not isinstance(link, h5py.HardLink):
                raise ValueError(f"{label} is refused: {path!r} is a link to another place ({type(link).__name__}).")
            item = group[name]
            if _address(h5py, item) in seen:
                raise ValueError(f"{label} is refused: {path!r} is another name for a part of it.")
            seen.add(_address(h5py, item))
            if isinstance(item, h5py.Group):
                open_groups.append((f"{path}/", item))
            else:
                _check(label, h5py, path, item)
                found[path] = item
    return found


def _address(h5py: Any, item: Any) -> Any:
    return h5py.h5o.get_info(item.id).addr


def _check(label: str, h5py: Any, path: str, item: Any) -> None:
    if not isinstance(item, h5py.Dataset):
        raise ValueError(f"{label} is refused: {path!r} is neither a group nor an array.")
    if item.external or item.is_virtual:
        raise ValueError(f"{label} is refused: the array {path!r} lies in another file.")
    if item.shape is None or item.dtype.kind not in "fiub":
        raise ValueError(f"{label}: {path!r} is no array of numbers that NumPy has. Received: dtype {item.dtype}.")
    size = math.prod(item.shape) * item.dtype.itemsize
    if size > max(LARGE, MOST_EXPANSION * item.id.get_storage_size()):
        raise ValueError(
            f"{label} is refused: the array {path!r} would fill {size:,} bytes of memory, from "
            f"{item.id.get_storage_size():,} in the file."
        )


def read_array(label: str, path: str, dataset: Any) -> np.ndarray:
    """Return the numbers of a dataset whose shape is the one that is expected.

    Raises:
        ValueError: when they cannot be read.
    """
    try:
        return np.asarray(dataset[()])
    except DAMAGED as error:
        raise ValueError(f"{label} is damaged: {path!r} cannot be read ({error}).") from error


def written_arrays(groups: Mapping[str, tuple[str, Mapping[str, np.ndarray]]]) -> bytes:
    """Return the bytes of a file with ``{path of a group: (its name, {name of an array: array})}``."""
    h5py = require_h5py()
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        for path, (name, arrays) in groups.items():
            group = file.create_group(path)
            group.attrs["name"] = name
            for key, value in arrays.items():
                group[key] = value
    return buffer.getvalue()
