"""What can be called, what can be differentiated, and the tape that remembers the calls."""

from abc import ABC, abstractmethod

import numpy as np


class Callable(ABC):
    """Something with a ``forward``: calling the object is calling ``forward``."""

    def __call__(self, *args, **kwargs):
        return self.forward(*args, **kwargs)

    @abstractmethod
    def forward(self, *args, **kwargs):
        """Compute the output, and keep on ``self`` whatever the gradients will need."""


class Diffable(Callable):
    """A Callable that knows its local derivatives, at the inputs of its latest call.

    Batches come first everywhere: inputs are ``(batch, n_in)``, outputs ``(batch, n_out)``. A cumulative Jacobian ``J``
    is the derivative of each sample's loss with respect to this layer's output, ``(batch, n_out)``.
    """

    gradient_tape = None
    """The tape that records at the moment, or None; shared by all Diffables."""

    weights = ()
    """The arrays that an optimizer changes in place; none, unless a layer says otherwise."""

    def __init__(self):
        self.trainable = True

    def __call__(self, *args, **kwargs):
        """Call ``forward``; while a tape records, the tape also gets to know that this object was called.

        The object itself is appended to ``tape.operations``. It remembers one call only, so a second call under the
        same tape raises a RuntimeError.
        """
        # TASK 3.1: run forward, and append this object to the operations of the tape, if there is a tape
        raise NotImplementedError("Task 3.1: run forward, and append this object to the operations of the tape, if there is a tape")

    @abstractmethod
    def input_gradients(self):
        """Return the local Jacobian: of each output with respect to each input.

        Shape ``(batch, n_in, n_out)``, or ``(n_in, n_out)`` where one matrix serves every sample. A loss, whose output
        is one number for each sample, returns ``(batch, n_in)``.
        """

    def weight_gradients(self):
        """Return, for each array in ``weights``, the derivative of the outputs with respect to it.

        Entry ``[b, ..., j]`` belongs to output ``j`` of sample ``b``. The batch axis may be left out where the
        derivative is the same for every sample. A layer without weights returns ``()``.
        """
        return ()

    def compose_to_input(self, J):
        """Pull ``J`` back through this layer: from its output, ``(batch, n_out)``, to its input, ``(batch, n_in)``.

        ``result[b] = input_gradients[b] @ J[b]``, where a two-dimensional ``input_gradients`` counts as one matrix for
        every sample.
        """
        # TASK 3.2: the matrix of each sample times the row of J of the same sample, without a loop
        raise NotImplementedError("Task 3.2: the matrix of each sample times the row of J of the same sample, without a loop")

    def compose_to_weight(self, J):
        """Return the gradient of each array in ``weights``: a list, each of the shape of its weight.

        ``mean over b of weight_gradients[b] * J[b]``. The product is elementwise; the axis of the outputs is the last
        of both. Entries of ``weight_gradients`` with as many dimensions as the weight have no batch axis.
        """
        # TASK 3.3: the product for each sample, without a loop over samples, and its mean over the batch
        raise NotImplementedError("Task 3.3: the product for each sample, without a loop over samples, and its mean over the batch")


class GradientTape:
    """Records the Diffables that are called inside ``with GradientTape() as tape:``, the loss last.

    Each is an operation whose input is the output of the one before it: a chain, not a graph.
    """

    def __init__(self):
        self.operations = []

    def __enter__(self):
        if Diffable.gradient_tape is not None:
            raise RuntimeError("A tape records already. Leave its `with` before another one begins.")
        Diffable.gradient_tape = self
        return self

    def __exit__(self, *exception):
        Diffable.gradient_tape = None

    def gradient(self):
        """Return the gradients of all trainable weights, ``[dw1, db1, dw2, db2, ...]``, in the order of the calls.

        The walk starts with the ``input_gradients()`` of the last operation, the loss, and goes backward: each layer's
        ``compose_to_weight(J)`` gives its own gradients, its ``compose_to_input(J)`` the ``J`` of the layer before it.
        A layer whose ``trainable`` is False has no entries, but lets ``J`` through. Nothing recorded: a RuntimeError.
        """
        # TASK 3.4: walk the operations backward, and collect the gradients in forward order
        raise NotImplementedError("Task 3.4: walk the operations backward, and collect the gradients in forward order")
