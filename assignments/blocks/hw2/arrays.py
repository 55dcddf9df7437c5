"""NumPy arrays and torch tensors, handled by the same code.

Torch is never imported here. A program that holds a tensor has imported it already, so ``sys.modules`` knows it; where
it does not, every array is NumPy's.

>>> xp = namespace(np.ones(3))
>>> xp.exp(np.zeros(2))
array([1., 1.])
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import numpy as np

__all__ = [
    "as_numpy",
    "class_index",
    "detached",
    "each_kind",
    "is_tensor",
    "namespace",
    "same_kind",
    "set_seed",
    "standard_normal",
    "uniform",
]


def _torch() -> Any:
    return sys.modules.get("torch")


def is_tensor(value: Any) -> bool:
    """Return whether ``value`` is a torch tensor."""
    torch = _torch()
    return torch is not None and isinstance(value, torch.Tensor)


def namespace(x: Any) -> ModuleType:
    """Return the module whose functions take ``x``: ``torch`` for a tensor, else ``numpy``.

    What both have under one name, and with the arguments ``axis`` and ``keepdims``, is what the blocks need: ``exp``,
    ``log``, ``sqrt``, ``tanh``, ``abs``, ``where``, ``logaddexp``, ``amax``, ``arange``, ``zeros_like``, and the
    methods ``sum``, ``mean``, ``argmax``, ``reshape``. (``maximum`` and ``max`` differ: torch's take or give more.)
    """
    return _torch() if is_tensor(x) else np


def as_numpy(array: Any) -> Any:
    """Return a tensor as the NumPy array over the same memory; anything else as it is."""
    return array.detach().cpu().numpy() if is_tensor(array) else array


def same_kind(x: Any, array: Any) -> Any:
    """Return ``array`` as what ``x`` is, array or tensor, over the same memory: writing into one writes into both.

    >>> w = np.zeros(2)
    >>> same_kind(np.ones(3), w) is w
    True
    """
    if is_tensor(x):
        return array if is_tensor(array) else _torch().from_numpy(np.asarray(array)).to(x.device)
    return as_numpy(array)


def each_kind(*arrays: np.ndarray) -> Iterator[tuple[Any, ...]]:
    """Yield the arrays, then, where torch has been imported, tensors over the same memory: for tests of both."""
    yield arrays
    if _torch() is not None:
        yield tuple(_torch().from_numpy(array) for array in arrays)


def detached(value: Any) -> Any:
    """Return a tensor without its autograd graph, over the same memory; anything else as it is."""
    return value.detach() if is_tensor(value) else value


def class_index(y: Any, scores: Any) -> Any:
    """Return the labels ``y`` as integers that index the columns of ``scores``, of the kind that ``scores`` is.

    Args:
        y: labels, shape ``(batch,)``, integers from 0 to ``classes - 1``.
        scores: shape ``(batch, classes)``.

    Raises:
        TypeError: the labels are no integers.
        ValueError: there is not one label for each row, or one is no class. (A label of -1 would quietly be taken for
            the last class.)
    """
    labels = np.asarray(as_numpy(y))
    rows, classes = scores.shape
    if labels.dtype.kind not in "iu":
        raise TypeError(f"Labels must be integers, the numbers of the classes. Received: {labels.dtype}.")
    if labels.shape != (rows,):
        raise ValueError(f"Expected one label for each of the {rows} rows of scores. Received: shape {labels.shape}.")
    outside = labels[(labels < 0) | (labels >= classes)]
    if outside.size:
        raise ValueError(f"Labels must be in 0, ..., {classes - 1}. Received: {outside[0]}.")
    return same_kind(scores, labels.astype(np.int64))


def set_seed(seed: int) -> None:
    """Seed NumPy's generator, and torch's where torch has been imported."""
    np.random.seed(seed)
    if _torch() is not None:
        _torch().manual_seed(seed)


def standard_normal(shape: tuple[int, ...], like: Any = None) -> Any:
    """Draw numbers from N(0, 1), with torch where the program has imported it, else with NumPy.

    Args:
        shape: of the result.
        like: an array or tensor; the result is what it is, of its dtype. None: float32, a tensor where torch has been
            imported (there its default dtype), else an array.
    """
    return _draw("randn", np.random.standard_normal, shape, like)


def uniform(shape: tuple[int, ...], like: Any = None) -> Any:
    """Draw numbers uniformly from [0, 1), with torch where the program has imported it; see `standard_normal`."""
    return _draw("rand", np.random.random_sample, shape, like)


def _draw(name_in_torch: str, of_numpy: Any, shape: tuple[int, ...], like: Any) -> Any:
    torch = _torch()
    shape = tuple(shape)
    if torch is None:
        return np.asarray(of_numpy(shape)).astype(np.float32 if like is None else like.dtype)
    draw = getattr(torch, name_in_torch)
    if like is None:
        return draw(shape)
    if is_tensor(like):
        return draw(shape, dtype=like.dtype, device=like.device)
    return draw(shape, dtype=getattr(torch, str(like.dtype))).numpy()
