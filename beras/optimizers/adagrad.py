"""Adagrad: the gradient over the root of the sum of all its squares."""

from __future__ import annotations

from typing import Any

import numpy as np

from beras.autodiff import Variable
from beras.optimizers.arguments import check_not_negative
from beras.optimizers.optimizer import Optimizer

__all__ = ["Adagrad"]


class Adagrad(Optimizer):
    """The gradient over the root of the sum of all its squares, so that weights that are rarely moved move far.

    ``a = a + g**2; w -= learning_rate * g / sqrt(a + epsilon)``, where ``a`` begins at ``initial_accumulator_value``.
    Duchi, Hazan and Singer, Adaptive Subgradient Methods, 2011.

    Raises:
        ValueError: for a negative ``initial_accumulator_value``.

    The Keras equivalent is ``keras.optimizers.Adagrad``. ``torch.optim.Adagrad`` has epsilon (1e-10) outside the root,
    begins at 0 and has a rate of 0.01.

    >>> import numpy as np
    >>> import beras
    >>> w = beras.Variable([1.0], dtype="float64")
    >>> Adagrad(0.1, initial_accumulator_value=0.0, epsilon=0.0).apply([np.array([2.0])], [w])
    >>> w.numpy()
    array([0.9])
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        initial_accumulator_value: float = 0.1,
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
        self.initial_accumulator_value = check_not_negative("initial_accumulator_value", initial_accumulator_value)
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
        return ("accumulator",)

    def first_value(self, slot: str, variable: Variable, dtype: np.dtype) -> np.ndarray:
        return np.full(variable.shape, self.initial_accumulator_value, dtype)

    def coefficients(self, learning_rate: float, step: int) -> float:
        return learning_rate

    def update(
        self,
        w: np.ndarray,
        g: np.ndarray,
        slots: tuple[np.ndarray, ...],
        scratch: np.ndarray,
        coefficients: float,
    ) -> None:
        (accumulator,) = slots
        np.multiply(g, g, out=scratch)
        np.add(accumulator, scratch, out=accumulator)
        np.add(accumulator, self.epsilon, out=scratch)
        np.sqrt(scratch, out=scratch)
        np.divide(g, scratch, out=scratch)
        np.multiply(scratch, coefficients, out=scratch)
        np.subtract(w, scratch, out=w)

    def get_arguments(self) -> dict[str, Any]:
        return {"initial_accumulator_value": self.initial_accumulator_value, "epsilon": self.epsilon}
