"""A user's own loss: which of its parameters is the truth, and which the prediction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from beras.core import Callable as CallableModule
from beras.core import Diffable
from beras.core.call_record import PREDICTIONS, TRUTHS
from beras.losses.loss import Loss

__all__ = ["DiffableLoss", "bound_names", "by_name"]


def bound_names(function: Callable[..., Any]) -> tuple[str, str] | None:
    """Return the names of the parameters of the truth and of the prediction, ``None`` when they cannot be told.

    >>> bound_names(lambda probs, labels: 0)
    ('labels', 'probs')
    """
    from inspect import signature

    try:
        names = list(signature(function).parameters)
    except (TypeError, ValueError):  # a function written in C
        return None
    truths = [name for name in names if name in TRUTHS]
    predictions = [name for name in names if name in PREDICTIONS]
    return (truths[0], predictions[0]) if len(truths) == 1 and len(predictions) == 1 else None


def by_name(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return ``function`` to be called as ``f(y_true, y_pred)``, whatever the order of its parameters."""
    names = bound_names(function)
    return function if names is None else lambda y_true, y_pred: function(**{names[0]: y_true, names[1]: y_pred})


class DiffableLoss(Loss):
    """A user's `Diffable` as a loss: its ``forward`` is called with the truth and the prediction by name.

    Raises:
        TypeError: when the names of its parameters do not tell which is which.
    """

    def __init__(self, module: Diffable, reduction: str | None = "sum_over_batch_size", name: str | None = None):
        super().__init__(name or getattr(module, "name", None) or type(module).__name__, reduction)
        own = type(module).forward is not CallableModule.forward
        names = bound_names(module.forward if own else module.call)
        if names is None:
            raise TypeError(
                f"{type(module).__name__}.{'forward' if own else 'call'} must name its parameters so that the truth "
                f"({', '.join(TRUTHS)}) and the prediction ({', '.join(PREDICTIONS)}) can be told apart: "
                f"def forward(self, y_true, y_pred)."
            )
        self.module = module
        self.truth, self.prediction = names

    def prepared(self, y_true: Any, y_pred: Any) -> tuple[Any, Any]:
        """Return both as they are: the module knows what it takes."""
        return y_true, y_pred

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Return what the module makes of the truth and the prediction."""
        return self.module(**{self.truth: y_true, self.prediction: y_pred})

    def get_config(self) -> dict[str, Any]:
        """Refuse: an object of a class that beras does not know cannot be written down."""
        raise ValueError(
            f"The loss {self.name!r} is a user's Diffable and cannot be saved. Derive it from beras.losses.Loss."
        )
