"""Kuzushiji-MNIST: 70,000 handwritten characters of classical Japanese, 28x28, in MNIST's format.

"KMNIST Dataset" (created by CODH), adapted from "Kuzushiji Dataset" (created by NIJL and others),
doi:10.20676/00000341, CC BY-SA 4.0. T. Clanuwat et al., "Deep learning for classical Japanese literature",
arXiv:1812.01718, 2018.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from beras.datasets.family import load_family

if TYPE_CHECKING:
    from beras.datasets.family import Subset

__all__ = ["CLASS_NAMES", "SCALE", "load_data"]

CLASS_NAMES = ("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo")
SCALE = 255


def load_data(path: str | os.PathLike[str] | None = None) -> tuple[Subset, Subset]:
    """Return Kuzushiji-MNIST as ``(x_train, y_train), (x_test, y_test)``; shapes, search and errors as for MNIST.

    Args:
        path: a folder that holds the four files or has them below ``kmnist/``; by default the folders of
            :func:`beras.datasets.mnist.load_data`, each with ``kmnist/`` below it, then a download.

    Keras has no loader for it; torchvision's is ``torchvision.datasets.KMNIST``.
    """
    _, train, test = load_family("kmnist", path)
    return train, test
