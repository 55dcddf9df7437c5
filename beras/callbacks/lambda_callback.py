"""LambdaCallback: a callback made of functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from beras.callbacks.callback import Callback
from beras.errors import unknown_name

__all__ = ["LambdaCallback"]


class LambdaCallback(Callback):
    """A callback made of functions, one for each hook that is named.

    Any hook of `Callback` can be given; ``on_epoch_*`` take ``(epoch, logs)``, ``on_*_batch_*`` ``(batch, logs)``, the
    others ``(logs)``.

    Raises:
        TypeError: for a name that is no hook.

    The Keras equivalent is ``keras.callbacks.LambdaCallback``.

    >>> callback = LambdaCallback(on_epoch_end=lambda epoch, logs: print(epoch, logs["loss"]))
    >>> callback.on_epoch_end(0, {"loss": 0.5})
    0 0.5
    """

    def __init__(
        self,
        on_epoch_begin: Callable[..., Any] | None = None,
        on_epoch_end: Callable[..., Any] | None = None,
        on_train_begin: Callable[..., Any] | None = None,
        on_train_end: Callable[..., Any] | None = None,
        on_train_batch_begin: Callable[..., Any] | None = None,
        on_train_batch_end: Callable[..., Any] | None = None,
        **kwargs: Callable[..., Any] | None,
    ):
        given = {
            "on_epoch_begin": on_epoch_begin,
            "on_epoch_end": on_epoch_end,
            "on_train_begin": on_train_begin,
            "on_train_end": on_train_end,
            "on_train_batch_begin": on_train_batch_begin,
            "on_train_batch_end": on_train_batch_end,
            **kwargs,
        }
        hooks = [name for name in vars(Callback) if name.startswith("on_")]
        for name, function in given.items():
            if name not in hooks:
                raise TypeError(unknown_name("hook", name, hooks))
            if function is not None:
                setattr(self, name, function)
