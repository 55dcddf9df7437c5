"""What becomes of the gradients before they are applied: checked, unwrapped, and their norms taken."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from beras.autodiff import Variable
from beras.autodiff.tracked import Tracked, bare, is_followed

__all__ = ["accept", "norm"]


def accept(grads: Sequence[Any], variables: Sequence[Variable]) -> list[tuple[np.ndarray, Variable]]:
    """Return the pairs that have a gradient, as plain arrays of the Variables' shapes.

    Raises:
        ValueError: when no Variable has a gradient, or a gradient has not the shape of its Variable.
        TypeError: for a gradient that is no array, or a Tensor that a tape still follows.

    Warns:
        UserWarning: when some have none; it names them.
    """
    pairs = [(_plain(g, w), w) for g, w in zip(grads, variables, strict=True) if g is not None]
    if len(pairs) < len(grads):
        missing = [_label(w) for g, w in zip(grads, variables, strict=True) if g is None]
        if not pairs:
            raise ValueError(
                f"No gradients provided for any variable: the loss depends on none of {missing}. Compute the loss "
                f"inside the tape's `with` block, from the outputs of the layers that hold these."
            )
        import warnings

        warnings.warn(
            f"Gradients do not exist for variables {missing}: the loss does not depend on them, so they stay as they "
            f"are. Freeze what is not to be trained (trainable = False), or take it out of the list.",
            stacklevel=4,
        )
    return pairs


def _plain(gradient: Any, variable: Variable) -> np.ndarray:
    if isinstance(gradient, Tracked):
        if is_followed(gradient):
            raise TypeError(
                f"The gradient of {_label(variable)} is a Tensor that an outer tape still records, and an update in "
                f"place cannot be recorded. Apply gradients after that tape's `with` block, or pass "
                f"beras.stop_gradient(g)."
            )
        gradient = bare(gradient)
    array = np.asarray(gradient)
    if array.dtype.kind not in "fiub":
        raise TypeError(f"The gradient of {_label(variable)} must be an array of numbers. Received: {gradient!r}.")
    if array.shape != variable.shape:
        raise ValueError(
            f"The gradient of {_label(variable)} must have its shape {variable.shape}. Received: {array.shape}. "
            f"Gradients and variables must be in the same order: zip(grads, variables)."
        )
    return array


def _label(variable: Variable) -> str:
    return f"{variable.name!r} (shape {variable.shape})"


def norm(gradient: np.ndarray) -> float:
    """Return the Euclidean norm of all entries; squares that overflow or vanish do no harm.

    >>> round(norm(np.array([3e30, 4e30], dtype="float32")) / 1e30, 6)
    5.0
    """
    flat = gradient.reshape(-1)
    if flat.dtype.kind != "f" or flat.dtype.itemsize < 4:
        flat = flat.astype(np.float32)
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        squares = float(np.dot(flat, flat))
    if 1e-30 < squares < 1e30:
        return math.sqrt(squares)
    return float(np.linalg.norm(flat.astype(np.float64)))
