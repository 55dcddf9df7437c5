"""pad_sequences: sequences of several lengths in one array."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from beras.errors import unknown_name

__all__ = ["pad_sequences"]

ENDS = ("post", "pre")


def pad_sequences(
    sequences: Sequence[Any],
    maxlen: int | None = None,
    dtype: Any = "int32",
    padding: str = "pre",
    truncating: str = "pre",
    value: Any = 0.0,
) -> np.ndarray:
    """Return the sequences as the rows of an array, ``(samples, maxlen, ...)``, filled up with ``value``.

    ``maxlen`` is the length of the longest unless said; longer ones are cut. ``padding`` and ``truncating`` say at
    which end, ``"pre"`` or ``"post"``.

    Raises:
        ValueError: for something that is no sequence, items of different shapes, and another end.

    The Keras equivalent is ``keras.utils.pad_sequences``.

    >>> pad_sequences([[1], [2, 3], [4, 5, 6]], maxlen=2)
    array([[0, 1],
           [2, 3],
           [5, 6]], dtype=int32)
    """
    for name, end in {"padding": padding, "truncating": truncating}.items():
        if end not in ENDS:
            raise ValueError(unknown_name(name, end, ENDS))
    if not all(hasattr(sequence, "__len__") for sequence in sequences):
        wrong = next(sequence for sequence in sequences if not hasattr(sequence, "__len__"))
        raise ValueError(f"pad_sequences takes a list of sequences. Received among them: {wrong!r}.")
    if isinstance(value, str) and np.dtype(dtype).kind not in "OUS":
        raise ValueError(f"A text as value needs dtype=object or str. Received: value={value!r}, dtype={dtype!r}.")
    length = max(map(len, sequences), default=0) if maxlen is None else maxlen
    shape = next((np.shape(sequence)[1:] for sequence in sequences if len(sequence)), ())
    out = np.full((len(sequences), length, *shape), value, dtype)
    for row, sequence in zip(out, sequences, strict=True):
        kept = sequence[max(0, len(sequence) - length) :] if truncating == "pre" else sequence[:length]
        items = np.asarray(kept, dtype)
        if not len(items):
            continue
        if items.shape[1:] != shape:
            raise ValueError(
                f"The items of all sequences must have one shape. Received: {shape} and {items.shape[1:]}."
            )
        if padding == "pre":
            row[length - len(items) :] = items
        else:
            row[: len(items)] = items
    return out
