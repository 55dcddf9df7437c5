"""History: the logs of every epoch."""

from __future__ import annotations

from typing import Any

from beras.callbacks.callback import Callback

__all__ = ["History"]


class History(Callback):
    """The logs of every epoch; `fit` adds one by itself and returns it.

    ``history`` maps each name to the list of its values, ``epoch`` lists the numbers of the epochs, and ``params`` has
    ``verbose``, ``epochs`` and ``steps``. An instance that is used again goes on with its ``history``.

    The Keras equivalent is ``keras.callbacks.History``.
    """

    def __init__(self) -> None:
        self.history: dict[str, list[Any]] = {}
        self.epoch: list[int] = []

    def set_params(self, params: dict[str, Any]) -> None:
        self.params = {name: params[name] for name in ("verbose", "epochs", "steps") if name in params}

    def set_model(self, model: Any) -> None:
        super().set_model(model)
        model.history = self

    def on_train_begin(self, logs: Any = None) -> None:
        self.epoch = []

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self.epoch.append(epoch)
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(value)
