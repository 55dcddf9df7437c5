"""Optimizers: ``apply_gradients(weights, grads)`` changes every weight in place.

The two lists belong together entry by entry. An optimizer keeps what it remembers by the place in the list, so it
always gets the weights of one model in one order.
"""

import numpy as np


class BasicOptimizer:
    """Gradient descent: ``w -= learning_rate * g``. Like ``keras.optimizers.SGD``."""

    def __init__(self, learning_rate):
        self.learning_rate = learning_rate

    def apply_gradients(self, weights, grads):
        """Take one step with each weight, in place."""
        # TASK 4.1: one step downhill for every weight, in place
        raise NotImplementedError("Task 4.1: one step downhill for every weight, in place")


class RMSProp:
    """Each entry's step is divided by the root of a running mean of its squared gradients (Hinton, 2012).

    ``v = beta * v + (1 - beta) * g**2`` and ``w -= learning_rate * g / (sqrt(v) + epsilon)``: epsilon stands outside
    the root, as in ``torch.optim.RMSprop`` (Keras has it inside). ``self.v`` holds the running means by place in the
    list, in float64: those of pixels that are nearly always black fade to numbers that slow float32 down.
    """

    def __init__(self, learning_rate, beta=0.9, epsilon=1e-6):
        self.learning_rate = learning_rate
        self.beta = beta
        self.epsilon = epsilon
        self.v = {}

    def apply_gradients(self, weights, grads):
        """Take one step with each weight, in place. The running means start at 0."""
        # TASK 4.2: update the running means, then the weights
        raise NotImplementedError("Task 4.2: update the running means, then the weights")


class Adam:
    """Running means of gradients and of their squares, both corrected for their start at 0 (Kingma and Ba 2015).

    With the step number ``t = 1, 2, ...``::

        m = beta_1 * m + (1 - beta_1) * g            m_hat = m / (1 - beta_1**t)
        v = beta_2 * v + (1 - beta_2) * g**2         v_hat = v / (1 - beta_2**t)
        w -= learning_rate * m_hat / (sqrt(v_hat) + epsilon)

    With ``amsgrad`` (Reddi et al. 2018) ``v_hat`` is made of the largest ``v`` so far, entry by entry, instead of
    ``v``. ``self.m``, ``self.v`` and ``self.v_max`` hold them by place in the list, in float64 (see RMSProp);
    ``self.t`` counts the calls. Equal to ``torch.optim.Adam``; Keras adds its epsilon before the correction.
    """

    def __init__(self, learning_rate, beta_1=0.9, beta_2=0.999, epsilon=1e-7, amsgrad=False):
        self.learning_rate = learning_rate
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.amsgrad = amsgrad
        self.m = {}
        self.v = {}
        self.v_max = {}
        self.t = 0

    def apply_gradients(self, weights, grads):
        """Take one step with each weight, in place."""
        # TASK 4.3: count the step, update both running means, correct them, update the weights
        raise NotImplementedError("Task 4.3: count the step, update both running means, correct them, update the weights")
