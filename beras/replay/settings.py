"""Settings: what decides, besides the values in arrays, what a step computes; whether it changed, and as it was."""

from __future__ import annotations

from itertools import chain
from types import BuiltinFunctionType, FunctionType
from typing import Any

import numpy as np

from beras import config
from beras.autodiff import Variable
from beras.core.changes import TRANSIENT
from beras.core.weighted import Weighted
from beras.initializers import Initializer

__all__ = ["Settings"]

#: Attributes that decide nothing: what a call leaves behind, and what a model keeps around its steps.
_BESIDE = TRANSIENT | {"optimizer", "history", "stop_training", "_compiled", "_replays"}
_PLAIN = frozenset((bool, int, float, str))
_ATOMS = _PLAIN | {type(None), Variable, FunctionType, BuiltinFunctionType, np.ndarray, np.ufunc, type}


class Settings:
    """The attributes of ``whole`` (a model) and ``others`` (a loss), of their parts, and what these hold.

    Attributes of modules are counted when they are set (`beras.core.changes`); `have_moved` sees the rest: lists and
    dicts that were changed in place, and objects such as regularizers.
    """

    def __init__(self, whole: Any = None, *others: Any):
        self._values: list[Any] = []
        self._parts: dict[int, Any] = {}
        #: What stands in lists and dicts at any time, and how much and which identities stood there.
        self._contents: list[Any] = []
        self._lengths: list[int] = []
        self._identities: list[int] = []
        #: These lists and dicts, each with a copy, which keeps what they held alive.
        self._containers: list[tuple[Any, Any]] = []
        self.generators: list[np.random.Generator] = []
        if whole is not None:
            self._enter_attributes(whole)
        for part in others:
            self._enter(part)

    def without_parts(self) -> Settings:
        """Return these settings, no more fit for a snapshot, which do not keep the whole alive."""
        self._parts.clear()
        return self

    def equal(self, other: Settings) -> bool:
        """Say whether the same step is computed under both."""
        mine, others = self._values, other._values
        return len(mine) == len(others) and all(map(_same, mine, others))

    def have_moved(self) -> bool:
        """Say whether a list or a dict, or an object with a configuration, was changed in place."""
        contents = self._contents
        return [*map(len, contents)] != self._lengths or [*map(id, chain(*contents))] != self._identities

    def snapshot(self) -> Snapshot:
        """Return what `Snapshot.restore` needs to undo all that an attempt of a step may do."""
        return Snapshot(
            [*((vars(part), dict(vars(part))) for part in self._parts.values())],
            list(self._containers),
            [*self.generators, config.generator()],
        )

    def _enter(self, value: Any) -> None:
        kind = type(value)
        if kind in _ATOMS:
            self._values.append(value)
        elif kind is list or kind is dict:
            self._watch(value)
            if kind is dict:
                self._values.extend(value)
                value = value.values()
            for item in value:
                self._enter(item)
        elif isinstance(value, (tuple, list)):
            for item in value:
                self._enter(item)
        else:
            self._values.append(value)
            if isinstance(value, Weighted):
                self._enter_attributes(value)
            elif isinstance(value, np.random.Generator):
                self.generators.append(value)
            elif hasattr(value, "get_config") and hasattr(value, "__dict__"):
                if not isinstance(value, Initializer):  # whose work is done
                    self._watch(vars(value))
                for held in [*vars(value).values()]:
                    self._enter(held)

    def _enter_attributes(self, part: Any) -> None:
        if id(part) not in self._parts:
            self._parts[id(part)] = part
            for name, held in [*vars(part).items()]:
                if name not in _BESIDE:
                    self._values.append(name)
                    self._enter(held)

    def _watch(self, held: Any) -> None:
        copy = held.copy()
        content = held.values() if type(held) is dict else held
        self._contents.append(content)
        self._lengths.append(len(content))
        self._identities.extend(map(id, content))
        self._containers.append((held, copy))


class Snapshot:
    """Attributes, lists, dicts and random generators as they were."""

    def __init__(self, attributes: list[tuple[dict, dict]], containers: list[tuple[Any, Any]], generators: list[Any]):
        self._attributes, self._containers = attributes, containers
        self.generators = generators
        self._states = [generator.bit_generator.state for generator in generators]

    def restore(self) -> None:
        """Make everything what it was."""
        for held, copy in (*self._attributes, *self._containers):
            if type(held) is dict:
                held.clear()
                held.update(copy)
            else:
                held[:] = copy
        for generator, state in zip(self.generators, self._states, strict=True):
            generator.bit_generator.state = state


def _same(a: Any, b: Any) -> bool:
    return a is b or (type(a) is type(b) and type(a) in _PLAIN and a == b)
