"""PyTorch: the loop of its tutorials, with what may make it faster as options."""

from __future__ import annotations

from collections.abc import Iterable
from time import perf_counter
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from benchmarks.training import BETA_1, BETA_2, EPSILON, RATE

__all__ = ["Eager", "build"]


def build(weights: list[np.ndarray]) -> nn.Sequential:
    """Return the network, from images to logits, with ``weights``."""
    parts: list[nn.Module] = []
    for kernel, bias in zip(weights[::2], weights[1::2]):
        linear = nn.Linear(*kernel.shape)
        with torch.no_grad():
            linear.weight.copy_(torch.from_numpy(kernel.T))
            linear.bias.copy_(torch.from_numpy(bias))
        parts += [linear, nn.ReLU()]
    return nn.Sequential(*parts[:-1])


class Eager:
    """Args: ``fused`` chooses Adam's one-kernel form, ``loader`` the DataLoader, ``compiled`` torch.compile."""

    def __init__(
        self,
        weights: list[np.ndarray],
        batch: int,
        scale: float,
        fused: bool = False,
        loader: bool = False,
        compiled: bool = False,
    ):
        self.model, self.batch, self.scale, self.loader = build(weights), batch, scale, loader
        self.adam = torch.optim.Adam(self.model.parameters(), RATE, (BETA_1, BETA_2), EPSILON, fused=fused)
        self.score = torch.compile(self._score, dynamic=False) if compiled else self._score

    def train(self, x: Any, y: Any, epochs: int) -> list[float]:
        images, labels = torch.from_numpy(x), torch.from_numpy(y)
        loader = DataLoader(TensorDataset(images, labels), self.batch, shuffle=True) if self.loader else None
        times = []
        for _ in range(epochs):
            start = perf_counter()
            total, hits = torch.zeros(()), torch.zeros((), dtype=torch.int64)
            for some_images, some_labels in loader or self._batches(images, labels):
                loss, some_hits = self.score(self._scaled(some_images), some_labels)
                self.adam.zero_grad()
                loss.backward()
                self.adam.step()
                total += loss.detach()
                hits += some_hits
            total.item(), hits.item()
            times.append(perf_counter() - start)
        return times

    def classes(self, x: Any) -> Any:
        with torch.inference_mode():
            return self.model(self._scaled(torch.from_numpy(x))).argmax(1).numpy()

    def _score(self, images: torch.Tensor, labels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        logits = self.model(images)
        return nn.functional.cross_entropy(logits, labels), (logits.argmax(1) == labels).sum()

    def _batches(self, images: torch.Tensor, labels: torch.Tensor) -> Iterable[tuple[torch.Tensor, torch.Tensor]]:
        for rows in torch.randperm(len(images)).split(self.batch):
            yield images[rows], labels[rows]

    def _scaled(self, images: torch.Tensor) -> torch.Tensor:
        return images if self.scale == 1 else images.float().mul_(self.scale)
