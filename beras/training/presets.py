"""THE TABLES: what a run does unless it is told otherwise.

Chosen by validation on the last 10,000 images of MNIST's training set (on every fifth of the digits'), never by a
test set.
"""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["LEARNING_RATES", "MODELS", "PRESETS", "Preset"]


class Preset(NamedTuple):
    """The defaults that depend on the data set."""

    layers: tuple[int, ...]
    dropout: float
    batch_size: int
    epochs: int


PRESETS = {
    "mnist": Preset(layers=(256, 128), dropout=0.2, batch_size=128, epochs=10),
    "fashion_mnist": Preset(layers=(256, 128), dropout=0.2, batch_size=128, epochs=10),
    "kmnist": Preset(layers=(256, 128), dropout=0.2, batch_size=128, epochs=10),
    "digits": Preset(layers=(512, 256), dropout=0.0, batch_size=32, epochs=30),
}

#: For `--model cnn`, whose ``layers`` are those after the convolutions.
CONVOLUTIONAL = {
    "mnist": Preset(layers=(128,), dropout=0.5, batch_size=128, epochs=12),
    "fashion_mnist": Preset(layers=(128,), dropout=0.5, batch_size=128, epochs=12),
    "kmnist": Preset(layers=(128,), dropout=0.5, batch_size=128, epochs=12),
    "digits": Preset(layers=(128,), dropout=0.5, batch_size=32, epochs=30),
}

#: The kinds of model, with their presets: a network of dense layers, and one that convolves first.
MODELS = {"mlp": PRESETS, "cnn": CONVOLUTIONAL}

# The learning rate that a run begins with, by optimizer.
LEARNING_RATES = {"adam": 0.002, "adamw": 0.002, "rmsprop": 0.001, "sgd": 0.2}
