"""Run a computation in another precision, and leave everything as it was."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from beras import config
from beras.autodiff import Variable
from beras.autodiff.structure import leaves, restore
from beras.autodiff.tracked import bare

__all__ = ["as_dtype", "attributes", "in_precision", "is_float", "same_draws", "unchanged"]


def is_float(value: Any) -> bool:
    """Say whether a value is an array, or number, of floating-point kind."""
    return not isinstance(value, str) and np.asarray(bare(value)).dtype.kind == "f"


def as_dtype(structure: Any, dtype: str) -> Any:
    """Return copies of the floating-point arrays in ``structure`` in another dtype, and everything else as it is."""
    converted = [np.array(bare(leaf), dtype) if is_float(leaf) else leaf for leaf in leaves(structure)]
    return restore(structure, iter(converted))


@contextmanager
def in_precision(variables: Iterable[Variable], modules: Iterable[Any], dtype: str) -> Iterator[None]:
    """Inside, the Variables hold copies of their values in ``dtype``, and the modules compute in it.

    What is written into the Variables inside is gone afterwards.
    """
    floats = [variable for variable in variables if variable.dtype.kind == "f"]
    held = [(variable, variable._buffer, variable._array, variable.version) for variable in floats]
    named = [(module, module.__dict__["dtype"]) for module in modules if module.__dict__.get("dtype") is not None]
    floatx = config.floatx()
    config.set_floatx(dtype)
    for variable in floats:
        variable._buffer = variable._buffer.astype(dtype)
        variable._array = variable._buffer.view()
        variable._array.flags.writeable = False
    for module, _ in named:
        module.__dict__["dtype"] = dtype
    try:
        yield
    finally:
        config.set_floatx(floatx)
        for variable, buffer, array, version in held:
            variable._buffer, variable._array, variable.version = buffer, array, version
        for module, name in named:
            module.__dict__["dtype"] = name


class same_draws:
    """Makes every run draw the same random numbers, and leaves the generators as they were.

    ``with same_draws(modules) as again: ...; again()`` puts beras' generator, those that the modules hold, NumPy's
    legacy one and Python's back to where they stood on entry.
    """

    def __init__(self, modules: Iterable[Any] = ()):
        held = [value for module in modules for value in module.__dict__.values()]
        self._generators = [value for value in held if isinstance(value, np.random.Generator)]

    def __enter__(self) -> Callable[[], None]:
        self._generators.append(config.generator())
        self._states = [generator.bit_generator.state for generator in self._generators]
        self._others = (np.random.get_state(), random.getstate())
        return self._again

    def _again(self) -> None:
        for generator, state in zip(self._generators, self._states, strict=True):
            generator.bit_generator.state = state
        legacy, python = self._others
        np.random.set_state(legacy)
        random.setstate(python)

    def __exit__(self, *error: Any) -> None:
        self._again()


@contextmanager
def unchanged(modules: Sequence[Any]) -> Iterator[None]:
    """Put the attributes of ``modules``, and the values of their Variables, back at the end."""
    kept = [attributes(module) for module in modules]
    values = [(v, v.numpy(), v.version) for module in modules for v in getattr(module, "own_weights", ())]
    try:
        yield
    finally:
        for module, held in zip(modules, kept, strict=True):
            module.__dict__.clear()
            module.__dict__.update(held)
        for variable, value, version in values:
            variable._buffer[...] = value
            variable.version = version


def attributes(module: Any) -> dict[str, Any]:
    """Return the attributes of a module, with copies of the lists and dicts among them."""
    return {
        name: held.copy() if type(held) is list or type(held) is dict else held
        for name, held in module.__dict__.items()
    }
