"""Every optimizer, with every option: 200 steps in float64 against its definition, the real Keras, and torch.optim.

The definitions are Keras's formulas written out in plain NumPy, as simply as they can be. Gradients have the scales 1,
1e-3 and 1e-6: only at the small ones does it show where epsilon stands. Half of the weights start at zero, so that a
tolerance of 1e-12 of the largest movement is not hidden by the rounding of a weight of size 1.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import pytest

import beras
from beras import optimizers, schedules
from beras.optimizers.arguments import UNBUILT
from tests import keras_oracle

STEPS = 200
SCALES = [1.0, 1e-3, 1e-6]
RATE = 0.01
SHAPES = [(4, 3), (3,), (2, 2, 2), ()]

Trajectories = list[np.ndarray]


def starts() -> list[np.ndarray]:
    """Return where the weights start: every other array at zero."""
    rng = np.random.default_rng(0)
    return [rng.standard_normal(shape) * (number % 2) for number, shape in enumerate(SHAPES)]


def gradients(scale: float) -> list[list[np.ndarray]]:
    """Return the gradients of each step. They grow and shrink again, so that AMSGrad's maximum matters."""
    rng = np.random.default_rng(1)
    return [[scale * (1 + 5 * (t < 60)) * rng.standard_normal(shape) for shape in SHAPES] for t in range(STEPS)]


# The definitions: what a step adds to a weight, given its clipped gradient, the rate and the number of the step. The
# weight itself, after its decay, stands in ``w``.


class Sgd:
    def __init__(self, momentum: float = 0.0, nesterov: bool = False):
        self.momentum, self.nesterov, self.m = momentum, nesterov, 0.0

    def step(self, g: Any, rate: float, t: int) -> Any:
        self.m = self.momentum * self.m - rate * g
        return self.momentum * self.m - rate * g if self.nesterov else self.m


class RmsProp:
    def __init__(self, rho: float = 0.9, momentum: float = 0.0, epsilon: float = 1e-7, centered: bool = False):
        self.rho, self.momentum, self.epsilon, self.centered = rho, momentum, epsilon, centered
        self.v = self.a = self.m = 0.0

    def root(self, square: Any) -> Any:
        return np.sqrt(square + self.epsilon)

    def step(self, g: Any, rate: float, t: int) -> Any:
        self.v = self.rho * self.v + (1 - self.rho) * g * g
        self.a = self.rho * self.a + (1 - self.rho) * g
        step = rate * g / self.root(self.v - self.a * self.a if self.centered else self.v)
        self.m = self.momentum * self.m + step
        return -self.m


class Adam:
    def __init__(self, beta_1: float = 0.9, beta_2: float = 0.999, epsilon: float = 1e-7, amsgrad: bool = False):
        self.beta_1, self.beta_2, self.epsilon, self.amsgrad = beta_1, beta_2, epsilon, amsgrad
        self.m = self.v = self.largest = 0.0

    def root(self, square: Any) -> Any:
        return np.sqrt(square) + self.epsilon

    def corrections(self, t: int) -> tuple[float, float]:
        return 1 - self.beta_1**t, 1 - self.beta_2**t

    def step(self, g: Any, rate: float, t: int) -> Any:
        self.m = self.beta_1 * self.m + (1 - self.beta_1) * g
        self.v = self.beta_2 * self.v + (1 - self.beta_2) * g * g
        self.largest = np.maximum(self.largest, self.v)
        first, second = self.corrections(t)
        alpha = rate * math.sqrt(second) / first
        return -alpha * self.m / self.root(self.largest if self.amsgrad else self.v)


class Adagrad:
    def __init__(self, initial_accumulator_value: float = 0.1, epsilon: float = 1e-7):
        self.a, self.epsilon = initial_accumulator_value, epsilon

    def step(self, g: Any, rate: float, t: int) -> Any:
        self.a = self.a + g * g
        return -rate * g / np.sqrt(self.a + self.epsilon)


class Adadelta:
    def __init__(self, rho: float = 0.95, epsilon: float = 1e-7):
        self.rho, self.epsilon, self.v, self.u = rho, epsilon, 0.0, 0.0

    def step(self, g: Any, rate: float, t: int) -> Any:
        self.v = self.rho * self.v + (1 - self.rho) * g * g
        step = -np.sqrt(self.u + self.epsilon) / np.sqrt(self.v + self.epsilon) * g
        self.u = self.rho * self.u + (1 - self.rho) * step * step
        return rate * step


class Adamax:
    def __init__(self, beta_1: float = 0.9, beta_2: float = 0.999, epsilon: float = 1e-7):
        self.beta_1, self.beta_2, self.epsilon, self.m, self.u = beta_1, beta_2, epsilon, 0.0, 0.0

    def step(self, g: Any, rate: float, t: int) -> Any:
        self.m = self.beta_1 * self.m + (1 - self.beta_1) * g
        self.u = np.maximum(self.beta_2 * self.u, np.abs(g))
        return -rate / (1 - self.beta_1**t) * self.m / (self.u + self.epsilon)


