"""MNIST: 70,000 handwritten digits, 28x28.

Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, "Gradient-based learning applied to document recognition",
Proceedings of the IEEE 86(11), 1998.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import numpy as np

from beras.datasets.family import load_family, load_subsets
from beras.datasets.locate import find_files
from beras.datasets.sources import STEMS
from beras.errors import unknown_name

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from beras.datasets.family import Subset

__all__ = ["CLASS_NAMES", "SCALE", "get_data_MNIST", "load_data"]

CLASS_NAMES = tuple("0123456789")
SCALE = 255
_COURSE_FOLDER = "../data"


def load_data(path: str | os.PathLike[str] | None = None) -> tuple[Subset, Subset]:
    """Return MNIST as ``(x_train, y_train), (x_test, y_test)``.

    ``x_train`` is uint8 (60000, 28, 28) in 0..255, ``y_train`` uint8 (60000,) in 0..9; the test set has 10,000. Both
    together take 55 MB; divide each batch by ``SCALE`` rather than the whole (188 MB as float32).

    Args:
        path: a folder that holds the four IDX files (or has them below ``mnist/``), gzip-compressed or not; or an
            ``.npz`` archive as Keras has it. By default, and for the bare name of an archive that is not there, such
            as Keras's ``"mnist.npz"``, the search is: ``BERAS_DATA_DIR``, ``data/`` of a checkout, the user's cache
            folder, then a download.

    Raises:
        FileNotFoundError: ``path`` does not exist or lacks files.
        IDXError: a file is damaged or not what it should be.
        DownloadError: the files are not on this machine and could not be had.

    Same as ``keras.datasets.mnist.load_data``.
    """
    _, train, test = load_family("mnist", path)
    return train, test


def get_data_MNIST(
    subset: str, data_path: str | os.PathLike[str] = _COURSE_FOLDER
) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
    """Return the inputs and labels of one subset of MNIST in the form that the course uses.

    Args:
        subset: ``"train"`` (60,000 images) or ``"test"`` (10,000).
        data_path: a folder that holds the files or has them below ``mnist/``. Where the default, the course's own
            folder, has none, they are searched as in :func:`load_data`.

    Returns:
        ``inputs``, float32 (n, 784) in [0, 1], and ``labels``, uint8 (n,) in 0..9.

    Raises:
        ValueError: another subset.
        FileNotFoundError, IDXError, DownloadError: as in :func:`load_data`.

    >>> get_data_MNIST("tset")
    Traceback (most recent call last):
    ValueError: Unknown subset 'tset'. Did you mean 'test'? Known: test, train.
    """
    if subset not in STEMS:
        raise ValueError(unknown_name("subset", subset, STEMS))
    is_default = os.fspath(data_path).replace(os.sep, "/") == _COURSE_FOLDER
    wanted = None if is_default and find_files("mnist", STEMS[subset], data_path) is None else data_path
    _, [(images, labels)] = load_subsets("mnist", (subset,), wanted)
    return np.divide(images.reshape(len(images), -1), np.float32(SCALE), dtype=np.float32), labels
