"""Progbar: a progress bar for loops of one's own."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from typing import Any

from beras.callbacks.console import close_line, is_live, redraw, say
from beras.callbacks.wording import clock, duration, filled, line_character, named_values

__all__ = ["Progbar"]


class Progbar:
    """A progress bar for a loop of one's own: ``bar.update(step, [("loss", value), ...])``.

    Args:
        target: how many steps there will be; ``None`` where that is not known.
        width: characters of the bar.
        verbose: 0 silent, 1 a bar (in a terminal one that grows, elsewhere one line at the end), 2 one line at the end.
        interval: seconds between two drawings.
        stateful_metrics: names of the values that are shown as they are; the others are averaged over the steps.
        stateless_metrics: names of the values that are averaged, where all others are shown as they are.
        unit_name: what a step is called.

    Raises:
        ValueError: when both lists of names are given.

    The Keras equivalent is ``keras.utils.Progbar``; Keras begins a new line for each step where there is no terminal.

    >>> bar = Progbar(2, verbose=2)
    >>> bar.update(1, [("loss", 1.0)])
    >>> bar.update(2, [("loss", 0.5)])  # doctest: +ELLIPSIS
    2/2 - 0s - ...s/step - loss: 0.5000
    """

    def __init__(
        self,
        target: int | None,
        width: int = 20,
        verbose: int = 1,
        interval: float = 0.05,
        stateful_metrics: Iterable[str] | None = None,
        stateless_metrics: Iterable[str] | None = None,
        unit_name: str = "step",
    ):
        if stateful_metrics is not None and stateless_metrics is not None:
            raise ValueError("Progbar takes stateful_metrics or stateless_metrics. Received: both.")
        self.target, self.width, self.verbose = target, width, verbose
        self.interval, self.unit_name = interval, unit_name
        self.stateful_metrics = None if stateful_metrics is None else set(stateful_metrics)
        self.stateless_metrics = None if stateless_metrics is None else set(stateless_metrics)
        self._sums: dict[str, tuple[Any, int]] = {}
        self._seen = 0
        self._started = time.perf_counter()
        self._after_first: float | None = None
        self._drawn = 0.0
        self._console: Any = None

    def update(
        self, current: int, values: Iterable[tuple[str, Any]] | None = None, finalize: bool | None = None
    ) -> None:
        """Show that ``current`` steps are done, with the values of the latest.

        ``finalize`` says whether this was the last, which otherwise is when ``target`` is reached; the values of the
        last are shown as they are.
        """
        if finalize is None:
            finalize = self.target is not None and current >= self.target
        steps = max(current - self._seen, 1)
        for name, value in values or ():
            total, count = self._sums.get(name, (0.0, 0))
            averaged = self._is_averaged(name) and not finalize
            self._sums[name] = (total + value * steps, count + steps) if averaged else (value, 1)
        self._seen = current
        now = time.perf_counter()
        per_step = self._time_of_a_step(current, now)
        if self.verbose == 2 and finalize and self.target:
            say(" - ".join([self._count(), f"{now - self._started:.0f}s", *self._measured(per_step)]))
        elif self.verbose == 1 and (finalize or (is_live() and now - self._drawn >= self.interval)):
            self._drawn = now
            self._draw(now, per_step, finalize)

    def add(self, n: int, values: Iterable[tuple[str, Any]] | None = None) -> None:
        """Show that ``n`` more steps are done."""
        self.update(self._seen + n, values)

    def _is_averaged(self, name: str) -> bool:
        if self.stateless_metrics is not None:
            return name in self.stateless_metrics
        return name not in (self.stateful_metrics or ())

    def _time_of_a_step(self, current: int, now: float) -> float:
        """Return the seconds of a step; the first, which is longer, is left out once there are others."""
        if not current:
            return 0.0
        if self._after_first is not None and current > 1:
            return (now - self._after_first) / (current - 1)
        if current == 1:
            self._after_first = now
        return (now - self._started) / current

    def _count(self) -> str:
        return f"{self._seen:>{len(str(self.target))}}/{self.target}" if self.target else f"{self._seen:>7}/Unknown"

    def _measured(self, per_step: float) -> list[str]:
        means = {name: total / max(1, count) for name, (total, count) in self._sums.items()}
        return [duration(per_step, self.unit_name), *named_values(means)]

    def _draw(self, now: float, per_step: float, finalize: bool) -> None:
        left = not finalize and self.target
        seconds = per_step * (self.target - self._seen) if left and self.target else now - self._started
        speed, *values = self._measured(per_step)
        measured = " - ".join([f"{clock(seconds)} {speed}", *values])
        line = line_character()
        done = filled(self._seen, self.target, self.width) if self.target else 0
        if not is_live():
            bar = f"{line * done:{self.width}} " if self.target else ""
            say(f"{self._count()} {bar}{measured}")
            return
        from rich.text import Text

        if self._console is None or self._console.file is not sys.stdout:
            from rich.console import Console

            self._console = Console(file=sys.stdout, highlight=False)
        parts = [(f"{self._count()} ", "bold")]
        if self.target:
            parts += [(line * done, "green"), (f"{line * (self.width - done)} ", "dim")]
        redraw(self._console, Text.assemble(*parts, measured))
        if finalize:
            close_line()
