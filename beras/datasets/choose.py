"""Choose a data set by name, and say in one line which it is and why."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from beras.datasets import digits
from beras.datasets.download import DownloadError
from beras.datasets.family import load_family
from beras.datasets.sources import SOURCES
from beras.errors import unknown_name

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["NAMES", "Dataset", "load"]

NAMES = ("auto", *SOURCES, "digits")

# "auto" has something to fall back on, so it does not wait as long for a network that may not be there.
_AUTO_TIMEOUT = 5.0
_TIMEOUT = 20.0


class Dataset(NamedTuple):
    """Images and labels for training and for the test, and what there is to know about them.

    ``x_train``, ``x_test``: uint8 (n, height, width) in 0..``scale``; divide by ``scale`` to have [0, 1].
    ``y_train``, ``y_test``: uint8 (n,), the classes from 0. ``name``: the data set that was loaded, never ``"auto"``.
    ``note``: one line for people that says which data these are, and why if they are not the obvious ones.
    """

    x_train: NDArray[np.uint8]
    y_train: NDArray[np.uint8]
    x_test: NDArray[np.uint8]
    y_test: NDArray[np.uint8]
    scale: int
    name: str
    note: str


def load(name: str = "auto", path: str | os.PathLike[str] | None = None) -> Dataset:
    """Return the data set ``name`` with its scale and a line that describes it.

    Args:
        name: ``"mnist"``, ``"fashion_mnist"``, ``"kmnist"``, ``"digits"``, or ``"auto"``: MNIST if it is on this
            machine or can be downloaded, else the embedded digits, and ``note`` says so. Only ``"auto"`` ever falls
            back, and never because of a file that is there and damaged, or of a ``path`` that lacks files.
        path: the folder, or the ``.npz`` archive, to read, as in :func:`beras.datasets.mnist.load_data`. The digits
            are read from none, and ``note`` says so.

    Raises:
        ValueError: an unknown name.
        FileNotFoundError: ``path`` does not exist or lacks files.
        IDXError: a file is damaged or not what it should be.
        DownloadError: the data set was asked for by name and could not be had.

    >>> data = load("digits")
    >>> data.x_train.shape, data.scale
    ((1438, 8, 8), 16)
    >>> data.note
    'Data: the digits embedded in beras, 1,438 + 359 images of 8x8.'
    """
    if name not in NAMES:
        raise ValueError(unknown_name("data set", name, NAMES))
    if name == "digits":
        return _embedded("" if path is None else f" {os.fspath(path)} is not used: they are read from no folder.")
    if name != "auto":
        return _from_family(name, path, _TIMEOUT)
    try:
        return _from_family("mnist", path, _AUTO_TIMEOUT)
    except DownloadError as error:
        return _embedded(f" Not MNIST: {error.summary}")


def _embedded(why: str) -> Dataset:
    (x_train, y_train), (x_test, y_test) = digits.load_data()
    note = f"Data: the digits embedded in beras, {len(x_train):,} + {len(x_test):,} images of 8x8.{why}"
    return Dataset(x_train, y_train, x_test, y_test, digits.SCALE, "digits", note)


def _from_family(name: str, path: str | os.PathLike[str] | None, timeout: float) -> Dataset:
    place, (x_train, y_train), (x_test, y_test) = load_family(name, path, timeout=timeout)
    note = f"Data: {SOURCES[name].title}, {len(x_train):,} + {len(x_test):,} images of 28x28, from {place}."
    return Dataset(x_train, y_train, x_test, y_test, 255, name, note)
