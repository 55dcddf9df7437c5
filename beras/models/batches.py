"""Batches: arrays checked, split and handed out a piece at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isfinite
from typing import Any

import numpy as np

from beras import config
from beras.autodiff.memory import aligned
from beras.autodiff.state import refuse_looking
from beras.autodiff.structure import leaves, mapped, restore
from beras.autodiff.tracked import Tracked, bare

__all__ = ["Batches", "as_array", "as_arrays", "class_weighted", "refuse_not_finite", "split_off_validation"]


def as_array(name: str, value: Any) -> np.ndarray:
    """Return ``value`` as an array with a batch axis, or say why it cannot be one.

    Raises:
        TypeError: for something that is no array of numbers.
        ValueError: for no samples, or NaN or infinity among them.
    """
    if type(value) is np.ndarray and value.dtype.kind == "f" and value.ndim and len(value):
        refuse_not_finite(name, value)
        return value
    if isinstance(value, Tracked):
        refuse_looking()
    value = bare(value)
    if value is None:
        raise ValueError(f"{name} is missing. Received: None. Pass inputs and labels as two arrays: (x, y).")
    if hasattr(value, "to_numpy"):
        value = value.to_numpy()
    if hasattr(value, "__next__") or (callable(value) and not hasattr(value, "dtype")):
        raise TypeError(
            f"{name} must be an array. Received: {type(value).__name__}. Collect it first: np.stack(list(...))."
        )
    try:
        array = np.asarray(value)
    except ValueError as error:
        pair = isinstance(value, (tuple, list)) and len(value) in (2, 3)
        hint = " Inputs and labels are two arguments: (x, y), not ((x, y))." if pair else ""
        raise ValueError(
            f"{name} cannot be made into one array: its rows have different lengths ({error}).{hint}"
        ) from None
    if array.dtype.kind not in "fiub":
        kind = f"dtype {array.dtype}" if array.ndim else type(value).__name__
        raise TypeError(f"{name} must be an array of real numbers. Received: {kind}.{_remedy(name, array)}")
    if array.ndim == 0 or len(array) == 0:
        raise ValueError(f"{name} must hold at least one sample. Received: shape {array.shape}.")
    if array.dtype.kind == "f":
        refuse_not_finite(name, array)
    return array


def as_arrays(name: str, values: Any) -> Any:
    """Return a list, tuple or dict of arrays, one for each input or output of a model, checked as by `as_array`.

    Raises:
        TypeError, ValueError: as `as_array`, and for arrays of different lengths.
    """
    keys = list(values) if isinstance(values, dict) else range(len(values))
    arrays = [as_array(f"{name}[{key!r}]", values[key]) for key in keys]
    if len({len(array) for array in arrays}) > 1:
        found = ", ".join(f"{name}[{key!r}] {len(array)}" for key, array in zip(keys, arrays, strict=True))
        raise ValueError(
            f"The arrays in {name} are several inputs or outputs of the model, with as many samples each. Received: "
            f"{found}. Samples of one array are stacked first: np.stack({name})."
        )
    return restore(values, iter(arrays))


def _remedy(name: str, array: np.ndarray) -> str:
    """Return what to do about an array of something else than real numbers."""
    if array.dtype.kind in "US" or any(isinstance(entry, str) for entry in array.flat[:1]):
        return " Encode texts as numbers: labels, for example, with beras.OneHotEncoder."
    if array.dtype.kind == "O" and array.ndim:
        return f" If its entries are numbers, write {name}.astype('float32')."
    return ""


def refuse_not_finite(name: str, array: np.ndarray) -> None:
    """Raise ValueError for an array of floats that holds NaN or infinity; it says where."""
    straight = array.T if array.flags.fnc else array
    if straight.flags.c_contiguous and isfinite(np.vdot(straight, straight)):  # one pass of BLAS, without warnings
        return
    bad = ~np.isfinite(array)
    if np.any(bad):
        place = tuple(int(i) for i in np.argwhere(bad)[0])
        raise ValueError(
            f"{name} holds {int(bad.sum())} values that are not finite, the first of them {array[place]} at "
            f"{name}[{', '.join(map(str, place))}]. Replace or drop them first: np.nan_to_num({name})."
        )


def class_weighted(class_weight: dict[int, float] | None, sample_weight: Any, y: np.ndarray) -> Any:
    """Return the weight of each sample, from its class and from ``sample_weight``; ``None`` where all weigh alike.

    A class without a weight has weight 1, as in Keras.

    Raises:
        TypeError: when ``class_weight`` is no dict with class numbers as its keys.
    """
    if class_weight is None:
        return sample_weight
    if isinstance(y, list):
        raise ValueError(f"class_weight belongs to models with one output. Received: {class_weight!r}.")
    if not isinstance(class_weight, dict) or not all(isinstance(c, (int, np.integer)) for c in class_weight):
        raise TypeError(f"class_weight maps class numbers to weights: {{0: 1.0, 1: 5.0}}. Received: {class_weight!r}.")
    labels = np.argmax(y, axis=-1) if y.ndim > 1 and y.shape[-1] > 1 else y.reshape(len(y)).astype(np.int64)
    weights = np.ones(len(labels), config.floatx())
    for number, weight in class_weight.items():
        weights[labels == number] = weight
    return weights if sample_weight is None else weights * np.asarray(sample_weight)


def split_off_validation(fraction: float, *arrays: Any) -> tuple[list, list]:
    """Return ``(first parts, last parts)`` of arrays, or of lists or dicts of them.

    The last ``fraction`` of the samples is set aside, unshuffled.

    Raises:
        ValueError: when either part would be empty.
    """
    if not 0 < fraction < 1:
        raise ValueError(f"validation_split is a share between 0 and 1. Received: {fraction}.")
    n = len(leaves(arrays)[0])
    at = int(np.floor(n * (1.0 - fraction)))
    if at in (0, n):
        raise ValueError(f"validation_split={fraction} of {n} samples leaves one part empty.")

    def cut(part: slice) -> list:
        return mapped(lambda array: None if array is None else array[part], list(arrays))

    return cut(slice(None, at)), cut(slice(at, None))


class Batches:
    """The batches of an epoch: ``(x, y, sample_weight)``, in a new random order each time when ``shuffle``.

    Each of the three is an array, or a list, tuple or dict of arrays, and so is its part of a batch.

    A shuffled batch is gathered into the same memory each time, so that nothing is allocated during an epoch: what is
    to be kept beyond the batch must be copied.
    """

    def __init__(self, x: Any, y: Any, sample_weight: Any, batch_size: int | None, shuffle: bool = False):
        size = 32 if batch_size is None else batch_size
        if isinstance(size, bool) or not isinstance(size, (int, np.integer)) or size < 1:
            raise ValueError(f"batch_size must be a positive integer. Received: {size!r}.")
        weights = None if sample_weight is None else as_array("sample_weight", sample_weight).astype(config.floatx())
        self._form = x, y, weights
        self._is_flat = not any(isinstance(part, (list, tuple, dict)) for part in self._form)
        self.arrays: Sequence[np.ndarray | None] = leaves(self._form)
        self.batch_size, self.shuffle, self.samples = int(size), shuffle, len(leaves(x)[0])
        for name, other in (("y", y), ("sample_weight", weights)):
            for array in leaves(other):
                if array is not None and len(array) != self.samples:
                    raise ValueError(
                        f"x and {name} must hold as many samples. Received: {self.samples} and {len(array)}."
                    )
        self._buffers: dict[int, list] = {}

    def __len__(self) -> int:
        return -(-self.samples // self.batch_size)

    def __iter__(self) -> Iterator[tuple[Any, Any, Any]]:
        order = config.generator().permutation(self.samples) if self.shuffle else None
        for start in range(0, self.samples, self.batch_size):
            stop = min(start + self.batch_size, self.samples)
            if order is None:
                parts = [None if a is None else a[start:stop] for a in self.arrays]
            else:
                parts = self._gather(order[start:stop])
            x, y, w = parts if self._is_flat else restore(self._form, iter(parts))
            yield x, y, w

    def owns(self, arrays: Sequence[Any]) -> bool:
        """Say whether these are the buffers into which every batch of their length is gathered."""
        return any(all(map(lambda a, b: a is b, arrays, buffers)) for buffers in self._buffers.values())

    def _gather(self, places: np.ndarray) -> list:
        if len(places) not in self._buffers:
            self._buffers[len(places)] = [
                None if a is None else aligned((len(places), *a.shape[1:]), a.dtype) for a in self.arrays
            ]
        buffers = self._buffers[len(places)]
        for array, buffer in zip(self.arrays, buffers, strict=True):
            if array is not None:
                np.take(array, places, axis=0, out=buffer, mode="clip")
        return buffers
