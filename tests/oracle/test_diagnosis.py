"""Every mistake planted into the kernel's gradient of a Dense layer is found, for several shapes and precisions."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest

from beras.oracle.diagnosis import Clues, Diagnosis, diagnose
from beras.oracle.diagnosis.table import ABSENT, EXACT, VAGUE
from tests.oracle.test_diagnosis_gradients import SHAPES, Dense, dense


@dataclass(frozen=True)
class Planted:
    """A mistake: its key, what it makes of the layer's kernel gradient, and words that the answer must hold."""

    key: str
    plant: Callable[[Dense, np.ndarray], np.ndarray | None]
    says: str = ""

    def __repr__(self) -> str:
        return f"{self.key}: {self.says}"


def at(index: object, value: Callable[[np.ndarray], object]) -> Callable[[Dense, np.ndarray], np.ndarray]:
    """Plant something at one place only."""

    def plant(layer: Dense, right: np.ndarray) -> np.ndarray:
        ours = right.copy()
        ours[index] = value(right[index])
        return ours

    return plant


def shift(right: np.ndarray, axis: int, step: int) -> np.ndarray:
    ours = np.roll(right, step, axis)
    np.moveaxis(ours, axis, 0)[0 if step > 0 else -1] = 0
    return ours


def shuffle(right: np.ndarray, axis: int) -> np.ndarray:
    order = np.random.default_rng(3).permutation(right.shape[axis])
    while right.shape[axis] > 2 and (np.all(np.diff(order) > 0) or np.all(np.diff(order) < 0)):
        order = np.roll(order, 1) if order[0] != right.shape[axis] - 1 else order[[1, 0, *range(2, len(order))]]
    return np.take(right, order, axis)