class Nadam:
    def __init__(self, beta_1: float = 0.9, beta_2: float = 0.999, epsilon: float = 1e-7):
        self.beta_1, self.beta_2, self.epsilon = beta_1, beta_2, epsilon
        self.m, self.v, self.product = 0.0, 0.0, 1.0

    def momentum(self, t: int) -> float:
        return self.beta_1 * (1 - 0.96**t / 2)

    def step(self, g: Any, rate: float, t: int) -> Any:
        now, ahead = self.momentum(t), self.momentum(t + 1)
        self.product *= now
        self.m = self.beta_1 * self.m + (1 - self.beta_1) * g
        self.v = self.beta_2 * self.v + (1 - self.beta_2) * g * g
        mean = ahead * self.m / (1 - self.product * ahead) + (1 - now) * g / (1 - self.product)
        return -rate * mean / (np.sqrt(self.v / (1 - self.beta_2**t)) + self.epsilon)


class Lion:
    def __init__(self, beta_1: float = 0.9, beta_2: float = 0.99):
        self.beta_1, self.beta_2, self.m = beta_1, beta_2, 0.0

    def step(self, g: Any, rate: float, t: int) -> Any:
        step = -rate * np.sign(self.beta_1 * self.m + (1 - self.beta_1) * g)
        self.m = self.beta_2 * self.m + (1 - self.beta_2) * g
        return step


class Ftrl:
    w: Any

    def __init__(
        self,
        learning_rate_power: float = -0.5,
        initial_accumulator_value: float = 0.1,
        l1_regularization_strength: float = 0.0,
        l2_regularization_strength: float = 0.0,
        l2_shrinkage_regularization_strength: float = 0.0,
        beta: float = 0.0,
    ):
        self.power, self.n, self.z, self.beta = -learning_rate_power, initial_accumulator_value, 0.0, beta
        self.l1, self.l2 = l1_regularization_strength, l2_regularization_strength
        self.shrinkage = l2_shrinkage_regularization_strength

    def step(self, g: Any, rate: float, t: int) -> Any:
        before, self.n = self.n**self.power, self.n + g * g
        after = self.n**self.power
        self.z = self.z + g + 2 * self.shrinkage * self.w - (after - before) / rate * self.w
        quadratic = after / rate + 2 * (self.l2 + self.beta / (2 * rate))
        best = np.where(np.abs(self.z) > self.l1, -(self.z - np.sign(self.z) * self.l1) / quadratic, 0.0)
        return best - self.w


class Lamb(Adam):
    w: Any

    def step(self, g: Any, rate: float, t: int) -> Any:
        self.m = self.beta_1 * self.m + (1 - self.beta_1) * g
        self.v = self.beta_2 * self.v + (1 - self.beta_2) * g * g
        first, second = self.corrections(t)
        direction = self.m / first / (np.sqrt(self.v / second) + self.epsilon)
        weight, length = (math.sqrt(float(np.sum(np.square(each)))) for each in (self.w, direction))
        return -rate * (weight / length if weight > 0 and length > 0 else 1.0) * direction


class Adafactor:
    w: Any

    def __init__(
        self,
        beta_2_decay: float = -0.8,
        epsilon_1: float = 1e-30,
        epsilon_2: float = 1e-3,
        clip_threshold: float = 1.0,
        relative_step: bool = True,
    ):
        self.decay_power, self.epsilon_1, self.epsilon_2 = beta_2_decay, epsilon_1, epsilon_2
        self.threshold, self.rows, self.columns, self.v = clip_threshold, 0.0, 0.0, 0.0

    def step(self, g: Any, rate: float, t: int) -> Any:
        keep, square = 1 - t**self.decay_power, g * g + self.epsilon_1
        if np.ndim(g) > 1:
            self.rows = keep * self.rows + (1 - keep) * square.mean(-1)
            self.columns = keep * self.columns + (1 - keep) * square.mean(-2)
            shares = self.rows / self.rows.mean(-1, keepdims=True)
            self.v = np.einsum("...i,...j->...ij", shares, self.columns)
        else:
            self.v = keep * self.v + (1 - keep) * square
        u = g / np.sqrt(self.v)
        u = u / max(1.0, float(np.sqrt(np.mean(u * u))) / self.threshold)
        size = max(self.epsilon_2, float(np.sqrt(np.mean(np.square(self.w)))))
        return -size * min(rate, 1 / math.sqrt(t)) * u


