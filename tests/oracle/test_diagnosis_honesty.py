"""Nothing is claimed that the numbers do not show."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beras.oracle.diagnosis import Clues, diagnose
from beras.oracle.diagnosis.table import ABSENT, EXACT, FALLBACK, SHAPES, VAGUE
from tests.oracle.test_diagnosis_gradients import SHAPES as LAYERS
from tests.oracle.test_diagnosis_gradients import dense

SIZES = {"batch": 32, "inputs": 784, "units": 10}

shapes = st.lists(st.integers(1, 6), min_size=0, max_size=4).map(tuple) | st.sampled_from([(784, 10), (64, 64), (300,)])


@settings(max_examples=200, deadline=None, derandomize=True)
@given(shapes, st.integers(0, 2**32), st.sampled_from([np.float64, np.float32]), st.floats(-12, 12))
def test_unrelated_gradients_get_no_diagnosis(shape, seed, dtype, scale):
    rng = np.random.default_rng(seed)
    right, ours, value = (rng.normal(size=shape) for _ in range(3))
    found = diagnose((ours * 10**scale).astype(dtype), right, Clues("w", SIZES, value=value))
    assert found is None, str(found)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(shapes, st.integers(0, 2**32), st.floats(0.05, 0.95))
def test_gradients_that_are_wrong_in_random_entries_get_a_region_at_most(shape, seed, share):
    rng = np.random.default_rng(seed)
    right, value = rng.normal(size=shape), rng.normal(size=shape)
    wrong = rng.random(shape) < share
    ours = np.where(wrong, rng.normal(size=shape), right)
    found = diagnose(ours, right, Clues("w", SIZES, value=value))
    if not wrong.any() or wrong.all():
        assert found is None
    elif np.count_nonzero(wrong) <= wrong.size / 2:
        assert found.mistake.startswith("region: "), str(found)
    else:
        assert found is None or found.mistake.startswith("region: "), str(found)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("shape", LAYERS, ids=str)
@pytest.mark.parametrize("name", ["kernel", "bias", "x"])
def test_a_right_gradient_gets_none(name, shape, seed):
    layer = dense(shape, seed)
    right, clues = getattr(layer, f"d_{name}"), layer.clues(name)
    assert diagnose(right, right, clues) is None
    assert diagnose(right.copy(), right, clues) is None
    assert diagnose(getattr(layer.in_float32(), f"d_{name}"), right, clues) is None
    assert diagnose(right * (1 + 1e-14), right, clues) is None
    assert diagnose(right + 1e-9 * np.abs(right).max(), right, clues) is None
    assert diagnose(np.asfortranarray(right), right, clues) is None


def test_a_right_gradient_of_odd_kinds_gets_none():
    clues = Clues("w", SIZES)
    for right in (np.zeros(3), np.array(0.0), np.ones((2, 2)), np.array([]), np.zeros((0, 3)), np.array(5.0)):
        assert diagnose(right, right, clues) is None
    assert diagnose(np.array([1, 2, 3]), np.array([1.0, 2.0, 3.0]), clues) is None
    assert diagnose(np.array([1 + 0j, 2, 3]), np.array([1.0, 2.0, 3.0]), clues) is None
    assert diagnose(np.array([1, 2, 3], dtype=object), np.array([1.0, 2.0, 3.0]), clues) is None
    assert diagnose([1.0, 2.0, 3.0], np.array([1.0, 2.0, 3.0]), clues) is None
    strange = np.array([np.nan, np.inf, -np.inf, 1.0])
    assert diagnose(strange, strange.copy(), clues) is None


def test_with_a_single_entry_only_named_lengths_count():
    clues = Clues("scale", SIZES, value=np.array(0.7))
    right = np.array([0.3])
    found = diagnose(32 * right, right, Clues("scale", SIZES, value=right))
    assert (found.mistake, "perhaps" in found.sentence) == ("not averaged", True)
    assert diagnose(-right, right, Clues("scale", SIZES)).mistake == "sign"
    for factor in (0.37, 3, 1.1, 32.01, 320, 3.2, 64, -0.37):
        assert diagnose(factor * right, right, Clues("scale", SIZES, value=np.array([0.7]))) is None, factor
    assert diagnose(np.array(9.6), np.array(0.3), clues).mistake == "not averaged"
    assert diagnose(np.array(0.5), np.array(0.3), clues) is None


def test_a_few_numbers_that_are_nearly_right_prove_nothing():
    clues = Clues("b", SIZES)
    for right in (np.array(0.3), np.array([0.3, -0.8]), np.full(9, 0.3)):
        assert diagnose(right * 1.001 + 1e-4 * np.arange(right.size).reshape(right.shape), right, clues) is None
        assert diagnose(right.astype(np.float32).astype(float), right, clues) is None
        assert diagnose(right.astype(np.float16).astype(float), right, clues) is None


def test_an_array_of_one_number_is_a_single_entry():
    right = np.full((6, 5), 0.3)
    clues = Clues("w", SIZES, value=np.random.default_rng(0).normal(size=right.shape))
    for factor in (0.37, 3, 1.1, 320):
        assert diagnose(factor * right, right, clues) is None, factor
    found = diagnose(32 * right, right, clues)
    assert (found.mistake, "perhaps" in found.sentence) == ("not averaged", True)
    assert diagnose(np.zeros((6, 5)), right, clues).mistake == "zero"


def test_one_number_beside_which_all_others_vanish_is_a_single_entry():
    right = np.random.default_rng(0).normal(size=(6, 5)) * 1e-9
    right[2, 3] = 1.0
    ours = 0.37 * right + np.random.default_rng(1).normal(size=(6, 5)) * 1e-9
    assert diagnose(ours, right, Clues("w", SIZES)) is None
    assert diagnose(32 * right, right, Clues("w", SIZES)).sentence.endswith("too few different numbers to be sure)")


def test_two_numbers_are_perhaps():
    clues = Clues("b", SIZES)
    right = np.array([0.3, -0.8])
    assert diagnose(np.array([0.5, 0.3]), right, clues) is None, "one number in the next place is no shift"
    for ours, mistake in [
        (np.array([0, 0.3]), "shifted"),
        (32 * right, "not averaged"),
        (right[::-1], "reversed"),
        (right + 0.25, "constant added"),
    ]:
        found = diagnose(ours, right, clues)
        assert (found.mistake, "perhaps" in found.sentence) == (mistake, True)
    found = diagnose(0.37 * right, right, clues)
    assert (found.mistake, "perhaps" in found.sentence) == ("factor", True)


def test_a_right_gradient_of_zeros():
    zero, clues = np.zeros((4, 3)), Clues("w", SIZES, value=np.random.default_rng(0).normal(size=(4, 3)))
    assert diagnose(zero, zero, clues) is None
    assert diagnose(np.random.default_rng(1).normal(size=(4, 3)), zero, clues).mistake == "not zero"
    assert diagnose(np.ones((4, 3)), zero, clues).mistake == "not zero"
    assert diagnose(np.ones((4, 2)), zero, clues).mistake == "shape"


def test_more_than_one_mistake_at_once_is_not_taken_for_one():
    layer = dense((32, 20, 10))
    right, clues, rng = layer.d_kernel, layer.clues("kernel"), np.random.default_rng(0)
    for ours in (
        32 * right + 0.3 * rng.normal(size=right.shape),
        right * rng.uniform(0.5, 2, right.shape),
        right + 0.01 * layer.kernel**2 + 0.02 * np.sin(layer.kernel),
        right**2,
        np.tanh(30 * right),
    ):
        assert diagnose(ours, right, clues) is None


def test_what_one_entry_shows_is_not_told_of_all():
    clues = Clues("b", SIZES)
    right = np.array([0.3, 0.9, 0.5, -0.7, 0.1, 0.2])
    for place, number in [(3, 0.7), (3, 0.0), (1, 0.7)]:
        ours = right.copy()
        ours[place] = number
        assert diagnose(ours, right, clues).mistake == "region: one entry"
    assert diagnose(np.array([0.3, 0.6]), np.array([0.3, 0.3]), clues).mistake == "region: one entry"


def test_a_row_of_zeros_is_no_shift_where_all_rows_are_equal():
    right = np.tile(np.random.default_rng(0).normal(size=4), (6, 1))
    ours = right.copy()
    ours[0] = 0
    assert diagnose(ours, right, Clues("w", SIZES)).mistake == "region: slice"


def test_an_addition_must_explain_the_whole_difference():
    layer = dense((32, 20, 10))
    right, rng = layer.d_kernel, np.random.default_rng(0)
    noise = rng.uniform(-1, 1, size=right.shape)
    for what in (1.0, layer.kernel, np.sign(layer.kernel)):
        assert diagnose(right + 0.25 * what + 1e-4 * noise, right, layer.clues("kernel")) is None
        small = np.abs(right).max() * (1.2e-3 * what + 0.8e-3 * noise)
        found = diagnose(right + small, right, layer.clues("kernel"), tolerance=1e-3)
        assert found is None or found.mistake.startswith(("few", "region")), str(found)


def test_noise_beyond_the_tolerance_hides_a_factor():
    layer = dense((32, 20, 10))
    right, rng = layer.d_kernel, np.random.default_rng(0)
    ours = 32 * right * (1 + 1e-4 * rng.normal(size=right.shape))
    assert diagnose(ours, right, layer.clues("kernel")) is None
    assert diagnose(ours, right, layer.clues("kernel"), tolerance=1e-3).mistake == "not averaged"


def test_the_arrays_are_left_alone():
    layer = dense((7, 5, 3))
    right, ours, value = layer.d_kernel, layer.d_kernel * 3, layer.kernel
    kept = [a.copy() for a in (right, ours, value)]
    ours[0, 0] = kept[1][0, 0] = np.nan
    right[1, 1] = kept[0][1, 1] = np.inf
    for a in (right, ours, value):
        a.setflags(write=False)
    diagnose(ours, right, Clues("kernel", layer.sizes, value=value))
    for a, b in zip((right, ours, value), kept, strict=True):
        np.testing.assert_array_equal(a, b)


def test_every_row_has_its_texts():
    for mistake in (*ABSENT, *SHAPES, *EXACT, *VAGUE, *FALLBACK):
        assert mistake.sentence.split()[0] in {"is", "has", "holds", "agrees"}, mistake
        assert mistake.fix[-1] in "?.}", mistake
