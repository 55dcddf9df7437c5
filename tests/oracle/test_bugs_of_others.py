"""Bugs that other frameworks had, each with the check that would have caught it.

A check passes what beras does and rejects a variant that has the bug, planted here on purpose: it can fail.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest

import beras
from beras import losses, optimizers
from beras.activations import softmax
from beras.autodiff.primitives import unbroadcast
from beras.autodiff.tracked import bare
from tests.oracle import test_optimizers as definitions
from tests.oracle.two_ways import hold

pytestmark = pytest.mark.torch
torch = pytest.importorskip("torch")
F = torch.nn.functional

RNG = np.random.default_rng(0)
X = RNG.normal(size=(4, 3))


class Bug(NamedTuple):
    """``check(thing)`` passes what is ``right`` and raises ``error`` for what is ``wrong``."""

    name: str
    check: Callable[[Any], None]
    right: Any
    wrong: Any
    error: type[BaseException] | tuple[type[BaseException], ...] = AssertionError


# Adam: the bias correction is a power of the step, and epsilon stands outside the root


class AdamWithoutPower(optimizers.Adam):
    def coefficients(self, learning_rate, step):
        return super().coefficients(learning_rate, 1)


class AdamWithEpsilonInside(optimizers.Adam):
    def update(self, w, g, slots, scratch, coefficients):
        rate, epsilon = coefficients
        slots[0][...] = self.beta_1 * slots[0] + g
        slots[1][...] = self.beta_2 * slots[1] + g * g
        w -= rate * slots[0] / np.sqrt(slots[1] + epsilon**2)


class RMSpropWithEpsilonOutside(optimizers.RMSprop):
    def update(self, w, g, slots, scratch, coefficients):
        rate, epsilon = coefficients
        slots[0][...] = self.rho * slots[0] + g * g
        w -= rate * g / (np.sqrt(slots[0]) + np.sqrt(epsilon))


def moves_as_adam(optimizer: type) -> None:
    for scale in definitions.SCALES:
        given, begin = definitions.gradients(scale), definitions.starts()
        ours = definitions.run(optimizer(definitions.RATE), given, begin)
        definitions.assert_same(ours, definitions.defined(definitions.Adam, given, begin), begin)


def moves_as_rmsprop(optimizer: type) -> None:
    for scale in definitions.SCALES:
        given, begin = definitions.gradients(scale), definitions.starts()
        ours = definitions.run(optimizer(definitions.RATE), given, begin)
        definitions.assert_same(ours, definitions.defined(definitions.RmsProp, given, begin), begin)


# Indexing: what an index names twice gets both gradients

PLACES = np.array([2, 0, 2, 3, 2])


@beras.custom_gradient
def rows_of_the_last(x):
    def pullback(g):
        out = np.zeros((4, 3))
        out[PLACES] = bare(g)
        return out

    return x[PLACES], pullback


def sums_repeated_places(look_up: Callable[..., Any]) -> None:
    hold(look_up, [X], lambda x: F.embedding(torch.tensor(PLACES), x), order=1, replayed=False)


# A mean divides by the number of entries, not by the number of the axis


@beras.custom_gradient
def mean_divided_by_the_axis(x):
    return np.mean(x, axis=1), lambda g: np.broadcast_to(g[:, None] / 1, (4, 3))


@beras.custom_gradient
def mean_divided_by_the_first_length(x):
    return np.mean(x, axis=1), lambda g: np.broadcast_to(g[:, None] / x.shape[0], (4, 3))


def averages_rows(mean: Callable[..., Any]) -> None:
    hold(mean, [X], lambda x: x.mean(1), order=1, replayed=False)


# float32 times a Python number stays float32, and so do its gradient and the weights that it updates


def stays_single(scaled: Callable[..., Any]) -> None:
    w = beras.Variable(np.float32(X))
    with beras.GradientTape() as tape:
        y = scaled(w)
        loss = np.mean(y**2 / 3)
    gradient = tape.gradient(loss, w)
    assert [v.dtype for v in (y, loss, gradient)] == [np.float32] * 3
    expected = torch.tensor(np.float32(X), requires_grad=True)
    ((expected * 2.0) ** 2 / 3).mean().backward()
    np.testing.assert_allclose(gradient, expected.grad.numpy(), rtol=1e-6)


def trains_in_single(layer: Callable[[], Any]) -> None:
    """Every array on the tape of a training step, and every gradient, is float32."""
    model = beras.Sequential([beras.Dense(4, "relu"), layer(), beras.Dense(2, "softmax")])
    x, y = np.float32(X), np.eye(2)[[0, 1, 1, 0]]
    with beras.GradientTape() as tape:
        loss = losses.CategoricalCrossentropy(label_smoothing=0.1)(y, model(x, training=True))
        arrays = [a for record in tape.records for a in (bare(record.ans), *bare(record.args))]
    wide = [a for a in arrays if isinstance(a, (np.ndarray, np.generic)) and a.dtype == np.float64]
    assert not wide
    gradients = tape.gradient(loss, model.trainable_weights)
    assert all(g.dtype == np.float32 for g in gradients)


class DoublesInNumPy(beras.Layer):
    def call(self, inputs):
        return np.asarray(0.5) * inputs


class DoublesInPython(beras.Layer):
    def call(self, inputs):
        return 0.5 * inputs


# A chain of any length: the sweep is a loop, not a recursion

LINKS = 100_000


class Node:
    """A value of a graph that is differentiated by recursion, as in the first version of many a tutorial."""

    def __init__(self, value: float, parent: Node | None = None, slope: float = 1.0):
        self.value, self.parent, self.slope, self.grad = value, parent, slope, 0.0

    def backward(self, g: float = 1.0) -> None:
        self.grad += g
        if self.parent is not None:
            self.parent.backward(g * self.slope)


def recursive_chain(links: int) -> float:
    nodes = [Node(1.0)]
    for _ in range(links):
        nodes.append(Node(nodes[-1].value * 0.99999, nodes[-1], 0.99999))
    try:
        nodes[-1].backward()
    finally:
        for node in nodes:  # let them go one by one
            node.parent = None
    return nodes[0].grad


def taped_chain(links: int) -> float:
    with beras.GradientTape() as tape:
        x = y = tape.watch(np.array(1.0))
        for _ in range(links):
            y = y * 0.99999
    return float(tape.gradient(y, x))


def goes_back_a_long_way(chain: Callable[[int], float]) -> None:
    assert sys.getrecursionlimit() < LINKS
    assert chain(LINKS) == pytest.approx(0.99999**LINKS, rel=1e-9)


# A layer called twice: each call has its own inputs, and the weights get the gradients of both


class Linear(beras.Diffable):
    """A layer with gradients written by hand; ``kept`` is where its forward leaves the input for them."""

    def __init__(self):
        super().__init__()
        self.w = beras.Variable(RNG.normal(size=(3, 3)))

    def forward(self, inputs):
        self.inputs = inputs
        return inputs @ self.w

    def compose_to_input(self, J):
        return J @ np.transpose(self.w)

    def compose_to_weight(self, J):
        return [np.transpose(self.inputs) @ J]


class LinearOfOneCache(Linear):
    """All calls share one cache, so that the last one's input is there for each of them."""

    cache: dict[str, Any] = {}  # noqa: RUF012  (the bug)

    def forward(self, inputs):
        self.cache["inputs"] = inputs
        return inputs @ self.w

    def compose_to_weight(self, J):
        return [np.transpose(self.cache["inputs"]) @ J]


