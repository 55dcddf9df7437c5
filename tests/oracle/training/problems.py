"""Small problems on which two trainings are held against each other."""

from __future__ import annotations

import numpy as np

import beras
from beras import layers

rng = np.random.default_rng(7)
N, N_IN, CLASSES = 60, 5, 3
X = rng.normal(size=(N, N_IN))
LABELS = rng.integers(0, CLASSES, N)
ONE_HOT = np.eye(CLASSES)[LABELS]
SHARES = rng.dirichlet(np.ones(CLASSES), N)
NUMBERS = rng.normal(size=(N, CLASSES))
COUNTS = rng.poisson(2.0, (N, CLASSES))

#: 40 epochs of 5 batches.
STEPS, EPOCHS, BATCH = 200, 40, 12


def mlp(*last, units=CLASSES, hidden="tanh", dtype="float64"):
    """Return a small network that ends in the activation, or the layers, ``last``."""
    beras.set_random_seed(3)
    ends = [layers.Activation(part, dtype=dtype) if isinstance(part, str) else part for part in last]
    made = beras.Sequential(
        [layers.Dense(7, hidden, dtype=dtype, input_dim=N_IN), layers.Dense(units, dtype=dtype), *ends]
    )
    made.dtype = dtype
    return made
