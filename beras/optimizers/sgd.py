"""Stochastic gradient descent, with momentum."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from beras.optimizers.arguments import check_fraction
from beras.optimizers.optimizer import Optimizer

__all__ = ["SGD"]


class SGD(Optimizer):
    """Stochastic gradient descent: ``w -= learning_rate * g``.

    With ``momentum`` (in [0, 1]): ``m = momentum * m - learning_rate * g; w += m``; with ``nesterov=True`` the weight
    moves by ``momentum * m - learning_rate * g`` instead. Nesterov, 1983; in this form Sutskever et al., 2013.

    The Keras equivalent is ``keras.optimizers.SGD``. ``torch.optim.SGD`` keeps the momentum without the learning rate
    in it, which is the same while the rate does not change.

    >>> import numpy as np
    >>> import beras
    >>> w = beras.Variable([1.0, 2.0])
    >>> SGD(learning_rate=0.5).apply([np.array([1.0, -1.0])], [w])
    >>> w
    Variable([0.5, 2.5], shape=(2,), dtype=float32)
    """

    def __init__(
        self,
        learning_rate: Any = 0.01,
        momentum: float = 0.0,
        nesterov: bool = False,
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
        self.momentum = check_fraction("momentum", momentum, includes_one=True)
        self.nesterov = bool(nesterov)
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
        return ("momentum",) if self.momentum else ()

    def decays(self) -> dict[str, tuple[float, float]]:
        return {"momentum": (self.momentum, math.inf)} if self.momentum else {}

    def coefficients(self, learning_rate: float, step: int) -> float:
        return learning_rate

    def update(
        self, w: np.ndarray, g: np.ndarray, slots: tuple[np.ndarray, ...], scratch: np.ndarray, coefficients: float
    ) -> None:
        np.multiply(g, coefficients, out=scratch)
        if not slots:
            np.subtract(w, scratch, out=w)
            return
        (m,) = slots
        np.multiply(m, self.momentum, out=m)
        np.subtract(m, scratch, out=m)
        if self.nesterov:
            np.subtract(w, scratch, out=w)
            np.multiply(m, self.momentum, out=scratch)
            np.add(w, scratch, out=w)
        else:
            np.add(w, m, out=w)

    def get_arguments(self) -> dict[str, Any]:
        return {"momentum": self.momentum, "nesterov": self.nesterov}
