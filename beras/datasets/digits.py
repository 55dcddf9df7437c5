"""The digits inside beras: 1,797 real handwritten digits, 8x8, so that everything runs without a network.

E. Alpaydin and C. Kaynak, "Optical Recognition of Handwritten Digits", UCI Machine Learning Repository, 1998,
doi:10.24432/C50P49, CC BY 4.0; see ``digits.LICENSE.txt`` beside this file.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from beras.datasets.family import Subset

__all__ = ["CLASS_NAMES", "SCALE", "load_data"]

CLASS_NAMES = tuple("0123456789")
SCALE = 16


def load_data() -> tuple[Subset, Subset]:
    """Return the embedded digits as ``(x_train, y_train), (x_test, y_test)``.

    ``x_train`` is uint8 (1438, 8, 8) in 0..16 (how many of 4x4 pixels are ink: divide by ``SCALE``), ``y_train`` uint8
    (1438,) in 0..9; the test set has 359. The split is fixed and stratified: in the original order, of each class every
    fifth image, beginning with the third, is for the test. Both parts contain the same 13 writers.

    The images are those of ``sklearn.datasets.load_digits``.

    >>> (x_train, y_train), (x_test, y_test) = load_data()
    >>> x_train.shape, x_train.dtype, int(x_train.max()), x_test.shape
    ((1438, 8, 8), dtype('uint8'), 16, (359, 8, 8))
    """
    with np.load(os.path.join(os.path.dirname(__file__), "digits.npz"), allow_pickle=False) as archive:
        return (archive["x_train"], archive["y_train"]), (archive["x_test"], archive["y_test"])
