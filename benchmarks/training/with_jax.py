"""JAX: one compiled function that gathers a batch, differentiates and updates, its state given away and reused."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from time import perf_counter
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from benchmarks.training import BETA_1, BETA_2, EPSILON, RATE

__all__ = ["Scan", "Steps", "logits"]

State = dict[str, Any]


def logits(weights: list[Any], images: Any) -> Any:
    """Return ``(samples, classes)``."""
    for kernel, bias in zip(weights[:-2:2], weights[1:-2:2]):
        images = jax.nn.relu(images @ kernel + bias)
    return images @ weights[-2] + weights[-1]


def _score(weights: list[Any], images: Any, labels: Any) -> tuple[Any, Any]:
    scores = logits(weights, images)
    chosen = jnp.take_along_axis(jax.nn.log_softmax(scores), labels[:, None], axis=1)
    return -jnp.mean(chosen), jnp.sum(jnp.argmax(scores, axis=1) == labels)


def _step(state: State, images: Any, labels: Any) -> State:
    (loss, hits), gradient = jax.value_and_grad(_score, has_aux=True)(state["w"], images, labels)
    count = state["count"] + 1
    rate = RATE * jnp.sqrt(1 - BETA_2**count) / (1 - BETA_1**count)
    m = jax.tree.map(lambda m, g: BETA_1 * m + (1 - BETA_1) * g, state["m"], gradient)
    v = jax.tree.map(lambda v, g: BETA_2 * v + (1 - BETA_2) * g * g, state["v"], gradient)
    w = jax.tree.map(lambda w, m, v: w - rate * m / (jnp.sqrt(v) + EPSILON), state["w"], m, v)
    return {"w": w, "m": m, "v": v, "count": count, "loss": state["loss"] + loss, "hits": state["hits"] + hits}


class Steps:
    """Each step is called from Python, as one writes it for data that comes batch by batch."""

    def __init__(self, weights: list[np.ndarray], batch: int, scale: float):
        self.batch, self.scale = batch, scale
        w = [jnp.asarray(a) for a in weights]
        self.state: State = {"w": w, "m": _zeros(w), "v": _zeros(w), "count": jnp.zeros((), jnp.float32)}
        self.state |= {"loss": jnp.zeros((), jnp.float32), "hits": jnp.zeros((), jnp.int32)}
        self.step = partial(jax.jit, donate_argnums=0)(self._gather_and_step)

    def train(self, x: Any, y: Any, epochs: int) -> list[float]:
        images, labels = jnp.asarray(x), jnp.asarray(y, jnp.int32)
        rng, times = np.random.default_rng(), []
        self._compile(images, labels)
        for _ in range(epochs):
            start = perf_counter()
            self._epoch(images, labels, rng.permutation(len(x)).astype(np.int32))
            jax.block_until_ready(self.state)
            times.append(perf_counter() - start)
        return times

    def classes(self, x: Any) -> Any:
        return np.asarray(logits(self.state["w"], self._scaled(jnp.asarray(x))).argmax(axis=1))

    def _epoch(self, images: Any, labels: Any, order: np.ndarray) -> None:
        for at in range(0, len(order), self.batch):
            self.state = self.step(self.state, images, labels, order[at : at + self.batch])

    def _compile(self, images: Any, labels: Any) -> None:
        """Run an epoch that is forgotten: what is compiled depends on how many images there are."""
        kept = jax.tree.map(jnp.copy, self.state)
        self._epoch(images, labels, np.arange(len(images), dtype=np.int32))
        self.state = jax.block_until_ready(kept)

    def _gather_and_step(self, state: State, images: Any, labels: Any, rows: Any) -> State:
        return _step(state, self._scaled(images[rows]), labels[rows])

    def _scaled(self, images: Any) -> Any:
        return images if self.scale == 1 else images.astype(jnp.float32) * self.scale


class Scan(Steps):
    """The loop over the batches is compiled too, which asks for data that are all in memory."""

    def __init__(self, weights: list[np.ndarray], batch: int, scale: float):
        super().__init__(weights, batch, scale)
        self.scan: Callable[..., State] = partial(jax.jit, donate_argnums=0)(self._all_steps)

    def _epoch(self, images: Any, labels: Any, order: np.ndarray) -> None:
        full = len(order) - len(order) % self.batch
        self.state = self.scan(self.state, images, labels, order[:full].reshape(-1, self.batch))
        if full < len(order):
            self.state = self.step(self.state, images, labels, order[full:])

    def _all_steps(self, state: State, images: Any, labels: Any, order: Any) -> State:
        return jax.lax.scan(lambda s, rows: (self._gather_and_step(s, images, labels, rows), None), state, order)[0]


def _zeros(arrays: list[Any]) -> list[Any]:
    return [jnp.zeros_like(a) for a in arrays]
