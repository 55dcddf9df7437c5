"""Adadelta: steps as long as the recent ones, in the units of the weight."""

from __future__ import annotations

from typing import Any

import numpy as np

from beras.optimizers.arguments import check_fraction
from beras.optimizers.optimizer import Optimizer

__all__ = ["Adadelta"]


class Adadelta(Optimizer):
    """The gradient times the root mean square of the recent steps, over that of the recent gradients.

    ``v = rho * v + (1 - rho) * g**2; d = sqrt(u + epsilon) / sqrt(v + epsilon) * g;
    u = rho * u + (1 - rho) * d**2; w -= learning_rate * d``.

    Kept are the discounted sums ``gradient_square_sum = v / (1 - rho)`` and ``step_square_sum = u / (1 - rho)``, which
    saves two passes over the memory. Zeiler, Adadelta, 2012, whose learning rate is 1.

    The Keras equivalent is ``keras.optimizers.Adadelta``. ``torch.optim.Adadelta`` has other defaults (lr 1, rho 0.9,
    eps 1e-6).

    >>> import numpy as np
    >>> import beras
    >>> w = beras.Variable([1.0], dtype="float64")
    >>> Adadelta(1.0, rho=0.75, epsilon=1.0).apply([np.array([2.0])], [w])
    >>> w.numpy().round(6)
    array([-0.414214])
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        rho: float = 0.95,
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
        self.rho = check_fraction("rho", rho)
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
        return ("gradient_square_sum", "step_square_sum")

    def decays(self) -> dict[str, tuple[float, float]]:
        negligible = 1e-8 * self.epsilon
        return {"gradient_square_sum": (self.rho, negligible), "step_square_sum": (self.rho, negligible)}

    def coefficients(self, learning_rate: float, step: int) -> tuple[float, float]:
        return learning_rate, self.epsilon / (1 - self.rho)

    def update(
        self,
        w: np.ndarray,
        g: np.ndarray,
        slots: tuple[np.ndarray, ...],
        scratch: np.ndarray,
        coefficients: tuple[float, float],
    ) -> None:
        rate, epsilon = coefficients
        gradient_square_sum, step_square_sum = slots
        other = self.second_scratch(scratch)
        np.multiply(gradient_square_sum, self.rho, out=gradient_square_sum)
        np.multiply(g, g, out=scratch)
        np.add(gradient_square_sum, scratch, out=gradient_square_sum)
        np.add(gradient_square_sum, epsilon, out=other)
        np.add(step_square_sum, epsilon, out=scratch)
        np.divide(scratch, other, out=scratch)
        np.sqrt(scratch, out=scratch)
        np.multiply(scratch, g, out=scratch)
        np.multiply(step_square_sum, self.rho, out=step_square_sum)
        np.multiply(scratch, scratch, out=other)
        np.add(step_square_sum, other, out=step_square_sum)
        np.multiply(scratch, rate, out=scratch)
        np.subtract(w, scratch, out=w)

    def get_arguments(self) -> dict[str, Any]:
        return {"rho": self.rho, "epsilon": self.epsilon}