def remembers_each_call(kind: type) -> None:
    layer = kind()

    def by_hand(x: Any, w: Any) -> Any:
        return torch.tanh(torch.tanh(x @ w) @ w) @ w

    hold(lambda x: layer(np.tanh(layer(np.tanh(layer(x))))), [X], by_hand, layer.weights, order=1, replayed=False)


# A tensor that two layers use gets the gradients of both


class OverwritingTape(beras.GradientTape):
    """A tape that puts a cotangent in the place of the earlier one, instead of adding it."""

    def _swept(self, seeds, flat, unconnected):
        cotangents = {key: bare(g) for key, g in seeds.items()}
        for record in reversed(self.records):
            if record.key in cotangents:
                slots = [slot for slot, _ in record.parents]
                g = cotangents[record.key]
                pulled = record.rule.pull(g, record.ans, record.args, record.params, slots)
                for (slot, parent), product in zip(record.parents, pulled, strict=True):
                    cotangents[parent] = unbroadcast(product, np.shape(record.args[slot]))
        return [cotangents.get(source._key) for source in flat]


def adds_what_two_layers_give(tape_type: type) -> None:
    first, second = beras.Dense(2, "tanh", dtype="float64"), beras.Dense(2, "tanh", dtype="float64")
    with tape_type() as tape:
        x = tape.watch(X)
        h = np.sin(x)
        loss = np.sum(first(h) * second(h) + first(h) ** 2)
    found = tape.gradient(loss, [x, *first.weights, *second.weights])
    given = [torch.tensor(a, requires_grad=True) for a in (X, *first.get_weights(), *second.get_weights())]
    x, w, b, v, c = given
    h = torch.sin(x)
    one, other = torch.tanh(h @ w + b), torch.tanh(h @ v + c)
    expected = torch.autograd.grad((one * other + one**2).sum(), given)
    for ours, theirs in zip(found, expected, strict=True):
        np.testing.assert_allclose(ours, theirs.numpy(), rtol=1e-12, atol=1e-13)