PLANTED = [
    Planted("missing", lambda layer, g: None, "is missing (None)"),
    Planted("not numbers", lambda layer, g: g * 1j, "complex"),
    Planted("zero", lambda layer, g: 0 * g, "zero everywhere"),
    Planted("nan", at((1, 2), lambda g: np.nan), "at entry (1, 2)"),
    Planted("nan", at(slice(0, 1), lambda g: np.nan), "in row 0 (the first)"),
    Planted("infinite", at((slice(None), 1), lambda g: np.inf), "in column 1"),
    Planted("infinite", at((slice(None), 1), lambda g: np.inf), "the others are right"),
    Planted("sign", lambda layer, g: -g, "minus the right one everywhere: is a minus sign lost, or one too many?"),
    Planted("not averaged", lambda layer, g: g * len(layer.x), "is the average over the batch"),
    Planted("averaged", lambda layer, g: g / len(layer.x), "averaged over the batch"),
    Planted("not averaged", lambda layer, g: g * g.shape[1], "the units"),
    Planted("averaged", lambda layer, g: g / g.shape[0], "the inputs"),
    Planted("sign and not averaged", lambda layer, g: -g * len(layer.x), "is a minus sign lost or one too many, and"),
    Planted("sign and averaged", lambda layer, g: -g / len(layer.x), "minus 1/"),
    Planted("doubled", lambda layer, g: 2 * g, "2 times the right one"),
    Planted("halved", lambda layer, g: g / 2, "1/2 of the right one"),
    Planted("factor", lambda layer, g: 0.3719 * g, "0.3719 times the right one everywhere"),
    Planted("sign and factor", lambda layer, g: -0.3719 * g, "minus 0.3719 times"),
    Planted("factor", lambda layer, g: 13.7 * g, "13.7 times"),
    Planted("reversed", lambda layer, g: g[::-1], "back to front along axis 0"),
    Planted("reversed", lambda layer, g: g[:, ::-1], "back to front along axis 1"),
    Planted("shifted", lambda layer, g: shift(g, 0, 1), "moved up by one along axis 0"),
    Planted("shifted", lambda layer, g: shift(g, 1, -1), "moved down by one along axis 1"),
    Planted("shifted", lambda layer, g: shift(g, 1, -1), "zero comes in"),
    Planted("shifted", lambda layer, g: np.roll(g, 1, 0), "comes in at the other"),
    Planted("permuted", lambda layer, g: shuffle(g, 0), "along axis 0"),
    Planted("summed", lambda layer, g: np.broadcast_to(g.sum(0), g.shape), "sum of the right one over axis 0"),
    Planted("averaged over an axis", lambda layer, g: np.broadcast_to(g.mean(0), g.shape), "mean of the right one"),
    Planted("running sum", lambda layer, g: np.cumsum(g, 0), "from the first"),
    Planted("running sum", lambda layer, g: np.cumsum(g[:, ::-1], 1)[:, ::-1], "from the last"),
    Planted("sign lost", lambda layer, g: np.abs(g), "absolute value"),
    Planted("positive part", lambda layer, g: np.maximum(g, 0), "where that is positive"),
    Planted("only signs", lambda layer, g: np.sign(g), "is the sign of the right one"),
    Planted("clipped", lambda layer, g: np.clip(g, -np.median(abs(g)), np.median(abs(g))), "clipped at"),
    Planted("integers", lambda layer, g: np.trunc(300 * g / np.abs(g).max()).astype(int), ""),
    Planted("constant added", lambda layer, g: g + 0.25, "plus 0.25 in each place"),
    Planted("constant added", lambda layer, g: g - 0.25, "plus -0.25 in each place"),
    Planted("value added", lambda layer, g: g + 0.01 * layer.kernel, "plus 0.01 times kernel itself"),
    Planted("value missing", lambda layer, g: g - 0.01 * layer.kernel, "minus 0.01 times kernel itself"),
    Planted("sign added", lambda layer, g: g + 0.02 * np.sign(layer.kernel), "plus 0.02 times the sign of kernel"),
    Planted("sign missing", lambda layer, g: g - 0.02 * np.sign(layer.kernel), "minus 0.02 times the sign"),
    Planted("value itself", lambda layer, g: layer.kernel, "is kernel itself"),
    Planted("times value", lambda layer, g: g * layer.kernel, "times kernel, entry by entry"),
    Planted("without value", lambda layer, g: g / layer.kernel, "divided by kernel"),
    Planted("region: one entry", at((2, 1), lambda g: g + 1), "wrong only at entry (2, 1)"),
    Planted("region: one entry", at((-1, -1), lambda g: 0), "it is zero there"),
    Planted("region: slice", at(-1, lambda g: 0 * g), "(the last)"),
    Planted("region: slice", at(-1, lambda g: 0 * g), "it is zero there"),
    Planted("region: slice", at(2, lambda g: -g), "in row 2"),
    Planted("region: slice", at(2, lambda g: -g), "it is minus the right one there"),
    Planted("region: slice", at((slice(None), 0), lambda g: g + 0.1), "in column 0 (the first)"),
    Planted("region: slice", at(slice(0, 2), lambda g: g + 0.1), "in rows 0 to 1 (the first 2)"),
    Planted("factor per slice", lambda layer, g: g * np.linspace(0.3, 2.1, len(g))[:, None], "from 0.3 to 2.1"),
    Planted("few digits", lambda layer, g: g * (1 + 1e-3 * np.cos(np.arange(g.size).reshape(g.shape))), "digits only"),
]


@pytest.mark.parametrize("precision", [np.float64, np.float32])
@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("planted", PLANTED, ids=repr)
def test_a_planted_mistake_is_named(planted, shape, seed, precision):
    layer = dense(shape, seed)
    right, clues = layer.d_kernel, layer.clues("kernel")
    if planted.key == "integers":
        right = 300 * right / np.abs(right).max()
        ours = planted.plant(layer, right)
    elif precision is np.float32:
        ours = planted.plant(layer.in_float32(), layer.in_float32().d_kernel)
    else:
        ours = planted.plant(layer, right)
    found = diagnose(ours, right, clues)
    assert isinstance(found, Diagnosis)
    assert (found.mistake, planted.says in str(found)) == (planted.key, True), str(found)
    assert "perhaps" not in str(found)
    assert str(found).startswith("your gradient for kernel ")
    assert str(found)[-1] in "?."
    assert "{" not in str(found)


