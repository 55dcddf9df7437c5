"""The state of everything that draws random numbers in a run, as plain values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from beras import config

__all__ = ["randomness", "restore_randomness"]


def randomness(model: Any) -> dict[str, Any]:
    """Return the states of beras's generator, of Python's and NumPy's own, and of the layers that have one."""
    import random

    version, numbers, gauss = random.getstate()
    return {
        "generator": config.generator().bit_generator.state,
        "python": [version, list(numbers), gauss],
        "numpy": [part.tolist() if isinstance(part, np.ndarray) else part for part in np.random.get_state()],
        "layers": [generator.bit_generator.state for generator in _generators(model)],
    }


def restore_randomness(model: Any, states: dict[str, Any]) -> None:
    """Put all of `randomness` back.

    Raises:
        ValueError: when the model has not as many layers with a generator of their own.
    """
    import random

    own = list(_generators(model))
    if len(own) != len(states["layers"]):
        raise ValueError(
            f"The model has {len(own)} layers with a seed of their own, and the backup is of one with "
            f"{len(states['layers'])}."
        )
    config.generator().bit_generator.state = states["generator"]
    version, numbers, gauss = states["python"]
    random.setstate((version, tuple(numbers), gauss))
    np.random.set_state(tuple(states["numpy"]))
    for generator, state in zip(own, states["layers"], strict=True):
        generator.bit_generator.state = state


def _generators(part: Any) -> Iterator[np.random.Generator]:
    for value in vars(part).values():
        if isinstance(value, np.random.Generator):
            yield value
    for _, inner in part._parts():
        yield from _generators(inner)
