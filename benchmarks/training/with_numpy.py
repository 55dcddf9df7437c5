"""A training loop in NumPy as an expert writes it for one network: nothing is allocated, nothing is general."""

from __future__ import annotations

from collections.abc import Sequence
from time import perf_counter
from typing import Any

import numpy as np

from benchmarks.network import probabilities
from benchmarks.training import RATE
from benchmarks.training.blocked_adam import BlockedAdam
from benchmarks.training.matrix import product

__all__ = ["Loop"]


class Loop:
    def __init__(self, weights: Sequence[np.ndarray], batch: int, scale: float):
        self.batch, self.scale = batch, scale
        flat, self.weights = _flat(weights)
        flat_gradient, self.gradient = _flat(weights)
        self.adam = BlockedAdam(flat, flat_gradient, RATE)

    def train(self, x: Any, y: Any, epochs: int) -> list[float]:
        rng, times = np.random.default_rng(), []
        sizes = {min(self.batch, len(x)), len(x) % self.batch} - {0}
        steps = {size: _Step(self.weights, self.gradient, size) for size in sizes}
        gathered = {size: np.empty((size, x.shape[1]), x.dtype) for size in sizes}
        for _ in range(epochs):
            start = perf_counter()
            order, loss, hits = rng.permutation(len(x)), 0.0, 0
            for at in range(0, len(x), self.batch):
                rows = order[at : at + self.batch]
                step = steps[len(rows)]
                if self.scale == 1:
                    np.take(x, rows, axis=0, out=step.x, mode="clip")
                else:
                    images = np.take(x, rows, axis=0, out=gathered[len(rows)], mode="clip")
                    np.multiply(images, np.float32(self.scale), out=step.x)
                np.take(y, rows, out=step.y, mode="clip")
                step.run()
                self.adam.update()
                loss += step.loss
                hits += step.hits
            times.append(perf_counter() - start)
        return times

    def classes(self, x: Any) -> Any:
        return probabilities(self.weights, np.multiply(x, np.float32(self.scale), dtype=np.float32)).argmax(axis=1)


class _Step:
    """Forward and backward for batches of one size, in buffers made once."""

    def __init__(self, weights: list[np.ndarray], gradient: list[np.ndarray], size: int):
        self.weights, self.gradient = weights, gradient
        widths = [len(weights[0]), *map(len, weights[1::2])]
        self.values = [np.empty((size, n), np.float32) for n in widths]
        self.cotangents = [np.empty((size, n), np.float32) for n in widths]
        self.active = [np.empty((size, n), bool) for n in widths]
        self.x, self.y = self.values[0], np.empty(size, np.int64)
        self.index, self.row = np.arange(size), np.empty((size, 1), np.float32)
        self.ones, self.share = np.ones(size, np.float32), np.float32(1 / size)
        self.multiply = product(size)
        self.loss, self.hits = 0.0, 0

    def run(self) -> None:
        depth = len(self.weights) // 2
        for layer in range(depth):
            out = self.values[layer + 1]
            self.multiply(self.values[layer], self.weights[2 * layer], out=out)
            np.add(out, self.weights[2 * layer + 1], out=out)
            if layer < depth - 1:
                np.maximum(out, 0, out=out)
        self._softmax_and_cross_entropy()
        for layer in reversed(range(depth)):
            cotangent = self.cotangents[layer + 1]
            self.multiply(self.values[layer].T, cotangent, out=self.gradient[2 * layer])
            np.matmul(self.ones, cotangent, out=self.gradient[2 * layer + 1])
            if layer:
                below = self.cotangents[layer]
                self.multiply(cotangent, self.weights[2 * layer].T, out=below)
                np.greater(self.values[layer], 0, out=self.active[layer])
                np.multiply(below, self.active[layer], out=below)

    def _softmax_and_cross_entropy(self) -> None:
        """Leave the cotangent of the logits, the summed loss and the hits of the batch."""
        logits, cotangent, row = self.values[-1], self.cotangents[-1], self.row
        self.hits = int(np.count_nonzero(logits.argmax(axis=1) == self.y))
        np.maximum.reduce(logits, axis=1, keepdims=True, out=row)
        np.subtract(logits, row, out=logits)
        np.exp(logits, out=cotangent)
        np.add.reduce(cotangent, axis=1, keepdims=True, out=row)
        np.divide(cotangent, row, out=cotangent)
        self.loss = float(np.log(row).sum() - logits[self.index, self.y].sum())
        cotangent[self.index, self.y] -= 1
        np.multiply(cotangent, self.share, out=cotangent)


def _flat(arrays: Sequence[np.ndarray]) -> tuple[np.ndarray, list[np.ndarray]]:
    """Return one array with copies of all, and views of it in their shapes."""
    flat = np.concatenate([a.ravel() for a in arrays])
    ends = np.cumsum([a.size for a in arrays])
    return flat, [flat[end - a.size : end].reshape(a.shape) for a, end in zip(arrays, ends)]
