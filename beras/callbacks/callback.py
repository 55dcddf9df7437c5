"""Callback: what a training run calls at its turning points."""

from __future__ import annotations

from typing import Any

__all__ = ["Callback"]


class Callback:
    """The base of all callbacks: override the hooks that you need, and pass an instance to ``fit(callbacks=[...])``.

    ``model`` and ``params`` (``verbose``, ``epochs``, ``steps``, and in `fit` ``samples`` and ``batch_size``) are set
    before the first hook. ``logs`` maps the names of the loss and the metrics to floats; what a callback writes into
    the ``logs`` of ``on_epoch_end``, later callbacks and the History see. Setting ``model.stop_training = True`` ends
    the training. Batch hooks are called only where they are overridden.

    The Keras equivalent is ``keras.callbacks.Callback``.

    >>> class Counter(Callback):
    ...     epochs = 0
    ...     def on_epoch_end(self, epoch, logs=None):
    ...         self.epochs += 1
    """

    model: Any = None
    params: dict[str, Any] | None = None
    #: Whether the batch hooks are called at all; looked up when a run begins.
    needs_batches: bool = True
    #: Whether the batch hooks take, instead of ``logs``, a function that returns them: computing them costs time.
    takes_lazy_logs: bool = False

    def set_params(self, params: dict[str, Any]) -> None:
        """Take the parameters of the run."""
        self.params = params

    def set_model(self, model: Any) -> None:
        """Take the model that is run."""
        self.model = model

    def on_train_begin(self, logs: Any = None) -> None:
        """Called when `fit` begins."""

    def on_train_end(self, logs: Any = None) -> None:
        """Called when `fit` ends, with the logs of the last epoch; also when it ends by an exception."""

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Called when an epoch (0 for the first) begins."""

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Called when an epoch ends, after its validation, with the metrics of both."""

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        """Called before a batch (0 for the first of the epoch) is trained on."""
        self.on_batch_begin(batch, logs)

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Called after a batch was trained on, with the metrics since the epoch began."""
        self.on_batch_end(batch, logs)

    def on_batch_begin(self, batch: int, logs: Any = None) -> None:
        """The older name of `on_train_batch_begin`."""

    def on_batch_end(self, batch: int, logs: Any = None) -> None:
        """The older name of `on_train_batch_end`."""

    def on_test_begin(self, logs: Any = None) -> None:
        """Called when an evaluation begins, the validation of `fit` included."""

    def on_test_end(self, logs: Any = None) -> None:
        """Called when an evaluation ends, with its metrics."""

    def on_test_batch_begin(self, batch: int, logs: Any = None) -> None:
        """Called before a batch is evaluated."""

    def on_test_batch_end(self, batch: int, logs: Any = None) -> None:
        """Called after a batch was evaluated, with the metrics so far."""

    def on_predict_begin(self, logs: Any = None) -> None:
        """Called when `predict` begins."""

    def on_predict_end(self, logs: Any = None) -> None:
        """Called when `predict` ends."""

    def on_predict_batch_begin(self, batch: int, logs: Any = None) -> None:
        """Called before the outputs of a batch are computed."""

    def on_predict_batch_end(self, batch: int, logs: Any = None) -> None:
        """Called after the outputs of a batch were computed, with ``logs["outputs"]``."""
