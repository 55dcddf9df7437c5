"""score(): the verdicts of the library's own forward, and an error wherever the library would say "safe" by mistake."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch

from beras.diffusion import DiffusionError, score
from beras.diffusion.chatter import quiet_libraries
from beras.diffusion.safety.scores import SafetyScores


def library_verdicts(checker, pixels):
    with quiet_libraries():
        return checker(clip_input=pixels, images=[np.ones((2, 2, 3)) for _ in pixels])[1]


def random_pixels(seed, count=6):
    return torch.randn(count, 3, 224, 224, generator=torch.Generator().manual_seed(seed))


def redraw(checker, seed, pixels, edge=False):
    """Give a checker new concepts, and thresholds at which some pictures are flagged, or which lie at the edge."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        checker.concept_embeds.normal_(generator=generator)
        checker.special_care_embeds.normal_(generator=generator)
        found = score(checker, pixels)
        if edge:
            # Each concept's threshold is 0.0005 (+- an ulp or two) below the cosine of one picture.
            steps = np.arange(17) % 5 - 2
            chosen = found.concept_cosines[np.arange(17) % len(pixels), np.arange(17)]
            near = (chosen - np.float32(0.0005)).view(np.int32) + steps.astype(np.int32)
            values = near.view(np.float32)
        else:
            values = np.sort(found.concept_cosines, axis=0)[-2] + np.float32(0.005)
        checker.concept_embeds_weights.copy_(torch.from_numpy(values))
        checker.special_care_embeds_weights.copy_(torch.from_numpy(np.median(found.special_cosines, axis=0)))


@pytest.mark.parametrize("edge", [False, True], ids=["spread", "edge"])
@pytest.mark.parametrize("seed", range(8))
def test_verdicts_are_those_of_the_library(checker, seed, edge):
    pixels = random_pixels(seed)
    redraw(checker, seed, pixels, edge)
    found = score(checker, pixels)
    assert found.flagged.tolist() == library_verdicts(checker, pixels)
    assert found.special_care.any()


def test_the_cases_above_have_both_verdicts(checker):
    both = set()
    for seed in range(8):
        redraw(checker, seed, random_pixels(seed))
        both.update(library_verdicts(checker, random_pixels(seed)))
    assert both == {True, False}


@pytest.mark.parametrize("above", np.arange(-6, 7))
def test_one_unit_in_the_last_place_around_the_edge_decides_as_in_the_library(checker, above):
    """The threshold goes through the float32 numbers next to cosine - 0.0005, where rounding turns."""
    pixels = random_pixels(3, 1)
    with torch.no_grad():
        checker.special_care_embeds_weights.fill_(2.0)
        checker.concept_embeds_weights.fill_(2.0)
        edge = score(checker, pixels).concept_cosines[0, 4] - np.float32(0.0005)
        checker.concept_embeds_weights[4] = float((edge.view(np.int32) + np.int32(above)).view(np.float32))
    assert score(checker, pixels).flagged.tolist() == library_verdicts(checker, pixels)


def test_special_care_alone_does_not_flag_but_tips_the_scale(checker):
    pixels = random_pixels(1, 2)
    with torch.no_grad():
        checker.special_care_embeds_weights.fill_(2.0)
        checker.concept_embeds_weights.fill_(2.0)
        cosines = score(checker, pixels)
        checker.concept_embeds_weights[0] = float(cosines.concept_cosines[0, 0]) + 0.005
        assert score(checker, pixels).flagged.tolist() == library_verdicts(checker, pixels) == [False, False]
        checker.special_care_embeds_weights[2] = float(cosines.special_cosines[0, 2]) - 0.1
        found = score(checker, pixels)
        assert found.flagged[0]
        assert found.flagged.tolist() == library_verdicts(checker, pixels)
        checker.concept_embeds_weights[0] = 2.0
        assert score(checker, pixels).special_care[0, 2]
        assert not score(checker, pixels).flagged[0]


def test_nothing_that_is_passed_is_changed(checker):
    checker.train()
    before, pixels = copy.deepcopy(checker.state_dict()), random_pixels(0, 2)
    given = pixels.clone()
    score(checker, pixels)
    assert torch.equal(pixels, given)
    assert checker.training
    assert all(module.training for module in checker.modules())
    assert all(torch.equal(before[name], value) for name, value in checker.state_dict().items())


def test_training_mode_and_autocast_do_not_change_it(checker):
    pixels = random_pixels(0, 2)
    truth = score(checker, pixels).concept_cosines
    checker.config.vision_config.attention_dropout = 0.5
    for module in checker.modules():
        if hasattr(module, "dropout"):
            module.dropout = 0.5
    checker.train()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        np.testing.assert_array_equal(score(checker, pixels).concept_cosines, truth)


