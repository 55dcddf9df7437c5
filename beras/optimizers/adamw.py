"""AdamW: Adam with weight decay beside the update."""

from __future__ import annotations

from typing import Any

from beras.optimizers.adam import Adam

__all__ = ["AdamW"]


class AdamW(Adam):
    """`Adam` after ``w -= learning_rate * weight_decay * w``, the decay that Adam's scaling leaves alone.

    Loshchilov and Hutter, Decoupled Weight Decay Regularization, 2019.

    Raises:
        ValueError: for ``weight_decay=None``.

    The Keras equivalent is ``keras.optimizers.AdamW``, torch's is ``torch.optim.AdamW`` (decay 0.01, epsilon 1e-8).

    >>> import numpy as np
    >>> import beras
    >>> w = beras.Variable([1.0], dtype="float64")
    >>> AdamW(0.1, weight_decay=0.5).apply([np.array([0.0])], [w])
    >>> w.numpy()
    array([0.95])
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        weight_decay: float = 0.004,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        amsgrad: bool = False,
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
        if weight_decay is None:
            raise ValueError("AdamW needs a weight_decay; Adam is the same without one. Received: weight_decay=None.")
        super().__init__(
            learning_rate,
            beta_1,
            beta_2,
            epsilon,
            amsgrad,
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