def adds_up_the_calls(tape_type: type) -> None:
    """The weights of a layer that is applied three times get the gradients of all three."""
    layer = beras.Dense(3, "tanh", dtype="float64")
    with tape_type() as tape:
        loss = np.sum(layer(layer(layer(X))) ** 2)
    found = tape.gradient(loss, layer.weights)
    w, b = (torch.tensor(a, requires_grad=True) for a in layer.get_weights())
    h = torch.tensor(X)
    for _ in range(3):
        h = torch.tanh(h @ w + b)
    for ours, theirs in zip(found, torch.autograd.grad((h**2).sum(), (w, b)), strict=True):
        np.testing.assert_allclose(ours, theirs.numpy(), rtol=1e-12, atol=1e-13)


# Cross-entropy of probabilities that are exactly 0 and 1, right and wrong, and of scores so far apart that they are

CERTAIN = np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.5, 0.5, 0.0], [0.0, 0.0, 1.0]])
TRUE = np.eye(3)[[1, 2, 0, 2]]


def naive_entropy(y: Any, p: Any) -> Any:
    with np.errstate(all="ignore"):
        return -np.sum(y * np.log(p), axis=-1)


def naive_binary_entropy(y: Any, p: Any) -> Any:
    with np.errstate(all="ignore"):
        return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p), axis=-1)


def is_finite_at_certainty(loss: Callable[..., Any]) -> None:
    def by_hand(p: Any) -> Any:
        return F.nll_loss(
            (p / p.sum(-1, keepdim=True)).clamp(1e-7, 1 - 1e-7).log(), torch.tensor(TRUE.argmax(-1)), reduction="none"
        )

    with np.errstate(all="ignore"):
        hold(lambda p: loss(TRUE, p), [CERTAIN], by_hand, order=2)


def is_finite_at_binary_certainty(loss: Callable[..., Any]) -> None:
    def by_hand(p: Any) -> Any:
        p = p.clamp(1e-7, 1 - 1e-7)
        return -(torch.tensor(TRUE) * p.log() + (1 - torch.tensor(TRUE)) * torch.log1p(-p)).mean(-1)

    with np.errstate(all="ignore"):
        hold(lambda p: loss(TRUE, p), [CERTAIN], by_hand, order=2)


def entropy_of_softmax(y: Any, scores: Any) -> Any:
    return naive_entropy(y, softmax(scores))


