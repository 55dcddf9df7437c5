"""Learning rates that change with the step."""

from beras.schedules.cosine_decay import CosineDecay
from beras.schedules.cosine_decay_restarts import CosineDecayRestarts
from beras.schedules.exponential_decay import ExponentialDecay
from beras.schedules.inverse_time_decay import InverseTimeDecay
from beras.schedules.piecewise_constant_decay import PiecewiseConstantDecay
from beras.schedules.polynomial_decay import PolynomialDecay
from beras.schedules.schedule import LearningRateSchedule
from beras.schedules.serialize import deserialize, serialize

__all__ = [
    "CosineDecay",
    "CosineDecayRestarts",
    "ExponentialDecay",
    "InverseTimeDecay",
    "LearningRateSchedule",
    "PiecewiseConstantDecay",
    "PolynomialDecay",
    "deserialize",
    "serialize",
]