@pytest.mark.parametrize("shape", [(10, 10, 10), (64, 20, 20)], ids=str)
@pytest.mark.parametrize("factor", [1, -1, 10, 0.3719])
def test_square_and_transposed(shape, factor):
    layer = dense(shape)
    right = layer.d_kernel
    found = diagnose(factor * right.T, right, layer.clues("kernel"))
    assert found.mistake.split(" and ")[0] == "transposed"
    more = {1: [], -1: ["sign"], 0.3719: ["factor"]}.get(factor)
    assert more is None or found.mistake.split(" and ")[1:] == more


def test_a_transpose_that_changes_nothing_is_not_claimed():
    rng = np.random.default_rng(0)
    right = rng.normal(size=(6, 6))
    right = right + right.T
    assert diagnose(32 * right, right, dense((32, 6, 6)).clues("kernel")).mistake == "not averaged"
    assert diagnose(right**3, right, dense((32, 6, 6)).clues("kernel")) is None


@pytest.mark.parametrize("shape", [(32, 784, 10), (7, 5, 3), (5, 6, 4)], ids=str)
def test_reshaped_where_it_must_be_transposed(shape):
    layer = dense(shape)
    right = layer.d_kernel
    laid_down = right.T.reshape(right.shape)
    read = right.reshape(right.shape[::-1]).T
    for ours in (
        laid_down,
        read,
        right.ravel(order="F").reshape(right.shape),
        right.ravel().reshape(right.shape, order="F"),
    ):
        found = diagnose(ours, right, layer.clues("kernel"))
        assert found.mistake == "reshaped", str(found)


def test_more_axes_exchanged_and_reshaped():
    right = np.random.default_rng(0).normal(size=(4, 3, 3, 5))
    clues = Clues("filters", {"filters": 5})
    assert diagnose(right.transpose(0, 2, 1, 3), right, clues).mistake == "transposed"
    assert "(0, 2, 1, 3)" in str(diagnose(right.transpose(0, 2, 1, 3), right, clues))
    assert diagnose(right.transpose(3, 0, 1, 2).reshape(right.shape), right, clues).mistake == "reshaped"
    assert diagnose(right[:, :, ::-1], right, clues).mistake == "reversed"
    assert diagnose(right[:, ::-1, ::-1], right, clues).mistake == "scrambled"


def test_the_order_of_a_vector():
    layer = dense((32, 20, 10))
    right, clues = layer.d_bias, layer.clues("bias")
    assert diagnose(np.sort(right), right, clues).mistake == "sorted"
    assert "downwards" in str(diagnose(np.sort(right)[::-1], right, clues))
    assert "turned by 3 places" in str(diagnose(np.roll(right, 3), right, clues))
    assert diagnose(np.random.default_rng(0).permutation(right), right, clues).mistake == "permuted"
    d_x = layer.d_x
    flat = np.random.default_rng(0).permutation(d_x.ravel()).reshape(d_x.shape)
    found = diagnose(flat, d_x, layer.clues("x"))
    assert found.mistake == "scrambled"
    source, place = (tuple(map(int, text.split(")")[0].split(", "))) for text in str(found).split("(")[2:4])
    assert flat[place] == d_x[source] != d_x[place]


def test_a_region_goes_before_the_numbers_in_other_places():
    layer = dense((4, 3, 2))
    ours = layer.d_kernel.copy()
    ours[2] *= -1
    found = diagnose(ours, layer.d_kernel, layer.clues("kernel"))
    assert found.mistake == "region: slice", "with two classes a row negated is a row with its numbers exchanged"


def test_rows_that_are_nearly_right_are_not_called_right():
    for seed in range(4):
        layer = dense((32, 784, 10), seed)
        ours = layer.d_x * np.linspace(0.3, 2.1, 32)[:, None]
        assert diagnose(ours, layer.d_x, layer.clues("x")).mistake == "factor per slice"


def test_precision():
    layer = dense((32, 20, 10))
    right, clues = layer.d_kernel, layer.clues("kernel")
    rounded = layer.in_float32().d_kernel
    assert diagnose(rounded.astype(np.float64), right, clues).mistake == "single precision"
    assert diagnose(rounded.astype(np.float64), right, clues, tolerance=1e-10).mistake == "single precision"
    assert diagnose(rounded, right, clues) is None, "float32 is as right as it can be"
    noisy = right * (1 + 2e-7 * np.random.default_rng(0).normal(size=right.shape))
    found = diagnose(noisy, right, clues, tolerance=1e-10)
    assert found.mistake == "single precision"
    assert "perhaps" in str(found)
    assert diagnose(right.astype(np.float16).astype(np.float64), right, clues).mistake == "half precision"
    assert diagnose(right.astype(np.float16), right, clues) is None


