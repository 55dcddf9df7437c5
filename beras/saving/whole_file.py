"""Files that are there or not: written all or nothing, and looked for before they are read."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from beras.errors import did_you_mean
from beras.files import replacing

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["existing_file", "write_whole"]


def write_whole(path: Path, data: Any) -> None:
    """Write the bytes ``data``; a file that was there before is replaced by all of them or not at all.

    Raises:
        OSError: when they cannot be written, the disk being full for example; an earlier file is untouched.
    """
    try:
        with replacing(path) as file:
            file.write(data)
    except OSError as error:
        reason = error.strerror or str(error)
        if not path.parent.is_dir():
            reason = f"the folder {str(path.parent)!r} does not exist"
        raise OSError(
            error.errno,
            f"The {len(data):,} bytes of {path.name!r} could not be written: {reason}. "
            f"Nothing was changed; a file that had this name is still whole",
            str(path),
        ) from error


def existing_file(path: Any) -> Path:
    """Return ``path`` as a Path.

    Raises:
        FileNotFoundError: when there is no file, with the nearest name in its folder.
    """
    from pathlib import Path

    path = Path(os.fspath(path))
    if not path.is_file():
        near = did_you_mean(path.name, [p.name for p in path.parent.iterdir()]) if path.parent.is_dir() else ""
        what = "is a folder, not a file" if path.is_dir() else "does not exist"
        raise FileNotFoundError(f"{str(path)!r} {what}.{near}")
    return path
