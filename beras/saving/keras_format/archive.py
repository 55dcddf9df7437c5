"""The zip archive that a ``.keras`` file is: its members are read by name, into memory, and never unpacked."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

__all__ = ["Archive", "read_archive", "written_archive"]

CONFIG = "config.json"
METADATA = "metadata.json"
WEIGHTS = "model.weights.h5"

#: A configuration longer than this, in bytes, is none of a model.
LONGEST_CONFIG = 1 << 26
#: A member that is larger than this, in bytes, and expands by more than this factor, is there to fill the memory.
LARGE, MOST_EXPANSION = 1 << 28, 100

#: What other libraries pack into zip archives, by how the name of a member ends.
OTHERS = {
    ".npy": "NumPy's .npz",
    ".pkl": "torch's .pt, a pickle, which beras never loads, since it can execute code",
    ".pb": "TensorFlow's SavedModel",
}


class Archive(NamedTuple):
    """What a ``.keras`` file holds."""

    config: Any
    weights: bytes


def read_archive(path: Path) -> Archive:
    """Return the configuration and the bytes of the weights in a ``.keras`` file.

    Raises:
        ValueError: when it is no complete archive of Keras's, has members whose names lead out of a folder, or is
            made to fill the memory.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            _check_members(path, members)
            config, weights = (_read(path, archive, name) for name in (CONFIG, WEIGHTS))
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError, _zlib_error()) as error:
        raise ValueError(
            f"{str(path)!r} is not a complete .keras file: {error}. Received: {path.stat().st_size:,} bytes. It may "
            f"have been cut off in copying or downloading: fetch it again, or take an earlier checkpoint."
        ) from error
    try:
        return Archive(json.loads(config), weights)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"The configuration in {str(path)!r} is damaged ({error!r}).") from error


def _check_members(path: Path, members: list[zipfile.ZipInfo]) -> None:
    names = [member.filename for member in members]
    for name in names:
        pure = PurePosixPath(name)
        if pure.is_absolute() or ".." in pure.parts or "\\" in name or ":" in name:
            raise ValueError(f"{str(path)!r} is refused: the name of its member {name!r} leads out of the archive.")
    for name in (CONFIG, WEIGHTS):
        if names.count(name) > 1:
            raise ValueError(f"{str(path)!r} is refused: it has {names.count(name)} members of the name {name!r}.")
        if name not in names:
            kind = next((kind for name in names for end, kind in OTHERS.items() if name.endswith(end)), None)
            what = f"It looks like {kind}." if kind else f"Received: {', '.join(map(repr, names[:5])) or 'no member'}."
            raise ValueError(f"{str(path)!r} is no .keras file: it has no member {name!r}. {what}")


def _read(path: Path, archive: zipfile.ZipFile, name: str) -> bytes:
    member = archive.getinfo(name)
    stored = min(member.compress_size, path.stat().st_size)
    limit = LONGEST_CONFIG if name == CONFIG else max(LARGE, MOST_EXPANSION * stored)
    if member.file_size > limit:
        raise ValueError(
            f"{str(path)!r} is refused: its member {name!r} would fill {member.file_size:,} bytes of memory, from "
            f"{member.compress_size:,} in the file."
        )
    return archive.read(name)


def _zlib_error() -> type[Exception]:
    import zlib

    return zlib.error


def written_archive(config: Any, weights: bytes, keras_version: str) -> bytes:
    """Return the bytes of a ``.keras`` file."""
    from datetime import datetime

    metadata = {"keras_version": keras_version, "date_saved": datetime.now().strftime("%Y-%m-%d@%H:%M:%S")}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(METADATA, json.dumps(metadata))
        archive.writestr(CONFIG, json.dumps(config))
        archive.writestr(WEIGHTS, weights)
    return buffer.getvalue()
