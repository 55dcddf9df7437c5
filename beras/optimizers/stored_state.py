"""An optimizer's state as named arrays, and back, all or nothing."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from beras.autodiff import Variable
from beras.errors import did_you_mean

__all__ = ["read_state", "write_state"]


def read_state(stored: Mapping[str, Variable]) -> dict[str, np.ndarray]:
    """Return a copy of each Variable's value."""
    return {name: variable.numpy() for name, variable in stored.items()}


def write_state(optimizer: str, stored: Mapping[str, Variable], state: Mapping[str, np.ndarray]) -> None:
    """Write ``state`` into the Variables of ``stored``; nothing is written unless every name and shape fits.

    Raises:
        ValueError: it says which name is missing or unknown, or which shape differs.
    """
    for name in state:
        if name not in stored:
            raise ValueError(
                f"This state is not one of {optimizer} with its present settings: it has no {name!r}."
                f"{did_you_mean(name, stored)} Make the optimizer as it was when its state was saved."
            )
    for name, variable in stored.items():
        if name not in state:
            raise ValueError(
                f"This state does not fit {optimizer} with its present settings: {name!r} is missing from it. "
                f"Make the optimizer as it was when its state was saved."
            )
        shape = np.shape(state[name])
        if shape != variable.shape:
            raise ValueError(f"{optimizer}: {name!r} must have shape {variable.shape}. Received: {shape}.")
    for name, variable in stored.items():
        variable.assign(state[name])
