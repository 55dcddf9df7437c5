"""The formulas of the optimizers that torch has not, or has in another form: what one update adds to one weight.

Each is written from the paper, in Keras's form where that is another. Arguments bear Keras's names. ``g`` comes
clipped, ``w`` with its decay, both in the layout of beras; ``t`` counts the updates from 1.

This file imports torch; nothing that ``import beras.oracle`` runs imports it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any, Protocol

import torch
from torch import Tensor

__all__ = [
    "Adadelta",
    "Adafactor",
    "Adagrad",
    "Adamax",
    "Formula",
    "Ftrl",
    "Lamb",
    "Lion",
    "Muon",
    "Nadam",
    "PlainAdam",
    "is_for_muon",
]


class Formula(Protocol):
    """What is kept for one weight, and the step that follows from it."""

    def step(self, w: Tensor, g: Tensor, rate: float, t: int) -> Tensor:
        """Return what the ``t``-th update adds to ``w``."""


class Mean:
    """A mean that forgets: ``a = keep * a + (1 - keep) * value``, 0 at first."""

    def __init__(self) -> None:
        self.value: Any = 0.0

    def __call__(self, value: Tensor, keep: float) -> Tensor:
        self.value = keep * self.value + (1 - keep) * value
        return self.value


def root_mean_square(x: Tensor) -> float:
    return torch.mean(torch.square(x)).sqrt().item()


class Adagrad:
    """Duchi et al., 2011: the rate over the root of the sum of all squares. Keras: epsilon inside the root."""

    def __init__(self, initial_accumulator_value: float, epsilon: float):
        self.epsilon = epsilon
        self.sum: Any = initial_accumulator_value

    def step(self, w: Tensor, g: Tensor, rate: float, t: int) -> Tensor:
        self.sum = self.sum + torch.square(g)
        return -rate * g / torch.sqrt(self.sum + self.epsilon)


class Adadelta:
    """Zeiler, 2012, algorithm 1: the root of the mean squared step over that of the mean squared gradient."""

    def __init__(self, rho: float, epsilon: float):
        self.rho, self.epsilon, self.squares, self.squared_steps = rho, epsilon, Mean(), Mean()

    def step(self, w: Tensor, g: Tensor, rate: float, t: int) -> Tensor:
        square = self.squares(torch.square(g), self.rho)
        before = torch.as_tensor(self.squared_steps.value, dtype=g.dtype)
        step = -torch.sqrt((before + self.epsilon) / (square + self.epsilon)) * g
        self.squared_steps(torch.square(step), self.rho)
        return rate * step


class Adamax:
    """Kingma and Ba, 2015, algorithm 2. Keras: epsilon beside the largest."""

    def __init__(self, beta_1: float, beta_2: float, epsilon: float):
        self.beta_1, self.beta_2, self.epsilon = beta_1, beta_2, epsilon
        self.mean, self.largest = Mean(), torch.zeros(())

    def step(self, w: Tensor, g: Tensor, rate: float, t: int) -> Tensor:
        m = self.mean(g, self.beta_1)
        self.largest = torch.maximum(self.beta_2 * self.largest.to(g.dtype), torch.abs(g))
        return -rate * m / (1 - self.beta_1**t) / (self.largest + self.epsilon)


class PlainAdam:
    """Kingma and Ba, 2015, with the last formula of section 2: epsilon stands beside the uncorrected root."""

    def __init__(self, beta_1: float, beta_2: float, epsilon: float, rate_ratio: float = 1.0):
        self.beta_1, self.beta_2, self.epsilon, self.rate_ratio = beta_1, beta_2, epsilon, rate_ratio
        self.mean, self.squares = Mean(), Mean()

    def step(self, w: Tensor, g: Tensor, rate: float, t: int) -> Tensor:
        m, v = self.mean(g, self.beta_1), self.squares(torch.square(g), self.beta_2)
        alpha = rate * self.rate_ratio * math.sqrt(1 - self.beta_2**t) / (1 - self.beta_1**t)
        return -alpha * m / (torch.sqrt(v) + self.epsilon)


class Nadam:
    """Dozat, 2016, algorithm 8 of the report, with momentums ``beta_1 * (1 - 0.96**t / 2)`` as in Keras."""

    def __init__(self, beta_1: float, beta_2: float, epsilon: float):
        self.beta_1, self.beta_2, self.epsilon = beta_1, beta_2, epsilon
        self.mean, self.squares = Mean(), Mean()

    def step(self, w: Tensor, g: Tensor, rate: float, t: int) -> Tensor:
        momentums = [self.beta_1 * (1 - 0.96**k / 2) for k in range(1, t + 2)]
        now, ahead = momentums[-2:]
        m, v = self.mean(g, self.beta_1), self.squares(torch.square(g), self.beta_2)
        m = ahead * m / (1 - math.prod(momentums)) + (1 - now) * g / (1 - math.prod(momentums[:-1]))
        return -rate * m / (torch.sqrt(v / (1 - self.beta_2**t)) + self.epsilon)


class Lion:
    """Chen et al., 2023, algorithm 2."""

    def __init__(self, beta_1: float, beta_2: float):
        self.beta_1, self.beta_2, self.mean = beta_1, beta_2, Mean()

    def step(self, w: Tensor, g: Tensor, rate: float, t: int) -> Tensor:
        direction = torch.sign(self.beta_1 * self.mean.value + (1 - self.beta_1) * g)
        self.mean(g, self.beta_2)
        return -rate * direction


class Lamb:
    """You et al., 2020, algorithm 2, with the identity for phi; the trust ratio is 1 where a norm is 0."""

    def __init__(self, beta_1: float, beta_2: float, epsilon: float):
        self.beta_1, self.beta_2, self.epsilon = beta_1, beta_2, epsilon
        self.mean, self.squares = Mean(), Mean()

    def step(self, w: Tensor, g: Tensor, rate: float, t: int) -> Tensor:
        m = self.mean(g, self.beta_1) / (1 - self.beta_1**t)
        v = self.squares(torch.square(g), self.beta_2) / (1 - self.beta_2**t)
        direction = m / (torch.sqrt(v) + self.epsilon)
        weight, length = (torch.sqrt(torch.sum(torch.square(each))).item() for each in (w, direction))
        return -rate * (weight / length if weight and length else 1.0) * direction


class Ftrl:
    """McMahan et al., 2013, algorithm 1, with any power of the sum; the shrinkage is Keras's."""

    def __init__(
        self,
        learning_rate_power: float,
        initial_accumulator_value: float,
        l1_regularization_strength: float,
        l2_regularization_strength: float,
        l2_shrinkage_regularization_strength: float,
        beta: float,
    ):
        self.power, self.beta = -learning_rate_power, beta
        self.l1, self.l2 = l1_regularization_strength, l2_regularization_strength
        self.shrinkage = l2_shrinkage_regularization_strength
        self.first_sum = initial_accumulator_value
        self.sum: Tensor | None = None
        self.linear: Any = 0.0

    def step(self, w: Tensor, g: Tensor, rate: float, t: int) -> Tensor:
        before = torch.full_like(g, self.first_sum) if self.sum is None else self.sum
        self.sum = before + torch.square(g)
        sigma = (self.sum**self.power - before**self.power) / rate
        self.linear = self.linear + (g + 2 * self.shrinkage * w) - sigma * w
        beyond = torch.relu(torch.abs(self.linear) - self.l1) * torch.sign(self.linear)
        return -beyond / ((self.beta + self.sum**self.power) / rate + 2 * self.l2) - w


