"""Adafactor: the mean squares of a matrix's gradient, from those of its rows and its columns."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from beras.autodiff import Variable
from beras.optimizers.gradients import norm
from beras.optimizers.optimizer import Block, Optimizer

__all__ = ["Adafactor"]


class Adafactor(Optimizer):
    """The gradient over the root of its mean square, which is kept for rows and columns only.

    For the t-th update, with ``b = 1 - t**beta_2_decay`` and ``s = g**2 + epsilon_1``: ``r = b * r + (1 - b) *
    mean(s, axis=-1); c = b * c + (1 - b) * mean(s, axis=-2); v = r / mean(r) * c`` (a Variable with fewer than two
    axes keeps ``v = b * v + (1 - b) * s`` itself), ``u = g / sqrt(v)``, and
    ``w -= max(epsilon_2, rms(w)) * min(learning_rate, 1 / sqrt(t)) * u / max(1, rms(u) / clip_threshold)``. Shazeer and
    Stern, Adafactor, 2018, algorithms 4 and 5.

    ``relative_step`` is Keras's, and as there it changes nothing: the rate is at most ``1 / sqrt(t)`` either way.

    Raises:
        ValueError: for a ``clip_threshold`` that is not above 0.

    The Keras equivalent is ``keras.optimizers.Adafactor``; torch's is ``torch.optim.Adafactor`` (lr 0.01).

    >>> import numpy as np
    >>> import beras
    >>> w = beras.Variable([[1.0, -1.0]], dtype="float64")
    >>> Adafactor(0.1).apply([np.array([[3.0, 4.0]])], [w])
    >>> w.numpy()
    array([[ 0.9, -1.1]])
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_2_decay: float = -0.8,
        epsilon_1: float = 1e-30,
        epsilon_2: float = 1e-3,
        clip_threshold: float = 1.0,
        relative_step: bool = True,
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
        if not clip_threshold > 0:
            raise ValueError(f"clip_threshold must be above 0. Received: clip_threshold={clip_threshold!r}.")
        self.beta_2_decay = float(beta_2_decay)
        self.epsilon_1 = float(epsilon_1)
        self.epsilon_2 = float(epsilon_2)
        self.clip_threshold = float(clip_threshold)
        self.relative_step = bool(relative_step)
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

    def slot_names_of(self, variable: Variable) -> tuple[str, ...]:
        return ("row_mean", "column_mean") if len(variable.shape) > 1 else ("mean",)

    def first_value(self, slot: str, variable: Variable, dtype: np.dtype) -> np.ndarray:
        shape = variable.shape
        shapes = {"row_mean": shape[:-1], "column_mean": (*shape[:-2], *shape[-1:])}
        return np.zeros(shapes.get(slot, shape), dtype)

    def coefficients(self, learning_rate: float, step: int) -> tuple[float, float]:
        return min(learning_rate, 1 / math.sqrt(step)), 1 - step**self.beta_2_decay

    def update_variable(self, variable: Variable, blocks: Iterator[Block], coefficients: Any) -> None:
        rate, keep = coefficients
        if not variable.size:
            return
        slots = self.arrays_of(variable)
        direction = np.empty(variable.shape, slots[0].dtype)
        flat, weights = direction.reshape(-1), 0.0
        for block in blocks:
            flat[block.part] = block.g
            weights = math.hypot(weights, norm(block.w))
        squares = np.square(direction)
        if len(slots) == 1:
            self._take_in(slots[0], squares, keep)
            direction /= np.sqrt(slots[0])
        else:
            rows, columns = slots
            self._take_in(rows, np.mean(squares, axis=-1), keep)
            self._take_in(columns, np.mean(squares, axis=-2), keep)
            direction /= np.sqrt(rows / np.mean(rows, axis=-1, keepdims=True))[..., None]
            direction /= np.sqrt(columns)[..., None, :]
        root = math.sqrt(variable.size)
        factor = rate * max(self.epsilon_2, weights / root) / max(1.0, norm(direction) / root / self.clip_threshold)
        for block in self.blocks_again(variable):
            np.multiply(flat[block.part], factor, out=block.scratch)
            np.subtract(block.w, block.scratch, out=block.w)

    def _take_in(self, mean: np.ndarray, squares: np.ndarray, keep: float) -> None:
        mean *= keep
        mean += (1 - keep) * (squares + self.epsilon_1)

    def get_arguments(self) -> dict[str, Any]:
        return {
            "beta_2_decay": self.beta_2_decay,
            "epsilon_1": self.epsilon_1,
            "epsilon_2": self.epsilon_2,
            "clip_threshold": self.clip_threshold,
            "relative_step": self.relative_step,
        }
