"""Adamax: the mean of the gradient over its largest recent size."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from beras.optimizers.arguments import check_fraction
from beras.optimizers.optimizer import Optimizer

__all__ = ["Adamax"]


class Adamax(Optimizer):
    """The recent mean of the gradient over its largest recent size: Adam with the norm of infinite order.

    ``m = beta_1 * m + (1 - beta_1) * g; u = max(beta_2 * u, |g|)``, and for the t-th update
    ``w -= learning_rate / (1 - beta_1**t) * m / (u + epsilon)``. Kept is the discounted sum
    ``gradient_sum = m / (1 - beta_1)``. Kingma and Ba, Adam, 2015, section 7.1.

    The Keras equivalent is ``keras.optimizers.Adamax``. ``torch.optim.Adamax`` adds epsilon (1e-8) to ``|g|`` before
    the maximum is taken, and has a rate of 0.002.

    >>> import numpy as np
    >>> import beras
    >>> w = beras.Variable([1.0, 1.0], dtype="float64")
    >>> Adamax(0.1).apply([np.array([3.0, -0.5])], [w])
    >>> w.numpy().round(4)
    array([0.9, 1.1])
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
        return ("gradient_sum", "largest")

    def decays(self) -> dict[str, tuple[float, float]]:
        return {"gradient_sum": (self.beta_1, math.inf), "largest": (self.beta_2, 1e-8 * self.epsilon)}

    def coefficients(self, learning_rate: float, step: int) -> float:
        return learning_rate * (1 - self.beta_1) / (1 - self.beta_1**step)

    def update(
        self,
        w: np.ndarray,
        g: np.ndarray,
        slots: tuple[np.ndarray, ...],
        scratch: np.ndarray,
        coefficients: float,
    ) -> None:
        gradient_sum, largest = slots
        np.multiply(gradient_sum, self.beta_1, out=gradient_sum)
        np.add(gradient_sum, g, out=gradient_sum)
        np.multiply(largest, self.beta_2, out=largest)
        np.abs(g, out=scratch)
        np.maximum(largest, scratch, out=largest)
        np.add(largest, self.epsilon, out=scratch)
        np.divide(gradient_sum, scratch, out=scratch)
        np.multiply(scratch, coefficients, out=scratch)
        np.subtract(w, scratch, out=w)

    def get_arguments(self) -> dict[str, Any]:
        return {"beta_1": self.beta_1, "beta_2": self.beta_2, "epsilon": self.epsilon}
