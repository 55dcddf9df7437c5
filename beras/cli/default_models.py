"""The models that `beras compare` compares when it is not told what: they use everything that training uses."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from beras.cli.compared import Compared, of_images

if TYPE_CHECKING:
    from pathlib import Path

    from beras.datasets import Dataset
    from beras.models import Model

__all__ = ["default_models"]

#: The activations that need arguments.
_ARGUMENTS = {"threshold": {"threshold": 0.1, "default_value": -0.1}}
_HIDDEN = (256, 128)
_CLASSES = 10


def default_models(batch: int, seed: int, data: Path | None) -> list[Compared]:
    """Return softmax regression, the MLP of `beras train`, and a small model with every activation.

    On ``batch`` images of MNIST where that is on this machine, or in the folder ``data``, else of the embedded digits.
    """
    images = _at_hand(data)
    inputs = int(np.prod(images.x_train.shape[1:]))
    widths = "-".join(map(str, (inputs, *_HIDDEN, _CLASSES)))
    models = {
        f"Softmax regression, {inputs}-{_CLASSES}": _network(images, ()),
        f"The MLP {widths}": _network(images, _HIDDEN),
        "A layer with each activation, side by side": _every_activation(images.scale),
    }
    return [of_images(about, model, images, batch, seed) for about, model in models.items()]


def _at_hand(data: Path | None) -> Dataset:
    from beras import datasets
    from beras.datasets.locate import find_files
    from beras.datasets.sources import STEMS

    stems = [stem for subset in STEMS.values() for stem in subset]
    return datasets.load("mnist" if data is not None or find_files("mnist", stems) else "digits", data)


def _network(images: Dataset, hidden: tuple[int, ...]) -> Model:
    from beras.training import resolve
    from beras.training.build import build_model

    config = resolve(images.name, layers=hidden, dropout=0.0)
    return build_model(config, images.x_train.shape[1:], _CLASSES, images.scale, len(images.x_train))


def _every_activation(scale: int) -> Model:
    from beras import layers, losses, models
    from beras.activations.get import FUNCTIONS

    class EachActivation(models.Model):
        def __init__(self) -> None:
            super().__init__(name="each_activation")
            self.pixels = [layers.Rescaling(1 / scale), layers.Flatten()]
            self.side_by_side = [
                layers.Dense(6, partial(f, **_ARGUMENTS.get(f.__name__, {})), use_bias=False, name=f.__name__)
                for f in FUNCTIONS
            ]
            self.output_layer = layers.Dense(_CLASSES, "softmax", name="output")

        def call(self, inputs: Any) -> Any:
            for layer in self.pixels:
                inputs = layer(inputs)
            return self.output_layer(np.concatenate([layer(inputs) for layer in self.side_by_side], axis=-1))

    model = EachActivation()
    model.compile("adam", losses.SparseCategoricalCrossentropy())
    return model
