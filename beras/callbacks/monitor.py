"""What callbacks share that watch one of the logs: which one, which direction is better, and by how much."""

from __future__ import annotations

import warnings
from typing import Any

from beras.callbacks.callback import Callback
from beras.errors import did_you_mean

__all__ = ["MonitorCallback"]

#: Parts of names that tell which direction is better, for logs that are no metric of the model.
SMALLER_IS_BETTER = (
    *("loss", "error", "mse", "mae", "mape", "msle", "rmse"),
    *("crossentropy", "divergence", "hinge", "poisson", "logcosh", "log_cosh"),
)
LARGER_IS_BETTER = ("acc", "auc", "precision", "recall", "f1", "fbeta", "r2", "iou", "similarity")


class MonitorCallback(Callback):
    """A callback that watches one of the logs.

    ``mode`` is ``"min"``, ``"max"`` or ``"auto"``: then the metric of that name says which direction is better, else
    the name does. A change below ``min_delta`` is no improvement. ``baseline`` is the first value to beat.

    The Keras equivalent is ``keras.callbacks.MonitorCallback``.
    """

    #: What becomes of a callback whose watched value is not there.
    without_value = "does nothing"

    def __init__(
        self, monitor: str = "val_loss", mode: str = "auto", baseline: float | None = None, min_delta: float = 0
    ):
        if mode not in ("auto", "min", "max"):
            raise ValueError(f"mode must be 'auto', 'min' or 'max'. Received: {mode!r}.")
        self.monitor = monitor
        self.mode = mode
        self.best = baseline
        self.min_delta = abs(min_delta)
        self._sign: int | None = None
        self._warned = False

    def is_improvement(self, value: float, reference: float | None) -> bool:
        """Return whether ``value`` is better than ``reference`` by more than ``min_delta``; ``None`` is always beaten.

        Raises:
            ValueError: with ``mode="auto"``, when the direction cannot be known.
        """
        if self._sign is None:
            self._sign = self._direction()
        if reference is None:
            return True
        if self._sign > 0:
            return value - self.min_delta > reference
        return value + self.min_delta < reference

    def _direction(self) -> int:
        """Return 1 where larger is better, -1 where smaller is."""
        if self.mode != "auto":
            return 1 if self.mode == "max" else -1
        name = self.monitor.removeprefix("val_")
        for metric in getattr(self.model, "metrics", ()):
            declared = getattr(metric, "direction", None) or getattr(metric, "_direction", None)
            if metric.name == name and declared in ("up", "down"):
                return 1 if declared == "up" else -1
        if any(part in name.lower() for part in SMALLER_IS_BETTER):
            return -1
        if any(part in name.lower() for part in LARGER_IS_BETTER):
            return 1
        raise ValueError(
            f"{type(self).__name__} cannot tell whether a larger or a smaller {self.monitor!r} is better. "
            f"Pass mode='max' or mode='min'."
        )

    def monitored(self, logs: dict[str, Any] | None) -> float | None:
        """Return the watched value, or ``None``, with a warning the first time, where the logs do not have it."""
        logs = logs or {}
        value = logs.get(self.monitor)
        if value is None and not self._warned:
            self._warned = True
            unvalidated = self.monitor.startswith("val_") and not any(name.startswith("val_") for name in logs)
            hint = (
                " Pass validation_data or validation_split to fit." if unvalidated else did_you_mean(self.monitor, logs)
            )
            warnings.warn(
                f"{type(self).__name__} watches {self.monitor!r}, which is not among the logs, so it "
                f"{self.without_value}.{hint} Available: {', '.join(logs)}.",
                stacklevel=3,
            )
        return value

    def on_train_begin(self, logs: Any = None) -> None:
        self._warned = False
