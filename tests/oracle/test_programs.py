"""Whole programs in float64 against torch: the same program written in torch by hand, and the tape replayed there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import pytest

import beras
from beras import losses, optimizers
from beras.oracle.compare import compare
from tests.oracle.two_ways import floats, hold

pytestmark = pytest.mark.torch
torch = pytest.importorskip("torch")
F = torch.nn.functional

RTOL = 1e-11
RNG = np.random.default_rng(0)
X = RNG.normal(size=(8, 5))
CLASSES = np.array([0, 2, 1, 1, 0, 2, 2, 0])
ONE_HOT = np.eye(3)[CLASSES]


class Program(NamedTuple):
    """``use(*arrays)`` with beras, ``by_hand(*arrays, *weights)`` with torch."""

    use: Callable[..., Any]
    arrays: Sequence[np.ndarray]
    by_hand: Callable[..., Any]
    weights: Sequence[beras.Variable] = ()
    order: int = 2


def filled(module: Any, shape: tuple[int | None, ...]) -> Any:
    """Build a module and give it weights that are no round numbers, biases included."""
    module.build_for(shape)
    rng = np.random.default_rng(1)
    module.set_weights([rng.normal(0, 0.7, w.shape) for w in module.weights])
    return module


def softmax_regression() -> Program:
    model = filled(beras.Sequential([beras.Dense(3, "softmax")]), (None, 5))
    loss = losses.CategoricalCrossentropy()

    def by_hand(x: Any, w: Any, b: Any) -> Any:
        return F.cross_entropy(x @ w + b, torch.tensor(ONE_HOT))

    return Program(lambda x: loss(ONE_HOT, model(x)), [X], by_hand, model.weights)


def mlp() -> Program:
    layers = [beras.Dense(7, "relu"), beras.Dense(6, "gelu"), beras.Dense(4, "tanh"), beras.Dense(3)]
    model = filled(beras.Sequential(layers), (None, 5))
    loss = losses.SparseCategoricalCrossentropy(from_logits=True)

    def by_hand(x: Any, *weights: Any) -> Any:
        w1, b1, w2, b2, w3, b3, w4, b4 = weights
        h = torch.tanh(F.gelu(F.relu(x @ w1 + b1) @ w2 + b2) @ w3 + b3)
        return F.cross_entropy(h @ w4 + b4, torch.tensor(CLASSES))

    return Program(lambda x: loss(CLASSES, model(x)), [X], by_hand, model.weights)


def images() -> Program:
    """Bytes scaled, flattened, through a network that a mask thins out."""
    flat = [beras.Rescaling(1 / 255, -0.5), beras.Flatten()]
    last = [beras.Dense(4, "selu"), beras.Dropout(0.5), beras.Dense(1, "sigmoid")]
    model = filled(beras.Sequential([*flat, *last]), (None, 2, 3))
    x, y = RNG.uniform(0, 255, (8, 2, 3)), (CLASSES > 0).astype(float)[:, None]

    def drawn() -> np.ndarray:
        return np.random.default_rng(3).random((8, 4), dtype=np.float32) >= 0.5

    def use(x: Any) -> Any:
        beras.set_random_seed(3)
        return losses.BinaryCrossentropy()(y, model(x, training=True))

    def by_hand(x: Any, w1: Any, b1: Any, w2: Any, b2: Any) -> Any:
        h = F.selu((x / 255 - 0.5).flatten(1) @ w1 + b1) * torch.tensor(drawn()) * 2
        # not F.binary_cross_entropy of the sigmoid: its second derivative is good to 1e-10 only
        return F.binary_cross_entropy_with_logits(h @ w2 + b2, torch.tensor(y))

    return Program(use, [x], by_hand, model.weights)


def shared_layers() -> Program:
    """Two inputs through one encoder, whose second layer is used twice in a row, and a third input beside it."""
    first, again = filled(beras.Dense(4, "tanh"), (None, 5)), filled(beras.Dense(4, "sigmoid"), (None, 4))

    def encoded(x: Any) -> Any:
        return again(again(first(x)))

    def use(a: Any, b: Any) -> Any:
        near = np.sum((encoded(a) - encoded(b)) ** 2, axis=-1)
        return np.mean(near) + np.sum(first(b) * encoded(a))

    def by_hand(a: Any, b: Any, w: Any, c: Any, v: Any, d: Any) -> Any:
        def base(x: Any) -> Any:
            return torch.tanh(x @ w + c)

        def encoded(x: Any) -> Any:
            return torch.sigmoid(torch.sigmoid(base(x) @ v + d) @ v + d)

        return ((encoded(a) - encoded(b)) ** 2).sum(-1).mean() + (base(b) * encoded(a)).sum()

    return Program(use, [X, X[::-1] * 0.5], by_hand, [*first.weights, *again.weights])


def branches() -> Program:
    """Branches that meet again, one of them chosen by a value, written with NumPy on the tape."""
    w, v = beras.Variable(RNG.normal(size=(5, 4))), beras.Variable(RNG.normal(size=4))

    def use(x: Any) -> Any:
        h = np.tanh(x @ w)
        left = np.exp(-h) * v
        right = np.sqrt(h**2 + 1) if h.sum() > 0 else np.log1p(h**2)
        mixed = np.where(h > 0, left, right)
        joined = np.concatenate([mixed, h[:, ::-1], np.maximum(left, right)], axis=1)
        rows = joined[[0, 0, 3, 5]]
        return np.mean(rows @ rows.T) + np.sum(np.cumsum(joined, axis=0)[-1] * h.mean()), joined

    def by_hand(x: Any, w: Any, v: Any) -> Any:
        h = torch.tanh(x @ w)
        left = torch.exp(-h) * v
        right = torch.sqrt(h**2 + 1) if h.sum() > 0 else torch.log1p(h**2)
        mixed = torch.where(h > 0, left, right)
        joined = torch.cat([mixed, h.flip(1), torch.maximum(left, right)], 1)
        rows = joined[[0, 0, 3, 5]]
        return (rows @ rows.T).mean() + (joined.sum(0) * h.mean()).sum(), joined

    return Program(use, [X], by_hand, [w, v])


def recurrence() -> Program:
    """One cell over twelve steps, with a loss at each of them."""
    inwards, onwards = filled(beras.Dense(4), (None, 3)), filled(beras.Dense(4, use_bias=False), (None, 4))
    out = filled(beras.Dense(1), (None, 4))
    series = RNG.normal(size=(12, 6, 3))

    def use(series: Any) -> Any:
        state, total = np.zeros((6, 4)), 0.0
        for t in range(12):
            state = np.tanh(inwards(series[t]) + onwards(state))
            total = total + np.mean((out(state) - 0.1 * t) ** 2)
        return total / 12

    def by_hand(series: Any, w: Any, b: Any, u: Any, v: Any, c: Any) -> Any:
        state, errors = torch.zeros(6, 4, dtype=torch.float64), []
        for t, x in enumerate(series):
            state = torch.tanh(x @ w + b + state @ u)
            errors.append(F.mse_loss(state @ v + c, torch.full((6, 1), 0.1 * t, dtype=torch.float64)))
        return torch.stack(errors).mean()

    return Program(use, [series], by_hand, [*inwards.weights, *onwards.weights, *out.weights])


class Linear(beras.Diffable):
    """A layer with gradients written by hand, which keeps its input for them."""

    def __init__(self, n_in, n_out):
        super().__init__()
        self.w = beras.Variable(RNG.normal(0, 0.5, (n_in, n_out)))
        self.b = beras.Variable(RNG.normal(size=n_out))

    def forward(self, inputs):
        self.inputs = inputs
        return inputs @ self.w + self.b

    def input_gradients(self):
        return self.w

    def weight_gradients(self):
        return np.expand_dims(self.inputs, -1), np.ones(self.b.shape)

    def compose_to_weight(self, J):
        return [np.transpose(self.inputs) @ J, np.sum(J, axis=0)]


class Squash(beras.Diffable):
    """An activation with a gradient written by hand."""

    elementwise = True

    def forward(self, inputs):
        self.outputs = np.tanh(inputs)
        return self.outputs

    def input_gradients(self):
        return 1 - self.outputs**2


def one_block_three_times() -> Program:
    """The recurrent test of the blocks homework: ``block(block(block(x)))``, with gradients written by hand."""
    linear, squash = Linear(5, 5), Squash()

    def use(x: Any) -> Any:
        for _ in range(3):
            x = squash(linear(x))
        return x

    def by_hand(x: Any, w: Any, b: Any) -> Any:
        for _ in range(3):
            x = torch.tanh(x @ w + b)
        return x

    return Program(use, [X], by_hand, linear.weights)


def hessian_vector_product() -> Program:
    """``H v`` of a scalar function, by `beras.hvp`; its own derivatives are of third and fourth order."""

    def f(x: Any) -> Any:
        return np.sum(np.sin(x) * np.exp(0.3 * x[::-1])) + np.prod(x) ** 2

    def by_hand(x: Any, v: Any) -> Any:
        value = (torch.sin(x) * torch.exp(0.3 * x.flip(0))).sum() + x.prod() ** 2
        (slope,) = torch.autograd.grad(value, x, create_graph=True)
        return torch.autograd.grad((slope * v).sum(), x, create_graph=True)[0]

    return Program(lambda x, v: beras.hvp(f, x, v), [RNG.normal(size=4), RNG.normal(size=4)], by_hand)


def hessian_vector_product_of_weights() -> Program:
    """``H v`` of a network's loss by its weights, by two nested tapes."""
    first, second = filled(beras.Dense(4, "tanh"), (None, 5)), filled(beras.Dense(3), (None, 4))
    weights = [*first.weights, *second.weights]
    directions = [np.random.default_rng(5).normal(size=w.shape) for w in weights]

    def use(x: Any) -> Any:
        with beras.GradientTape() as outer:
            with beras.GradientTape() as inner:
                loss = losses.CategoricalCrossentropy(from_logits=True)(ONE_HOT, second(first(x)))
            slopes = inner.gradient(loss, weights)
            along = sum(np.sum(g * v) for g, v in zip(slopes, directions, strict=True))
        return outer.gradient(along, weights)

    def by_hand(x: Any, w: Any, b: Any, v: Any, c: Any) -> Any:
        loss = F.cross_entropy(torch.tanh(x @ w + b) @ v + c, torch.tensor(ONE_HOT))
        slopes = torch.autograd.grad(loss, (w, b, v, c), create_graph=True)
        along = sum((g * torch.tensor(d)).sum() for g, d in zip(slopes, directions, strict=True))
        return torch.autograd.grad(along, (w, b, v, c), create_graph=True)

    return Program(use, [X], by_hand, weights, order=1)


