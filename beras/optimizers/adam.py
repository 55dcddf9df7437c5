"""Adam: the mean of the gradient over the root of its mean square."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from beras.optimizers.arguments import check_fraction
from beras.optimizers.optimizer import Optimizer

__all__ = ["Adam"]


class Adam(Optimizer):
    """The recent mean of the gradient over the root of its recent mean square; epsilon is Keras's "epsilon hat".

    ``m = beta_1 * m + (1 - beta_1) * g; v = beta_2 * v + (1 - beta_2) * g**2``, and for the t-th update
    ``w -= alpha * m / (sqrt(v) + epsilon)`` with
    ``alpha = learning_rate * sqrt(1 - beta_2**t) / (1 - beta_1**t)``. So epsilon stands outside the root, beside the
    uncorrected ``v``. With ``amsgrad=True`` the root is that of the largest ``v`` so far.

    Kept are the discounted sums ``gradient_sum = m / (1 - beta_1)`` and ``square_sum = v / (1 - beta_2)``, which makes
    ten passes over the memory out of twelve. Kingma and Ba, Adam, 2015, the form at the end of section 2; Reddi,
    Kale and Kumar, On the Convergence of Adam and Beyond, 2018, for AMSGrad.

    The Keras equivalent is ``keras.optimizers.Adam``. ``torch.optim.Adam`` adds epsilon to the corrected root, and its
    default is 1e-8.

    >>> import numpy as np
    >>> import beras
    >>> w = beras.Variable([1.0, 1.0], dtype="float64")
    >>> Adam(0.1).apply([np.array([3.0, -0.5])], [w])
    >>> w.numpy().round(4)
    array([0.9, 1.1])
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        amsgrad: bool = False,
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
        self.amsgrad = bool(amsgrad)
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
        return ("gradient_sum", "square_sum", "largest_square_sum")[: 3 if self.amsgrad else 2]

    def decays(self) -> dict[str, tuple[float, float]]:
        negligible_root = 1e-8 * self.epsilon / math.sqrt(1 - self.beta_2)
        return {"gradient_sum": (self.beta_1, math.inf), "square_sum": (self.beta_2, negligible_root**2)}

    def coefficients(self, learning_rate: float, step: int) -> tuple[float, float]:
        root = math.sqrt(1 - self.beta_2)
        alpha = learning_rate * math.sqrt(1 - self.beta_2**step) / (1 - self.beta_1**step)
        return alpha * (1 - self.beta_1) / root, self.epsilon / root

    def update(
        self,
        w: np.ndarray,
        g: np.ndarray,
        slots: tuple[np.ndarray, ...],
        scratch: np.ndarray,
        coefficients: tuple[float, float],
    ) -> None:
        rate, epsilon = coefficients
        gradient_sum, square_sum = slots[:2]
        np.multiply(gradient_sum, self.beta_1, out=gradient_sum)
        np.add(gradient_sum, g, out=gradient_sum)
        np.multiply(square_sum, self.beta_2, out=square_sum)
        np.multiply(g, g, out=scratch)
        np.add(square_sum, scratch, out=square_sum)
        if self.amsgrad:
            square_sum = np.maximum(slots[2], square_sum, out=slots[2])
        np.sqrt(square_sum, out=scratch)
        np.add(scratch, epsilon, out=scratch)
        np.divide(gradient_sum, scratch, out=scratch)
        np.multiply(scratch, rate, out=scratch)
        np.subtract(w, scratch, out=w)

    def get_arguments(self) -> dict[str, Any]:
        return {
            "beta_1": self.beta_1,
            "beta_2": self.beta_2,
            "epsilon": self.epsilon,
            "amsgrad": self.amsgrad,
        }
