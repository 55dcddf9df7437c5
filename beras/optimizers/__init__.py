"""Optimizers: they change Variables in place, given their gradients."""

from typing import TYPE_CHECKING

from beras.lazy import lazily
from beras.optimizers.adadelta import Adadelta
from beras.optimizers.adafactor import Adafactor
from beras.optimizers.adagrad import Adagrad
from beras.optimizers.adam import Adam
from beras.optimizers.adamax import Adamax
from beras.optimizers.adamw import AdamW
from beras.optimizers.ftrl import Ftrl
from beras.optimizers.lamb import Lamb
from beras.optimizers.lion import Lion
from beras.optimizers.lookup import deserialize, get, serialize
from beras.optimizers.muon import Muon
from beras.optimizers.nadam import Nadam
from beras.optimizers.optimizer import Optimizer
from beras.optimizers.rmsprop import RMSprop
from beras.optimizers.sgd import SGD

if TYPE_CHECKING:
    from beras.optimizers import schedules
else:
    schedules = lazily("beras.optimizers.schedules")

__all__ = [
    "SGD",
    "Adadelta",
    "Adafactor",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "Ftrl",
    "Lamb",
    "Lion",
    "Muon",
    "Nadam",
    "Optimizer",
    "RMSprop",
    "deserialize",
    "get",
    "schedules",
    "serialize",
]
