"""Adam in place, block by block, so that what it reads and writes stays in the second-level cache."""

from __future__ import annotations

import math

import numpy as np

from benchmarks.training import BETA_1, BETA_2, EPSILON

__all__ = ["BlockedAdam"]

BLOCK = 1 << 15
#: How often moments that decay towards subnormal numbers, which are slow, are set to zero; and what is tiny.
FLUSH_EVERY, TINY = 64, 1e-30


class BlockedAdam:
    """Keep ``m / (1 - beta_1)`` and ``v / (1 - beta_2)``, which takes ten passes over the memory out of twelve."""

    def __init__(self, weights: np.ndarray, gradient: np.ndarray, rate: float):
        self.rate, self.count = rate, 0
        m, v = np.zeros_like(weights), np.zeros_like(weights)
        scratch, tiny = np.empty(BLOCK, np.float32), np.empty(BLOCK, bool)
        parts = [slice(at, min(at + BLOCK, weights.size)) for at in range(0, weights.size, BLOCK)]
        self.blocks = [
            (weights[p], gradient[p], m[p], v[p], scratch[: p.stop - p.start], tiny[: p.stop - p.start]) for p in parts
        ]

    def update(self) -> None:
        self.count += 1
        root = math.sqrt(1 - BETA_2)
        rate = self.rate * math.sqrt(1 - BETA_2**self.count) / (1 - BETA_1**self.count) * (1 - BETA_1) / root
        epsilon, flush = EPSILON / root, self.count % FLUSH_EVERY == 0
        for w, g, m, v, scratch, tiny in self.blocks:
            np.multiply(m, BETA_1, out=m)
            np.add(m, g, out=m)
            np.multiply(v, BETA_2, out=v)
            np.multiply(g, g, out=scratch)
            np.add(v, scratch, out=v)
            np.sqrt(v, out=scratch)
            np.add(scratch, epsilon, out=scratch)
            np.divide(m, scratch, out=scratch)
            np.multiply(scratch, rate, out=scratch)
            np.subtract(w, scratch, out=w)
            if flush:
                for moment in (m, v):
                    np.abs(moment, out=scratch)
                    np.less(scratch, TINY, out=tiny)
                    np.copyto(moment, 0, where=tiny)