def test_kinks_and_masks_are_named_by_the_value():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(8, 6))
    x.ravel()[::7] = 0
    g = rng.normal(size=x.shape)
    clues = Clues("input x", {"batch": 8}, value=x)
    right = g * (x > 0)
    assert diagnose(g * (x >= 0), right, clues).mistake == "region: zero"
    x = x + 0.01
    clues = Clues("input x", {"batch": 8}, value=x)
    elu = g * np.where(x > 0, 1, np.exp(x))
    assert diagnose(g * np.where(x > 0, 1, np.exp(x) - 1), elu, clues).mistake == "region: negative"
    assert "where input x is negative" in str(diagnose(g * (x > 0), elu, clues))
    assert diagnose(g * np.where(x > 0, 1.5, np.exp(x)), elu, clues).mistake == "region: positive"
    clues = Clues("input x", {"batch": 8})
    assert diagnose(g, g * (x > 0), clues).mistake == "region: not masked"


def test_the_diagonal_of_a_jacobian():
    s = np.random.default_rng(0).dirichlet(np.ones(7))
    right = np.diag(s) - np.outer(s, s)
    clues = Clues("logits", {"classes": 7})
    assert diagnose(-np.outer(s, s), right, clues).mistake == "region: diagonal"
    assert diagnose(np.diag(s), right, clues) is None
    found = diagnose(np.diag(np.diag(right)), right, clues)
    assert found.mistake in ("region: off diagonal", "positive part"), str(found)
    signed = right + np.diag(-3 * s)
    assert diagnose(np.diag(np.diag(signed)), signed, clues).mistake == "region: off diagonal"
    assert diagnose(np.triu(signed), signed, clues).mistake == "region: triangle"


def test_right_in_one_part_only():
    layer = dense((32, 20, 10))
    right, rng = layer.d_x, np.random.default_rng(0)
    ours = rng.normal(size=right.shape)
    ours[0] = right[0]
    found = diagnose(ours, right, layer.clues("x"))
    assert found.mistake == "region: right only slice"
    assert "right only in row 0 (the first)" in str(found)
    some = right.copy()
    some[rng.random(right.shape) < 0.2] += 0.5
    found = diagnose(some, right, layer.clues("x"))
    assert found.mistake == "region: some entries"
    assert f"wrong in {np.count_nonzero(some != right)} of {right.size} entries" in str(found)


def test_a_gradient_that_should_be_zero_or_is_not_finite():
    layer = dense((7, 5, 3))
    zero, clues = np.zeros((5, 3)), layer.clues("kernel")
    assert diagnose(layer.d_kernel, zero, clues).mistake == "not zero"
    assert diagnose(0.1 * layer.kernel, zero, clues).mistake == "value added"
    right = layer.d_kernel.copy()
    right[0, 1] = np.inf
    assert diagnose(layer.d_kernel, right, clues).mistake == "right not finite"
    assert diagnose(right, right, clues) is None
    assert diagnose(2 * right, right, clues).mistake == "doubled"


def test_every_row_of_the_table_is_planted():
    here = {key for planted in PLANTED for key in (planted.key, planted.key.split(": ")[0])}
    elsewhere = {
        "",
        "right not finite",
        "transposed",
        "reshaped",
        "sorted",
        "scrambled",
        "not zero",
        "single precision",
    }
    elsewhere |= {"half precision", "region: right only {region}", "region: some entries", "region: {region}"}
    assert {mistake.key for mistake in (*ABSENT, *EXACT, *VAGUE)} - here == elsewhere


def test_it_is_fast():
    rng = np.random.default_rng(0)
    right, ours, value = (rng.normal(size=(784, 256)) for _ in range(3))
    clues = Clues("kernel", {"batch": 32, "inputs": 784, "units": 256}, value=value)
    times = []
    for _ in range(5):
        start = time.perf_counter()
        assert diagnose(ours, right, clues) is None
        times.append(time.perf_counter() - start)
    assert min(times) < 0.1
