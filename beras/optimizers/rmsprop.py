"""RMSprop: the gradient over the root of its recent mean square."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from beras.optimizers.arguments import check_fraction
from beras.optimizers.optimizer import Optimizer

__all__ = ["RMSprop"]


class RMSprop(Optimizer):
    """The gradient over the root of its recent mean square, with epsilon **inside** the root as in Keras.

    ``v = rho * v + (1 - rho) * g**2; w -= learning_rate * g / sqrt(v + epsilon)``. With ``centered=True`` the root is
    that of ``v - a**2 + epsilon``, where ``a`` is the mean of the gradient (a variance that rounding makes negative
    counts as 0). With ``momentum`` the steps themselves are added up: ``m = momentum * m + step; w -= m``.

    Kept are the discounted sums: ``square_sum = v / (1 - rho)`` and ``gradient_sum = a / (1 - rho)``, which saves a
    pass over the memory. Tieleman and Hinton, Neural Networks for Machine Learning, lecture 6e, 2012.

    The Keras equivalent is ``keras.optimizers.RMSprop``. ``torch.optim.RMSprop`` has epsilon outside the root, calls
    ``rho`` alpha, and has other defaults (lr 0.01, alpha 0.99).

    >>> import numpy as np
    >>> import beras
    >>> w = beras.Variable([1.0], dtype="float64")
    >>> RMSprop(0.1, epsilon=0.0).apply([np.array([2.0])], [w])
    >>> w.numpy().round(6)
    array([0.683772])
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        rho: float = 0.9,
        momentum: float = 0.0,
        epsilon: float = 1e-7,
        centered: bool = False,
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
        self.momentum = check_fraction("momentum", momentum, includes_one=True)
        self.epsilon = float(epsilon)
        self.centered = bool(centered)
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
        names = ["square_sum"]
        if self.centered:
            names.append("gradient_sum")
        if self.momentum:
            names.append("momentum")
        return tuple(names)

    def decays(self) -> dict[str, tuple[float, float]]:
        return {
            "square_sum": (self.rho, 1e-8 * self.epsilon),
            "gradient_sum": (self.rho, math.inf),
            "momentum": (self.momentum, math.inf),
        }

    def coefficients(self, learning_rate: float, step: int) -> tuple[float, float]:
        return learning_rate / math.sqrt(1 - self.rho), self.epsilon / (1 - self.rho)

    def update(
        self,
        w: np.ndarray,
        g: np.ndarray,
        slots: tuple[np.ndarray, ...],
        scratch: np.ndarray,
        coefficients: tuple[float, float],
    ) -> None:
        rate, epsilon = coefficients
        square_sum = slots[0]
        np.multiply(square_sum, self.rho, out=square_sum)
        np.multiply(g, g, out=scratch)
        np.add(square_sum, scratch, out=square_sum)
        if self.centered:
            gradient_sum = slots[1]
            np.multiply(gradient_sum, self.rho, out=gradient_sum)
            np.add(gradient_sum, g, out=gradient_sum)
            np.multiply(gradient_sum, gradient_sum, out=scratch)
            np.multiply(scratch, 1 - self.rho, out=scratch)
            np.subtract(square_sum, scratch, out=scratch)
            np.maximum(scratch, 0, out=scratch)
            np.add(scratch, epsilon, out=scratch)
        else:
            np.add(square_sum, epsilon, out=scratch)
        np.sqrt(scratch, out=scratch)
        np.divide(g, scratch, out=scratch)
        np.multiply(scratch, rate, out=scratch)
        if self.momentum:
            momentum = slots[-1]
            np.multiply(momentum, self.momentum, out=momentum)
            np.add(momentum, scratch, out=momentum)
            scratch = momentum
        np.subtract(w, scratch, out=w)

    def get_arguments(self) -> dict[str, Any]:
        return {"rho": self.rho, "momentum": self.momentum, "epsilon": self.epsilon, "centered": self.centered}
