"""to_categorical: class numbers as one-hot rows."""

from __future__ import annotations

from typing import Any

import numpy as np

from beras.config import floatx

__all__ = ["to_categorical"]


def to_categorical(x: Any, num_classes: int | None = None) -> np.ndarray:
    """Return one-hot rows for class numbers: ``out[..., k] = 1`` where ``x[...] == k``.

    ``x`` holds integers from 0 to ``num_classes - 1`` in any shape (a last axis of length 1 is dropped);
    ``num_classes`` is the largest of them plus one unless said. The result is floating-point, `floatx`.

    Raises:
        ValueError: for a class number outside the range, or with a fraction.
        TypeError: for labels that are no numbers.

    The Keras equivalent is ``keras.utils.to_categorical``.

    >>> to_categorical([1, 0, 2])
    array([[0., 1., 0.],
           [1., 0., 0.],
           [0., 0., 1.]], dtype=float32)
    """
    labels = np.asarray(x)
    if labels.dtype.kind not in "fiub":
        raise TypeError(
            f"to_categorical takes class numbers. Received: dtype {labels.dtype}. For labels of any kind there is "
            f"beras.OneHotEncoder."
        )
    if labels.dtype.kind == "f" and not np.all(labels == np.floor(labels)):
        raise ValueError(f"Class numbers must be integers. Received: {labels[labels != np.floor(labels)].flat[0]}.")
    labels = labels.astype(np.int64)
    if labels.ndim > 1 and labels.shape[-1] == 1:
        labels = labels[..., 0]
    highest = int(labels.max(initial=-1))
    count = highest + 1 if num_classes is None else int(num_classes)
    if labels.size and (labels.min() < 0 or highest >= count):
        raise ValueError(
            f"Class numbers must lie between 0 and {count - 1}. Received: {int(labels.min())} to {highest}. "
            f"For labels of any kind there is beras.OneHotEncoder."
        )
    out = np.zeros((*labels.shape, count), dtype=floatx())
    np.put_along_axis(out, labels[..., None], 1, axis=-1)
    return out
