"""Nadam: Adam that looks ahead, as Nesterov's momentum does."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from beras.optimizers.arguments import check_fraction
from beras.optimizers.optimizer import Optimizer

__all__ = ["Nadam"]

#: How far the momentum is from its last value shrinks by this a step.
WARMING = 0.96


class Nadam(Optimizer):
    """Adam with Nesterov's momentum: in the place of the mean of the gradient stands its mean after the next step.

    With ``b(t) = beta_1 * (1 - 0.96**t / 2)``, the momentum of the t-th update, and ``p(t) = b(1) * ... * b(t)``:
    ``m = beta_1 * m + (1 - beta_1) * g; v = beta_2 * v + (1 - beta_2) * g**2``, and
    ``w -= learning_rate * (b(t + 1) * m / (1 - p(t + 1)) + (1 - b(t)) * g / (1 - p(t))) /
    (sqrt(v / (1 - beta_2**t)) + epsilon)``.

    Kept are the discounted sums ``gradient_sum = m / (1 - beta_1)`` and ``square_sum = v / (1 - beta_2)``. Dozat,
    Incorporating Nesterov Momentum into Adam, 2016.

    The Keras equivalent is ``keras.optimizers.Nadam``, whose formula this is. ``torch.optim.NAdam`` lets the momentum
    warm up 250 times slower (``0.96**(t * 0.004)``), and has a rate of 0.002.

    >>> import numpy as np
    >>> import beras
    >>> w = beras.Variable([1.0], dtype="float64")
    >>> Nadam(0.1).apply([np.array([3.0])], [w])
    >>> w.numpy().round(4)
    array([0.8937])
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str | None = None,
        **kwargs: Any,
    ):
        self.beta_1 = check_fraction("beta_1", beta_1)
        self.beta_2 = check_fraction("beta_2", beta_2)
        self.epsilon = float(epsilon)
        self._product = (0, 1.0)
        super().__init__(
            learning_rate,
            weight_decay,
            clipnorm,
            clipvalue,
            global_clipnorm,
            use_ema,
            ema_momentum,
            ema_overwrite_frequency,
            loss_scale_factor,
            gradient_accumulation_steps,
            name,
            **kwargs,
        )

    def slot_names(self) -> tuple[str, ...]:
        return ("gradient_sum", "square_sum")

    def decays(self) -> dict[str, tuple[float, float]]:
        negligible_root = 1e-8 * self.epsilon / math.sqrt(1 - self.beta_2)
        return {"gradient_sum": (self.beta_1, math.inf), "square_sum": (self.beta_2, negligible_root**2)}

    def coefficients(self, learning_rate: float, step: int) -> tuple[float, float, float]:
        root = math.sqrt((1 - self.beta_2) / (1 - self.beta_2**step))
        product = self.product_of_momentums(step)
        now, ahead = self._momentum(step), self._momentum(step + 1)
        of_sum = learning_rate / root * ahead * (1 - self.beta_1) / (1 - product * ahead)
        of_gradient = learning_rate / root * (1 - now) / (1 - product)
        return of_sum, of_gradient, self.epsilon / root

    def _momentum(self, step: int) -> float:
        return self.beta_1 * (1 - 0.5 * WARMING**step)

    def product_of_momentums(self, step: int) -> float:
        """Return ``b(1) * ... * b(step)``; Keras keeps it, here it follows from the count of steps."""
        done, product = self._product if self._product[0] <= step else (0, 1.0)
        for later in range(done + 1, step + 1):
            product *= self._momentum(later)
        self._product = step, product
        return product

    def update(
        self,
        w: np.ndarray,
        g: np.ndarray,
        slots: tuple[np.ndarray, ...],
        scratch: np.ndarray,
        coefficients: tuple[float, float, float],
    ) -> None:
        of_sum, of_gradient, epsilon = coefficients
        gradient_sum, square_sum = slots
        other = self.second_scratch(scratch)
        np.multiply(gradient_sum, self.beta_1, out=gradient_sum)
        np.add(gradient_sum, g, out=gradient_sum)
        np.multiply(square_sum, self.beta_2, out=square_sum)
        np.multiply(g, g, out=scratch)
        np.add(square_sum, scratch, out=square_sum)
        np.multiply(gradient_sum, of_sum, out=scratch)
        np.multiply(g, of_gradient, out=other)
        np.add(scratch, other, out=scratch)
        np.sqrt(square_sum, out=other)
        np.add(other, epsilon, out=other)
        np.divide(scratch, other, out=scratch)
        np.subtract(w, scratch, out=w)

    def get_arguments(self) -> dict[str, Any]:
        return {"beta_1": self.beta_1, "beta_2": self.beta_2, "epsilon": self.epsilon}
