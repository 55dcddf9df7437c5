"""Weighted: an object that owns Variables, itself or through its parts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import FunctionType
from typing import Any

import numpy as np

from beras.autodiff import Tensor, Variable
from beras.autodiff.tracked import bare
from beras.core.changes import TRANSIENT, changes

__all__ = ["Weighted"]


class Weighted:
    """An object with weights: the Variables among its attributes, then those of the Weighted parts among them.

    Attributes may be Variables, Weighted objects, or lists, tuples and dicts of them; the order is that in which they
    were set. An attribute that holds a Variable is assigned to when it is set: ``layer.kernel = array`` writes into the
    Variable. ``trainable = False`` freezes the object and its parts.
    """

    def __setattr__(self, name: str, value: Any) -> None:
        held = self.__dict__.get(name)
        if isinstance(held, Variable) and not isinstance(value, Variable) and value is not None:
            held.assign(value)
        else:
            object.__setattr__(self, name, value)
            if name not in TRANSIENT:
                changes.note()

    def __getstate__(self) -> dict[str, Any]:
        # For copies and pickles: what the latest call on a tape left there is kept as an array, without its tape.
        return {
            name: held.numpy() if isinstance(held, Tensor) else bare(held) if name in TRANSIENT else held
            for name, held in self.__dict__.items()
        }

    @property
    def trainable(self) -> bool:
        """Whether training may change the weights; setting it sets it for all parts too."""
        return self.__dict__.get("_trainable", True)

    @trainable.setter
    def trainable(self, value: bool) -> None:
        self.__dict__["_trainable"] = bool(value)
        for _, part in self._parts():
            part.trainable = value

    def _parts(self) -> Iterator[tuple[str, Weighted]]:
        return ((name, held) for name, held in self._held() if not isinstance(held, Variable))

    @property
    def own_weights(self) -> list[Variable]:
        """The Variables among the attributes, without those of the parts."""
        declared = self.__dict__.get("_declared_weights")
        if declared is not None:
            return list(declared)
        return list({id(held): held for _, held in self._held() if isinstance(held, Variable)}.values())

    def _held(self) -> Iterator[tuple[str, Any]]:
        """Yield the Variables and the Weighted parts among the attributes, with the attribute's name."""
        for name, held in [*self.__dict__.items()]:  # another thread may set attributes meanwhile
            if type(held) not in _HOLDS_NOTHING and name != "_declared_weights":
                for item in _flatten(held):
                    yield name, item

    @property
    def weights(self) -> list[Variable]:
        """All Variables, each once; a list assigned to it says which, and in which order."""
        return self._collect(trainable_only=False)

    @weights.setter
    def weights(self, value: Any) -> None:
        declared = list(value)
        for item in declared:
            if not isinstance(item, Variable):
                raise TypeError(
                    f"weights is a list of Variables. Received among them: {type(item).__name__}. "
                    f"Wrap it: beras.Variable(...)."
                )
        self.__dict__["_declared_weights"] = declared

    @property
    def trainable_weights(self) -> list[Variable]:
        """The Variables that training changes."""
        return self._collect(trainable_only=True)

    @property
    def non_trainable_weights(self) -> list[Variable]:
        """The Variables that training leaves alone: frozen, or statistics."""
        trainable = {id(w) for w in self.trainable_weights}
        return [w for w in self.weights if id(w) not in trainable]

    @property
    def variables(self) -> list[Variable]:
        """Keras's name for `weights`."""
        return self.weights

    @property
    def trainable_variables(self) -> list[Variable]:
        """Keras's name for `trainable_weights`."""
        return self.trainable_weights

    @property
    def non_trainable_variables(self) -> list[Variable]:
        """Keras's name for `non_trainable_weights`."""
        return self.non_trainable_weights

    # Weights as arrays

    def get_weights(self) -> list[np.ndarray]:
        """Return copies of the weights, in the order of `weights`."""
        return [w.numpy() for w in self.weights]

    def set_weights(self, weights: Sequence[Any]) -> None:
        """Assign arrays to the weights, in the order of `weights`.

        Raises:
            ValueError: when their number or a shape differs; nothing is changed then.
        """
        mine, label = self.weights, getattr(self, "name", type(self).__name__)
        if len(weights) != len(mine):
            built = getattr(self, "built", True)
            hint = "" if built else " It is not built yet: call it on data, or build((None, n_in)), first."
            raise ValueError(
                f"{label!r} has {len(mine)} weights, so set_weights takes a list of as many arrays. "
                f"Received: {len(weights)}.{hint}"
            )
        new = [np.asarray(value) for value in weights]
        for variable, value in zip(mine, new, strict=True):
            if variable.shape != value.shape:
                raise ValueError(
                    f"Weight {variable.name!r} of {label!r} has shape {variable.shape}. Received: {value.shape}."
                )
        for variable, value in zip(mine, new, strict=True):
            variable.assign(value)

    def count_params(self) -> int:
        """Return the number of entries of all weights."""
        return sum(w.size for w in self.weights)

    def _collect(self, trainable_only: bool) -> list[Variable]:
        if trainable_only and not self.trainable:
            return []
        found = {id(w): w for w in self.own_weights if w.trainable or not trainable_only}
        for _, part in self._parts():
            for w in part.trainable_weights if trainable_only else part.weights:
                found.setdefault(id(w), w)
        return list(found.values())


#: Types of attributes among which no weight can hide.
_HOLDS_NOTHING = frozenset({str, int, float, bool, type(None), FunctionType, np.ndarray, np.dtype, Tensor})


def _flatten(held: Any) -> Iterator[Any]:
    if isinstance(held, (Variable, Weighted)):
        yield held
    elif isinstance(held, (list, tuple)):
        for item in held:
            yield from _flatten(item)
    elif isinstance(held, dict):
        for item in held.values():
            yield from _flatten(item)
