"""Initializers whose spread follows from the weight's fans: VarianceScaling, and Glorot, He, LeCun by its means."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from typing import Any, ClassVar

import numpy as np

from beras.errors import unknown_name
from beras.initializers.draws import generator_for, normal, truncated_normal, uniform
from beras.initializers.fans import fans
from beras.initializers.random import RandomInitializer

__all__ = [
    "GlorotNormal",
    "GlorotUniform",
    "HeNormal",
    "HeUniform",
    "Kaiming",
    "LecunNormal",
    "LecunUniform",
    "VarianceScaling",
    "Xavier",
]

MODES = ("fan_in", "fan_out", "fan_avg")
DISTRIBUTIONS = ("uniform", "truncated_normal", "untruncated_normal")

#: The standard deviation of a standard normal variable cut off at plus and minus two.
CUT_OFF_STDDEV = 0.8796256610342398


class VarianceScaling(RandomInitializer):
    """Draws of mean 0 and variance ``scale / n``, where ``n`` is the weight's fan.

    ``n`` is ``fan_in``, ``fan_out`` or, for ``"fan_avg"``, their mean. ``distribution`` is ``"uniform"``,
    ``"truncated_normal"`` (also called ``"normal"``) or ``"untruncated_normal"``.

    Raises:
        ValueError: for a ``scale`` that is not positive, or an unknown mode or distribution.

    The Keras equivalent is ``keras.initializers.VarianceScaling``.
    """

    def __init__(
        self,
        scale: float = 1.0,
        mode: str = "fan_in",
        distribution: str = "truncated_normal",
        seed: int | None = None,
        input_axes: Sequence[int] | None = None,
        output_axes: Sequence[int] | None = None,
    ):
        super().__init__(seed)
        distribution = "truncated_normal" if distribution.lower() == "normal" else distribution.lower()
        if not scale > 0:
            raise ValueError(f"The scale of VarianceScaling must be positive. Received: {scale!r}.")
        if mode not in MODES:
            raise ValueError(unknown_name("mode", mode, MODES))
        if distribution not in DISTRIBUTIONS:
            raise ValueError(unknown_name("distribution", distribution, DISTRIBUTIONS))
        self.scale, self.mode, self.distribution = scale, mode, distribution
        self.input_axes, self.output_axes = input_axes, output_axes

    def __call__(self, shape: Sequence[int], dtype: Any = None) -> np.ndarray:
        """Return draws of ``shape``."""
        fan_in, fan_out = fans(shape, self.input_axes, self.output_axes)
        fan = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[self.mode]
        stddev = sqrt(self.scale / max(1.0, fan))
        rng = generator_for(self.seed)
        if self.distribution == "uniform":
            limit = sqrt(3.0) * stddev
            return uniform(rng, shape, -limit, limit, dtype)
        if self.distribution == "truncated_normal":
            return truncated_normal(rng, shape, 0.0, stddev / CUT_OFF_STDDEV, dtype)
        return normal(rng, shape, 0.0, stddev, dtype)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments as plain values."""
        names = ("scale", "mode", "distribution", "seed", "input_axes", "output_axes")
        return {name: getattr(self, name) for name in names}


class _Preset(VarianceScaling):
    """A VarianceScaling whose first three arguments are settled."""

    settled: ClassVar[tuple[float, str, str]]

    def __init__(
        self,
        seed: int | None = None,
        input_axes: Sequence[int] | None = None,
        output_axes: Sequence[int] | None = None,
    ):
        super().__init__(*self.settled, seed, input_axes, output_axes)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments as plain values."""
        return {name: getattr(self, name) for name in ("seed", "input_axes", "output_axes")}


class GlorotUniform(_Preset):
    """Uniform within ``sqrt(6 / (fan_in + fan_out))``: Keras's default for kernels (Glorot and Bengio 2010, eq. 16).

    >>> kernel = GlorotUniform(seed=0)((4, 2))
    >>> bool(np.all(np.abs(kernel) <= 1.0))
    True
    """

    settled = (1.0, "fan_avg", "uniform")


class GlorotNormal(_Preset):
    """Truncated normal of variance ``2 / (fan_in + fan_out)`` (Glorot and Bengio 2010, eq. 12)."""

    settled = (1.0, "fan_avg", "truncated_normal")


class HeUniform(_Preset):
    """Uniform within ``sqrt(6 / fan_in)``, for rectifiers (He et al. 2015, eq. 10)."""

    settled = (2.0, "fan_in", "uniform")


class HeNormal(_Preset):
    """Truncated normal of variance ``2 / fan_in``, for rectifiers (He et al. 2015, eq. 10)."""

    settled = (2.0, "fan_in", "truncated_normal")


class LecunUniform(_Preset):
    """Uniform within ``sqrt(3 / fan_in)`` (LeCun et al. 1998, section 4.6)."""

    settled = (1.0, "fan_in", "uniform")


class LecunNormal(_Preset):
    """Truncated normal of variance ``1 / fan_in``, for `selu` (LeCun et al. 1998, section 4.6)."""

    settled = (1.0, "fan_in", "truncated_normal")


class Xavier(_Preset):
    """Normal of variance ``2 / (fan_in + fan_out)``, not truncated: the course's ``xavier``, torch's
    ``xavier_normal_``.
    """

    settled = (1.0, "fan_avg", "untruncated_normal")


class Kaiming(_Preset):
    """Normal of variance ``2 / fan_in``, not truncated: the course's ``kaiming``, torch's ``kaiming_normal_``."""

    settled = (2.0, "fan_in", "untruncated_normal")