class Muon:
    """Matrices go by the iteration written out for singular values, everything else by `Adam`."""

    w: Any

    def __init__(
        self,
        adam_beta_1: float = 0.9,
        adam_beta_2: float = 0.999,
        adam_weight_decay: float | None = 0.004,
        epsilon: float = 1e-7,
        exclude_layers: Sequence[str] = (),
        exclude_embeddings: bool = True,
        muon_a: float = 3.4445,
        muon_b: float = -4.7750,
        muon_c: float = 2.0315,
        adam_lr_ratio: float = 1.0,
        momentum: float = 0.95,
        ns_steps: int = 5,
        nesterov: bool = True,
        rms_rate: float | None = 0.2,
    ):
        self.adam = Adam(adam_beta_1, adam_beta_2, epsilon)
        self.adam_decay, self.ratio, self.all_by_adam = adam_weight_decay, adam_lr_ratio, bool(exclude_layers)
        self.coefficients, self.times, self.rms_rate = (muon_a, muon_b, muon_c), ns_steps, rms_rate
        self.momentum, self.nesterov, self.m = momentum, nesterov, 0.0

    def is_matrix(self) -> bool:
        return np.ndim(self.w) == 2 and not self.all_by_adam

    def decay(self, weight_decay: float | None) -> float | None:
        return weight_decay if self.is_matrix() else self.adam_decay

    def step(self, g: Any, rate: float, t: int) -> Any:
        if not self.is_matrix():
            return self.adam.step(g, rate * self.ratio, t)
        self.m = self.momentum * self.m + g
        x = g + self.momentum * self.m if self.nesterov else self.m
        u, singular, v = np.linalg.svd(x / (np.sqrt(np.sum(x * x)) + 1e-7), full_matrices=False)
        a, b, c = self.coefficients
        for _ in range(self.times):
            singular = a * singular + b * singular**3 + c * singular**5
        scale = 1.0 if self.rms_rate is None else math.sqrt(max(g.shape)) * self.rms_rate
        return -rate * scale * (u * singular) @ v


def clipped(grads: list, clipnorm: float | None, clipvalue: float | None, global_clipnorm: float | None) -> list:
    norms = [math.sqrt(float(np.sum(g * g))) for g in grads]
    if clipnorm is not None:
        return [g * (clipnorm / norm) if norm > clipnorm else g for g, norm in zip(grads, norms, strict=True)]
    if global_clipnorm is not None:
        total = math.sqrt(sum(norm**2 for norm in norms))
        return [g * (global_clipnorm / total) if total > global_clipnorm else g for g in grads]
    return grads if clipvalue is None else [np.minimum(np.maximum(g, -clipvalue), clipvalue) for g in grads]


def moved(w: Any, formula: Any, g: Any, rate: float, t: int, weight_decay: float | None) -> Any:
    formula.w = w
    decay = formula.decay(weight_decay) if hasattr(formula, "decay") else weight_decay
    formula.w = w - rate * (decay or 0.0) * w
    return formula.w + formula.step(g, rate, t + 1)


def defined(
    definition: Callable[..., Any],
    given: Sequence[list],
    begin: Sequence[np.ndarray],
    rate: Callable[[int], float] = lambda t: RATE,
    weight_decay: float | None = None,
    clipnorm: float | None = None,
    clipvalue: float | None = None,
    global_clipnorm: float | None = None,
    use_ema: bool = False,
    ema_momentum: float = 0.99,
    ema_overwrite_frequency: int | None = None,
    gradient_accumulation_steps: int | None = None,
    **params: Any,
) -> Trajectories:
    """Return each weight after every call; ``rate(t)`` is the learning rate of call ``t``, 0 for the first.

    With ``use_ema`` the averages are what is returned, unless they take the weights' places.
    """
    weights, formulas = [w.copy() for w in begin], [definition(**params) for _ in begin]
    passed, gathered, averages = [], [], weights
    every = gradient_accumulation_steps or 1
    for call, latest in enumerate(given):
        gathered.append(latest)
        t = call // every
        if (call + 1) % every == 0:
            grads = [sum(each) / every for each in zip(*gathered, strict=True)]
            grads = clipped(grads, clipnorm, clipvalue, global_clipnorm)
            parts = zip(weights, formulas, grads, strict=True)
            weights = [moved(*part, rate(call), t, weight_decay) for part in parts]
            gathered = []
        if use_ema:
            keep = ema_momentum if t else 0.0
            averages = [keep * a + (1 - keep) * w for a, w in zip(averages, weights, strict=True)]
            if ema_overwrite_frequency and (t + 1) % ema_overwrite_frequency == 0:
                weights = averages
        passed.append(averages if use_ema and not ema_overwrite_frequency else weights)
    return [np.stack(steps) for steps in zip(*passed, strict=True)]


class Row(NamedTuple):
    """``params`` are those of the optimizer beyond the learning rate; ``rate`` is what the schedule gives."""

    name: str
    definition: type
    params: dict[str, Any]
    schedule: Any = RATE
    rate: Callable[[int], float] = lambda t: RATE
    #: What the definition is told besides, where the optimizer has another default.
    told: dict[str, Any] = {}  # noqa: RUF012  (never changed)

    @property
    def covers(self) -> Any:
        return getattr(optimizers, self.name)

    def made(self) -> Any:
        return self.covers(self.schedule, **self.params)

    def expected(self, given: Sequence[list], begin: Sequence[np.ndarray]) -> Trajectories:
        return defined(self.definition, given, begin, self.rate, **{**self.told, **self.params})

    def __str__(self) -> str:
        rate = "" if self.schedule == RATE else f"{type(self.schedule).__name__}, "
        return f"{self.name}({rate}{', '.join(f'{k}={v}' for k, v in self.params.items())})"