def is_exact_for_large_scores(loss: Callable[..., Any]) -> None:
    scores = np.array([[1e4, -1e4, 0.0], [0.0, 0.0, -1e4], [3e3, 3e3, 3e3], [-800.0, 0.0, 800.0]])
    with np.errstate(all="ignore"):
        hold(
            lambda z: loss(TRUE, z),
            [scores],
            lambda z: F.cross_entropy(z, torch.tensor(TRUE), reduction="none"),
            floor=1.0,
        )


# A loss's gradient is multiplied by what comes from above


class DeafSquare(losses.Loss):
    """A loss that hands back its own derivative, whatever comes from above."""

    traced = False

    def call(self, y_true, y_pred):
        self.error = y_pred - y_true
        return np.mean(self.error**2)

    def compose_to_input(self, J):
        return 2 * self.error / self.error.size


def listens_to_what_is_above(kind: type) -> None:
    """Half of a squared loss, and one whose weight is a function of itself."""
    loss, y = kind(), RNG.normal(size=X.shape)

    def use(p: Any) -> Any:
        value = loss(y, p)
        return 0.5 * value + np.sin(value)

    def by_hand(p: Any) -> Any:
        value = F.mse_loss(p, torch.tensor(y))
        return 0.5 * value + torch.sin(value)

    hold(use, [X], by_hand, order=1, replayed=False)


BUGS = [
    Bug("Adam's bias correction without the power", moves_as_adam, optimizers.Adam, AdamWithoutPower),
    Bug("Adam's epsilon inside the root", moves_as_adam, optimizers.Adam, AdamWithEpsilonInside),
    Bug("RMSprop's epsilon outside the root", moves_as_rmsprop, optimizers.RMSprop, RMSpropWithEpsilonOutside),
    Bug("a gradient dropped in indexing", sums_repeated_places, lambda x: x[PLACES], rows_of_the_last),
    Bug("a gradient dropped in take", sums_repeated_places, lambda x: np.take(x, PLACES, axis=0), rows_of_the_last),
    Bug("a mean divided by the axis", averages_rows, lambda x: np.mean(x, axis=1), mean_divided_by_the_axis),
    Bug("a mean divided by the batch", averages_rows, lambda x: x.mean(axis=1), mean_divided_by_the_first_length),
    Bug("float32 * 2.0 is float64", stays_single, lambda x: x * 2.0, lambda x: x * np.float64(2.0)),
    Bug("2.0 * float32 is float64", stays_single, lambda x: 2.0 * x, lambda x: np.asarray(2.0) * x),
    Bug("a layer that widens", trains_in_single, DoublesInPython, DoublesInNumPy),
    Bug("a recursion too deep", goes_back_a_long_way, taped_chain, recursive_chain, RecursionError),
    Bug("one cache for all calls of a layer", remembers_each_call, Linear, LinearOfOneCache),
    Bug("the gradients of a layer's earlier calls lost", adds_up_the_calls, beras.GradientTape, OverwritingTape),
    Bug("a tensor used by two layers", adds_what_two_layers_give, beras.GradientTape, OverwritingTape),
    Bug("cross-entropy at 0 and 1", is_finite_at_certainty, losses.categorical_crossentropy, naive_entropy),
    Bug(
        "binary cross-entropy at 0 and 1",
        is_finite_at_binary_certainty,
        losses.binary_crossentropy,
        naive_binary_entropy,
    ),
    Bug(
        "cross-entropy of large scores",
        is_exact_for_large_scores,
        lambda y, z: losses.categorical_crossentropy(y, z, from_logits=True),
        entropy_of_softmax,
    ),
    Bug("a loss deaf to what is above", listens_to_what_is_above, losses.MeanSquaredError, DeafSquare),
]


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_beras_does_not_have_it(bug):
    bug.check(bug.right)


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_the_check_rejects_it(bug):
    with pytest.raises(bug.error):
        bug.check(bug.wrong)
