"""Layers with weights."""

import numpy as np

from Beras.core import Diffable


class Dense(Diffable):
    """A fully connected layer: ``outputs = inputs @ w + b``.

    ``w`` is ``(input_size, output_size)``, ``b`` is ``(output_size,)``, both float32. Like ``keras.layers.Dense``,
    which learns the input size from its first batch; here both are given.
    """

    def __init__(self, input_size, output_size, initializer="kaiming", seed=None):
        super().__init__()
        rng = np.random.default_rng(seed)
        self.w, self.b = self._initialize_weight(initializer, input_size, output_size, rng)
        self.inputs = None

    @property
    def weights(self):
        return [self.w, self.b]

    @staticmethod
    def _initialize_weight(initializer, input_size, output_size, rng):
        """Return a new ``w`` ``(input_size, output_size)`` and a zero ``b`` ``(output_size,)``, both float32.

        ``w`` is drawn from a normal distribution with mean 0 and, by the name of the initializer in any letter case,
        the standard deviation

        - ``zero``: 0
        - ``normal``: 1
        - ``xavier``: ``sqrt(2 / (input_size + output_size))`` (Glorot and Bengio 2010)
        - ``kaiming``: ``sqrt(2 / input_size)`` (He et al. 2015)

        with the numbers of ``rng``, a ``numpy.random.Generator``. Another name is a ValueError that quotes it.
        """
        # TASK 2.1: look the standard deviation up, refuse other names, draw w from rng, make b
        raise NotImplementedError("Task 2.1: look the standard deviation up, refuse other names, draw w from rng, make b")

    def forward(self, inputs):
        """Return ``inputs @ w + b``, ``(batch, output_size)``; ``self.inputs`` keeps the inputs."""
        # TASK 2.2: keep the inputs, and compute the outputs
        raise NotImplementedError("Task 2.2: keep the inputs, and compute the outputs")

    def weight_gradients(self):
        """Return the local derivatives with respect to ``w`` and ``b``, with which the rows of ``J`` are multiplied.

        For ``w``: ``(batch, input_size, output_size)``, entry ``[b, i, j]`` is the derivative of ``outputs[b, j]`` with
        respect to ``w[i, j]``. For ``b``: ``(output_size,)``, the derivative of ``outputs[b, j]`` with respect to
        ``b[j]``, the same for every sample.
        """
        # TASK 2.3: the factors with which J is multiplied, one array for each weight
        raise NotImplementedError("Task 2.3: the factors with which J is multiplied, one array for each weight")

    def input_gradients(self):
        """Return the local Jacobian ``(input_size, output_size)``, one for all samples.

        Entry ``[i, j]`` is the derivative of ``outputs[j]`` with respect to ``inputs[i]``.
        """
        # TASK 2.4: the derivative of the outputs with respect to the inputs, one matrix for all samples
        raise NotImplementedError("Task 2.4: the derivative of the outputs with respect to the inputs, one matrix for all samples")

    def compose_to_weight(self, J):
        """Return ``[dw, db]``, what ``Diffable.compose_to_weight`` returns, without the array ``(batch, in, out)``.

        The mean over the batch of ``inputs[b, i] * J[b, j]`` is a matrix product divided by the batch size.
        """
        # TASK 3.5: one matrix product for w, one mean for b
        raise NotImplementedError("Task 3.5: one matrix product for w, one mean for b")
