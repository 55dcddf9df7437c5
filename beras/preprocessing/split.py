"""split_dataset: samples for training and samples for testing."""

from __future__ import annotations

from typing import Any

import numpy as np

from beras import config

__all__ = ["split_dataset"]

Size = float | int | None


def split_dataset(
    dataset: Any,
    left_size: Size = None,
    right_size: Size = None,
    shuffle: bool = False,
    seed: int | None = None,
    preferred_backend: str | None = None,
) -> tuple[Any, Any]:
    """Return the first and the last samples of an array, or of a list or tuple of arrays with as many samples.

    A size is a number of samples, or, as a float between 0 and 1, a share of them; of what is left out the other is
    the rest. Each part has the form of ``dataset``. With ``shuffle`` the samples are drawn at random: by ``seed``, or
    by the generator of `set_random_seed`.

    Raises:
        ValueError: without a size, for a size that no split has, for arrays of different lengths, and for a
            ``preferred_backend``, which is Keras's.

    The Keras equivalent is ``keras.utils.split_dataset``, which gives datasets of its backend.

    >>> x, y = np.arange(10), np.arange(10) ** 2
    >>> (x_train, y_train), (x_test, y_test) = split_dataset((x, y), left_size=0.8)
    >>> y_test
    array([64, 81])
    """
    if preferred_backend is not None:
        raise ValueError(
            f"Arrays are split into arrays, so preferred_backend=None only. Received: {preferred_backend!r}."
        )
    parts = list(dataset) if isinstance(dataset, (list, tuple)) else [dataset]
    arrays = [np.asarray(part) for part in parts]
    lengths = {len(array) if array.ndim else 0 for array in arrays}
    if len(lengths) != 1:
        raise ValueError(f"Every array must hold as many samples. Received: {[array.shape for array in arrays]}.")
    samples = lengths.pop()
    left, right = _sizes(left_size, right_size, samples)
    order: Any = slice(None)
    if shuffle:
        rng = config.generator() if seed is None else np.random.default_rng(seed)
        order = rng.permutation(samples)
    first = [array[order][:left] for array in arrays]
    last = [array[order][samples - right :] for array in arrays]
    if isinstance(dataset, (list, tuple)):
        return type(dataset)(first), type(dataset)(last)
    return first[0], last[0]


def _sizes(left_size: Size, right_size: Size, samples: int) -> tuple[int, int]:
    """Return how many samples each part has."""
    if left_size is None and right_size is None:
        raise ValueError("split_dataset needs left_size, right_size or both. Received: neither.")
    left, right = (_count(*given, samples) for given in (("left_size", left_size), ("right_size", right_size)))
    if left is None or right is None:
        return (samples - right, right) if right is not None else (left or 0, samples - (left or 0))
    both_shares = isinstance(left_size, float) and isinstance(right_size, float)
    if both_shares and float(left_size or 0) + float(right_size or 0) <= 1:
        right = min(right, samples - left)  # both were rounded up
    if left + right > samples:
        raise ValueError(
            f"Both parts together have more than all {samples} samples. "
            f"Received: left_size={left_size!r}, right_size={right_size!r}."
        )
    return left, right


def _count(name: str, size: Size, samples: int) -> int | None:
    """Return a size as a number of samples, at least one and not all."""
    if size is None:
        return None
    count = round(size * samples) if isinstance(size, float) else size
    most = 1 if isinstance(size, float) else samples
    if isinstance(size, bool) or not 0 < size < most or not 0 < count < samples:
        raise ValueError(
            f"{name} is a share between 0 and 1, as a float, or a number of samples below {samples}, and neither part "
            f"may be empty. Received: {name}={size!r}."
        )
    return count
