"""Gradients that come in another shape than the right one."""

from __future__ import annotations

import numpy as np
import pytest

from beras.oracle.diagnosis import Clues, diagnose
from beras.oracle.diagnosis.table import FALLBACK, SHAPES
from tests.oracle.test_diagnosis_gradients import SHAPES as LAYERS
from tests.oracle.test_diagnosis_gradients import dense

WIDE = [(32, 784, 10), (7, 5, 3), (5, 6, 4)]
"""Shapes with a kernel that is not square."""


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("shape", LAYERS, ids=str)
def test_the_bias_gradient_that_is_not_summed(shape, seed):
    layer = dense(shape, seed)
    right, clues = layer.d_bias, layer.clues("bias")
    for precise in (layer, layer.in_float32()):
        found = diagnose(precise.d_logits, right, clues)
        assert found.mistake == "not summed"
        assert f"not summed over axis 0 ({shape[0]}, the batch" in str(found)
        assert "perhaps" not in str(found)
        assert diagnose(-precise.d_logits, right, clues).mistake == "not summed and sign"
        found = diagnose(precise.error, right, clues)
        assert found.mistake == "mean not taken", "the error of the sum of the losses: its mean is right"
        found = diagnose(precise.d_logits / shape[2], right, clues)
        assert found.mistake.startswith("not summed and averaged") or found.mistake == "mean not taken", str(found)


@pytest.mark.parametrize("shape", LAYERS, ids=str)
def test_the_kernel_gradient_of_each_sample(shape):
    layer = dense(shape)
    per_sample = np.einsum("bi,bj->bij", layer.x, layer.d_logits)
    found = diagnose(per_sample, layer.d_kernel, layer.clues("kernel"))
    assert found.mistake == "not summed"
    assert "axis 0" in str(found)
    assert diagnose(per_sample * shape[0], layer.d_kernel, layer.clues("kernel")).mistake == "mean not taken"


@pytest.mark.parametrize("shape", WIDE, ids=str)
def test_transposed_and_reshaped(shape):
    layer = dense(shape)
    right, clues = layer.d_kernel, layer.clues("kernel")
    assert diagnose(right.T, right, clues).mistake == "transposed"
    assert diagnose(shape[0] * layer.in_float32().d_kernel.T, right, clues).mistake.startswith("transposed and")
    assert diagnose(-right.T, right, clues).mistake == "transposed and sign"
    assert diagnose(0.3719 * right.T, right, clues).mistake == "transposed and factor"
    found = diagnose(right.ravel(), right, clues)
    assert (found.mistake, "row by row" in str(found)) == ("flattened", True)
    found = diagnose(right.ravel(order="F"), right, clues)
    assert (found.mistake, "column by column" in str(found)) == ("flattened", True)
    found = diagnose(right.reshape(right.shape[::-1]), right, clues)
    assert found.mistake == "flattened", "the shape of the transposed, without its order"


def test_axes_of_length_one():
    layer = dense((7, 5, 3))
    right, clues = layer.d_bias, layer.clues("bias")
    for ours in (right[None], right[:, None], right[None, :, None]):
        found = diagnose(ours, right, clues)
        assert found.mistake == "unit axes"
        assert f"shape {ours.shape}, and (3,) is right" in str(found)
    assert diagnose(-7 * right[None], right, clues).mistake == "unit axes and sign and not averaged"
    assert diagnose(right, right[None], clues).mistake == "unit axes"


@pytest.mark.parametrize("kept", [True, False])
def test_summed_where_it_should_not_be(kept):
    layer = dense((32, 20, 10))
    right, clues = layer.d_x, layer.clues("x")
    found = diagnose(right.sum(0, keepdims=kept), right, clues)
    assert (found.mistake, "axis 0 (32, the batch)" in str(found)) == ("summed", True)
    assert diagnose(-right.sum(1, keepdims=kept), right, clues).mistake == "summed and sign"
    assert diagnose(right.mean(0, keepdims=kept), right, clues).mistake == "averaged over an axis"
    total = diagnose(right.sum(keepdims=kept), right, clues)
    assert (total.mistake, "perhaps" in str(total)) == ("summed", True), "one number proves little"
    found = diagnose(np.take(right, [-1] if kept else -1, 0), right, clues)
    assert (found.mistake, "row 31 (the last)" in str(found)) == ("one slice", True)
    assert "row 0 (the first)" in str(diagnose(right[:1] if kept else right[0], right, clues))
    assert "column 3" in str(diagnose(right[:, 3:4] if kept else right[:, 3], right, clues))


def test_repeated_instead_of_summed():
    layer = dense((32, 20, 10))
    right, clues = layer.d_bias, layer.clues("bias")
    found = diagnose(np.tile(right, (32, 1)), right, clues)
    assert (found.mistake, "repeated along axis 0 (32, the batch)" in str(found)) == ("repeated", True)
    assert diagnose(np.tile(right / 32, (32, 1)), right, clues).mistake == "not summed"
    once = np.random.default_rng(0).normal(size=(32, 10))
    once[0] = right
    assert diagnose(once, right, clues).mistake == "shape"


def test_broadcast_axes_of_length_one_that_are_not_summed():
    rng = np.random.default_rng(0)
    full = rng.normal(size=(6, 4, 5))
    clues = Clues("scale", {"batch": 6})
    found = diagnose(full, full.sum((0, 2), keepdims=True), clues)
    assert (found.mistake, "axis 0 (6, the batch) and axis 2 (5)" in str(found)) == ("not summed", True)
    assert diagnose(full.sum(2, keepdims=True), full.sum((0, 2), keepdims=True), clues).mistake == "not summed"
    found = diagnose(full, full.sum(), clues)
    assert (found.mistake, "perhaps" in str(found)) == ("not summed", True)


def test_cut_and_padded():
    layer = dense((7, 5, 3))
    right, clues = layer.d_kernel, layer.clues("kernel")
    found = diagnose(right[:-1], right, clues)
    assert (found.mistake, "without row 4 (the last)" in str(found)) == ("cut", True)
    assert "without column 0 (the first)" in str(diagnose(right[:, 1:], right, clues))
    assert "without rows 0 to 2 (the first 3)" in str(diagnose(right[3:], right, clues))
    found = diagnose(np.vstack([right, layer.d_bias]), right, clues)
    assert (found.mistake, "row 5 (the last) too many" in str(found)) == ("padded", True)
    assert "row 0 (the first) too many" in str(diagnose(np.vstack([layer.d_bias, right]), right, clues))


def test_another_shape_with_other_numbers_says_no_more_than_that():
    rng = np.random.default_rng(0)
    for ours, right in [
        ((3, 4), (4, 3)),
        ((3,), (3, 4)),
        ((2, 3, 4), (3, 4)),
        ((12,), (3, 4)),
        ((0, 4), (3, 4)),
        ((), (3,)),
    ]:
        found = diagnose(rng.normal(size=ours), rng.normal(size=right), Clues("w", {"batch": 3}))
        assert found.mistake == "shape"
        assert f"has shape {ours} where {right} is right" in str(found)


def test_every_row_of_the_table_is_planted():
    planted = {"transposed", "unit axes", "repeated", "not summed", "mean not taken", "one slice", "summed", "shape"}
    planted |= {"averaged over an axis", "cut", "padded", "flattened"}
    assert {mistake.key for mistake in (*SHAPES, *FALLBACK)} == planted
