"""The gradients that mistakes are planted into: a Dense layer with softmax cross-entropy, written by hand in NumPy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from beras.oracle.diagnosis import Clues

SHAPES = [(32, 784, 10), (10, 10, 10), (7, 5, 3), (64, 20, 20), (5, 6, 4)]
"""(batch, inputs, units)"""


@dataclass(frozen=True)
class Dense:
    """logits = x @ kernel + bias, loss = mean of the cross-entropies; and its gradients."""

    x: np.ndarray
    y: np.ndarray
    kernel: np.ndarray
    bias: np.ndarray

    @property
    def error(self) -> np.ndarray:
        """softmax(logits) - y, (batch, units): the gradient of the summed loss to the logits."""
        logits = self.x @ self.kernel + self.bias
        e = np.exp(logits - logits.max(axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True) - self.y

    @property
    def loss(self) -> float:
        logits = self.x @ self.kernel + self.bias
        top = logits.max(axis=1, keepdims=True)
        log_sum = top[:, 0] + np.log(np.exp(logits - top).sum(axis=1))
        return float((log_sum - (logits * self.y).sum(axis=1)).mean())

    @property
    def d_logits(self) -> np.ndarray:
        return self.error / np.asarray(len(self.x), dtype=self.x.dtype)

    @property
    def d_kernel(self) -> np.ndarray:
        return self.x.T @ self.d_logits

    @property
    def d_bias(self) -> np.ndarray:
        return self.d_logits.sum(axis=0)

    @property
    def d_x(self) -> np.ndarray:
        return self.d_logits @ self.kernel.T

    @property
    def sizes(self) -> dict[str, int]:
        return {"batch": len(self.x), "inputs": self.kernel.shape[0], "units": self.kernel.shape[1]}

    def in_float32(self) -> Dense:
        """The same numbers, computed in single precision."""
        return Dense(*(a.astype(np.float32) for a in (self.x, self.y, self.kernel, self.bias)))

    def clues(self, name: str, **more: object) -> Clues:
        """What the oracle would say about the array ``name``: "kernel", "bias" or "x"."""
        return Clues(name, self.sizes, value=getattr(self, name), **more)  # type: ignore[arg-type]


def dense(shape: tuple[int, int, int], seed: int = 0) -> Dense:
    batch, inputs, units = shape
    rng = np.random.default_rng(seed)
    kernel = rng.normal(size=(inputs, units)) / np.sqrt(inputs)
    y = np.eye(units)[rng.integers(units, size=batch)]
    return Dense(rng.normal(size=(batch, inputs)), y, kernel, rng.normal(size=units) / 10)


@pytest.mark.parametrize("name", ["kernel", "bias", "x"])
def test_the_gradients_are_those_of_the_loss(name):
    layer = dense((7, 5, 3))
    array, gradient = getattr(layer, name), getattr(layer, f"d_{name}")
    numerical = np.zeros_like(array)
    for place in np.ndindex(array.shape):
        kept, losses = array[place], []
        for step in (1e-6, -1e-6):
            array[place] = kept + step
            losses.append(layer.loss)
        array[place] = kept
        numerical[place] = (losses[0] - losses[1]) / 2e-6
    np.testing.assert_allclose(gradient, numerical, atol=1e-9)
