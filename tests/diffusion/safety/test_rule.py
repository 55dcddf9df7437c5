"""The rule in NumPy, against the library's own loop, one picture and one number at a time."""

from __future__ import annotations

import numpy as np
import pytest

from beras.diffusion.safety.rule import judge


def one_by_one(special, concepts, special_thresholds, concept_thresholds):
    """Return (special scores, concept scores, adjustment) of one picture, as the loop of diffusers has it."""
    adjustment, special_scores, concept_scores = 0.0, [], []
    for cosine, threshold in zip(special, special_thresholds, strict=True):
        special_scores.append(round(cosine - threshold.item() + adjustment, 3))
        if special_scores[-1] > 0:
            adjustment = 0.01
    for cosine, threshold in zip(concepts, concept_thresholds, strict=True):
        concept_scores.append(round(cosine - threshold.item() + adjustment, 3))
    return special_scores, concept_scores, adjustment


def f32(*values):
    return np.array(values, np.float32)


@pytest.mark.parametrize("seed", range(20))
def test_scores_are_those_of_the_loop_to_the_bit(seed):
    rng = np.random.default_rng(seed)
    special, concepts = rng.uniform(-1, 1, (40, 3)), rng.uniform(-1, 1, (40, 17))
    thresholds = rng.uniform(-0.5, 0.5, 3), rng.uniform(0, 1, 17)
    # Half of the pictures are put at the edges, a few units in the last place apart.
    edge = rng.integers(-30, 30, (20, 17)) * 0.0005
    concepts[:20] = thresholds[1] + edge + rng.integers(-2, 3, (20, 17)) * 6e-8
    given = [np.asarray(a, np.float32) for a in (special, concepts, *thresholds)]
    found = judge(*given)
    for picture in range(40):
        truth = one_by_one(given[0][picture], given[1][picture], given[2], given[3])
        assert found.special_scores[picture].tolist() == [float(s) for s in truth[0]]
        assert found.concept_scores[picture].tolist() == [float(s) for s in truth[1]]
        assert found.adjustment[picture] == np.float32(truth[2])


@pytest.mark.parametrize(
    ("above", "flagged"), [(0.0004, False), (0.00049, False), (0.00051, True), (0.0006, True), (0.0, False)]
)
def test_up_to_half_a_thousandth_above_the_threshold_is_not_flagged(above, flagged):
    found = judge(f32([-1]), f32([0.25 + above]), f32(0), f32(0.25))
    assert (found.concept_scores[0, 0] > 0) == flagged


def test_special_care_lowers_the_later_thresholds_by_a_hundredth():
    # Special concept 1 is above its threshold, so 2 and the concepts are judged 0.01 lower, and 0 is not.
    found = judge(f32([-0.005, 0.5, -0.005]), f32([-0.005, -0.02]), f32(0, 0.4, 0), f32(0, 0))
    np.testing.assert_array_equal(found.special_scores, f32([-0.005, 0.1, 0.005]))
    np.testing.assert_array_equal(found.concept_scores, f32([0.005, -0.01]))
    assert found.adjustment.tolist() == [np.float32(0.01)]


def test_special_care_of_one_picture_does_not_reach_the_next():
    found = judge(f32([0.5], [-0.5]), f32([-0.005], [-0.005]), f32(0), f32(0))
    assert (found.concept_scores > 0).tolist() == [[True], [False]]


def test_all_is_float32():
    assert {part.dtype for part in judge(f32([0.1]), f32([0.1]), f32(0), f32(0))} == {np.dtype("float32")}