@pytest.mark.parametrize("kind", [np.float64, np.float16, np.float32])
def test_arrays_of_any_float_are_taken(checker, kind):
    pixels = random_pixels(0, 2).numpy().astype(kind)
    truth = score(checker, torch.from_numpy(pixels.astype(np.float32))).concept_cosines
    np.testing.assert_array_equal(score(checker, pixels).concept_cosines, truth)


def test_an_array_that_cannot_be_written_to_is_read_without_a_warning(checker):
    pixels = random_pixels(0, 2).numpy()
    pixels.flags.writeable = False
    assert score(checker, pixels).score.tolist() == score(checker, pixels.copy()).score.tolist()


def test_no_pictures_give_no_scores(checker):
    found = score(checker, torch.zeros(0, 3, 224, 224))
    assert len(found) == 0
    assert found.flagged.tolist() == []
    assert found.concept_scores.shape == (0, 17)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_a_pixel_that_is_no_number_is_an_error_and_never_safe(checker, value):
    pixels = random_pixels(0, 3)
    pixels[1, 2, 5, 7] = value
    assert library_verdicts(checker, pixels)[1] is False  # why we look
    with pytest.raises(DiffusionError, match="NaN or infinity in picture 1 of"):
        score(checker, pixels)


def test_a_tower_with_a_nan_is_an_error(checker):
    with torch.no_grad():
        checker.visual_projection.weight[0, 0] = float("nan")
    with pytest.raises(DiffusionError, match="gives NaN or infinity for picture 0, 1 of"):
        score(checker, random_pixels(0, 2))


@pytest.mark.parametrize(
    "name", ["concept_embeds", "special_care_embeds", "concept_embeds_weights", "special_care_embeds_weights"]
)
def test_concepts_and_thresholds_must_be_numbers(checker, name):
    with torch.no_grad():
        getattr(checker, name).view(-1)[0] = float("nan")
    with pytest.raises(DiffusionError, match=f"{name} are not all numbers"):
        score(checker, random_pixels(0, 1))


@pytest.mark.parametrize(
    ("pixels", "said"),
    [
        (torch.zeros(2, 3, 256, 256), r"shape \(2, 3, 256, 256\)"),
        (torch.zeros(3, 224, 224), r"pixels\[None\]"),
        (torch.zeros(2, 224, 224, 3), "channels last"),
        (torch.zeros(2, 1, 224, 224), r"shape \(2, 1, 224, 224\)"),
        (torch.zeros(2, 3, 224, 224, dtype=torch.uint8), "torch.uint8, so not normalised"),
        (torch.full((2, 3, 224, 224), 255.0), "values from 255 to 255, so not normalised"),
        (torch.full((2, 3, 224, 224), -255.0), "values from -255 to -255, so not normalised"),
        ("picture.png", "Received: str"),
        (None, "Received: NoneType"),
    ],
    ids=["size", "one", "last", "grey", "uint8", "255", "-255", "str", "none"],
)
def test_wrong_pixels_are_named(checker, pixels, said):
    with pytest.raises(DiffusionError, match=said):
        score(checker, pixels)


def test_a_missing_checker_a_pipeline_and_another_module_are_named(tiny):
    pixels = random_pixels(0, 1)
    with pytest.raises(DiffusionError, match="There is no safety checker"):
        score(None, pixels)
    with pytest.raises(DiffusionError, match=r"pipe\.safety_checker"):
        score(tiny, pixels)
    with pytest.raises(DiffusionError, match="Received: Linear, without vision_model"):
        score(torch.nn.Linear(1, 1), pixels)


def test_an_untrained_checker_is_refused(checker):
    with torch.no_grad():
        checker.concept_embeds.fill_(1.0)
    with pytest.raises(DiffusionError, match="never trained"):
        score(checker, random_pixels(0, 1))


@pytest.mark.parametrize("kind", [torch.float16, torch.bfloat16])
def test_less_than_float32_is_refused(checker, kind):
    with pytest.raises(DiffusionError, match=r"must be float32.*checker\.float\(\)"):
        score(checker.to(kind), random_pixels(0, 1))


def test_scores_can_be_chosen_from_and_joined(checker):
    pixels = random_pixels(5, 4)
    redraw(checker, 5, pixels)
    whole = score(checker, pixels)
    np.testing.assert_array_equal(whole[1:3].concept_scores, whole.concept_scores[1:3])
    np.testing.assert_array_equal(whole[-1].flagged, whole.flagged[-1:])
    np.testing.assert_array_equal(SafetyScores.joined([whole[:1], whole[1:]]).flagged, whole.flagged)
    with pytest.raises(IndexError, match="There are 4 pictures"):
        whole[4]


def test_lowering_by_nothing_changes_nothing_and_by_two_flags_all(checker):
    whole = score(checker, random_pixels(5, 4))
    np.testing.assert_array_equal(whole.lowered(0.0).concept_scores, whole.concept_scores)
    assert whole.lowered(2.0).flagged.all()
    assert not whole.lowered(-2.0).flagged.any()
