"""LAMB: Adam's direction, with a step as long as the weights ask for."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from beras.autodiff import Variable
from beras.optimizers.arguments import check_fraction
from beras.optimizers.gradients import norm
from beras.optimizers.optimizer import Block, Optimizer

__all__ = ["Lamb"]


class Lamb(Optimizer):
    """Adam's direction, scaled for each Variable to ``learning_rate`` times the norm of its weights.

    With ``m`` and ``v`` as in `Adam`, and for the t-th update
    ``d = m / (1 - beta_1**t) / (sqrt(v / (1 - beta_2**t)) + epsilon)``: ``w -= learning_rate * |w| / |d| * d``. Where
    one of the norms is 0 their quotient counts as 1. Kept are the discounted sums ``gradient_sum = m / (1 - beta_1)``
    and ``square_sum = v / (1 - beta_2)``. A momentum that is only left over, below 1e-30, counts as 0. You et al.,
    Large Batch Optimization for Deep Learning, 2020.

    The Keras equivalent is ``keras.optimizers.Lamb``; torch has none.

    >>> import numpy as np
    >>> import beras
    >>> w = beras.Variable([3.0, 4.0], dtype="float64")
    >>> Lamb(0.1).apply([np.array([0.0, 7.0])], [w])
    >>> w.numpy()
    array([3. , 3.5])
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
        return ("gradient_sum", "square_sum")

    def decays(self) -> dict[str, tuple[float, float]]:
        negligible_root = 1e-8 * self.epsilon / math.sqrt(1 - self.beta_2)
        return {"gradient_sum": (self.beta_1, math.inf), "square_sum": (self.beta_2, negligible_root**2)}

    def coefficients(self, learning_rate: float, step: int) -> tuple[float, float, float]:
        root = math.sqrt((1 - self.beta_2) / (1 - self.beta_2**step))
        return learning_rate, (1 - self.beta_1) / (1 - self.beta_1**step) / root, self.epsilon / root

    def update_variable(self, variable: Variable, blocks: Iterator[Block], coefficients: Any) -> None:
        rate, scale, epsilon = coefficients
        weights, steps = 0.0, 0.0
        for block in blocks:
            gradient_sum, square_sum = block.slots
            np.multiply(gradient_sum, self.beta_1, out=gradient_sum)
            np.add(gradient_sum, block.g, out=gradient_sum)
            np.multiply(square_sum, self.beta_2, out=square_sum)
            np.multiply(block.g, block.g, out=block.scratch)
            np.add(square_sum, block.scratch, out=square_sum)
            _direct(block, epsilon)
            weights, steps = math.hypot(weights, norm(block.w)), math.hypot(steps, norm(block.scratch))
        factor = rate * weights / steps if weights > 0 and steps > 0 else rate * scale
        whole = len(self._blocks[variable]) == 1
        for block in self.blocks_again(variable):
            if not whole:
                _direct(block, epsilon)
            np.multiply(block.scratch, factor, out=block.scratch)
            np.subtract(block.w, block.scratch, out=block.w)

    def get_arguments(self) -> dict[str, Any]:
        return {"beta_1": self.beta_1, "beta_2": self.beta_2, "epsilon": self.epsilon}


def _direct(block: Block, epsilon: float) -> None:
    """Put the direction, but for a factor, into the scratch of ``block``."""
    gradient_sum, square_sum = block.slots
    np.sqrt(square_sum, out=block.scratch)
    np.add(block.scratch, epsilon, out=block.scratch)
    np.divide(gradient_sum, block.scratch, out=block.scratch)