def newton_step() -> Program:
    """``w - H^-1 g`` of a logistic regression, and what it depends on."""
    y = (CLASSES > 0).astype(float)

    def loss(w: Any, x: Any) -> Any:
        z = x @ w
        return np.sum(np.logaddexp(0, z) - y * z) + 0.05 * np.sum(w**2)

    def use(w: Any, x: Any) -> Any:
        slope, curvature = beras.grad(loss)(w, x), beras.hessian(loss)(w, x)
        return w - np.linalg.solve(curvature, slope)

    def by_hand(w: Any, x: Any) -> Any:
        z = x @ w
        s = torch.sigmoid(z)
        slope = x.T @ (s - torch.tensor(y)) + 0.1 * w
        curvature = (x.T * (s * (1 - s))) @ x + 0.1 * torch.eye(5, dtype=torch.float64)
        return w - torch.linalg.solve(curvature, slope)

    return Program(use, [RNG.normal(0, 0.3, 5), X], by_hand)


def physics() -> Program:
    """A network ``u(x)`` that should obey ``u'' + u^3 = sin(x)``: second derivatives inside the loss."""
    network = filled(beras.Sequential([beras.Dense(5, "tanh"), beras.Dense(4, "tanh"), beras.Dense(1)]), (None, 1))
    points = np.linspace(0, 3, 7)[:, None]

    def use(x: Any) -> Any:
        with beras.GradientTape() as outer:
            x = outer.watch(x)
            with beras.GradientTape() as inner:
                x = inner.watch(x)
                u = network(x)
            slope = inner.gradient(u, x)
        curvature = outer.gradient(slope, x)
        return np.mean((curvature + u**3 - np.sin(x)) ** 2) + network(points[:1])[0, 0] ** 2

    def by_hand(x: Any, *weights: Any) -> Any:
        w1, b1, w2, b2, w3, b3 = weights

        def network(x: Any) -> Any:
            return torch.tanh(torch.tanh(x @ w1 + b1) @ w2 + b2) @ w3 + b3

        u = network(x)
        (slope,) = torch.autograd.grad(u.sum(), x, create_graph=True)
        (curvature,) = torch.autograd.grad(slope.sum(), x, create_graph=True)
        residual = curvature + u**3 - torch.sin(x)
        return (residual**2).mean() + network(torch.tensor(points[:1]))[0, 0] ** 2

    return Program(use, [points], by_hand, network.weights)


