"""One update of a module's parameters, as an optimizer of beras makes it: clip, decay, step.

This file imports torch; nothing that ``import beras.oracle`` runs imports it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch

import beras.oracle.training.optimizers  # noqa: F401  (fills the table)
from beras.oracle.convert.registry import row_of
from beras.oracle.convert.weights import Pair
from beras.oracle.training.registry import OPTIMIZERS

__all__ = ["Update"]


class Update:
    """What ``optimizer``, one of beras, does, done by torch to the parameters of ``pairs``: ``update(rate)``.

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
        self._settings = optimizer
        self._shrinking = [pair.parameter for pair in trained if optimizer._shrinks(pair.variable)]

    def __call__(self, rate: float) -> None:
        """Make one update with the gradients that the parameters have."""
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
        if self._settings.weight_decay:
            for w in self._shrinking:
                if w.grad is not None:
                    w *= 1 - rate * self._settings.weight_decay
