"""The formulas of the optimizers written out in float64, one weight array at a time, as Keras states them."""

from __future__ import annotations

import numpy as np


def sgd(w, gradients, lr, momentum=0.0, nesterov=False):
    m = np.zeros_like(w)
    for g in gradients:
        if momentum:
            m = momentum * m - lr * g
            w = w + (momentum * m - lr * g if nesterov else m)
        else:
            w = w - lr * g
    return w


def rmsprop(w, gradients, lr, rho=0.9, momentum=0.0, epsilon=1e-7, centered=False):
    v, a, m = np.zeros_like(w), np.zeros_like(w), np.zeros_like(w)
    for g in gradients:
        v = rho * v + (1 - rho) * g**2
        a = rho * a + (1 - rho) * g
        step = lr * g / np.sqrt(v - a**2 * centered + epsilon)
        m = momentum * m + step
        w = w - (m if momentum else step)
    return w


def adam(w, gradients, lr, beta_1=0.9, beta_2=0.999, epsilon=1e-7, amsgrad=False, weight_decay=0.0):
    m, v, largest = np.zeros_like(w), np.zeros_like(w), np.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        w = w - lr * weight_decay * w
        m = beta_1 * m + (1 - beta_1) * g
        v = beta_2 * v + (1 - beta_2) * g**2
        largest = np.maximum(largest, v) if amsgrad else v
        alpha = lr * np.sqrt(1 - beta_2**t) / (1 - beta_1**t)
        w = w - alpha * m / (np.sqrt(largest) + epsilon)
    return w
