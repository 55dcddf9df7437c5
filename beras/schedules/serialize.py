"""Schedules as dictionaries of plain values, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from beras.errors import unknown_name
from beras.schedules.cosine_decay import CosineDecay
from beras.schedules.cosine_decay_restarts import CosineDecayRestarts
from beras.schedules.exponential_decay import ExponentialDecay
from beras.schedules.inverse_time_decay import InverseTimeDecay
from beras.schedules.piecewise_constant_decay import PiecewiseConstantDecay
from beras.schedules.polynomial_decay import PolynomialDecay
from beras.schedules.schedule import LearningRateSchedule

__all__ = ["SCHEDULES", "deserialize", "serialize"]

SCHEDULES: dict[str, type[LearningRateSchedule]] = {
    cls.__name__: cls
    for cls in (
        CosineDecay,
        CosineDecayRestarts,
        ExponentialDecay,
        InverseTimeDecay,
        PiecewiseConstantDecay,
        PolynomialDecay,
    )
}


def serialize(learning_rate_schedule: LearningRateSchedule) -> dict[str, Any]:
    """Return ``{"class_name": ..., "config": ...}``, of which `deserialize` makes an equal schedule.

    >>> serialize(PiecewiseConstantDecay([10], [0.1, 0.01]))["class_name"]
    'PiecewiseConstantDecay'
    """
    return {"class_name": type(learning_rate_schedule).__name__, "config": learning_rate_schedule.get_config()}


def deserialize(config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None) -> LearningRateSchedule:
    """Make a schedule from what `serialize` (or ``keras.optimizers.schedules.serialize``) returned.

    ``custom_objects`` maps the names of the user's own classes to the classes.

    Raises:
        ValueError: for a class name that is neither a schedule of beras nor in ``custom_objects``.
    """
    known = {**SCHEDULES, **(custom_objects or {})}
    name = config["class_name"]
    if name not in known:
        raise ValueError(unknown_name("learning rate schedule", name, known))
    return known[name].from_config(dict(config["config"]))
