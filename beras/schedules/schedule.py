"""LearningRateSchedule: the learning rate as a function of the step."""

from __future__ import annotations

from typing import Any

__all__ = ["LearningRateSchedule"]


class LearningRateSchedule:
    """A learning rate that depends on the step: the base of all schedules.

    A subclass defines ``__call__(step)``, which returns the rate for the optimizer's ``step``-th update (0 for the
    first), and `get_config`, which returns the arguments that make it anew. Pass one as ``learning_rate`` of any
    optimizer. Schedules compute in Python floats, so they never change the dtype of a weight.

    The Keras equivalent is ``keras.optimizers.schedules.LearningRateSchedule``.

    >>> class OneOver(LearningRateSchedule):
    ...     def __call__(self, step):
    ...         return 1.0 / (step + 1)
    >>> OneOver()(3)
    0.25
    """

    def __call__(self, step: Any) -> float:
        raise NotImplementedError(f"{type(self).__name__} must define __call__(step), returning a float.")

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make an equal schedule."""
        raise NotImplementedError(
            f"{type(self).__name__} must define get_config(), returning the arguments of its constructor, to be saved."
        )

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> LearningRateSchedule:
        """Make a schedule from what `get_config` returned."""
        return cls(**config)


def check_positive(name: str, value: Any) -> None:
    """Raise ValueError unless ``value`` is above zero."""
    if not value > 0:
        raise ValueError(f"{name} must be above 0. Received: {name}={value!r}.")
