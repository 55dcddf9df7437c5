"""Averages of the weights over the steps, which forget the earlier ones: ``use_ema`` of the optimizers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import numpy as np

from beras.autodiff import Variable
from beras.optimizers.flushing import flush, steps_between

__all__ = ["Averages"]


class Averages:
    """An exponential moving average of each weight: ``a = momentum * a + (1 - momentum) * w``.

    It begins as the weight after the first step. Polyak and Juditsky, Acceleration of Stochastic Approximation by
    Averaging, 1992, is where averages of weights come from; this form is Keras's ``use_ema``.
    """

    def __init__(self, momentum: float):
        self.momentum = momentum
        #: Whether weights and averages have changed places.
        self.swapped = False
        self._pairs: dict[Variable, Variable] = {}

    def build(self, variables: Iterable[Variable]) -> None:
        """Make an average for each of ``variables``, zero at first."""
        self._pairs = {
            w: Variable(np.zeros(w.shape, w.dtype), trainable=False, name=f"{w.name}_average") for w in variables
        }

    def __iter__(self) -> Iterator[Variable]:
        return iter(self._pairs.values())

    def follow(self, room: Callable[[np.dtype], tuple[np.ndarray, ...]], call: int, first: bool) -> None:
        """Take in the weights after the ``call``-th call; ``room`` gives scratch, as much again, and a mask."""
        momentum = 0.0 if first else self.momentum
        flushing = call % steps_between([self.momentum]) == 0
        for variable, average in self._pairs.items():
            if not momentum:
                average.assign(variable.value)
                continue
            w, a = variable.value.reshape(-1), average.writable().reshape(-1)
            scratch, _, mask = room(w.dtype)
            for start in range(0, w.size, scratch.size):
                part = slice(start, min(start + scratch.size, w.size))
                size = part.stop - start
                np.multiply(a[part], momentum, out=a[part])
                np.multiply(w[part], 1 - momentum, out=scratch[:size])
                np.add(a[part], scratch[:size], out=a[part])
                if flushing:
                    flush(a[part], np.inf, scratch[:size], mask[:size])

    def overwrite(self, variables: Iterable[Variable] | None = None) -> None:
        """Put the averages in the place of the weights, which are lost."""
        for variable in self._pairs if variables is None else variables:
            variable.assign(self._pairs[variable].value)

    def finalize(self, variables: Iterable[Variable]) -> None:
        """Leave the averages in the weights, as a training ends; a swap that was not undone is made good."""
        if self.swapped:
            self.swap()
        self.overwrite(variables)

    def swap(self) -> None:
        """Exchange each weight with its average."""
        for variable, average in self._pairs.items():
            w = variable.numpy()
            variable.assign(average.value)
            average.assign(w)
        self.swapped = not self.swapped
