"""The state of a callback as plain values: what can be written down, and nothing that is code."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["plain_state", "restored_state"]

#: What belongs to the surroundings of a callback, not to its state.
SURROUNDINGS = frozenset(("model", "params"))
#: The key of an array in the plain values; its entries stand among the arrays.
ARRAY = "__array__"


class _Unwritable(Exception):
    """The value is more than numbers, texts, arrays, and lists and dicts of them."""


def plain_state(callback: Any, arrays: dict[str, np.ndarray], prefix: str) -> dict[str, Any]:
    """Return the attributes that can be written as JSON; arrays in them go to ``arrays``, under ``prefix``.

    Other attributes (functions, open files) are left out: a new callback makes its own.
    """
    found = {}
    for name, value in vars(callback).items():
        if name in SURROUNDINGS:
            continue
        taken: dict[str, np.ndarray] = {}
        try:
            found[name] = _written(value, taken, f"{prefix}{name}")
        except _Unwritable:
            continue
        arrays.update(taken)
    return found


def restored_state(state: dict[str, Any], arrays: dict[str, np.ndarray]) -> dict[str, Any]:
    """Return the attributes that `plain_state` wrote."""
    return {name: _read(value, arrays) for name, value in state.items()}


def _written(value: Any, arrays: dict[str, np.ndarray], name: str) -> Any:
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray):
        arrays[name] = value
        return {ARRAY: name}
    if type(value) in (list, tuple):
        return [_written(item, arrays, f"{name}/{number}") for number, item in enumerate(value)]
    if type(value) is dict and all(isinstance(key, str) for key in value):
        return {key: _written(item, arrays, f"{name}/{key}") for key, item in value.items()}
    raise _Unwritable


def _read(value: Any, arrays: dict[str, np.ndarray]) -> Any:
    if isinstance(value, list):
        return [_read(item, arrays) for item in value]
    if isinstance(value, dict):
        if set(value) == {ARRAY}:
            return arrays[value[ARRAY]]
        return {key: _read(item, arrays) for key, item in value.items()}
    return value
