"""Training a model twice, in beras and in torch, with the same batches: `train_both`."""

from beras.oracle.training.registry import twin_optimizer
from beras.oracle.training.result import BothTrainings
from beras.oracle.training.train import train_both

__all__ = ["BothTrainings", "train_both", "twin_optimizer"]