def gradient_penalty() -> Program:
    """A loss that contains the norm of another loss's gradient, as of a critic."""
    critic = filled(beras.Sequential([beras.Dense(6, "softplus"), beras.Dense(1)]), (None, 5))

    def use(x: Any) -> Any:
        with beras.GradientTape() as tape:
            x = tape.watch(x)
            score = critic(x)
        slope = tape.gradient(score, x)
        return np.mean(score) + 10 * np.mean((np.linalg.norm(slope, axis=1) - 1) ** 2)

    def by_hand(x: Any, w: Any, b: Any, v: Any, c: Any) -> Any:
        score = F.softplus(x @ w + b, threshold=40.0) @ v + c
        (slope,) = torch.autograd.grad(score.sum(), x, create_graph=True)
        return score.mean() + 10 * ((torch.linalg.vector_norm(slope, dim=1) - 1) ** 2).mean()

    return Program(use, [X], by_hand, critic.weights)


PROGRAMS = [softmax_regression, mlp, images, shared_layers, branches, recurrence, one_block_three_times]
PROGRAMS += [hessian_vector_product, hessian_vector_product_of_weights, newton_step, physics, gradient_penalty]


@pytest.mark.parametrize("make", PROGRAMS, ids=lambda make: make.__name__)
def test_program(make):
    with floats("float64"):
        program = make()
        hold(*program, rtol=RTOL)


