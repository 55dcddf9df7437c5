"""ModelCheckpoint: write the model to a file as training goes on."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from beras.callbacks.console import say
from beras.callbacks.monitor import MonitorCallback
from beras.errors import did_you_mean
from beras.saving.formats import check_writable_format
from beras.saving.model_file import model_config

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["ModelCheckpoint"]


class ModelCheckpoint(MonitorCallback):
    """Write the model, or its weights, to a file: every epoch, or every ``save_freq`` batches.

    The file is ``.safetensors``, or Keras's ``.keras`` for a model and ``.weights.h5`` for weights.
    ``filepath`` may have fields for the epoch (from 1), the batch and the logs:
    ``"{epoch:02d}-{val_loss:.2f}.safetensors"``. With ``save_best_only=True`` it is written only when ``monitor`` is
    better than ever, or than ``initial_value_threshold``. Folders are made, and a file is replaced only by a complete
    one.

    Raises:
        ImportError: for one of Keras's formats without h5py.
        ValueError: for a file format that is not written, and a ``save_freq`` that is no ``"epoch"`` and no integer.
        TypeError: when training begins, for a model whose configuration cannot be written down.
        KeyError: at the first saving, for a field that is not among the logs.

    Warns:
        UserWarning: when ``monitor`` is not among the logs; then every epoch is saved.

    The Keras equivalent is ``keras.callbacks.ModelCheckpoint``, which has no ``.safetensors``.
    """

    without_value = "saves every time"

    def __init__(
        self,
        filepath: Any,
        monitor: str = "val_loss",
        verbose: int = 0,
        save_best_only: bool = False,
        save_weights_only: bool = False,
        mode: str = "auto",
        save_freq: Any = "epoch",
        initial_value_threshold: float | None = None,
    ):
        super().__init__(monitor, mode, baseline=initial_value_threshold)
        self.filepath = os.fspath(filepath)
        check_writable_format(self.filepath, "weights" if save_weights_only else "model")
        if save_freq != "epoch" and (isinstance(save_freq, bool) or not isinstance(save_freq, int) or save_freq < 1):
            raise ValueError(f"save_freq must be 'epoch' or a number of batches. Received: save_freq={save_freq!r}.")
        self.verbose = verbose
        self.save_best_only = save_best_only
        self.save_weights_only = save_weights_only
        self.save_freq = save_freq
        self._epoch = 0
        self._batches_since_saving = 0

    @property
    def needs_batches(self) -> bool:  # type: ignore[override]
        return self.save_freq != "epoch"

    def on_train_begin(self, logs: Any = None) -> None:
        super().on_train_begin(logs)
        if not self.save_weights_only:
            model_config(self.model)  # raises now rather than after an epoch

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self._epoch = epoch

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self._batches_since_saving += 1
        if self._batches_since_saving >= self.save_freq:
            self._batches_since_saving = 0
            self._save(self._epoch, batch, logs or {})

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        if self.save_freq == "epoch":
            self._save(epoch, None, logs or {})

    def _save(self, epoch: int, batch: int | None, logs: dict[str, Any]) -> None:
        path = self._path(epoch, batch, logs)
        if not self._is_due(epoch, logs, path):
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        if self.save_weights_only:
            self.model.save_weights(path)
        else:
            self.model.save(path)
        if self.verbose > 0:
            say(f"Epoch {epoch + 1}: finished saving model to {path}")

    def _is_due(self, epoch: int, logs: dict[str, Any], path: Path) -> bool:
        if not self.save_best_only:
            self._report(f"Epoch {epoch + 1}: saving model to {path}")
            return True
        current = self.monitored(logs)
        if current is None:
            return True
        before = "None" if self.best is None else f"{self.best:.5f}"
        if not self.is_improvement(current, self.best):
            self._report(f"Epoch {epoch + 1}: {self.monitor} did not improve from {before}")
            return False
        self._report(
            f"Epoch {epoch + 1}: {self.monitor} improved from {before} to {current:.5f}, saving model to {path}"
        )
        self.best = current
        return True

    def _report(self, message: str) -> None:
        if self.verbose > 0:
            say(message)

    def _path(self, epoch: int, batch: int | None, logs: dict[str, Any]) -> Path:
        from pathlib import Path

        fields = {"epoch": epoch + 1, **logs}
        if batch is not None:
            fields.setdefault("batch", batch + 1)
        try:
            return Path(self.filepath.format(**fields))
        except KeyError as error:
            name = error.args[0]
            raise KeyError(
                f"The file name {self.filepath!r} has a field {name!r} that is not among the logs."
                f"{did_you_mean(name, fields)} Available: {', '.join(fields)}."
            ) from None
