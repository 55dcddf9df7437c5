"""A learning rate that is constant between given steps."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from beras.schedules.schedule import LearningRateSchedule

__all__ = ["PiecewiseConstantDecay"]


class PiecewiseConstantDecay(LearningRateSchedule):
    """``values[i]`` for the steps in ``(boundaries[i - 1], boundaries[i]]``: a boundary belongs to the earlier piece.

    Raises:
        ValueError: when ``values`` has not one entry more than ``boundaries``, or the boundaries do not increase.

    The Keras equivalent is ``keras.optimizers.schedules.PiecewiseConstantDecay``.

    >>> schedule = PiecewiseConstantDecay([100, 200], [1.0, 0.5, 0.1])
    >>> schedule(0), schedule(100), schedule(101), schedule(300)
    (1.0, 1.0, 0.5, 0.1)
    """

    def __init__(self, boundaries: Sequence[float], values: Sequence[float], name: str = "PiecewiseConstant"):
        if len(values) != len(boundaries) + 1:
            raise ValueError(
                f"values must have one entry more than boundaries. "
                f"Received: {len(boundaries)} boundaries and {len(values)} values."
            )
        if any(later <= earlier for earlier, later in pairwise(boundaries)):
            raise ValueError(f"boundaries must increase. Received: {list(boundaries)}.")
        self.boundaries = list(boundaries)
        self.values = list(values)
        self.name = name

    def __call__(self, step: Any) -> float:
        from bisect import bisect_left

        return float(self.values[bisect_left(self.boundaries, int(step))])

    def get_config(self) -> dict[str, Any]:
        return {"boundaries": self.boundaries, "values": self.values, "name": self.name}
