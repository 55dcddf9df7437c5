"""ReduceLROnPlateau: lower the learning rate when a metric no longer gets better."""

from __future__ import annotations

from typing import Any

from beras.callbacks.console import say
from beras.callbacks.monitor import MonitorCallback

__all__ = ["ReduceLROnPlateau"]


class ReduceLROnPlateau(MonitorCallback):
    """Multiply the learning rate by ``factor`` when ``monitor`` has not become better for ``patience`` epochs.

    A change counts from ``min_delta`` on. After a reduction nothing is counted for ``cooldown`` epochs. The rate does
    not fall below ``min_lr``. The current rate is added to the logs as ``learning_rate``.

    Raises:
        ValueError: for a ``factor`` of 1 or more.

    Warns:
        UserWarning: when ``monitor`` is not among the logs, with the nearest name and those that there are.

    The Keras equivalent is ``keras.callbacks.ReduceLROnPlateau``; torch's is
    ``torch.optim.lr_scheduler.ReduceLROnPlateau``, whose threshold is relative.
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        factor: float = 0.1,
        patience: int = 10,
        verbose: int = 0,
        mode: str = "auto",
        min_delta: float = 1e-4,
        cooldown: int = 0,
        min_lr: float = 0.0,
    ):
        super().__init__(monitor, mode, min_delta=min_delta)
        if factor >= 1.0:
            raise ValueError(f"factor must be below 1, to make the learning rate smaller. Received: factor={factor!r}.")
        self.factor = factor
        self.patience = patience
        self.verbose = verbose
        self.cooldown = cooldown
        self.min_lr = min_lr
        self.cooldown_counter = 0
        self.wait = 0

    def on_train_begin(self, logs: Any = None) -> None:
        super().on_train_begin(logs)
        self.best = None
        self.cooldown_counter = 0
        self.wait = 0

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        logs = {} if logs is None else logs
        logs["learning_rate"] = float(self.model.optimizer.learning_rate)
        current = self.monitored(logs)
        if current is None:
            return
        if self.in_cooldown():
            self.cooldown_counter -= 1
            self.wait = 0
        if self.is_improvement(current, self.best):
            self.best = current
            self.wait = 0
        elif not self.in_cooldown():
            self.wait += 1
            if self.wait >= self.patience and self._reduce(epoch):
                self.cooldown_counter = self.cooldown
                self.wait = 0

    def _reduce(self, epoch: int) -> bool:
        rate = float(self.model.optimizer.learning_rate)
        if rate <= self.min_lr:
            return False
        reduced = max(rate * self.factor, self.min_lr)
        self.model.optimizer.learning_rate = reduced
        if self.verbose > 0:
            say(f"Epoch {epoch + 1}: ReduceLROnPlateau reducing learning rate to {reduced}.")
        return True

    def in_cooldown(self) -> bool:
        """Return whether the last reduction is less than ``cooldown`` epochs ago."""
        return self.cooldown_counter > 0