#: The schedules, with their formulas.
SCHEDULES: list[tuple[Any, Callable[[int], float]]] = [
    (schedules.ExponentialDecay(0.1, 50, 0.5), lambda t: 0.1 * 0.5 ** (t / 50)),
    (schedules.ExponentialDecay(0.1, 50, 0.5, staircase=True), lambda t: 0.1 * 0.5 ** (t // 50)),
    (schedules.InverseTimeDecay(0.1, 50, 0.5), lambda t: 0.1 / (1 + 0.5 * t / 50)),
    (schedules.InverseTimeDecay(0.1, 50, 0.5, staircase=True), lambda t: 0.1 / (1 + 0.5 * (t // 50))),
    (schedules.PiecewiseConstantDecay([10, 100], [0.1, 0.05, 0.01]), lambda t: [0.1, 0.05, 0.01][(t > 10) + (t > 100)]),
    (schedules.PolynomialDecay(0.1, 150, 0.01, 2.0), lambda t: 0.09 * (1 - min(t, 150) / 150) ** 2 + 0.01),
    (
        schedules.PolynomialDecay(0.1, 60, 0.01, 1.0, cycle=True),
        lambda t: 0.09 * (1 - t / (60 * max(1, math.ceil(t / 60)))) + 0.01,
    ),
    (
        schedules.CosineDecay(0.1, 150, 0.2),
        lambda t: 0.1 * (0.8 * (1 + math.cos(math.pi * min(t, 150) / 150)) / 2 + 0.2),
    ),
    (
        schedules.CosineDecay(0.01, 100, warmup_target=0.1, warmup_steps=20),
        lambda t: 0.01 + 0.09 * t / 20 if t < 20 else 0.05 * (1 + math.cos(math.pi * min(t - 20, 100) / 100)),
    ),
    (
        schedules.CosineDecayRestarts(0.1, 40, t_mul=1.0, m_mul=0.5),
        lambda t: 0.05 * 0.5 ** (t // 40) * (1 + math.cos(math.pi * (t % 40) / 40)),
    ),
    (
        schedules.CosineDecayRestarts(0.1, 60, t_mul=2.0, alpha=0.1),
        lambda t: (
            0.1 * (0.45 * (1 + math.cos(math.pi * (t / 60 if t < 60 else (t - 60) / 120))) + 0.1)
            if t < 180
            else 0.1 * (0.45 * (1 + math.cos(math.pi * (t - 180) / 240)) + 0.1)
        ),
    ),
]

CLIPPING = [{"clipnorm": 0.7}, {"clipvalue": 0.5}, {"global_clipnorm": 0.9}]
#: At scale 1e-6 the bounds above do nothing, and these do.
TIGHT = [{"clipnorm": 1e-6}, {"clipvalue": 5e-7}, {"global_clipnorm": 1e-6}]
TINY = {pair for bound in TIGHT for pair in bound.items()}
W = 0.004  # AdamW's own weight decay

ROWS = [
    Row("SGD", Sgd, {}),
    Row("SGD", Sgd, {"momentum": 0.9}),
    Row("SGD", Sgd, {"momentum": 1.0}),
    Row("SGD", Sgd, {"momentum": 0.9, "nesterov": True}),
    Row("SGD", Sgd, {"nesterov": True}),
    Row("SGD", Sgd, {"weight_decay": 0.1}),
    Row("SGD", Sgd, {"momentum": 0.9, "nesterov": True, "weight_decay": 0.1}),
    *(Row("SGD", Sgd, {"momentum": 0.5, **bound}) for bound in (*CLIPPING, *TIGHT)),
    *(Row("SGD", Sgd, {"momentum": 0.9}, schedule, rate) for schedule, rate in SCHEDULES),
    Row("RMSprop", RmsProp, {}),
    Row("RMSprop", RmsProp, {"rho": 0.5, "epsilon": 1e-3}),
    Row("RMSprop", RmsProp, {"rho": 0.0}),
    Row("RMSprop", RmsProp, {"momentum": 0.9}),
    Row("RMSprop", RmsProp, {"momentum": 1.0}),
    Row("RMSprop", RmsProp, {"centered": True}),
    Row("RMSprop", RmsProp, {"centered": True, "momentum": 0.5, "epsilon": 1e-5}),
    Row("RMSprop", RmsProp, {"weight_decay": 0.1, "momentum": 0.9}),
    *(Row("RMSprop", RmsProp, bound) for bound in (*CLIPPING, *TIGHT)),
    Row("RMSprop", RmsProp, {"centered": True}, *SCHEDULES[0]),
    Row("Adam", Adam, {}),
    Row("Adam", Adam, {"beta_1": 0.5, "beta_2": 0.9, "epsilon": 1e-3}),
    Row("Adam", Adam, {"beta_1": 0.0}),
    Row("Adam", Adam, {"beta_1": 0.0, "beta_2": 0.0}),
    Row("Adam", Adam, {"amsgrad": True}),
    Row("Adam", Adam, {"amsgrad": True, "beta_2": 0.9}),
    Row("Adam", Adam, {"weight_decay": 0.1}),
    *(Row("Adam", Adam, {"amsgrad": True, **bound}) for bound in (*CLIPPING, *TIGHT)),
    Row("Adam", Adam, {}, *SCHEDULES[7]),
    Row("AdamW", Adam, {}, told={"weight_decay": W}),
    Row("AdamW", Adam, {"weight_decay": 0.1, "amsgrad": True, "beta_1": 0.8, "beta_2": 0.9, "epsilon": 1e-5}),
    *(Row("AdamW", Adam, bound, told={"weight_decay": W}) for bound in CLIPPING),
    Row("AdamW", Adam, {"weight_decay": 0.5}, *SCHEDULES[8]),
    Row("Adagrad", Adagrad, {}),
    Row("Adagrad", Adagrad, {"initial_accumulator_value": 0.0, "epsilon": 1e-3}),
    Row("Adadelta", Adadelta, {}),
    Row("Adadelta", Adadelta, {"rho": 0.5, "epsilon": 1e-3}),
    Row("Adamax", Adamax, {}),
    Row("Adamax", Adamax, {"beta_1": 0.5, "beta_2": 0.8, "epsilon": 1e-3}),
    Row("Nadam", Nadam, {}),
    Row("Nadam", Nadam, {"beta_1": 0.5, "beta_2": 0.9, "epsilon": 1e-3}),
    Row("Lion", Lion, {}),
    Row("Lion", Lion, {"beta_1": 0.5, "beta_2": 0.7}),
    Row("Ftrl", Ftrl, {}),
    Row("Ftrl", Ftrl, {"l1_regularization_strength": 1e-7, "l2_regularization_strength": 0.1, "beta": 0.1}),
    Row("Ftrl", Ftrl, {"learning_rate_power": -0.7, "l2_shrinkage_regularization_strength": 0.3}),
    Row("Ftrl", Ftrl, {"initial_accumulator_value": 0.5}),
    Row("Lamb", Lamb, {}),
    Row("Lamb", Lamb, {"beta_1": 0.5, "beta_2": 0.9, "epsilon": 1e-3}),
    Row("Adafactor", Adafactor, {}),
    Row("Adafactor", Adafactor, {"beta_2_decay": -0.5, "epsilon_1": 1e-9, "epsilon_2": 0.5, "clip_threshold": 0.3}),
    Row("Adafactor", Adafactor, {"relative_step": False}),
    Row("Muon", Muon, {}, told={"weight_decay": W}),
    Row("Muon", Muon, {"adam_beta_1": 0.5, "adam_beta_2": 0.9, "epsilon": 1e-3}, told={"weight_decay": W}),
    Row("Muon", Muon, {"adam_lr_ratio": 0.1, "adam_weight_decay": None, "weight_decay": None}),
    Row("Muon", Muon, {"momentum": 0.5, "nesterov": False, "rms_rate": None}, told={"weight_decay": W}),
    Row("Muon", Muon, {"muon_a": 1.5, "muon_b": -0.5, "muon_c": 0.0, "ns_steps": 3}, told={"weight_decay": W}),
    Row("Muon", Muon, {"exclude_layers": ["variable"], "exclude_embeddings": False}, told={"weight_decay": W}),
]
AVERAGING = [
    {"use_ema": True, "ema_momentum": 0.8, "ema_overwrite_frequency": 7},
    {"gradient_accumulation_steps": 3, "use_ema": True, "ema_momentum": 0.5, "ema_overwrite_frequency": 2},
]
FIRST = {row.name: row for row in reversed(ROWS)}
ROWS += [FIRST[name]._replace(params=options) for name in FIRST for options in AVERAGING]
ROWS += [
    FIRST[name]._replace(params=options)
    for name in FIRST.keys() - {"SGD", "RMSprop", "Adam", "AdamW"}
    for options in ({"weight_decay": 0.1}, *CLIPPING)
]
ROWS.sort(key=str)


def run(optimizer: Any, given: Sequence[list], begin: Sequence[np.ndarray], dtype: str = "float64") -> Trajectories:
    """Return each weight after every step of an optimizer of beras."""
    weights = [beras.Variable(w, dtype=dtype) for w in begin]
    passed = []
    for grads in given:
        optimizer.apply_gradients(zip((g.astype(dtype) for g in map(np.asarray, grads)), weights, strict=True))
        passed.append([w.numpy() for w in weights])
    return [np.stack(steps) for steps in zip(*passed, strict=True)]


def assert_same(
    ours: Trajectories, theirs: Trajectories, begin: Sequence[np.ndarray], rtol: float = 1e-12, eps: float = 1e-13
) -> None:
    """Fail unless two trajectories agree to ``rtol`` of the largest movement, and ``eps`` of where they started."""
    assert len(ours) == len(theirs) == len(begin)
    for mine, other, start in zip(ours, theirs, begin, strict=True):
        assert np.all(np.isfinite(mine))
        movement = np.max(np.abs(other - start))
        assert movement > 0
        atol = rtol * movement + eps * float(np.max(np.abs(start)))
        np.testing.assert_allclose(mine, other[-len(mine) :], rtol=0, atol=atol)


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("row", ROWS, ids=str)
def test_the_definition(row, scale):
    given, begin = gradients(scale), starts()
    assert_same(run(row.made(), given, begin), row.expected(given, begin), begin)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_single_precision(row):
    given = [[np.float32(g) for g in grads] for grads in gradients(1.0)]
    begin = [w.astype("float32") for w in starts()]
    ours = run(row.made(), given, begin, "float32")
    assert all(w.dtype == np.float32 for w in ours)
    wide = [[np.float64(g) for g in grads] for grads in given]
    expected = row.expected(wide, [w.astype("float64") for w in begin])
    assert_same(ours, expected, begin, rtol=5e-6, eps=5e-6)


# The real Keras


@pytest.fixture
def keras_in_double_precision():
    keras = keras_oracle.keras()
    before = keras.config.floatx()
    keras.config.set_floatx("float64")
    yield keras
    keras.config.set_floatx(before)


def is_bounded(row: Row) -> bool:
    return any(name.startswith("clip") or name.endswith("clipnorm") for name in row.params)


#: All scales; only the one at which they matter for schedules and bounds, where the definitions have all three.
FOR_KERAS = [
    (row, scale)
    for row in ROWS
    for scale in SCALES
    if (row.schedule == RATE and not is_bounded(row)) or scale == (1e-6 if row.params.items() & TINY else 1.0)
]


@pytest.mark.torch
@pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning")
@pytest.mark.parametrize(("row", "scale"), FOR_KERAS, ids=str)
def test_keras(row, scale, keras_in_double_precision):
    keras = keras_in_double_precision
    given, begin = [grads[:2] for grads in gradients(scale)], starts()[:2]
    schedule = row.schedule
    if schedule != RATE:
        schedule = getattr(keras.optimizers.schedules, type(schedule).__name__)(**schedule.get_config())
    reference = getattr(keras.optimizers, row.name)(schedule, **row.params)
    theirs = [keras.Variable(w, dtype="float64") for w in begin]
    for grads in given:
        reference.apply([keras.ops.convert_to_tensor(g, dtype="float64") for g in grads], theirs)
    last = [w.numpy()[None] for w in theirs]
    ours = run(row.made(), given, begin)
    # Keras rounds the factor of a clipped norm, and some rates of schedules, to float32
    in_single = row.name in ("Lamb", "Muon", "Adafactor")  # norms and factors of a whole weight
    narrow = schedule != RATE or in_single or any(name.endswith("clipnorm") for name in row.params)
    assert_same(last, ours, begin, rtol=3e-7 if narrow else 1e-12)


# torch.optim


def torch_adam(weights: list, **options: Any) -> tuple[Any, Callable[[int], dict[str, float]]]:
    """Return torch's Adam, and what its epsilon must be at each step: torch adds it to the corrected root."""
    import torch

    epsilon, beta_2 = options.pop("epsilon", 1e-7), options.get("betas", (0.9, 0.999))[1]
    kind = torch.optim.AdamW if "weight_decay" in options else torch.optim.Adam
    return kind(weights, RATE, **options), lambda t: {"eps": epsilon / math.sqrt(1 - beta_2 ** (t + 1))}


def torch_sgd(weights: list, **options: Any) -> tuple[Any, Callable[[int], dict[str, float]]]:
    import torch

    return torch.optim.SGD(weights, RATE, **options), lambda t: {}


def torch_rmsprop(weights: list, **options: Any) -> tuple[Any, Callable[[int], dict[str, float]]]:
    """Return torch's RMSprop, whose epsilon is outside the root: the two agree where it is 0."""
    import torch

    return torch.optim.RMSprop(weights, RATE, eps=0.0, **options), lambda t: {}


OF_TORCH = [
    ("SGD", {}, torch_sgd, {}),
    ("SGD", {"momentum": 0.9}, torch_sgd, {"momentum": 0.9}),
    ("SGD", {"momentum": 0.9, "nesterov": True}, torch_sgd, {"momentum": 0.9, "nesterov": True}),
    ("RMSprop", {"epsilon": 0.0}, torch_rmsprop, {"alpha": 0.9}),
    ("RMSprop", {"epsilon": 0.0, "rho": 0.7, "centered": True}, torch_rmsprop, {"alpha": 0.7, "centered": True}),
    ("RMSprop", {"epsilon": 0.0, "momentum": 0.5}, torch_rmsprop, {"alpha": 0.9, "momentum": 0.5}),
    ("Adam", {}, torch_adam, {}),
    (
        "Adam",
        {"beta_1": 0.5, "beta_2": 0.9, "epsilon": 1e-3, "amsgrad": True},
        torch_adam,
        {"betas": (0.5, 0.9), "epsilon": 1e-3, "amsgrad": True},
    ),
    ("AdamW", {"weight_decay": 0.1}, torch_adam, {"weight_decay": 0.1}),
    ("AdamW", {"weight_decay": 0.1, "amsgrad": True}, torch_adam, {"weight_decay": 0.1, "amsgrad": True}),
]


@pytest.mark.torch
@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize(("name", "params", "make", "options"), OF_TORCH)
def test_torch_optim(name, params, make, options, scale):
    torch = pytest.importorskip("torch")
    given, begin = gradients(scale), starts()
    weights = [torch.tensor(w, requires_grad=True) for w in begin]
    optimizer, changing = make(weights, **options)
    passed = []
    for t, grads in enumerate(given):
        optimizer.param_groups[0].update(changing(t))
        for w, g in zip(weights, grads, strict=True):
            w.grad = torch.tensor(g)
        optimizer.step()
        passed.append([w.detach().numpy().copy() for w in weights])
    theirs = [np.stack(steps) for steps in zip(*passed, strict=True)]
    assert_same(run(getattr(optimizers, name)(RATE, **params), given, begin), theirs, begin)


# Wrong definitions, which must be told apart


class AdamInside(Adam):
    def root(self, square: Any) -> Any:
        return np.sqrt(square + self.epsilon)


class AdamUncorrected(Adam):
    def corrections(self, t: int) -> tuple[float, float]:
        return 1 - self.beta_1, 1 - self.beta_2


class AdamCorrectedRoot(Adam):
    """torch's: epsilon beside the corrected root."""

    def step(self, g: Any, rate: float, t: int) -> Any:
        self.m = self.beta_1 * self.m + (1 - self.beta_1) * g
        self.v = self.beta_2 * self.v + (1 - self.beta_2) * g * g
        first, second = self.corrections(t)
        return -rate * (self.m / first) / (np.sqrt(self.v / second) + self.epsilon)


class RmsPropOutside(RmsProp):
    def root(self, square: Any) -> Any:
        return np.sqrt(square) + self.epsilon


class SgdDecayedAfter(Sgd):
    """Momentum that keeps the rate out of what it adds up, as torch does: the same only while the rate is constant."""

    def step(self, g: Any, rate: float, t: int) -> Any:
        self.m = self.momentum * self.m - g
        return rate * self.m


WRONG = [
    (optimizers.Adam(RATE), AdamInside, lambda t: RATE),
    (optimizers.Adam(RATE), AdamUncorrected, lambda t: RATE),
    (optimizers.Adam(RATE), AdamCorrectedRoot, lambda t: RATE),
    (optimizers.RMSprop(RATE), RmsPropOutside, lambda t: RATE),
    (optimizers.SGD(SCHEDULES[0][0], momentum=0.9), SgdDecayedAfter, SCHEDULES[0][1]),
]


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize(("right", "wrong", "rate"), WRONG, ids=[wrong.__name__ for _, wrong, _ in WRONG])
def test_a_wrong_definition_is_told_apart(right, wrong, rate, scale):
    given, begin = gradients(scale), starts()
    right = type(right).from_config(right.get_config())
    params = {"momentum": 0.9} if wrong is SgdDecayedAfter else {}
    theirs = defined(wrong, given, begin, rate, **params)
    with pytest.raises(AssertionError):
        assert_same(run(right, given, begin), theirs, begin)


@pytest.mark.parametrize(("inside", "outside"), [(AdamInside, Adam), (RmsProp, RmsPropOutside)])
def test_only_small_gradients_show_where_epsilon_stands(inside, outside):
    """At scale 1 most tests would look past the difference; at 1e-6 the two move by other amounts altogether."""
    apart = {}
    for scale in SCALES:
        one, other = (defined(kind, gradients(scale), [np.zeros(s) for s in SHAPES]) for kind in (inside, outside))
        apart[scale] = max(np.max(np.abs(a - b)) / np.max(np.abs(a)) for a, b in zip(one, other, strict=True))
    assert apart[1.0] < 1e-2
    assert apart[1e-6] > 0.9


# What is not one of the options


def test_every_option_stands_in_a_row():
    """A new argument of a constructor must appear here, or be refused."""
    for name in {row.name for row in ROWS}:
        parameters = set(inspect.signature(getattr(optimizers, name)).parameters) - {"learning_rate", "name", "kwargs"}
        tried = {option for row in ROWS if row.name == name for option in row.params}
        assert parameters - set(UNBUILT) == tried, name
        for option in UNBUILT:
            with pytest.raises(NotImplementedError, match=option):
                getattr(optimizers, name)(**{option: 7})


def test_every_schedule_stands_in_a_row():
    own = {getattr(schedules, name) for name in schedules.__all__ if name[0].isupper()} - {
        schedules.LearningRateSchedule
    }
    assert own == {type(schedule) for schedule, _ in SCHEDULES}
    assert all(any(row.schedule is schedule for row in ROWS) for schedule, _ in SCHEDULES)


@pytest.mark.parametrize("row", [row for row in ROWS if row.schedule == RATE and "weight_decay" in row.params], ids=str)
def test_weights_that_do_not_decay(row):
    given, begin = gradients(1.0), starts()
    weights = [beras.Variable(w, name=f"w{number}") for number, w in enumerate(begin)]
    optimizer = row.made()
    optimizer.exclude_from_weight_decay(var_list=[weights[1]], var_names=["w2"])
    for grads in given:
        optimizer.apply(grads, weights)
    with_decay = row.expected(given, begin)
    none = dict.fromkeys(["weight_decay", "adam_weight_decay"][: 2 if row.name == "Muon" else 1], 0.0)
    without = defined(row.definition, given, begin, row.rate, **{**row.params, **none})
    expected = [with_decay[0], without[1], without[2], with_decay[3]]
    assert_same([w.numpy()[None] for w in weights], expected, begin)


@pytest.mark.parametrize("row", [row for row in ROWS if not row.params or row.name == "SGD"][:8], ids=str)
def test_a_rate_that_is_set_on_the_way(row):
    given, begin = gradients(1.0), starts()
    weights = [beras.Variable(w) for w in begin]
    optimizer = row.covers(0.1, **row.params)

    def rate(t: int) -> float:
        return 0.1 / (1 + t % 7)

    for t, grads in enumerate(given):
        optimizer.learning_rate = rate(t)
        optimizer.apply(grads, weights)
    expected = defined(row.definition, given, begin, rate, **{**row.told, **row.params})
    assert_same([w.numpy()[None] for w in weights], expected, begin)


@pytest.mark.parametrize("row", [row for row in ROWS if row.schedule == RATE and len(row.params) != 1], ids=str)
def test_arrays_larger_than_one_block(row):
    """Updates go block by block through the memory; the blocks must meet."""
    rng = np.random.default_rng(5)
    begin = [np.zeros(60_001), np.zeros((3, 5))]
    given = [[rng.standard_normal(w.shape) for w in begin] for _ in range(3)]
    assert_same(run(row.made(), given, begin), row.expected(given, begin), begin)


#: In float32, whose range ends at 1e-38; what is kept per weight is set to zero before it gets there.
#: Lion's and Lamb's steps are as long whatever is left of a momentum, so that they see when it becomes zero.
DYING = [
    row for row in ROWS if row.schedule == RATE and "clipnorm" not in str(row) and row.name not in ("Lion", "Lamb")
]


@pytest.mark.parametrize("row", DYING, ids=str)
def test_moments_that_die_out(row):
    """A gradient that is zero from the fourth step on, and back after 400: the moments leave float32's range between.

    A factor that was 1 (`momentum`) never lets them.
    """
    given = [[g * (t < 3 or t >= 400) for g in grads] for t, grads in enumerate(gradients(1.0) * 3)][:410]
    given = [[np.asarray(g, "float32") for g in grads] for grads in given]
    begin = [w.astype("float32") for w in starts()]
    wide = [[g.astype("float64") for g in grads] for grads in given]
    expected = row.expected(wide, [w.astype("float64") for w in begin])
    assert_same(run(row.made(), given, begin, "float32"), expected, begin, rtol=3e-5, eps=3e-5)


@pytest.mark.parametrize("epsilon", [1e-18, 1e-16, 1e-7])
@pytest.mark.parametrize(("name", "definition"), [("Adam", Adam), ("RMSprop", RmsProp)])
def test_tiny_moments_that_matter_are_kept(name, definition, epsilon):
    """Squares of 1e-34 beside an epsilon of that size count; beside the usual one they may become zero."""
    inside = epsilon**2 if name == "RMSprop" and epsilon < 1e-10 else epsilon
    given = [[np.asarray(g, "float32") for g in grads] for grads in gradients(1e-17)]
    begin = [np.zeros(shape, "float32") for shape in SHAPES]
    wide = [[g.astype("float64") for g in grads] for grads in given]
    expected = defined(definition, wide, [w.astype("float64") for w in begin], epsilon=inside)
    ours = run(getattr(optimizers, name)(RATE, epsilon=inside), given, begin, "float32")
    assert_same(ours, expected, begin, rtol=1e-4)


@pytest.mark.parametrize("row", [row for row in ROWS if row.schedule == RATE and len(row.params) != 1], ids=str)
def test_a_weight_without_a_gradient_stays(row):
    given, begin = gradients(1.0)[:5], starts()
    weights = [beras.Variable(w) for w in begin]
    optimizer = row.made()
    optimizer.build(weights)
    for grads in given:
        with pytest.warns(UserWarning, match="do not exist"):
            optimizer.apply([grads[0], None, *grads[2:]], weights)
    np.testing.assert_array_equal(weights[1].numpy(), begin[1])
    kept = [[g for number, g in enumerate(grads) if number != 1] for grads in given]
    others = [begin[0], *begin[2:]]
    assert_same([w.numpy()[None] for w in (weights[0], *weights[2:])], row.expected(kept, others), others)


class SignDescent(optimizers.Optimizer):
    """An optimizer of a user's own, which stands for the base class."""

    def coefficients(self, learning_rate, step):
        return learning_rate / step

    def update(self, w, g, slots, scratch, coefficients):
        np.sign(g, out=scratch)
        np.multiply(scratch, coefficients, out=scratch)
        np.subtract(w, scratch, out=w)


class Sign:
    def step(self, g: Any, rate: float, t: int) -> Any:
        return -rate / t * np.sign(g)


#: A user's own optimizer stands for the base class.
OWN = Row("Optimizer", Sign, {})


@pytest.mark.parametrize("params", [{}, {"weight_decay": 0.1}, {"clipvalue": 0.5, "weight_decay": 0.2}])
def test_an_optimizer_of_ones_own(params):
    given, begin = gradients(1.0), starts()
    assert_same(run(SignDescent(RATE, **params), given, begin), defined(Sign, given, begin, **params), begin)
