"""Fashion-MNIST: 70,000 pictures of clothes, 28x28, in MNIST's format.

H. Xiao, K. Rasul, R. Vollgraf, "Fashion-MNIST: a novel image dataset for benchmarking machine learning algorithms",
arXiv:1708.07747, 2017. MIT licence, Zalando SE.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from beras.datasets.family import load_family

if TYPE_CHECKING:
    from beras.datasets.family import Subset

__all__ = ["CLASS_NAMES", "SCALE", "load_data"]

CLASS_NAMES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)
SCALE = 255


def load_data(path: str | os.PathLike[str] | None = None) -> tuple[Subset, Subset]:
    """Return Fashion-MNIST as ``(x_train, y_train), (x_test, y_test)``; shapes, search and errors as for MNIST.

    Args:
        path: a folder that holds the four files or has them below ``fashion_mnist/``; by default the folders of
            :func:`beras.datasets.mnist.load_data`, each with ``fashion_mnist/`` below it, then a download.

    Same as ``keras.datasets.fashion_mnist.load_data``, which takes no path.
    """
    _, train, test = load_family("fashion_mnist", path)
    return train, test
