"""The training loop, after ``keras.Model``. What happens with one batch is up to the subclass."""

from abc import abstractmethod

import numpy as np

from Beras.core import Callable


class Model(Callable):
    """Layers, what to train them with, and the loops over epochs and batches.

    A subclass says how the layers are wired (``forward``) and what happens with a batch (``batch_step``).
    """

    def __init__(self, layers):
        self.layers = list(layers)
        self.optimizer = None
        self.loss_fn = None
        self.acc_fn = None

    @property
    def trainable_weights(self):
        """The weights of all layers whose ``trainable`` is True, in the order of the layers."""
        return [weight for layer in self.layers if layer.trainable for weight in layer.weights]

    def compile(self, optimizer, loss_fn, acc_fn):
        """Choose what to train with: an optimizer, a loss ``loss_fn(probs, y)``, a metric ``acc_fn(probs, y)``."""
        self.optimizer = optimizer
        self.loss_fn = loss_fn
        self.acc_fn = acc_fn

    @abstractmethod
    def batch_step(self, x, y, training=True):
        """Return ``{"loss": ..., "acc": ...}`` for one batch; with ``training``, take one optimizer step as well."""

    def run_epoch(self, x, y, order, batch_size, training):
        """Go once through the samples in batches; return their mean loss and accuracy, ``{"loss": ..., "acc": ...}``.

        ``order`` holds indices of samples: the first batch is made of the first ``batch_size`` of them, and so on; the
        last batch takes what is left and may be smaller. ``batch_step`` returns the mean over a batch, so that each
        batch counts by its size.
        """
        # TASK 5.1: batch_step for each batch, and the mean of what it returns over the samples
        raise NotImplementedError("Task 5.1: batch_step for each batch, and the mean of what it returns over the samples")

    def fit(self, x, y, epochs, batch_size, seed=None, verbose=True):
        """Train for some epochs, and return the history, ``{"loss": [...], "acc": [...]}``: one number for each epoch.

        ``x`` is ``(samples, n_in)``, ``y`` ``(samples, n_out)``. Each epoch takes the samples in a new random order,
        drawn from a generator with this ``seed``. The numbers are those seen while training. ``verbose`` prints a line
        for each epoch.
        """
        self._check(x, y, batch_size)
        # TASK 5.2: for each epoch a new permutation, an epoch of training, and an entry in the history
        raise NotImplementedError("Task 5.2: for each epoch a new permutation, an epoch of training, and an entry in the history")

    def evaluate(self, x, y, batch_size):
        """Return the mean loss and accuracy over all samples, ``{"loss": ..., "acc": ...}``; no weight changes."""
        self._check(x, y, batch_size)
        return self.run_epoch(x, y, np.arange(len(x)), batch_size, training=False)

    def _check(self, x, y, batch_size):
        if self.optimizer is None:
            raise RuntimeError("The model has no optimizer yet: call compile(optimizer, loss_fn, acc_fn) first.")
        if len(x) != len(y) or len(x) == 0:
            raise ValueError(f"x and y must have one row for each sample. Received: {len(x)} and {len(y)} rows.")
        if batch_size < 1:
            raise ValueError(f"batch_size must be at least 1. Received: {batch_size}.")
