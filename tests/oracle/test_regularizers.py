"""Every regularizer against torch: the penalty, its first and second derivatives, and what a model adds to its loss."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest

import beras
from beras import regularizers
from tests.oracle.two_ways import floats, hold

pytestmark = pytest.mark.torch
torch = pytest.importorskip("torch")
F = torch.nn.functional


class Row(NamedTuple):
    """``by_hand(w)`` is the penalty in torch."""

    name: str
    params: dict[str, Any]
    by_hand: Callable[..., Any]

    @property
    def covers(self) -> Any:
        return getattr(regularizers, self.name)

    def __str__(self) -> str:
        return f"{self.name}({', '.join(f'{k}={v}' for k, v in self.params.items())})"


def elastic(l1: float, l2: float) -> Callable[..., Any]:
    return lambda w: l1 * torch.linalg.vector_norm(w, 1) + l2 * (w * w).sum()


ROWS = [
    Row("L1", {}, elastic(0.01, 0.0)),
    Row("L1", {"l1": 0.3}, elastic(0.3, 0.0)),
    Row("l1", {"l1": 0.3}, elastic(0.3, 0.0)),
    Row("L2", {}, elastic(0.0, 0.01)),
    Row("L2", {"l2": 0.25}, elastic(0.0, 0.25)),
    Row("l2", {"l2": 0.25}, elastic(0.0, 0.25)),
    Row("L1L2", {}, elastic(0.0, 0.0)),
    Row("L1L2", {"l1": 0.3}, elastic(0.3, 0.0)),
    Row("L1L2", {"l2": 0.25}, elastic(0.0, 0.25)),
    Row("L1L2", {"l1": 0.3, "l2": 0.25}, elastic(0.3, 0.25)),
    Row("l1_l2", {"l1": 0.3, "l2": 0.25}, elastic(0.3, 0.25)),
]


def angles(factor: float, dim: int) -> Callable[..., Any]:
    """Return the mean of the sizes of the cosines between all pairs of rows (1) or columns (0)."""

    def penalty(w: Any) -> Any:
        rows = F.normalize(w if dim else w.mT, dim=1, eps=1e-7)
        first, second = torch.triu_indices(len(rows), len(rows), 1)
        return factor * (rows[first] * rows[second]).sum(-1).abs().mean()

    return penalty


#: Those that take matrices only.
OF_MATRICES = [
    Row("OrthogonalRegularizer", {}, angles(0.01, 1)),
    Row("OrthogonalRegularizer", {"factor": 0.5, "mode": "columns"}, angles(0.5, 0)),
    Row("orthogonal_regularizer", {"factor": 0.5, "mode": "rows"}, angles(0.5, 1)),
]
RNG = np.random.default_rng(0)
#: Zeros, at which the derivative of the absolute value is 0; a vector, a matrix, a stack; large and tiny numbers.
POINTS = {
    "matrix": RNG.normal(size=(5, 3)),
    "vector": np.array([0.0, -0.0, 1.0, -1.0, 1e4, -1e4, 1e-8]),
    "stack": RNG.normal(size=(2, 3, 4)),
    "zeros": np.zeros((2, 2)),
}


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("row", ROWS, ids=str)
def test_the_penalty(row, point, dtype):
    hold(row.covers(**row.params), [POINTS[point].astype(dtype)], row.by_hand)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("row", OF_MATRICES, ids=str)
def test_the_penalty_of_a_matrix(row, dtype):
    hold(row.covers(**row.params), [POINTS["matrix"].astype(dtype)], row.by_hand)
    with pytest.raises(ValueError, match="takes matrices"):
        row.covers(**row.params)(POINTS["vector"])


def test_a_matrix_of_one_row_has_no_angles():
    assert regularizers.OrthogonalRegularizer()(np.ones((1, 3))) == 0


class Absolute(regularizers.Regularizer):
    """A regularizer of a user's own, which stands for the base class."""

    def __call__(self, x):
        return 0.1 * np.sum(np.abs(x) ** 3)


OWN = Row("Regularizer", {}, lambda w: 0.1 * (w.abs() ** 3).sum())


@pytest.mark.parametrize("given", [Absolute(), lambda w: 0.1 * np.sum(np.abs(w) ** 3)], ids=["class", "function"])
def test_a_regularizer_of_ones_own(given):
    layer = beras.Dense(3, kernel_regularizer=given, dtype="float64")
    layer.build_for((None, 4))
    layer.set_weights([RNG.normal(size=w.shape) for w in layer.weights])
    hold(lambda: layer.penalties()[0], [], lambda kernel, bias: OWN.by_hand(kernel), layer.weights)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_what_a_model_adds_to_its_loss(dtype):
    """Penalties on kernels, on a bias, and on the output of a layer (divided by the batch), each of them once."""
    with floats(dtype):
        first = beras.Dense(4, "tanh", kernel_regularizer="l2", bias_regularizer=regularizers.L1(0.2))
        second = beras.Dense(3, kernel_regularizer=regularizers.L1L2(0.1, 0.3), activity_regularizer="l2")
        model = beras.Sequential([first, second, beras.Activation("softmax", activity_regularizer="l1")])
    x, y = RNG.normal(size=(6, 5)).astype(dtype), np.eye(3, dtype=dtype)[[0, 2, 1, 1, 0, 2]]
    model.build_for((None, 5))
    model.set_weights([RNG.normal(size=w.shape) for w in model.weights])
    model.compile("sgd", "categorical_crossentropy")

    def use(x: Any) -> Any:
        return model.score(x, y, None, training=True)[1]

    def by_hand(x: Any, w1: Any, b1: Any, w2: Any, b2: Any) -> Any:
        logits = torch.tanh(x @ w1 + b1) @ w2 + b2
        p = F.softmax(logits, -1)
        loss = -(torch.tensor(y) * p.clamp(1e-7, 1 - 1e-7).log()).sum(-1).mean()
        weights = 0.01 * (w1**2).sum() + 0.2 * b1.abs().sum() + 0.1 * w2.abs().sum() + 0.3 * (w2**2).sum()
        return loss + weights + (0.01 * (logits**2).sum() + 0.01 * p.abs().sum()) / len(x)

    hold(use, [x], by_hand, model.weights, floor=1.0)
