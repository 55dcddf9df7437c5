"""get_data_MNIST, under the name and in the place that the course has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import os

    import numpy as np

__all__ = ["get_data_MNIST"]


def get_data_MNIST(subset: str, data_path: str | os.PathLike[str] = "../data") -> tuple[np.ndarray, np.ndarray]:
    """Return the images and labels of ``subset``, ``"train"`` or ``"test"``: `beras.datasets.mnist.get_data_MNIST`.

    Images are float32 ``(N, 784)`` in [0, 1], labels uint8 ``(N,)``.
    """
    from beras.datasets import mnist

    return mnist.get_data_MNIST(subset, data_path)
