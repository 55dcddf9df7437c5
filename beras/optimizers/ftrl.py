"""FTRL: follow the regularized leader, which sets weights exactly to zero."""

from __future__ import annotations

from typing import Any

import numpy as np

from beras.autodiff import Variable
from beras.optimizers.arguments import check_not_negative
from beras.optimizers.optimizer import Optimizer

__all__ = ["Ftrl"]


class Ftrl(Optimizer):
    """Follow the regularized leader: each weight is the best for all gradients so far, with an L1 and an L2 penalty.

    With ``p = -learning_rate_power`` (1/2 unless said), ``n' = n + g**2`` and
    ``s = (n'**p - n**p) / learning_rate``: ``z += g + 2 * shrinkage * w - s * w``, and
    ``w = (clip(z, -l1, l1) - z) / ((n'**p + beta) / learning_rate + 2 * l2)``. ``n`` begins at
    ``initial_accumulator_value``, ``z`` at 0; so a weight's first value is forgotten. Arguments are called
    ``l1_regularization_strength``, ``l2_regularization_strength`` and ``l2_shrinkage_regularization_strength``.
    McMahan et al., Ad Click Prediction, 2013, algorithm 1.

    Raises:
        ValueError: for a negative strength or first value, a ``learning_rate_power`` above 0, and, in a step, for a
            learning rate of 0.

    The Keras equivalent is ``keras.optimizers.Ftrl``; torch has none.

    >>> import numpy as np
    >>> import beras
    >>> w = beras.Variable([1.0, 1.0], dtype="float64")
    >>> Ftrl(0.1, l1_regularization_strength=50.0).apply([np.array([2.0, 0.1])], [w])
    >>> w.numpy()
    array([0., 0.])
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        learning_rate_power: float = -0.5,
        initial_accumulator_value: float = 0.1,
        l1_regularization_strength: float = 0.0,
        l2_regularization_strength: float = 0.0,
        l2_shrinkage_regularization_strength: float = 0.0,
        beta: float = 0.0,
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
        if not learning_rate_power <= 0:
            raise ValueError(
                f"learning_rate_power must be 0 or less. Received: learning_rate_power={learning_rate_power!r}."
            )
        self.learning_rate_power = float(learning_rate_power)
        self.initial_accumulator_value = check_not_negative("initial_accumulator_value", initial_accumulator_value)
        self.l1_regularization_strength = check_not_negative("l1_regularization_strength", l1_regularization_strength)
        self.l2_regularization_strength = check_not_negative("l2_regularization_strength", l2_regularization_strength)
        self.l2_shrinkage_regularization_strength = check_not_negative(
            "l2_shrinkage_regularization_strength", l2_shrinkage_regularization_strength
        )
        self.beta = float(beta)
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
        return ("accumulator", "linear")

    def first_value(self, slot: str, variable: Variable, dtype: np.dtype) -> np.ndarray:
        return np.full(variable.shape, self.initial_accumulator_value if slot == "accumulator" else 0.0, dtype)

    def coefficients(self, learning_rate: float, step: int) -> tuple[float, float]:
        if not learning_rate:
            raise ValueError("Ftrl divides by its learning rate, which must be above 0. Received: 0.0.")
        return learning_rate, 2 * self.l2_regularization_strength + self.beta / learning_rate

    def update(
        self,
        w: np.ndarray,
        g: np.ndarray,
        slots: tuple[np.ndarray, ...],
        scratch: np.ndarray,
        coefficients: tuple[float, float],
    ) -> None:
        rate, l2 = coefficients
        l1, shrinkage = self.l1_regularization_strength, self.l2_shrinkage_regularization_strength
        accumulator, linear = slots
        change = self.second_scratch(scratch)
        self._root(accumulator, change)
        np.multiply(g, g, out=scratch)
        np.add(accumulator, scratch, out=accumulator)
        self._root(accumulator, scratch)
        np.subtract(scratch, change, out=change)
        np.divide(change, rate, out=change)
        if shrinkage:
            np.subtract(change, 2 * shrinkage, out=change)
        np.multiply(change, w, out=change)
        np.add(linear, g, out=linear)
        np.subtract(linear, change, out=linear)
        np.divide(scratch, rate, out=scratch)
        np.add(scratch, l2, out=scratch)
        np.clip(linear, -l1, l1, out=change)
        np.subtract(change, linear, out=change)
        np.divide(change, scratch, out=w, casting="same_kind")

    def _root(self, accumulator: np.ndarray, out: np.ndarray) -> None:
        if self.learning_rate_power == -0.5:
            np.sqrt(accumulator, out=out)
        else:
            np.power(accumulator, -self.learning_rate_power, out=out)

    def get_arguments(self) -> dict[str, Any]:
        return {
            "learning_rate_power": self.learning_rate_power,
            "initial_accumulator_value": self.initial_accumulator_value,
            "l1_regularization_strength": self.l1_regularization_strength,
            "l2_regularization_strength": self.l2_regularization_strength,
            "l2_shrinkage_regularization_strength": self.l2_shrinkage_regularization_strength,
            "beta": self.beta,
        }
