"""CallbackList: the callbacks of one run, called in order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from beras.callbacks.backup_and_restore import BackupAndRestore
from beras.callbacks.callback import Callback
from beras.callbacks.history import History
from beras.callbacks.progress import ProgbarLogger
from beras.errors import did_you_mean

__all__ = ["CallbackList"]

#: The hooks that are called for every batch, each with the older name that it calls.
BATCH_HOOKS = {
    "on_train_batch_begin": "on_batch_begin",
    "on_train_batch_end": "on_batch_end",
    "on_test_batch_begin": None,
    "on_test_batch_end": None,
    "on_predict_batch_begin": None,
    "on_predict_batch_end": None,
}


#: All hooks, by name.
HOOKS = tuple(name for name in vars(Callback) if name.startswith("on_"))


class CallbackList:
    """The callbacks of one run, called in order: the user's own, then the History, then the progress.

    A batch hook is called only on callbacks that override it. ``logs`` may be a function that returns them, which is
    called only when a callback wants them.

    The Keras equivalent is ``keras.callbacks.CallbackList``.

    Raises:
        TypeError: for something that is no `Callback`.
    """

    def __init__(
        self,
        callbacks: Any = None,
        add_history: bool = False,
        add_progbar: bool = False,
        model: Any = None,
        **params: Any,
    ):
        self.callbacks = list(_flatten(callbacks))
        if add_history and not any(isinstance(callback, History) for callback in self.callbacks):
            self.callbacks.append(History())
        if add_progbar and not any(isinstance(callback, ProgbarLogger) for callback in self.callbacks):
            self.callbacks.append(ProgbarLogger())
        self.params = params
        self._overriding: dict[str, list[Callback]] = {}
        if params:
            for callback in self.callbacks:
                callback.set_params(params)
        if model is not None:
            self.set_model(model)
        self._find_overriding()

    def set_model(self, model: Any) -> None:
        """Tell every callback which model is run."""
        for callback in self.callbacks:
            callback.set_model(model)

    def _find_overriding(self) -> None:
        self._overriding = {
            hook: [
                callback
                for callback in self.callbacks
                if callback.needs_batches
                and (_overrides(callback, hook) or (alias is not None and _overrides(callback, alias)))
            ]
            for hook, alias in BATCH_HOOKS.items()
        }

    def _tell(self, hook: str, *args: Any) -> None:
        *place, logs = args
        found = _plain(logs)
        for callback in self.callbacks:
            getattr(callback, hook)(*place, found)

    def _tell_batch(self, hook: str, batch: int, logs: Any) -> None:
        found = None
        for callback in self._overriding[hook]:
            if callback.takes_lazy_logs:
                getattr(callback, hook)(batch, logs)
                continue
            if found is None:
                found = _plain(logs)
            getattr(callback, hook)(batch, found)

    def on_train_begin(self, logs: Any = None) -> None:
        self._find_overriding()
        self._tell("on_train_begin", logs)

    def restored_epoch(self) -> int | None:
        """Return the epoch with which a run goes on that was killed; ``None`` for one that begins."""
        found = [c.restore(self.callbacks) for c in self.callbacks if isinstance(c, BackupAndRestore)]
        return max((epoch for epoch in found if epoch is not None), default=None)

    def on_train_end(self, logs: Any = None) -> None:
        self._tell("on_train_end", logs)

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self._tell("on_epoch_begin", epoch, logs)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self._tell("on_epoch_end", epoch, logs)

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        self._tell_batch("on_train_batch_begin", batch, logs)

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self._tell_batch("on_train_batch_end", batch, logs)

    def on_test_begin(self, logs: Any = None) -> None:
        self._find_overriding()
        self._tell("on_test_begin", logs)

    def on_test_end(self, logs: Any = None) -> None:
        self._tell("on_test_end", logs)

    def on_test_batch_begin(self, batch: int, logs: Any = None) -> None:
        self._tell_batch("on_test_batch_begin", batch, logs)

    def on_test_batch_end(self, batch: int, logs: Any = None) -> None:
        self._tell_batch("on_test_batch_end", batch, logs)

    def on_predict_begin(self, logs: Any = None) -> None:
        self._find_overriding()
        self._tell("on_predict_begin", logs)

    def on_predict_end(self, logs: Any = None) -> None:
        self._tell("on_predict_end", logs)

    def on_predict_batch_begin(self, batch: int, logs: Any = None) -> None:
        self._tell_batch("on_predict_batch_begin", batch, logs)

    def on_predict_batch_end(self, batch: int, logs: Any = None) -> None:
        self._tell_batch("on_predict_batch_end", batch, logs)


def _flatten(callbacks: Any) -> Iterator[Callback]:
    if callbacks is None:
        return
    if isinstance(callbacks, CallbackList):
        callbacks = callbacks.callbacks
    if isinstance(callbacks, (list, tuple)):
        for item in callbacks:
            yield from _flatten(item)
    elif isinstance(callbacks, Callback):
        _warn_of_misspelt_hooks(callbacks)
        yield callbacks
    else:
        is_class = isinstance(callbacks, type) and issubclass(callbacks, Callback)
        hint = f" Write {callbacks.__name__}(...)." if is_class else " A function goes into LambdaCallback(...)."
        raise TypeError(f"callbacks takes instances of beras.callbacks.Callback. Received: {callbacks!r}.{hint}")


def _warn_of_misspelt_hooks(callback: Callback) -> None:
    """Warn of methods that are named nearly like a hook: they would never be called."""
    for name in dir(type(callback)):
        meant = did_you_mean(name, HOOKS) if name.startswith("on_") and name not in HOOKS else ""
        if meant:
            import warnings

            warnings.warn(f"{type(callback).__name__}.{name} is no hook and is never called.{meant}", stacklevel=4)


def _overrides(callback: Callback, hook: str) -> bool:
    return getattr(getattr(callback, hook), "__func__", None) is not getattr(Callback, hook)


def _plain(logs: Any) -> dict[str, Any]:
    """Return a new dictionary with Python floats where the values are scalars."""
    found = logs() if callable(logs) else logs
    return {name: float(value) if _is_scalar(value) else value for name, value in (found or {}).items()}


def _is_scalar(value: Any) -> bool:
    return not isinstance(value, (bool, int, str)) and getattr(value, "ndim", None) == 0
