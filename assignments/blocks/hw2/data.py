"""Batches of a data set, and a data set that is hard enough to need hidden layers and small enough for seconds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

__all__ = ["Batches", "spirals"]


class Batches:
    """The batches ``(x, y)`` of a data set, in a new order each time it is iterated over.

    What ``torch.utils.data.DataLoader`` is for torch; the trainer takes both. It has a length, the number of batches.

    Args:
        x: inputs, one in each row, an array or a tensor.
        y: labels, shape ``(samples,)``.
        batch_size: samples in a batch; the last one may have fewer.
        shuffle: False: always in the order given.
        seed: of the order.

    Raises:
        ValueError: there is not one label for each input.

    >>> [labels.tolist() for _, labels in Batches(np.zeros((5, 2)), np.arange(5), batch_size=2, shuffle=False)]
    [[0, 1], [2, 3], [4]]
    """

    def __init__(self, x: Any, y: Any, batch_size: int = 32, shuffle: bool = True, seed: int = 0) -> None:
        if len(x) != len(y):
            raise ValueError(f"Expected one label for each of the {len(x)} inputs. Received: {len(y)} labels.")
        self.x, self.y = x, y
        self.batch_size = batch_size
        self.generator = np.random.default_rng(seed) if shuffle else None

    def __len__(self) -> int:
        return -(-len(self.x) // self.batch_size)

    def __iter__(self) -> Iterator[tuple[Any, Any]]:
        count = len(self.x)
        order = np.arange(count) if self.generator is None else self.generator.permutation(count)
        for start in range(0, count, self.batch_size):
            chosen = order[start : start + self.batch_size]
            yield self.x[chosen], self.y[chosen]


def spirals(samples: int, classes: int = 3, noise: float = 0.2, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return points on the arms of a spiral, and the number of the arm: no straight line separates the classes.

    Args:
        samples: number of points.
        classes: number of arms.
        noise: standard deviation of the angle, in radians.
        seed: of the draws.

    Returns: points, float32 ``(samples, 2)``, within the unit circle; labels, int64 ``(samples,)``.
    """
    draw = np.random.RandomState(seed)
    labels = draw.randint(classes, size=samples)
    radius = draw.uniform(0.05, 1.0, size=samples)
    angle = 2 * np.pi * labels / classes + 4 * radius + noise * draw.standard_normal(samples)
    points = radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return points.astype(np.float32), labels.astype(np.int64)
