"""Lion: steps of one length, in the direction of the sign of the momentum."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from beras.optimizers.arguments import check_fraction
from beras.optimizers.optimizer import Optimizer

__all__ = ["Lion"]


class Lion(Optimizer):
    """Every weight moves by the learning rate, in the direction of the sign of the momentum.

    ``w -= learning_rate * sign(beta_1 * m + (1 - beta_1) * g)``, then ``m = beta_2 * m + (1 - beta_2) * g``. Kept is
    the discounted sum ``gradient_sum = m / (1 - beta_2)``. A momentum that is only left over, below 1e-30, counts as 0.
    The learning rate should be 3 to 10 times smaller than Adam's, and the weight decay as much larger. Chen et al.,
    Symbolic Discovery of Optimization Algorithms, 2023.

    Raises:
        ValueError: for a ``beta_1`` outside (0, 1], or a ``beta_2`` outside [0, 1).

    The Keras equivalent is ``keras.optimizers.Lion``; torch has none.

    >>> import numpy as np
    >>> import beras
    >>> w = beras.Variable([1.0, 1.0, 1.0], dtype="float64")
    >>> Lion(0.1).apply([np.array([3.0, -0.001, 0.0])], [w])
    >>> w.numpy()
    array([0.9, 1.1, 1. ])
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.99,
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
        if not 0 < beta_1 <= 1:
            raise ValueError(
                f"beta_1 must be in (0, 1]: with 0 Lion is descent by the sign of the gradient. "
                f"Received: beta_1={beta_1!r}."
            )
        self.beta_1 = float(beta_1)
        self.beta_2 = check_fraction("beta_2", beta_2)
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
        return ("gradient_sum",)

    def decays(self) -> dict[str, tuple[float, float]]:
        return {"gradient_sum": (self.beta_2, math.inf)}

    def coefficients(self, learning_rate: float, step: int) -> tuple[float, float, float]:
        return learning_rate, self.beta_1 * (1 - self.beta_2), 1 - self.beta_1

    def update(
        self,
        w: np.ndarray,
        g: np.ndarray,
        slots: tuple[np.ndarray, ...],
        scratch: np.ndarray,
        coefficients: tuple[float, float, float],
    ) -> None:
        rate, of_sum, of_gradient = coefficients
        (gradient_sum,) = slots
        other = self.second_scratch(scratch)
        np.multiply(gradient_sum, of_sum, out=scratch)
        np.multiply(g, of_gradient, out=other)
        np.add(scratch, other, out=other)
        # The sign, without a branch: np.sign guesses wrong at every other entry. 0 gives 0, NaN gives NaN.
        np.abs(other, out=scratch)
        np.maximum(scratch, np.finfo(scratch.dtype).tiny, out=scratch)
        np.divide(other, scratch, out=scratch)
        np.multiply(scratch, rate, out=scratch)
        np.subtract(w, scratch, out=w)
        np.multiply(gradient_sum, self.beta_2, out=gradient_sum)
        np.add(gradient_sum, g, out=gradient_sum)

    def get_arguments(self) -> dict[str, Any]:
        return {"beta_1": self.beta_1, "beta_2": self.beta_2}
