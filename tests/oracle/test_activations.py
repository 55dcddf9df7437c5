"""Every activation against torch: values, first and second derivatives, for several shapes, dtypes, special values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest

import beras
from beras import activations
from tests.oracle.two_ways import hold

pytestmark = pytest.mark.torch
torch = pytest.importorskip("torch")
F = torch.nn.functional


class Row(NamedTuple):
    """``by_hand`` is torch's function of a tensor; ``kinks`` are where the derivative jumps, so that torch decides."""

    name: str
    params: dict[str, Any]
    by_hand: Callable[..., Any]
    kinks: tuple[float, ...] = ()

    @property
    def covers(self) -> Any:
        return getattr(activations, self.name)

    def __str__(self) -> str:
        return f"{self.name}({', '.join(f'{k}={v}' for k, v in self.params.items())})"


def general_relu(x: Any, slope: float, ceiling: float | None, threshold: float) -> Any:
    above = x if ceiling is None else F.hardtanh(x, -1e30, ceiling)
    return torch.where(x > threshold, above, slope * (x - threshold))


def softplus(x: Any) -> Any:
    return F.softplus(x, threshold=40.0)  # torch's own is linear from 20 on, where log(1 + exp(-x)) is 2e-9


def sparsemax(x: Any, axis: int) -> Any:
    """Return the projection on the simplex: its threshold is bracketed first, then taken as a mean over the support."""
    low, high = x.detach().amax(axis, keepdim=True) - 1, x.detach().amax(axis, keepdim=True)
    for _ in range(100):
        middle = (low + high) / 2
        too_much = (x.detach() - middle).clamp(min=0).sum(axis, keepdim=True) > 1
        low, high = torch.where(too_much, middle, low), torch.where(too_much, high, middle)
    support = x.detach() > (low + high) / 2
    threshold = ((x * support).sum(axis, keepdim=True) - 1) / support.sum(axis, keepdim=True)
    return (x - threshold) * support


ROWS = [
    Row("celu", {}, F.celu, kinks=(0.0,)),
    Row("celu", {"alpha": 0.5}, lambda x: F.celu(x, 0.5), kinks=(0.0,)),
    Row("elu", {}, F.elu, kinks=(0.0,)),
    Row("elu", {"alpha": 0.5}, lambda x: F.elu(x, 0.5), kinks=(0.0,)),
    Row("exponential", {}, torch.exp),
    Row("gelu", {}, F.gelu),
    Row("gelu", {"approximate": True}, lambda x: F.gelu(x, approximate="tanh")),
    Row("glu", {}, F.glu),
    Row("glu", {"axis": 0}, lambda x: F.glu(x, 0)),
    Row("hard_shrink", {}, F.hardshrink, kinks=(0.5, -0.5)),
    Row("hard_shrink", {"threshold": 0.2}, lambda x: F.hardshrink(x, 0.2), kinks=(0.2, -0.2)),
    Row("hard_sigmoid", {}, lambda x: F.relu6(x + 3) / 6, kinks=(3.0, -3.0)),
    Row("hard_silu", {}, lambda x: x * F.relu6(x + 3) / 6, kinks=(3.0, -3.0)),
    Row("hard_swish", {}, lambda x: x * F.relu6(x + 3) / 6, kinks=(3.0, -3.0)),
    Row("hard_tanh", {}, F.hardtanh, kinks=(1.0, -1.0)),
    Row("leaky_relu", {}, lambda x: F.leaky_relu(x, 0.2), kinks=(0.0,)),
    Row("leaky_relu", {"negative_slope": 0.5}, lambda x: F.leaky_relu(x, 0.5), kinks=(0.0,)),
    Row("leaky_relu", {"negative_slope": 0.0}, F.relu, kinks=(0.0,)),
    Row("leaky_relu", {"negative_slope": 1.5}, lambda x: F.leaky_relu(x, 1.5), kinks=(0.0,)),
    Row("leaky_relu", {"negative_slope": -0.5}, lambda x: F.leaky_relu(x, -0.5), kinks=(0.0,)),
    Row("linear", {}, lambda x: x * 1),
    Row("log_sigmoid", {}, F.logsigmoid),
    Row("log_softmax", {}, lambda x: F.log_softmax(x, -1)),
    Row("log_softmax", {"axis": 0}, lambda x: F.log_softmax(x, 0)),
    Row("mish", {}, lambda x: x * torch.tanh(softplus(x))),
    Row("relu", {}, F.relu, kinks=(0.0,)),
    Row("relu", {"negative_slope": 0.3}, lambda x: F.leaky_relu(x, 0.3), kinks=(0.0,)),
    Row("relu", {"max_value": 1.5}, lambda x: F.hardtanh(x, 0.0, 1.5), kinks=(0.0, 1.5)),
    Row("relu", {"threshold": 0.4}, lambda x: F.threshold(x, 0.4, 0.0), kinks=(0.4,)),
    Row(
        "relu",
        {"negative_slope": 0.1, "max_value": 1.5, "threshold": 0.4},
        lambda x: general_relu(x, 0.1, 1.5, 0.4),
        kinks=(0.4, 1.5),
    ),
    Row("relu6", {}, F.relu6, kinks=(0.0, 6.0)),
    Row("selu", {}, F.selu, kinks=(0.0,)),
    Row("sigmoid", {}, torch.sigmoid),
    Row("silu", {}, F.silu),
    Row("soft_shrink", {}, F.softshrink, kinks=(0.5, -0.5)),
    Row("soft_shrink", {"threshold": 0.2}, lambda x: F.softshrink(x, 0.2), kinks=(0.2, -0.2)),
    Row("softmax", {}, lambda x: F.softmax(x, -1)),
    Row("softmax", {"axis": 0}, lambda x: F.softmax(x, 0)),
    Row("softplus", {}, softplus),
    Row("softsign", {}, F.softsign, kinks=(0.0,)),
    Row("sparse_plus", {}, lambda x: torch.where(x <= -1, 0.0, torch.where(x < 1, (x + 1) ** 2 / 4, x))),
    Row("sparse_sigmoid", {}, lambda x: F.hardtanh((x + 1) / 2, 0.0, 1.0), kinks=(1.0, -1.0)),
    Row("sparsemax", {}, lambda x: sparsemax(x, -1)),
    Row("sparsemax", {"axis": 0}, lambda x: sparsemax(x, 0)),
    Row("squareplus", {}, lambda x: (x + torch.sqrt(x * x + 4)) / 2),
    Row("squareplus", {"b": 2.0}, lambda x: (x + torch.sqrt(x * x + 2)) / 2),
    Row("swish", {}, F.silu),
    Row("tanh", {}, torch.tanh),
    Row("tanh_shrink", {}, F.tanhshrink),
    Row("threshold", {"threshold": 0.3, "default_value": -1.0}, lambda x: F.threshold(x, 0.3, -1.0), kinks=(0.3,)),
]
SHAPES = [(4, 6), (2, 4, 6), (2, 2), (64, 10)]
ALONG_AN_AXIS = ("glu", "log_softmax", "softmax", "sparsemax")
#: Numbers at which a formula that is not written with care overflows, or loses its digits.
EXTREME = np.array([1e4, -1e4, 750.0, -750.0, 100.0, -100.0, 20.5, -20.5, 1e-8, -1e-8, 1e-30, 0.0])


