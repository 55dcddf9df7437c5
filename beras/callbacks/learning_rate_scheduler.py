"""LearningRateScheduler: the learning rate as a function of the epoch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from beras.callbacks.callback import Callback
from beras.callbacks.console import say

__all__ = ["LearningRateScheduler"]


class LearningRateScheduler(Callback):
    """Set the learning rate of each epoch to ``schedule(epoch, learning_rate)``, or ``schedule(epoch)``.

    ``epoch`` counts from 0, ``learning_rate`` is the current one. The rate is added to the logs as ``learning_rate``.

    Raises:
        ValueError: when ``schedule`` returns no finite number.

    The Keras equivalent is ``keras.callbacks.LearningRateScheduler``.
    """

    def __init__(self, schedule: Callable[..., float], verbose: int = 0):
        self.schedule = schedule
        self.verbose = verbose

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        optimizer = self.model.optimizer
        rate = self._scheduled(epoch, float(optimizer.learning_rate))
        if isinstance(rate, (bool, str)) or not hasattr(rate, "__float__") or not abs(float(rate)) < float("inf"):
            raise ValueError(f"The schedule must return a finite number for epoch {epoch}. Received: {rate!r}.")
        optimizer.learning_rate = float(rate)
        if self.verbose > 0:
            say(f"Epoch {epoch + 1}: LearningRateScheduler setting learning rate to {rate}.")

    def _scheduled(self, epoch: int, rate: float) -> Any:
        from inspect import signature

        try:
            signature(self.schedule).bind(epoch, rate)
        except TypeError:
            return self.schedule(epoch)
        return self.schedule(epoch, rate)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        if logs is not None:
            logs["learning_rate"] = float(self.model.optimizer.learning_rate)
