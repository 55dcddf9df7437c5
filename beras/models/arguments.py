"""What `compile` and `fit` are given: checked before any work is done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from beras.autodiff.structure import leaves

__all__ = ["check_alike", "check_count", "is_due", "refuse_several_outputs", "unpack_validation"]


def check_count(name: str, count: Any, least: int = 1) -> None:
    """Raise ValueError for something that is no integer of at least ``least``."""
    if isinstance(count, bool) or not isinstance(count, (int, np.integer)) or count < least:
        kind = "a positive integer" if least else "an integer, 0 or more"
        raise ValueError(f"{name} must be {kind}. Received: {count!r}.")


def unpack_validation(data: Any) -> tuple[Any, Any, Any]:
    """Return ``(x, y, sample_weight)`` of ``validation_data``, the weights ``None`` where it has none."""
    if not isinstance(data, (tuple, list)) or len(data) not in (2, 3):
        received = f"{len(data)} parts" if isinstance(data, (tuple, list)) else type(data).__name__
        raise ValueError(f"validation_data is (x, y) or (x, y, sample_weight). Received: {received}.")
    x, y, *rest = data
    return x, y, rest[0] if rest else None


def check_alike(x: Any, y: Any, x_val: Any, y_val: Any) -> None:
    """Raise ValueError when the samples for validation have another shape than those for training."""
    columns = ((1,), ())
    for name, trained_on, held_out in (("x", x, x_val), ("y", y, y_val)):
        first, second = leaves(trained_on), leaves(held_out)
        if len(first) != len(second):
            raise ValueError(
                f"{name} and the {name} of validation_data must be as many arrays. Received: {len(first)} and "
                f"{len(second)}."
            )
        for a, b in zip(first, second, strict=True):
            one, other = a.shape[1:], b.shape[1:]
            if one != other and not (name == "y" and one in columns and other in columns):
                raise ValueError(
                    f"{name} and the {name} of validation_data must hold samples of one shape. Received: {one} and "
                    f"{other}."
                )


def refuse_several_outputs(name: str, given: Any) -> None:
    """Raise TypeError for Keras's forms of ``compile`` for models with several outputs."""
    if isinstance(given, dict) and "class_name" not in given:
        inner = next(iter(given.values()), None)
    elif name == "loss" and isinstance(given, (list, tuple)):
        inner = given[0] if given else None
    else:
        return
    raise TypeError(
        f"This model has one output, so compile takes {name}={inner!r} without a name of an output. "
        f"Received: {name}={given!r}."
    )


def is_due(epoch: int, frequency: int | Sequence[int]) -> bool:
    """Return whether an epoch (0 for the first) is among those after which there is a validation."""
    return (epoch + 1) % frequency == 0 if isinstance(frequency, int) else (epoch + 1) in frequency
