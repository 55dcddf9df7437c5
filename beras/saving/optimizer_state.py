"""The state of an optimizer beside the weights of its model: its arrays have names of their own in the file."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["OPTIMIZER", "restore_optimizer", "stored_optimizer", "taken_optimizer"]

#: What the names of an optimizer's arrays begin with.
OPTIMIZER = "optimizer/"


def stored_optimizer(optimizer: Any) -> dict[str, np.ndarray]:
    """Return the arrays of an optimizer by their names in a file; none of one that is not built."""
    return {OPTIMIZER + name: value for name, value in optimizer.state().items()} if optimizer.built else {}


def taken_optimizer(named: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Take the optimizer's arrays out of those of a file; return them by their names in the optimizer."""
    return {name.removeprefix(OPTIMIZER): named.pop(name) for name in list(named) if name.startswith(OPTIMIZER)}


def restore_optimizer(model: Any, state: dict[str, np.ndarray]) -> None:
    """Put what `taken_optimizer` returned into the optimizer of ``model``, unless it is empty."""
    if state:
        model.optimizer.build(model.trainable_weights)
        model.optimizer.load_state(state)
