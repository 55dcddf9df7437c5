"""The tiny pipeline: all of Stable Diffusion's parts, random, offline, and the same for the same seed."""

from __future__ import annotations

import json

import pytest
import torch

from beras.diffusion import tiny_pipeline

NETWORKS = ("vae", "text_encoder", "unet", "safety_checker")


def weights(pipe):
    return {f"{n}.{key}": value for n in NETWORKS for key, value in getattr(pipe, n).state_dict().items()}


def test_it_has_the_parts_and_roles_of_v1_4(tiny):
    parts = {name: type(part).__name__ for name, part in tiny.components.items() if part is not None}
    assert parts == {
        "vae": "AutoencoderKL",
        "text_encoder": "CLIPTextModel",
        "tokenizer": "CLIPTokenizer",
        "unet": "UNet2DConditionModel",
        "scheduler": "PNDMScheduler",
        "safety_checker": "StableDiffusionSafetyChecker",
        "feature_extractor": "CLIPImageProcessor",
    }
    assert tiny.tokenizer.model_max_length == tiny.text_encoder.config.max_position_embeddings == 77
    assert len(tiny.tokenizer) == tiny.text_encoder.config.vocab_size
    assert tiny.vae_scale_factor == 8
    assert not any(getattr(tiny, name).training for name in NETWORKS)
    assert not any(p.requires_grad for name in NETWORKS for p in getattr(tiny, name).parameters())


def test_the_librarys_own_pipeline_runs_on_it(tiny):
    made = tiny("a cat", num_inference_steps=2, generator=torch.manual_seed(0), output_type="np")
    assert made.images.shape == (1, 64, 64, 3)
    assert made.nsfw_content_detected == [False]
    assert made.images.std() > 0.05


def test_a_seed_decides_the_weights_and_the_global_generator_is_left_alone():
    torch.manual_seed(3)
    before = torch.random.get_rng_state()
    first, again, other = weights(tiny_pipeline(seed=5)), weights(tiny_pipeline(seed=5)), weights(tiny_pipeline(seed=6))
    assert torch.equal(torch.random.get_rng_state(), before)
    assert all(torch.equal(first[key], again[key]) for key in first)
    assert not torch.equal(first["unet.conv_in.weight"], other["unet.conv_in.weight"])
    assert not torch.equal(first["safety_checker.concept_embeds"], other["safety_checker.concept_embeds"])


@pytest.mark.parametrize("prompt", ["the red cat and the dog", "Ein schöner Tag", "a 🦊 in 日本", ""])
def test_a_prompt_comes_back_from_its_tokens(tiny, prompt):
    tokens = tiny.tokenizer(prompt).input_ids
    back = tiny.tokenizer.decode(tokens, skip_special_tokens=True)
    assert back.replace(" ", "") == prompt.lower().replace(" ", "")
    assert tokens[0] == tiny.tokenizer.bos_token_id
    assert tokens[-1] == tiny.tokenizer.eos_token_id


def test_common_words_are_one_token(tiny):
    assert tiny.tokenizer.tokenize("the cat") == ["the</w>", "cat</w>"]


def test_saved_and_loaded_it_is_the_same(tiny, tiny_folder, capfd):
    from diffusers import StableDiffusionPipeline

    loaded = StableDiffusionPipeline.from_pretrained(tiny_folder)
    ours, theirs = weights(tiny), weights(loaded)
    assert ours.keys() == theirs.keys()
    assert all(torch.equal(ours[key], theirs[key]) for key in ours)
    assert loaded.tokenizer("the cat").input_ids == tiny.tokenizer("the cat").input_ids
    assert loaded.scheduler.config.steps_offset == 1


def test_saving_says_nothing(tmp_path, capfd):
    tiny_pipeline(tmp_path / "new" / "folder")
    assert capfd.readouterr() == ("", "")
    index = json.loads((tmp_path / "new" / "folder" / "model_index.json").read_text(encoding="utf-8"))
    assert index["feature_extractor"] == ["transformers", "CLIPImageProcessor"]