@pytest.mark.parametrize("make", PROGRAMS, ids=lambda make: make.__name__)
def test_compare_agrees(make):
    """The same question asked as a user would ask it, in float32 too."""
    with floats("float64"):
        program = make()
    report = compare(program.use, *program.arrays, order=program.order, checks=2)
    assert report.ok, str(report)
    assert report.operations > 0
    assert not report.without_twin


# Programs that train


def torch_mlp(weights: Sequence[np.ndarray]) -> tuple[list, Callable[..., Any]]:
    tensors = [torch.tensor(w, requires_grad=True) for w in weights]

    def logits(x: Any) -> Any:
        for number in range(0, len(tensors), 2):
            x = x @ tensors[number] + tensors[number + 1]
            x = F.relu(x) if number + 2 < len(tensors) else x
        return x

    return tensors, logits


LOSSES = {
    "sparse_categorical_crossentropy": ("softmax", 3, CLASSES, lambda z: F.cross_entropy(z, torch.tensor(CLASSES))),
    "categorical_crossentropy": ("softmax", 3, ONE_HOT, lambda z: F.cross_entropy(z, torch.tensor(ONE_HOT))),
    "binary_crossentropy": (
        "sigmoid",
        3,
        ONE_HOT,
        lambda z: F.binary_cross_entropy_with_logits(z, torch.tensor(ONE_HOT)),
    ),
    "mse": ("linear", 3, ONE_HOT, lambda z: F.mse_loss(z, torch.tensor(ONE_HOT))),
    "kl_divergence": ("softmax", 3, ONE_HOT, lambda z: kl(torch.tensor(ONE_HOT), F.softmax(z, -1))),
}


