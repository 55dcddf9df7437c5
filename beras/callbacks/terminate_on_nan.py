"""TerminateOnNaN: end the training when the loss is no longer a number."""

from __future__ import annotations

import math
from typing import Any

from beras.callbacks.callback import Callback
from beras.callbacks.console import say

__all__ = ["TerminateOnNaN"]


class TerminateOnNaN(Callback):
    """End the training after the batch whose loss is NaN or infinite; with ``raise_error=True`` raise RuntimeError.

    The Keras equivalent is ``keras.callbacks.TerminateOnNaN``.
    """

    def __init__(self, raise_error: bool = False):
        self.raise_error = raise_error

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        loss = (logs or {}).get("loss")
        if loss is None or math.isfinite(loss):
            return
        if self.raise_error:
            raise RuntimeError(
                f"The loss is {loss} at batch {batch}. Lower the learning rate, clip the gradients (clipnorm=1.0), or "
                f"look at the data of that batch."
            )
        say(f"Batch {batch}: Invalid loss, terminating training")
        self.model.stop_training = True
