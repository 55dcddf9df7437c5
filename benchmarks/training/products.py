"""The matrix products of training and nothing else: what no program that uses this BLAS can undercut."""

from __future__ import annotations

from itertools import pairwise
from time import perf_counter
from typing import Any

import numpy as np

from benchmarks.training.matrix import product

__all__ = ["Products"]


class Products:
    """The products of forward and backward at the shapes of each batch, into arrays made before; it learns nothing."""

    def __init__(self, weights: list[np.ndarray], batch: int, scale: float):
        self.widths, self.batch = [len(weights[0]), *map(len, weights[1::2])], batch

    def train(self, x: Any, y: Any, epochs: int) -> list[float]:
        full, rest = divmod(len(x), self.batch)
        sizes = [self.batch] * full + [rest] * (rest > 0)
        batches = {size: (product(size), self._factors(size)) for size in set(sizes)}
        times = []
        for _ in range(epochs):
            start = perf_counter()
            for size in sizes:
                multiply, factors = batches[size]
                for a, b, out in factors:
                    multiply(a, b, out=out)
            times.append(perf_counter() - start)
        return times

    def _factors(self, size: int) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        rng = np.random.default_rng(0)
        values, cotangents = (
            [rng.standard_normal((size, n), np.float32) for n in self.widths] for _ in ("forward", "backward")
        )
        forward, backward = [], []
        for layer, (n_in, n_out) in enumerate(pairwise(self.widths)):
            kernel = rng.standard_normal((n_in, n_out), np.float32)
            forward.append((values[layer], kernel, np.empty((size, n_out), np.float32)))
            backward.append((values[layer].T, cotangents[layer + 1], np.empty((n_in, n_out), np.float32)))
            if layer:
                backward.append((cotangents[layer + 1], kernel.T, np.empty((size, n_in), np.float32)))
        return forward + backward[::-1]

    def classes(self, x: Any) -> None:
        return None