def kl(y: Any, p: Any) -> Any:
    return F.kl_div(p.clamp(1e-7, 1).log(), y.clamp(1e-7, 1), reduction="batchmean")


@pytest.mark.parametrize("loss", LOSSES)
def test_thirty_steps_of_fit(loss):
    """Full batches, so that an epoch is a step: `fit` and a loop in torch end at the same weights."""
    activation, units, y, by_hand = LOSSES[loss]
    with floats("float64"):
        model = filled(beras.Sequential([beras.Dense(6, "relu"), beras.Dense(units, activation)]), (None, 5))
    tensors, logits = torch_mlp(model.get_weights())
    model.compile(optimizers.SGD(0.1, momentum=0.9, nesterov=True), loss)
    history = model.fit(X, y, batch_size=8, epochs=30, shuffle=False, verbose=0).history["loss"]
    optimizer, expected = torch.optim.SGD(tensors, 0.1, momentum=0.9, nesterov=True), []
    for _ in range(30):
        optimizer.zero_grad()
        value = by_hand(logits(torch.tensor(X)))
        value.backward()
        optimizer.step()
        expected.append(value.item())
    np.testing.assert_allclose(history, expected, rtol=RTOL)
    assert expected[-1] < expected[0]
    for ours, theirs in zip(model.weights, tensors, strict=True):
        np.testing.assert_allclose(ours.numpy(), theirs.detach().numpy(), rtol=0, atol=RTOL)


def test_a_loop_of_ones_own_over_small_batches():
    with floats("float64"):
        model = filled(beras.Sequential([beras.Dense(6, "relu"), beras.Dense(3)]), (None, 5))
    tensors, logits = torch_mlp(model.get_weights())
    loss, ours = losses.SparseCategoricalCrossentropy(from_logits=True), optimizers.AdamW(0.01, weight_decay=0.1)
    theirs = torch.optim.AdamW(tensors, 0.01, weight_decay=0.1)
    for step in range(60):
        batch = slice(2 * (step % 4), 2 * (step % 4) + 2)
        with beras.GradientTape() as tape:
            value = loss(CLASSES[batch], model(X[batch]))
        ours.apply_gradients(zip(tape.gradient(value, model.weights), model.weights, strict=True))
        theirs.zero_grad()
        theirs.param_groups[0]["eps"] = 1e-7 / np.sqrt(1 - 0.999 ** (step + 1))
        F.cross_entropy(logits(torch.tensor(X[batch])), torch.tensor(CLASSES[batch])).backward()
        theirs.step()
    for mine, other in zip(model.weights, tensors, strict=True):
        np.testing.assert_allclose(mine.numpy(), other.detach().numpy(), rtol=0, atol=RTOL)


def test_newtons_method_finds_the_minimum_of_torch():
    """Steps of `newton_step` from its start converge to where torch's gradient is zero, quadratically."""
    program = newton_step()
    w, slopes = program.arrays[0], []
    for _ in range(7):
        w = program.use(w, X)
        z = torch.tensor(X) @ (at := torch.tensor(w, requires_grad=True))
        y = torch.tensor((CLASSES > 0).astype(float))
        value = F.binary_cross_entropy_with_logits(z, y, reduction="sum") + 0.05 * (at**2).sum()
        slopes.append(float(torch.autograd.grad(value, at)[0].abs().max()))
    assert slopes[-1] < 1e-13
    assert slopes[0] > 1e-3
