"""Layers without weights that bend: LeakyReLU, ReLU, Softmax."""

import numpy as np

from Beras.core import Diffable


class LeakyReLU(Diffable):
    """``x`` where ``x > 0``, else ``alpha * x``; elementwise, any shape. Like ``keras.layers.LeakyReLU``.

    At exactly 0, where there is no derivative, this package takes 0 (Keras and PyTorch take ``alpha``).
    """

    def __init__(self, alpha=0.3):
        super().__init__()
        self.alpha = alpha
        self.inputs = None

    def forward(self, inputs):
        """Return the activated inputs, a new array of their shape; ``self.inputs`` keeps the inputs as they were."""
        # TASK 2.5: keep the inputs, and let the negative ones through with the slope alpha
        raise NotImplementedError("Task 2.5: keep the inputs, and let the negative ones through with the slope alpha")

    def input_gradients(self):
        """Return the derivative at each input, in the shape of the inputs: 1 above 0, ``alpha`` below, 0 at 0."""
        # TASK 2.5: the slope at each input
        raise NotImplementedError("Task 2.5: the slope at each input")

    def compose_to_input(self, J):
        """Return ``J`` times the slopes: the Jacobian of an elementwise function is diagonal, so a product does."""
        # TASK 2.5: the product of the two
        raise NotImplementedError("Task 2.5: the product of the two")


class ReLU(LeakyReLU):
    """``max(x, 0)``: a LeakyReLU with the slope 0."""

    def __init__(self):
        super().__init__(alpha=0)


class Softmax(Diffable):
    """``exp(x) / sum(exp(x))`` over the last axis: logits to probabilities. Like ``keras.layers.Softmax``."""

    def __init__(self):
        super().__init__()
        self.outputs = None

    def forward(self, inputs):
        """Return the probabilities ``(batch, n)``, finite for logits of any size; ``self.outputs`` keeps them.

        ``softmax(x) = softmax(x - c)`` for any number ``c``; with the largest logit of the row for ``c``, ``exp`` has
        no argument above 0 and cannot overflow.
        """
        # TASK 2.6: shift each row by its largest entry, then exponentials over their sum
        raise NotImplementedError("Task 2.6: shift each row by its largest entry, then exponentials over their sum")

    def input_gradients(self):
        """Return the Jacobian of each sample, ``(batch, n, n)``: ``[b, i, j] = p[b, i] * ((i == j) - p[b, j])``."""
        # TASK 2.7: diag(p) minus the outer product of p with itself, for every sample at once
        raise NotImplementedError("Task 2.7: diag(p) minus the outer product of p with itself, for every sample at once")
