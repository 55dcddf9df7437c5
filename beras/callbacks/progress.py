"""ProgbarLogger: how far the training is, on stdout."""

from __future__ import annotations

import sys
import time
from typing import Any

from beras.callbacks.callback import Callback
from beras.callbacks.console import close_line, is_live, redraw, say
from beras.callbacks.wording import WIDTH, clock, duration, filled, line_character, named_values

__all__ = ["ProgbarLogger"]

SECONDS_BETWEEN_DRAWINGS = 0.1


class ProgbarLogger(Callback):
    """How far the training is: a bar in a terminal, one line per epoch elsewhere. `fit` adds one by itself.

    ``verbose=1`` draws ``Epoch 1/3`` and below it ``8/8 ━━━ 0s 34ms/step - accuracy: 0.1800 - loss: 2.3500``, which
    in a terminal grows with the batches; ``verbose=2`` prints one line per epoch, without a bar; ``"auto"`` is 1 in a
    terminal and 2 elsewhere; 0 is silent. It says first how many samples, in batches of how many, for how many epochs.

    Raises:
        ValueError: for another ``verbose``, when the run begins.

    The Keras equivalent is ``keras.callbacks.ProgbarLogger``.
    """

    takes_lazy_logs = True

    def __init__(self) -> None:
        self.verbose = 1
        self.epochs = 1
        self.target: int | None = None
        self._live = False
        self._in_fit = False
        self._epoch = ""
        self._seen = 0
        self._started = self._drawn = 0.0
        self._trained: float | None = None
        self._console: Any = None

    def set_params(self, params: dict[str, Any]) -> None:
        super().set_params(params)
        verbose = params.get("verbose", 1)
        if verbose not in (0, 1, 2, "auto"):
            raise ValueError(f"verbose must be 0, 1, 2 or 'auto'. Received: verbose={verbose!r}.")
        if verbose == "auto":
            verbose = 1 if is_live() else 2
        self.verbose = int(verbose)
        self.epochs = params.get("epochs", 1)
        self.target = params.get("steps")
        self._live = self.verbose == 1 and is_live()

    @property
    def needs_batches(self) -> bool:  # type: ignore[override]
        return self.verbose > 0

    # Training

    def on_train_begin(self, logs: Any = None) -> None:
        self._in_fit = True
        params = self.params or {}
        if self.verbose and "samples" in params:
            say(
                f"Training on {params['samples']} samples in batches of {params['batch_size']}, "
                f"{self.epochs} epoch{'s' if self.epochs != 1 else ''}."
            )

    def on_train_end(self, logs: Any = None) -> None:
        self._in_fit = False
        close_line()

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self._epoch = f"Epoch {epoch + 1}/{self.epochs}" if self.epochs > 1 else ""
        if self.verbose == 1 and self._epoch:
            say(self._epoch)
        self._start()

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self._advance(batch, logs)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self._finish(logs)

    # Evaluation, which is silent within fit, and prediction

    def on_test_begin(self, logs: Any = None) -> None:
        if self._in_fit:
            self._trained = time.perf_counter()
        else:
            self._epoch = ""
            self._start()

    def on_test_batch_end(self, batch: int, logs: Any = None) -> None:
        if not self._in_fit:
            self._advance(batch, logs)

    def on_test_end(self, logs: Any = None) -> None:
        if not self._in_fit:
            self._finish(logs)

    def on_predict_begin(self, logs: Any = None) -> None:
        self._epoch = ""
        self._start()

    def on_predict_batch_end(self, batch: int, logs: Any = None) -> None:
        self._advance(batch, None)

    def on_predict_end(self, logs: Any = None) -> None:
        self._finish(None)

    # Drawing

    def _start(self) -> None:
        self._seen = 0
        self._trained = None
        self._started = self._drawn = time.perf_counter()

    def _advance(self, batch: int, logs: Any) -> None:
        self._seen = batch + 1
        now = time.perf_counter()
        if self._live and now - self._drawn >= SECONDS_BETWEEN_DRAWINGS:
            self._drawn = now
            left = (now - self._started) / self._seen * max(0, (self.target or 0) - self._seen)
            self._draw(self._seen, left, now, logs)

    def _finish(self, logs: Any) -> None:
        if self.target is None:
            self.target = self._seen
        now = time.perf_counter()
        elapsed = now - self._started
        if self._live:
            self._draw(self._seen, elapsed, self._trained or now, logs)
            close_line()
        elif self.verbose == 1:
            measured = self._measured(self._seen, elapsed, self._trained or now, logs)
            bar = line_character() * filled(self._seen, self.target)
            say(f"{self._seen}/{self.target} {bar:{WIDTH}} {measured}")
        elif self.verbose == 2:
            speed = duration(((self._trained or now) - self._started) / max(1, self._seen))
            count = f"{self._seen}/{self.target}"
            say(" - ".join([*filter(None, [self._epoch]), count, f"{elapsed:.0f}s", speed, *named_values(logs)]))

    def _draw(self, seen: int, seconds: float, now: float, logs: Any) -> None:
        from rich.text import Text

        if self._console is None or self._console.file is not sys.stdout:
            from rich.console import Console

            self._console = Console(file=sys.stdout, highlight=False)
        line = line_character()
        measured = self._measured(seen, seconds, now, logs)
        if self.target:
            done = filled(seen, self.target)
            count = f"{seen:>{len(str(self.target))}}/{self.target}"
            bar = [(f"{count} ", "bold"), (line * done, "green"), (line * (WIDTH - done), "dim")]
        else:
            bar = [(f"{seen}/?", "bold")]
        redraw(self._console, Text.assemble(*bar, f" {measured}"))

    def _measured(self, seen: int, seconds: float, now: float, logs: Any) -> str:
        speed = duration((now - self._started) / max(1, seen))
        return " - ".join([f"{clock(seconds)} {speed}", *named_values(logs)])
