"""SwapEMAWeights: evaluate and save the averages of the weights while the weights themselves are trained on."""

from __future__ import annotations

from typing import Any

from beras.callbacks.callback import Callback

__all__ = ["SwapEMAWeights"]


class SwapEMAWeights(Callback):
    """Put the averages of the optimizer (``use_ema=True``) in the place of the weights for evaluation and prediction.

    With ``swap_on_epoch`` they also stand there from the end of each epoch to the beginning of the next, so that a
    `ModelCheckpoint` that comes later in the list saves them. After an evaluation, a prediction, or a run that broke
    off, the weights are those that are trained; `fit` ends with the averages in the model.

    Raises (when first used): ValueError for an optimizer without ``use_ema=True``.

    The Keras equivalent is ``keras.callbacks.SwapEMAWeights``; Keras leaves the averages in the model after `predict`,
    and loses them when `EarlyStopping` ends a run with ``swap_on_epoch``.
    """

    def __init__(self, swap_on_epoch: bool = False):
        self.swap_on_epoch = swap_on_epoch

    def _show(self, averages: bool) -> None:
        if self.model.optimizer is None:
            raise ValueError("SwapEMAWeights needs an optimizer with use_ema=True. Received: a model without one.")
        if self.model.optimizer.has_swapped_averages != averages:
            self.model.optimizer.swap_averages()

    def on_train_begin(self, logs: Any = None) -> None:
        if self.model.optimizer is None or not self.model.optimizer.use_ema:
            raise ValueError(
                f"SwapEMAWeights needs an optimizer that keeps averages: compile with one made with use_ema=True. "
                f"Received: {self.model.optimizer!r}."
            )

    def on_train_end(self, logs: Any = None) -> None:
        self._show(averages=False)

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        if self.swap_on_epoch:
            self._show(averages=False)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        if self.swap_on_epoch:
            self._show(averages=True)

    def on_test_begin(self, logs: Any = None) -> None:
        self._show(averages=True)

    def on_test_end(self, logs: Any = None) -> None:
        self._show(averages=False)

    def on_predict_begin(self, logs: Any = None) -> None:
        self._show(averages=True)

    def on_predict_end(self, logs: Any = None) -> None:
        self._show(averages=False)
