"""An optimizer's arrays in Keras's order and scale.

Keras numbers them: the count of steps, the learning rate (if it is no schedule), averages, gathered gradients, and then
the slots, weight by weight. Where Keras keeps a mean (``m = beta_1 * m + (1 - beta_1) * g``), beras keeps the sum,
``m / (1 - beta_1)``. The table says which slots these are, and where their order is another one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import Any, NamedTuple

import numpy as np

__all__ = ["Place", "places_of", "state_from", "written_state"]


class Row(NamedTuple):
    """How an optimizer's slots stand in Keras's files."""

    #: The slots that are written together, weight by weight; one group after the other. None: all of them at once.
    groups: tuple[tuple[str, ...], ...] | None = None
    #: For each slot that is a sum, the attribute with the factor of its decay.
    decays: Mapping[str, str] = {}


_ADAM = {"gradient_sum": "beta_1", "square_sum": "beta_2", "largest_square_sum": "beta_2"}
ROWS = {
    "Adadelta": Row(decays={"gradient_square_sum": "rho", "step_square_sum": "rho"}),
    "Adam": Row((("gradient_sum", "square_sum"), ("largest_square_sum",)), _ADAM),
    "Adamax": Row(decays={"gradient_sum": "beta_1"}),
    "Lamb": Row(decays=_ADAM),
    "Lion": Row(decays={"gradient_sum": "beta_2"}),
    "Muon": Row(decays={"gradient_sum": "_adam.beta_1", "square_sum": "_adam.beta_2"}),
    "Nadam": Row(decays=_ADAM),
    "RMSprop": Row((("square_sum",), ("momentum",), ("gradient_sum",)), {"square_sum": "rho", "gradient_sum": "rho"}),
}


class Place(NamedTuple):
    """One array in Keras's file."""

    #: The name in the optimizer's own state, or ``None`` for what only Keras keeps.
    name: str | None
    #: What is there before it is multiplied.
    value: np.ndarray
    #: What ours is multiplied with to be Keras's.
    factor: float = 1.0


def places_of(optimizer: Any) -> list[Place]:
    """Return the arrays of an optimizer in the order in which Keras numbers them; without slots if it is not built."""
    state = optimizer.state()
    row = next((ROWS[cls.__name__] for cls in type(optimizer).__mro__ if cls.__name__ in ROWS), Row())
    slots: dict[str, list[str]] = {}
    first = []
    for name in state:
        index, _, slot = name.partition("/")
        if not slot or slot in ("average", "gathered"):
            first.append(Place(name, state[name]))
        else:
            slots.setdefault(index, []).append(slot)
    if type(optimizer).__name__ == "Adafactor":
        return first + [place for index, names in slots.items() for place in _factored(state, index, names)]
    found = list(first)
    for group in row.groups or (None,):
        for index, names in slots.items():
            for slot in names if group is None else [slot for slot in group if slot in names]:
                decay = row.decays.get(slot)
                factor = 1.0 if decay is None else 1.0 - float(attrgetter(decay)(optimizer))
                found.append(Place(f"{index}/{slot}", state[f"{index}/{slot}"], factor))
    if type(optimizer).__name__ == "Nadam" and optimizer.built:
        step = int(optimizer.iterations.value)
        found.append(Place(None, np.asarray(optimizer.product_of_momentums(step), np.float32)))
    return found


def _factored(state: Mapping[str, np.ndarray], index: str, names: Sequence[str]) -> list[Place]:
    """Return Adafactor's three arrays for one weight: Keras keeps all three, and uses one or two."""
    if "mean" in names:
        nothing = Place(None, np.zeros((), np.int32))
        return [nothing, nothing, Place(f"{index}/mean", state[f"{index}/mean"])]
    rows, columns = state[f"{index}/row_mean"], state[f"{index}/column_mean"]
    unused = np.zeros((*rows.shape, columns.shape[-1]), rows.dtype)
    return [Place(f"{index}/row_mean", rows), Place(f"{index}/column_mean", columns), Place(None, unused)]


def written_state(places: Sequence[Place]) -> dict[str, np.ndarray]:
    """Return the arrays by their numbers, as Keras has them.

    A scaled array is in float64, which Keras reads too, so that the one it was made of comes back bit for bit.
    """
    return {
        str(number): place.value if place.factor == 1 else np.multiply(place.value, place.factor, dtype=np.float64)
        for number, place in enumerate(places)
    }


def state_from(places: Sequence[Place], arrays: Sequence[np.ndarray]) -> dict[str, np.ndarray]:
    """Return the optimizer's own state, of arrays in Keras's order that have the shapes of ``places``."""
    state = {}
    for place, array in zip(places, arrays, strict=True):
        if place.name == "learning_rate":
            state[place.name] = np.asarray(shortest(float(array)))
        elif place.name is not None:
            value = array if place.factor == 1 else np.divide(array, place.factor, dtype=np.float64)
            state[place.name] = value.astype(place.value.dtype, copy=False)
    return state


def shortest(number: float) -> float:
    """Return a float32 as the shortest decimal number that it stands for; another float as it is.

    >>> shortest(0.0010000000474974513), shortest(0.001), shortest(1e308)
    (0.001, 0.001, 1e+308)
    """
    with np.errstate(over="ignore"):
        single = np.float32(number)
    return float(str(single)) if float(single) == number else number
