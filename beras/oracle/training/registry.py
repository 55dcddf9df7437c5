"""The table of optimizers: which optimizer of torch one of beras becomes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

__all__ = ["OPTIMIZERS", "twin_optimizer"]

#: By class of beras: ``f(optimizer, parameters)``, an optimizer of torch with the same definition. Its learning rate is
#: set before every step; gradients come clipped and weights decayed.
OPTIMIZERS: dict[type, Callable[[Any, list[Any]], Any]] = {}


def twin_optimizer(optimizer_class: type, make: Callable[[Any, list[Any]], Any]) -> None:
    """Teach `train_both` an optimizer of your own.

    ``make(optimizer, parameters)`` returns a ``torch.optim.Optimizer`` for ``parameters`` with the settings of
    ``optimizer``. Before each step the learning rate of all its groups is set to that of ``optimizer``, the gradients
    are gathered and clipped, and the weights decayed, and after it the weights are averaged, as the optimizer's
    arguments say.
    """
    OPTIMIZERS[optimizer_class] = make
