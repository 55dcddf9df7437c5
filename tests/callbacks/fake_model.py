"""What callbacks use of a model, and a loop that calls them as `fit` does."""

from __future__ import annotations

import numpy as np

from beras.callbacks import CallbackList
from beras.optimizers import SGD


class FakeModel:
    """A model whose only weight is the number of epochs that were trained."""

    name = "fake"
    input_shape = None

    def __init__(self, learning_rate=0.1):
        self.stop_training = False
        self.optimizer = SGD(learning_rate)
        self.layers = []
        self.weight = np.zeros(1)
        self.saved = []

    def get_config(self):
        return {"name": self.name}

    def get_weights(self):
        return [self.weight.copy()]

    def set_weights(self, weights):
        self.weight[...] = weights[0]

    def save(self, path):
        self.saved.append(("model", str(path), float(self.weight[0])))

    def save_weights(self, path):
        self.saved.append(("weights", str(path), float(self.weight[0])))


def run(model, callbacks, epochs, batches=2, verbose=0, **params):
    """Train for one epoch per entry of ``epochs``, the logs of that epoch; return the number of epochs run."""
    hooks = CallbackList(
        callbacks,
        add_history=True,
        add_progbar=verbose != 0,
        model=model,
        verbose=verbose,
        epochs=len(epochs),
        steps=batches,
        **params,
    )
    model.stop_training = False
    hooks.on_train_begin()
    done = 0
    for epoch, logs in enumerate(epochs):
        hooks.on_epoch_begin(epoch)
        for batch in range(batches):
            hooks.on_train_batch_begin(batch)
            hooks.on_train_batch_end(batch, lambda logs=logs: logs)
        model.weight += 1
        done += 1
        hooks.on_epoch_end(epoch, logs)
        if model.stop_training:
            break
    hooks.on_train_end(logs)
    return done
