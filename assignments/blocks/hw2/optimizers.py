"""Optimizers: they move the parameters against their gradients, in place."""

from __future__ import annotations

import abc
from collections.abc import Iterable
from typing import Any

from hw2.arrays import namespace

__all__ = ["MomentumSGD", "Optimizer", "RMSProp", "VanillaSGD"]


class Optimizer(abc.ABC):
    """Holds the parameters and their gradients, ``(p, dp)``, and writes into both.

    Args:
        params: what ``block.params()`` gives. A parameter that comes several times, since its block stands at several
            places, is kept once: its gradient is already the sum over all places, and one step must move it once.
    """

    def __init__(self, params: Iterable[tuple[Any, Any]]) -> None:
        # TASK 2.2: self._params, a list of the pairs, without those whose parameter has been there (by id, not value)
        raise NotImplementedError("Task 2.2: self._params, a list of the pairs, without those whose parameter has been there (by id, not value)")

    @property
    def params(self) -> list[tuple[Any, Any]]:
        """The pairs ``(p, dp)``, each parameter once."""
        return self._params

    def zero_grad(self) -> None:
        """Set all gradients to zero, in place: the blocks add to the same arrays. (NaN times 0 is NaN.)"""
        # TASK 2.2: zeros in every dp
        raise NotImplementedError("Task 2.2: zeros in every dp")

    @abc.abstractmethod
    def step(self) -> None:
        """Move the parameters once."""


class VanillaSGD(Optimizer):
    """Stochastic gradient descent.

        p <- p - learn_rate * (dp + reg * p)

    Args:
        params: pairs ``(p, dp)``.
        learn_rate: length of a step.
        reg: strength of the L2 regularisation, ``reg / 2 * |p|^2`` (weight decay).
    """

    def __init__(self, params: Iterable[tuple[Any, Any]], learn_rate: float = 1e-3, reg: float = 0) -> None:
        super().__init__(params)
        self.learn_rate = learn_rate
        self.reg = reg

    def step(self) -> None:
        """Move each parameter against its gradient, in place."""
        # TASK 2.3: one step
        raise NotImplementedError("Task 2.3: one step")


class MomentumSGD(Optimizer):
    """Stochastic gradient descent with momentum: steps in the same direction add up.

        v <- momentum * v - learn_rate * (dp + reg * p)
        p <- p + v

    Args:
        params: pairs ``(p, dp)``.
        learn_rate: length of a step without momentum.
        reg: strength of the L2 regularisation.
        momentum: what is left of the velocity after a step, from 0 to less than 1.
    """

    def __init__(
        self, params: Iterable[tuple[Any, Any]], learn_rate: float = 1e-3, reg: float = 0, momentum: float = 0.9
    ) -> None:
        super().__init__(params)
        self.learn_rate = learn_rate
        self.reg = reg
        self.momentum = momentum
        self.velocities = [namespace(p).zeros_like(p) for p, _ in self.params]

    def step(self) -> None:
        """Move each parameter by its velocity, in place."""
        # TASK 2.4: one step
        raise NotImplementedError("Task 2.4: one step")


class RMSProp(Optimizer):
    """Gradient descent in which every number has a step length of its own, from the mean square of its gradients.

        d = dp + reg * p
        r <- decay * r + (1 - decay) * d^2
        p <- p - learn_rate * d / sqrt(r + eps)

    Epsilon stands inside the root here, as in Keras; torch has it outside. (Tieleman and Hinton, 2012.)

    Args:
        params: pairs ``(p, dp)``.
        learn_rate: length of a step.
        reg: strength of the L2 regularisation.
        decay: what is left of the mean square after a step, from 0 to less than 1.
        eps: keeps the root away from 0.
    """

    def __init__(
        self,
        params: Iterable[tuple[Any, Any]],
        learn_rate: float = 1e-3,
        reg: float = 0,
        decay: float = 0.99,
        eps: float = 1e-8,
    ) -> None:
        super().__init__(params)
        self.learn_rate = learn_rate
        self.reg = reg
        self.decay = decay
        self.eps = eps
        self.mean_squares = [namespace(p).zeros_like(p) for p, _ in self.params]

    def step(self) -> None:
        """Move each parameter, in place."""
        # TASK 2.5: one step
        raise NotImplementedError("Task 2.5: one step")
