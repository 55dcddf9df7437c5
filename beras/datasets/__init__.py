"""Data sets: MNIST and its two drop-in relatives, the embedded digits, and the IDX format they are stored in.

``mnist``, ``fashion_mnist``, ``kmnist`` and ``digits`` each have ``load_data()`` as in ``keras.datasets``; ``load``
chooses one by name and says what it chose; ``get_data_MNIST`` is the course's own reader. Images come as uint8, so that
MNIST costs 55 MB; divide a batch by ``scale`` when it is used.
"""

from beras.datasets import digits, fashion_mnist, kmnist, mnist
from beras.datasets.choose import NAMES, Dataset, load
from beras.datasets.download import DownloadError
from beras.datasets.idx import IDXError, read_idx, write_idx
from beras.datasets.mnist import get_data_MNIST

__all__ = [
    "NAMES",
    "Dataset",
    "DownloadError",
    "IDXError",
    "digits",
    "fashion_mnist",
    "get_data_MNIST",
    "kmnist",
    "load",
    "mnist",
    "read_idx",
    "write_idx",
]