class Adafactor:
    """Shazeer and Stern, 2018, algorithms 4 and 5, in the last two axes, with Keras's limit of the rate."""

    def __init__(
        self,
        beta_2_decay: float,
        epsilon_1: float,
        epsilon_2: float,
        clip_threshold: float,
        relative_step: bool,  # which changes nothing, as in Keras
    ):
        self.beta_2_decay, self.epsilon_1, self.epsilon_2 = beta_2_decay, epsilon_1, epsilon_2
        self.threshold, self.rows, self.columns, self.squares = clip_threshold, Mean(), Mean(), Mean()

    def step(self, w: Tensor, g: Tensor, rate: float, t: int) -> Tensor:
        keep, square = 1 - t**self.beta_2_decay, torch.square(g) + self.epsilon_1
        if g.ndim > 1:
            r = self.rows(square.mean(-1, keepdim=True), keep)
            c = self.columns(square.mean(-2, keepdim=True), keep)
            v = r * c / r.mean(-2, keepdim=True)
        else:
            v = self.squares(square, keep)
        u = g / torch.sqrt(v)
        u = u / max(1.0, root_mean_square(u) / self.threshold)
        return -max(self.epsilon_2, root_mean_square(w)) * min(rate, t**-0.5) * u


def is_for_muon(shape: Sequence[int], path: str, exclude_layers: Sequence[str], exclude_embeddings: bool) -> bool:
    """Return whether Muon takes a weight: a matrix, of no embedding, whose path no pattern is found in."""
    if exclude_embeddings and "embedding" in path.lower():
        return False
    return len(shape) == 2 and not any(re.search(pattern, path) for pattern in exclude_layers)


class Muon:
    """Jordan et al., 2024; the scale is that of Liu et al., 2025, section 2.2.

    Newton and Schulz's iteration is a polynomial in the singular values; here these are found first, and put into it.
    """

    def __init__(
        self,
        momentum: float,
        nesterov: bool,
        coefficients: tuple[float, float, float],
        ns_steps: int,
        rms_rate: float | None,
    ):
        self.momentum, self.nesterov, self.coefficients = momentum, nesterov, coefficients
        self.ns_steps, self.rms_rate, self.m = ns_steps, rms_rate, torch.zeros(())

    def step(self, w: Tensor, g: Tensor, rate: float, t: int) -> Tensor:
        self.m = self.momentum * self.m.to(g.dtype) + g
        x = g + self.momentum * self.m if self.nesterov else self.m
        left, singular, right = torch.linalg.svd(x / (torch.linalg.matrix_norm(x) + 1e-7), full_matrices=False)
        a, b, c = self.coefficients
        for _ in range(self.ns_steps):
            singular = a * singular + b * singular**3 + c * singular**5
        scale = 1.0 if self.rms_rate is None else self.rms_rate * math.sqrt(max(g.shape))
        return -rate * scale * (left * singular) @ right