def points(shape: tuple[int, ...], dtype: str) -> np.ndarray:
    return np.random.default_rng(3).normal(0, 2, shape).astype(dtype)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("row", ROWS, ids=str)
def test_double_precision(row, shape):
    hold(lambda x: row.covers(x, **row.params), [points(shape, "float64")], row.by_hand)


@pytest.mark.parametrize("at", [-1.3, 0.7])
@pytest.mark.parametrize("row", [row for row in ROWS if row.name not in ALONG_AN_AXIS], ids=str)
def test_a_single_number(row, at):
    hold(lambda x: row.covers(x, **row.params), [np.array(at)], row.by_hand)


@pytest.mark.parametrize(
    "given", [[[-2, -1], [1, 2]], np.array([[-2, -1], [1, 2]]), np.array([[0, 0], [1, 1]]) > 0], ids=repr
)
@pytest.mark.parametrize("row", [row for row in ROWS if row.name != "linear"], ids=str)
def test_integers_are_taken_as_numbers(row, given):
    found = row.covers(given, **row.params)
    assert found.dtype == np.float32
    expected = row.by_hand(torch.tensor(np.array(given), dtype=torch.float32)).numpy()
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_single_precision(row):
    hold(lambda x: row.covers(x, **row.params), [points((4, 6), "float32")], row.by_hand)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("row", [row for row in ROWS if row.name != "exponential"], ids=str)
def test_extreme_numbers(row, dtype):
    x = np.where(np.isin(EXTREME, row.kinks), 0.25, EXTREME).reshape(2, 6).astype(dtype)
    hold(lambda x: row.covers(x, **row.params), [x], row.by_hand, floor=1.0)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("row", [row for row in ROWS if row.kinks], ids=str)
def test_the_derivative_at_a_kink(row, dtype):
    x = np.array(row.kinks, dtype)
    below, above = np.nextafter(x, x.dtype.type(-np.inf)), np.nextafter(x, x.dtype.type(np.inf))
    hold(lambda x: row.covers(x, **row.params), [np.concatenate([below, x, above])], row.by_hand, order=1)


@pytest.mark.parametrize("axis", [-1, 0])
@pytest.mark.parametrize("name", ["softmax", "log_softmax", "sparsemax"])
def test_ties(name, axis):
    by_hand = next(row.by_hand for row in ROWS if row.name == name and row.params.get("axis", -1) == axis)
    x = np.array([[1.0, 1.0, 1.0, 1.0], [1.0, 0.75, 1.0, 0.75], [0.0, 0.0, 0.0, 0.0], [3.0, 3.0, 3.0, -1e4]])
    hold(lambda x: getattr(activations, name)(x, axis=axis), [x], by_hand)


def test_softmaxes_along_several_axes():
    x = points((3, 4, 5), "float64")
    for name in ("softmax", "log_softmax"):
        flat = getattr(F, name)
        hold(
            lambda x, name=name: getattr(activations, name)(x, axis=(0, 2)),
            [x],
            lambda x, flat=flat: flat(x.movedim(1, 0).reshape(4, 15), -1).reshape(4, 3, 5).movedim(0, 1),
        )


@pytest.mark.parametrize("row", [row for row in ROWS if "axis" not in row.params], ids=str)
def test_no_samples(row):
    hold(lambda x: row.covers(x, **row.params), [np.zeros((0, 4))], None)


def test_the_tail_of_the_normal_distribution():
    """``gelu`` keeps its digits where the probability is 1e-300, as ``x erfc(-x / sqrt(2)) / 2`` does."""
    x = np.concatenate([np.linspace(-37, -1, 200), [-0.4687499 * 2**0.5, -4 * 2**0.5, -5.6568]])
    given = torch.tensor(x, requires_grad=True)
    expected = given * torch.special.erfc(-given * 0.5**0.5) / 2
    expected.sum().backward()
    with beras.GradientTape() as tape:
        watched = tape.watch(x)
        found = activations.gelu(watched)
    np.testing.assert_allclose(found.numpy(), expected.detach().numpy(), rtol=2e-12, atol=0)
    np.testing.assert_allclose(tape.gradient(found, watched), given.grad.numpy(), rtol=2e-12, atol=0)
