"""The network in plain NumPy: the weights all begin with, and the values that all are held against."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

__all__ = ["initial_weights", "loss_and_gradient", "one_hot", "probabilities"]


def initial_weights(widths: Sequence[int], seed: int = 0) -> list[np.ndarray]:
    """Return float32 ``[kernel, bias, kernel, bias, ...]``, the kernels Glorot-uniform ``(n_in, n_out)``, biases 0."""
    rng = np.random.default_rng(seed)
    weights = []
    for n_in, n_out in pairwise(widths):
        limit = float(np.sqrt(6 / (n_in + n_out)))
        weights += [rng.uniform(-limit, limit, (n_in, n_out)).astype(np.float32), np.zeros(n_out, np.float32)]
    return weights


def one_hot(labels: np.ndarray, classes: int = 10) -> np.ndarray:
    """Return float32 ``(samples, classes)``."""
    return np.eye(classes, dtype=np.float32)[labels]


def probabilities(weights: Sequence[Any], x: np.ndarray) -> np.ndarray:
    """Return the softmax of the network's logits, ``(samples, classes)``, in the dtype of the arguments."""
    return _forward(weights, x)[-1]


def loss_and_gradient(weights: Sequence[Any], x: np.ndarray, targets: np.ndarray) -> tuple[float, list[np.ndarray]]:
    """Return the mean cross-entropy and its gradient by each weight, derived by hand; ``targets`` are one-hot."""
    values = _forward(weights, x)
    loss = -float(np.mean(np.sum(targets * np.log(values[-1]), axis=1)))
    cotangent = (values[-1] - targets) / len(x)
    gradient: list[np.ndarray] = []
    for layer in reversed(range(len(weights) // 2)):
        gradient[:0] = [values[layer].T @ cotangent, cotangent.sum(axis=0)]
        cotangent = (cotangent @ weights[2 * layer].T) * (values[layer] > 0)
    return loss, gradient


def _forward(weights: Sequence[Any], x: np.ndarray) -> list[np.ndarray]:
    """Return the input and the output of every layer."""
    values = [x]
    for kernel, bias in zip(weights[:-2:2], weights[1:-2:2]):
        values.append(np.maximum(values[-1] @ kernel + bias, 0))
    logits = values[-1] @ weights[-2] + weights[-1]
    exp = np.exp(logits - logits.max(axis=1, keepdims=True))
    return [*values, exp / exp.sum(axis=1, keepdims=True)]
