"""One update of a module's parameters, as an optimizer of beras makes it: gather, clip, decay, step, average.

This file imports torch; nothing that ``import beras.oracle`` runs imports it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch

from beras.oracle.convert.registry import row_of
from beras.oracle.convert.weights import Pair
from beras.oracle.training.optimizers import ByFormula  # that file fills the table, too
from beras.oracle.training.registry import OPTIMIZERS

__all__ = ["Update"]


class Update:
    """What ``optimizer``, one of beras, does, done by torch to the parameters of ``pairs``: ``update(rate)``.

    With ``gradient_accumulation_steps`` only every so many calls update, by the mean of the gradients; with ``use_ema``
    averages follow the parameters at each call, and take their places as the optimizer's arguments say.

    Raises:
        TypeError: for an optimizer that has no row in the table; it says how to add one.
    """

    def __init__(self, optimizer: Any, pairs: Sequence[Pair]):
        make = row_of(type(optimizer), OPTIMIZERS)
        if make is None:
            kind = type(optimizer).__name__
            raise TypeError(
                f"No optimizer of torch is known to do what {kind} does. Known are those of "
                f"{', '.join(sorted(cls.__name__ for cls in OPTIMIZERS))}. Say which: "
                f"beras.oracle.twin_optimizer({kind}, lambda optimizer, parameters: MyTorchOptimizer(parameters))."
            )
        trained = [pair for pair in pairs if pair.parameter.requires_grad]
        self.parameters = [pair.parameter for pair in trained]
        self.optimizer = make(optimizer, self.parameters)
        if isinstance(self.optimizer, ByFormula):
            self.optimizer.tell(trained)
        self._settings, self._calls = optimizer, 0
        self._decays = {
            pair.parameter: optimizer.weight_decay_of(pair.variable)
            for pair in trained
            if optimizer._shrinks(pair.variable)
        }
        self._gathered: dict[torch.Tensor, torch.Tensor] = {}
        self._averages: list[torch.Tensor] = []

    def __call__(self, rate: float) -> None:
        """Make one update, or one call on the way to it, with the gradients that the parameters have."""
        settings, every = self._settings, self._settings.gradient_accumulation_steps or 1
        done, self._calls = self._calls // every, self._calls + 1
        if every > 1:
            self._gather(every)
        if self._calls % every == 0:
            self._gathered = {}
            self._step(rate)
        if settings.use_ema:
            self._average(settings.ema_momentum if done else 0.0)
            if settings.ema_overwrite_frequency and (done + 1) % settings.ema_overwrite_frequency == 0:
                self.finalize()

    @torch.no_grad()
    def finalize(self) -> None:
        """Put the averages, where there are any, in the place of the parameters, as a training does at its end."""
        for w, average in zip(self.parameters, self._averages, strict=False):
            w.copy_(average)

    def _gather(self, every: int) -> None:
        """Put the means of the gradients so far in the place of the gradients."""
        for w in self.parameters:
            if w.grad is not None:
                self._gathered[w] = self._gathered.get(w, 0) + w.grad
                w.grad.copy_(self._gathered[w] / every)

    @torch.no_grad()
    def _average(self, momentum: float) -> None:
        if not self._averages:
            self._averages = [torch.zeros_like(w) for w in self.parameters]
        for average, w in zip(self._averages, self.parameters, strict=True):
            average.copy_(momentum * average + (1 - momentum) * w)

    def _step(self, rate: float) -> None:
        self._clip([w.grad for w in self.parameters if w.grad is not None])
        self._decay(rate)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        self.optimizer.step()

    # torch.nn.utils.clip_grad_norm_ adds 1e-6 to the norm, which Keras does not.
    def _clip(self, gradients: list[torch.Tensor]) -> None:
        settings = self._settings
        if settings.clipvalue is not None:
            torch.nn.utils.clip_grad_value_(self.parameters, settings.clipvalue)
        elif settings.clipnorm is not None:
            for g in gradients:
                g *= settings.clipnorm / max(torch.linalg.vector_norm(g).item(), settings.clipnorm)
        elif settings.global_clipnorm is not None:
            norm = math.hypot(*(torch.linalg.vector_norm(g).item() for g in gradients))
            for g in gradients:
                g *= settings.global_clipnorm / max(norm, settings.global_clipnorm)

    @torch.no_grad()
    def _decay(self, rate: float) -> None:
        for w, decay in self._decays.items():
            if decay and w.grad is not None:
                w *= 1 - rate * decay
