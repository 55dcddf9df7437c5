"""``model.fit`` of beras and of Keras: one script, in which only the import changes."""

from __future__ import annotations

from importlib import import_module
from time import perf_counter
from typing import Any

import numpy as np

from benchmarks.training import EPSILON, RATE

__all__ = ["Fit", "build"]


def build(package: Any, weights: list[np.ndarray], scale: float = 1.0) -> Any:
    """Return the network as a Sequential of ``package``, with ``weights``."""
    layers, widths = package.layers, [len(bias) for bias in weights[1::2]]
    model = package.Sequential(
        [
            layers.Input((len(weights[0]),)),
            *([] if scale == 1 else [layers.Rescaling(scale)]),
            *(layers.Dense(width, activation="relu") for width in widths[:-1]),
            layers.Dense(widths[-1], activation="softmax"),
        ]
    )
    model.set_weights(weights)
    return model


class Fit:
    """Loss and accuracy as metrics, no progress bar."""

    def __init__(self, weights: list[np.ndarray], batch: int, scale: float, package: str):
        self.package, self.batch = import_module(package), batch
        self.model = build(self.package, weights, scale)
        adam = self.package.optimizers.Adam(RATE, epsilon=EPSILON)
        self.model.compile(adam, "sparse_categorical_crossentropy", metrics=["accuracy"])

    def train(self, x: Any, y: Any, epochs: int) -> list[float]:
        marks = [perf_counter()]
        watch = self.package.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: marks.append(perf_counter()))
        self.model.fit(x, y, batch_size=self.batch, epochs=epochs, verbose=0, callbacks=[watch])
        return list(np.diff(marks))

    def classes(self, x: Any) -> Any:
        return self.model.predict(x, batch_size=1000, verbose=0).argmax(axis=1)
