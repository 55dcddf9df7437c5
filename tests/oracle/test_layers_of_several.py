"""Layers whose inputs are several arrays, or whole numbers, against torch: outputs, first and second derivatives."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Any, NamedTuple

import numpy as np
import pytest

from beras import layers
from tests.oracle.two_ways import hold

pytestmark = pytest.mark.torch
torch = pytest.importorskip("torch")

RNG = np.random.default_rng(0)
A, B, C = RNG.normal(size=(3, 4, 2, 3))
TIED = [A, np.where(B > 0, A, B)]
BROADCAST = [RNG.normal(size=shape) for shape in ((4, 2, 3), (4, 1, 3), (4, 3))]
WORDS = np.array([[2, 0, 2], [1, 2, 4]])


class Row(NamedTuple):
    name: str
    params: dict[str, Any]
    by_hand: Callable[..., Any]
    arrays: list[np.ndarray]
    order: int = 2

    @property
    def covers(self) -> Any:
        return getattr(layers, self.name)

    def use(self, dtype: str) -> Callable[..., Any]:
        """Return the layer, or the function that makes one, as a function of the arrays."""
        if self.name[0].islower():
            return lambda *arrays: self.covers(list(arrays), **self.params, dtype=dtype)
        layer = self.covers(**self.params, dtype=dtype)
        return lambda *arrays: layer(list(arrays))

    def __str__(self) -> str:
        return f"{self.name}({self.params})-{[a.shape for a in self.arrays]}"


def of_one_rank(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *xs: reduce(function, [x if x.ndim == xs[0].ndim else x[:, None] for x in xs])


def cosine(axes: tuple[int, int]) -> Callable[..., Any]:
    def product(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        x, y = (z / z.norm(dim=axis, keepdim=True) for z, axis in zip((x, y), axes, strict=True))
        return torch.einsum("bij,bjk->bik", x.movedim(axes[0], 2), y.movedim(axes[1], 1))

    return product


JOINED = {
    "Add": torch.add,
    "Multiply": torch.mul,
    "Maximum": torch.maximum,
    "Minimum": torch.minimum,
}
ROWS = [
    *(Row(name, {}, of_one_rank(f), arrays) for name, f in JOINED.items() for arrays in ([A, B, C], BROADCAST, [A])),
    *(Row(name, {}, of_one_rank(JOINED[name]), TIED, 1) for name in ("Maximum", "Minimum")),
    *(Row(name.lower(), {}, of_one_rank(f), [A, B]) for name, f in JOINED.items()),
    Row("Average", {}, lambda x, y, z: (x + y + z) / 3, [A, B, C]),
    Row("average", {}, lambda x, y: (x + y) / 2, [A, B]),
    Row("Subtract", {}, torch.sub, [A, B]),
    Row("subtract", {}, torch.sub, BROADCAST[:2]),
    Row("Concatenate", {}, lambda x, y, z: torch.cat([x, y, z], -1), [A, B[..., :1], C]),
    Row("Concatenate", {"axis": 1}, lambda x, y: torch.cat([x, y], 1), [A, B[:, :1]]),
    Row("concatenate", {"axis": 1}, lambda x, y: torch.cat([x, y], 1), [A, B]),
    Row("Dot", {"axes": 1}, lambda x, y: (x * y).sum(1, keepdim=True), [A[:, 0], B[:, 0]]),
    Row("Dot", {"axes": (2, 1)}, torch.matmul, [A, B.swapaxes(1, 2)]),
    Row("Dot", {"axes": (1, 2)}, lambda x, y: torch.einsum("bi,bji->bj", x, y), [A[:, 0], B]),
    Row("Dot", {"axes": (2, 2)}, lambda x, y: torch.einsum("bix,bkxl->bikl", x, y), [A, RNG.normal(size=(4, 2, 3, 2))]),
    Row("Dot", {"axes": (1, 2), "normalize": True}, cosine((1, 2)), [A, B.swapaxes(1, 2)]),
    Row("dot", {"axes": 1}, lambda x, y: (x * y).sum(1, keepdim=True), [A[:, 0], B[:, 0]]),
]
#: What the registry of what stands against an oracle must know besides.
COVERED = {row.covers for row in ROWS} | {layers.Embedding, layers.merge.Merge}


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("row", ROWS, ids=str)
def test_outputs_and_derivatives(row, dtype):
    hold(row.use(dtype), [a.astype(dtype) for a in row.arrays], row.by_hand, order=row.order)


@pytest.mark.parametrize("row", [row for row in ROWS if "normalize" not in row.params], ids=str)
def test_no_samples(row):
    hold(row.use("float64"), [a[:0] for a in row.arrays], row.by_hand)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("words", [WORDS, WORDS[0], WORDS[:0], WORDS[..., None]], ids=lambda words: str(words.shape))
def test_an_embedding(words, dtype):
    layer = layers.Embedding(5, 3, dtype=dtype)
    layer.build()
    layer.embeddings = RNG.normal(size=(5, 3))

    def by_hand(x, table):
        return x * torch.tanh(table[torch.tensor(words)])

    hold(lambda x: x * np.tanh(layer(words)), [np.ones((), dtype)], by_hand, layer.weights)
