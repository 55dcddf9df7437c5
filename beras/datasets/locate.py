"""Where data sets lie on this machine: the search order, and the folder into which a download goes."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["cache_folder", "download_folder", "find_file", "find_files", "search_folders"]


def search_folders(name: str, path: str | os.PathLike[str] | None = None) -> list[Path]:
    """Return the folders in which data set ``name`` is looked for, in order.

    With a path these are ``path/<name>`` and ``path``, and no other: whoever names a folder means it. Without one:

    1. ``$BERAS_DATA_DIR/<name>`` and ``$BERAS_DATA_DIR``, if that is set;
    2. ``data/<name>`` and ``data`` of the checkout, if beras runs from one;
    3. ``<name>`` in the user's cache folder.

    The folder without ``<name>`` counts in 1 and 2 for MNIST only: its relatives have the same file names, and would
    otherwise be mistaken for each other.
    """
    from pathlib import Path

    if path is not None:
        return [Path(path).expanduser() / name, Path(path).expanduser()]
    folders = []
    for root in _roots():
        folders += [root / name, root] if name == "mnist" else [root / name]
    return [*folders, cache_folder() / name]


def find_files(
    name: str, stems: Iterable[str], path: str | os.PathLike[str] | None = None
) -> tuple[Path, dict[str, Path]] | None:
    """Return the first folder of the search order that has all the files ``stems``, and the files; else None."""
    stems = list(stems)
    for folder in search_folders(name, path):
        found = {stem: file for stem in stems if (file := find_file(folder, stem)) is not None}
        if len(found) == len(stems):
            return folder, found
    return None


def find_file(folder: Path, stem: str) -> Path | None:
    """Return the file ``stem`` in ``folder``, in any of its four spellings, or None.

    For ``train-images-idx3-ubyte`` these are that name, the one with a dot (``train-images.idx3-ubyte``), and both with
    ``.gz``. The uncompressed ones come first: they read faster.
    """
    dotted = stem.replace("-idx", ".idx")
    for spelling in (stem, dotted, f"{stem}.gz", f"{dotted}.gz"):
        # os.path.isfile is False for a folder that may not be entered, where Path.is_file raises before Python 3.14.
        if os.path.isfile(folder / spelling):
            return folder / spelling
    return None


def download_folder(name: str) -> Path:
    """Return the folder into which ``name`` is downloaded: the first of the search order that can be written."""
    candidates = [*(root / name for root in _roots()), cache_folder() / name]
    return next((folder for folder in candidates if _writable(folder)), candidates[-1])


def cache_folder() -> Path:
    """Return beras's folder among the user's caches; it need not exist.

    ``%LOCALAPPDATA%\\beras`` on Windows, ``~/Library/Caches/beras`` on macOS, ``$XDG_CACHE_HOME/beras`` or
    ``~/.cache/beras`` elsewhere; below the folder for temporary files if the user has no home.
    """
    from pathlib import Path

    try:
        home = Path.home()
    except RuntimeError:
        import tempfile

        return Path(tempfile.gettempdir()) / "beras"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local") / "beras"
    if sys.platform == "darwin":
        return home / "Library" / "Caches" / "beras"
    # The XDG specification: a relative path is invalid and is ignored.
    xdg = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(xdg) if os.path.isabs(xdg) else home / ".cache") / "beras"


def _roots() -> list[Path]:
    from pathlib import Path

    roots = []
    if configured := os.environ.get("BERAS_DATA_DIR"):
        roots.append(Path(configured).expanduser())
    if (checkout := _checkout()) is not None:
        roots.append(checkout / "data")
    return roots


def _checkout() -> Path | None:
    from pathlib import Path

    folder = Path(__file__).resolve().parents[2]
    return folder if (folder / "pyproject.toml").is_file() else None


def _writable(folder: Path) -> bool:
    nearest = next((parent for parent in (folder, *folder.parents) if os.path.exists(parent)), None)
    return nearest is not None and os.path.isdir(nearest) and os.access(nearest, os.W_OK | os.X_OK)
