"""validate_pipeline: faults of a pipeline in memory, each with a sentence; and what a library reports of a loading."""

from __future__ import annotations

import pytest
import torch

from beras.diffusion import DiffusionError, meta_networks, validate_pipeline
from beras.diffusion.validate import check_loaded


def change(path, value):
    """Return a fault: the attribute at ``path`` becomes ``value``, or what ``value`` makes of it."""

    def fault(pipe):
        *owners, name = path.split(".")
        owner = pipe
        for each in owners:
            owner = getattr(owner, each)
        setattr(owner, name, value(getattr(owner, name)) if callable(value) else value)

    return fault


def fill(name, value):
    return lambda pipe: getattr(pipe.safety_checker, name).data.fill_(value)


def config(network, **values):
    return lambda pipe: getattr(pipe, network).register_to_config(**values)


def poison(network):
    return lambda pipe: next(getattr(pipe, network).parameters()).data.view(-1)[0].fill_(float("nan"))


FAULTS = {
    "no checker": (change("safety_checker", None), "no safety_checker", "No picture would ever be checked"),
    "no tokenizer": (change("tokenizer", None), "no tokenizer", "Copy or download"),
    "no image processor": (change("feature_extractor", None), "no feature_extractor", "Copy or download"),
    "vocabulary": (
        change("text_encoder.config.vocab_size", 49408),
        "knows 528 tokens and the text encoder 49,408",
        "folder tokenizer",
    ),
    "positions": (change("tokenizer.model_max_length", 99), "up to 99 tokens", "tokenizer_config.json"),
    "width": (config("unet", cross_attention_dim=1024), "32 numbers and the UNet attends to 1024", "Take both"),
    "channels": (config("unet", in_channels=9), "takes 9 channels and the autoencoder has 4", "inpainting has 9"),
    "NaN in the unet": (poison("unet"), "unet has weights that are not finite", "Copy or download"),
    "NaN in the vae": (poison("vae"), "vae has weights that are not finite", "Copy or download"),
    "NaN in the text": (poison("text_encoder"), "text_encoder has weights that are not finite", "Copy or download"),
    "NaN threshold": (
        lambda pipe: pipe.safety_checker.concept_embeds_weights.data[3].fill_(float("nan")),
        "safety_checker has weights that are not finite (concept_embeds_weights",
        "Copy or download",
    ),
    "untrained": (fill("concept_embeds_weights", 1.0), "never trained: all its thresholds are 1", "Copy or download"),
    "no concepts": (fill("concept_embeds", 0.0), "can flag nothing", "Copy or download"),
    "out of reach": (
        lambda pipe: pipe.safety_checker.concept_embeds_weights.data.add_(0.2),
        "the lowest threshold is 1.1",
        "Copy or download",
    ),
    "crop": (
        change("feature_extractor.crop_size", {"height": 200, "width": 224}),
        "200x224 pixels and the safety checker sees 224x224",
        "preprocessor_config.json",
    ),
    "half checker": (lambda pipe: pipe.safety_checker.half(), "computes in float16", "safety_checker.float()"),
}


def test_a_good_pipeline_passes(tiny):
    validate_pipeline(tiny)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_has_its_sentence(tiny_copy, fault):
    make, cause, what_to_do = FAULTS[fault]
    make(tiny_copy)
    with pytest.raises(DiffusionError) as raised:
        validate_pipeline(tiny_copy)
    message = str(raised.value)
    assert cause in message
    assert what_to_do in message
    assert "\n" not in message


def test_all_faults_are_said_at_once(tiny_copy):
    FAULTS["positions"][0](tiny_copy)
    FAULTS["untrained"][0](tiny_copy)
    with pytest.raises(DiffusionError) as raised:
        validate_pipeline(tiny_copy)
    assert len(str(raised.value).splitlines()) == 2


@pytest.mark.parametrize(
    ("threshold", "special", "reachable"), [(1.005, 2.0, False), (1.005, 0.9, True), (1.02, 0.9, False)]
)
def test_special_care_brings_a_threshold_just_above_1_into_reach(tiny_copy, threshold, special, reachable):
    checker = tiny_copy.safety_checker
    checker.concept_embeds_weights.data.fill_(2.0)
    checker.concept_embeds_weights.data[0] = threshold
    checker.special_care_embeds_weights.data.fill_(special)
    if reachable:
        validate_pipeline(tiny_copy)
        # The library agrees: a picture in the direction of both is flagged, and without special care it is not.
        direction = torch.nn.functional.normalize(torch.ones(1, 32))
        for embeds in (checker.concept_embeds, checker.special_care_embeds):
            embeds.data[:] = direction
        checker.vision_model.forward = lambda pixels: (None, None)
        checker.visual_projection.forward = lambda pooled: direction
        assert checker(clip_input=torch.zeros(1), images=[torch.zeros(3)])[1] == [True]
        checker.special_care_embeds_weights.data.fill_(2.0)
        assert checker(clip_input=torch.zeros(1), images=[torch.zeros(3)])[1] == [False]
    else:
        with pytest.raises(DiffusionError, match=r"can flag nothing"):
            validate_pipeline(tiny_copy)


def test_the_crop_of_older_image_processors_is_read(tiny_copy):
    for crop in (224, {"height": 224, "width": 224}):
        tiny_copy.feature_extractor.crop_size = crop
        validate_pipeline(tiny_copy)


def test_weights_without_values_are_not_judged(tiny_copy):
    tiny_copy.safety_checker = meta_networks()["safety_checker"]
    validate_pipeline(tiny_copy)


def test_a_report_with_missing_weights():
    keys = [f"layer.{number}.weight" for number in range(10)]
    with pytest.raises(DiffusionError, match=r"lacks 10 of its weights .*and 7 more.*results would be chance"):
        check_loaded("unet", {"missing_keys": keys})
    with pytest.raises(DiffusionError, match=r"lacks 1 of its weights \(a\).*what it flags would be chance"):
        check_loaded("safety_checker", {"missing_keys": {"a"}})


def test_a_report_with_weights_of_another_shape():
    with pytest.raises(DiffusionError, match=r"1 weights of the vae have another shape"):
        check_loaded("vae", {"missing_keys": [], "mismatched_keys": [("a", (1,), (2,))]})


def test_a_report_with_nothing_but_unknown_keys():
    check_loaded("text_encoder", {"missing_keys": set(), "unexpected_keys": {"position_ids"}, "mismatched_keys": set()})


@pytest.mark.parametrize("thing", [None, 3, "CompVis/stable-diffusion-v1-4"])
def test_what_is_no_pipeline_gets_one_sentence(thing):
    with pytest.raises(DiffusionError, match=rf"Expected a pipeline.*Received: {type(thing).__name__}\.$"):
        validate_pipeline(thing)
