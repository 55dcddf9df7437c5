"""The MNIST family: data sets of 28x28 images in ten classes that come as the same four IDX files."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NoReturn

import numpy as np

from beras.datasets.download import download
from beras.datasets.idx import IDXError, read_idx
from beras.datasets.locate import download_folder, find_file, find_files, search_folders
from beras.datasets.sources import SOURCES, STEMS

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    Subset = tuple[NDArray[np.uint8], NDArray[np.uint8]]

__all__ = ["load_family", "load_subsets"]

_IMAGE_SHAPE = (28, 28)
_N_CLASSES = 10
_WITHOUT_A_PATH = "beras then looks in BERAS_DATA_DIR, data/ of a checkout and the user's cache, and downloads."


def load_family(
    name: str, path: str | os.PathLike[str] | None = None, *, timeout: float = 20.0
) -> tuple[Path, Subset, Subset]:
    """Return where a data set of the family was found, ``(x_train, y_train)`` and ``(x_test, y_test)``.

    ``x`` is uint8 (n, 28, 28) in 0..255, ``y`` uint8 (n,) in 0..9. A ``path`` is where the files must be: a folder, or
    an ``.npz`` archive. Only the bare name of an archive, ``"mnist.npz"`` as in Keras, lets the search go on.

    Raises:
        FileNotFoundError: ``path`` does not exist or lacks files.
        IDXError, DownloadError: as in :func:`beras.datasets.mnist.load_data`.
    """
    if path is not None and os.fspath(path).endswith(".npz") and not os.path.isdir(path):
        if (archive := _find_archive(name, path)) is not None:
            return archive, *_read_archive(archive)
        if os.path.dirname(path):
            raise FileNotFoundError(
                f"There is no archive {os.fspath(path)}, which was asked for. Expected a file like Keras's mnist.npz. "
                f"Correct the path, or leave it out: {_WITHOUT_A_PATH}"
            )
        path = None
    folder, (train, test) = load_subsets(name, ("train", "test"), path, timeout=timeout)
    return folder, train, test


def load_subsets(
    name: str,
    subsets: tuple[str, ...],
    path: str | os.PathLike[str] | None = None,
    *,
    timeout: float = 20.0,
) -> tuple[Path, list[Subset]]:
    """Return the folder where data set ``name`` was found, or into which it was downloaded, and its subsets.

    Raises:
        FileNotFoundError: ``path`` is given and does not hold the files.
    """
    stems = [stem for subset in subsets for stem in STEMS[subset]]
    located = find_files(name, stems, path)
    if located is None:
        if path is not None:
            raise FileNotFoundError(_not_there(name, stems, path))
        folder = download_folder(name)
        located = folder, download(name, stems, folder, timeout=timeout)
    folder, files = located
    return folder, [_read_pair(name, *(files[stem] for stem in STEMS[subset])) for subset in subsets]


def _not_there(name: str, stems: list[str], path: str | os.PathLike[str]) -> str:
    """Say what a folder that was named lacks."""
    below, named = search_folders(name, path)
    if not os.path.isdir(named):
        state = "is not a folder" if os.path.exists(named) else "does not exist"
        closest, missing = named, stems
    else:
        state = "lacks files"
        lacking = {folder: [stem for stem in stems if find_file(folder, stem) is None] for folder in (named, below)}
        closest = min(lacking, key=lambda folder: len(lacking[folder]))
        missing = lacking[closest]
    return (
        f"{SOURCES[name].title} was to be read from {named}, which {state}.\n"
        f"Expected there, or in its folder {name}: {', '.join(stems)}, each with or without .gz.\n"
        f"Missing in {closest}: {', '.join(missing)}.\n"
        f"Correct the path, put the files there, or leave the path out: {_WITHOUT_A_PATH}"
    )


def _read_pair(name: str, images_path: Path, labels_path: Path) -> Subset:
    # The labels first: they are small, and most mistakes show there.
    labels = read_idx(labels_path, ndim=1, dtype=np.uint8)
    if name != "mnist" and _is_mnist(labels):
        raise IDXError(f"{labels_path} holds the labels of MNIST, not of {SOURCES[name].title}. Keep them apart.")
    images = read_idx(images_path, ndim=3, dtype=np.uint8)
    _check_pair(images, labels, str(images_path), str(labels_path))
    return images, labels


def _is_mnist(labels: NDArray[np.uint8]) -> bool:
    import hashlib

    header = bytes([0, 0, 0x08, 1]) + len(labels).to_bytes(4, "big")
    digest = hashlib.sha256(header + labels.tobytes()).hexdigest()
    return any(digest == SOURCES["mnist"].files[stems[1]].sha256 for stems in STEMS.values())


def _check_pair(images: NDArray[np.uint8], labels: NDArray[np.uint8], images_name: str, labels_name: str) -> None:
    if len(images) != len(labels):
        raise IDXError(
            f"{images_name} has {len(images):,} images and {labels_name} has {len(labels):,} labels: they do not "
            "belong together. Replace both with files of one data set."
        )
    if not len(images):
        raise IDXError(f"{images_name} holds no images.")
    if images.shape[1:] != _IMAGE_SHAPE:
        received = "x".join(map(str, images.shape[1:]))
        raise IDXError(f"{images_name} holds images of {received} pixels. Expected 28x28.")
    if labels.max() >= _N_CLASSES:
        at = int(np.argmax(labels >= _N_CLASSES))
        raise IDXError(f"{labels_name} holds label {labels[at]} at index {at}. Expected labels from 0 to 9.")


def _find_archive(name: str, path: str | os.PathLike[str]) -> Path | None:
    """Return the ``.npz`` file that a Keras-style ``path`` means, if there is one."""
    from pathlib import Path

    path = Path(path).expanduser()
    elsewhere = search_folders(name) if path.name == str(path) else []
    candidates = [path, *(folder / path.name for folder in elsewhere)]
    return next((candidate for candidate in candidates if os.path.isfile(candidate)), None)


def _read_archive(path: Path) -> tuple[Subset, Subset]:
    """Read an ``.npz`` archive in Keras's layout: x_train, y_train, x_test, y_test, all uint8."""
    import zipfile
    import zlib

    keys = ("x_train", "y_train", "x_test", "y_test")
    try:
        # Opened here, because np.load leaves a damaged archive open.
        with open(path, "rb") as file:
            archive = np.load(file, allow_pickle=False)
            if isinstance(archive, np.ndarray):
                _fail_archive(path, "is a single array")
            absent = [key for key in keys if key not in archive]
            if absent:
                _fail_archive(path, f"has no {', '.join(absent)}; it has {', '.join(archive.files) or 'nothing'}")
            x_train, y_train, x_test, y_test = (archive[key] for key in keys)
    except IDXError:
        raise
    except (ValueError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        _fail_archive(path, f"cannot be read ({error})")
    for key, array, ndim in zip(keys, (x_train, y_train, x_test, y_test), (3, 1, 3, 1)):
        if array.dtype != np.uint8 or array.ndim != ndim:
            received = f"{array.dtype} with {array.ndim} dimensions"
            _fail_archive(path, f"has {key} as {received}; expected uint8 with {ndim}")
    _check_pair(x_train, y_train, f"x_train in {path}", f"y_train in {path}")
    _check_pair(x_test, y_test, f"x_test in {path}", f"y_test in {path}")
    return (x_train, y_train), (x_test, y_test)


def _fail_archive(path: Path, what: str) -> NoReturn:
    raise IDXError(f"{path} {what}. Expected an archive like Keras's mnist.npz, with x_train, y_train, x_test, y_test.")
