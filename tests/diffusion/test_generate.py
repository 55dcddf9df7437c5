"""`generate` is held against the library's own pipeline, bit for bit; the rest is what it reports."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import torch

from beras.diffusion.errors import DiffusionError
from beras.diffusion.generate import generate
from beras.diffusion.latents import step_generator
from beras.diffusion.safety.plant import plant

#: Classes of diffusers by the names of generate; the first sigma of lms, euler, heun and kdpm2 is not 1.
CLASSES = {
    "pndm": "PNDMScheduler",
    "ddim": "DDIMScheduler",
    "ddpm": "DDPMScheduler",
    "lms": "LMSDiscreteScheduler",
    "euler": "EulerDiscreteScheduler",
    "euler-ancestral": "EulerAncestralDiscreteScheduler",
    "heun": "HeunDiscreteScheduler",
    "deis": "DEISMultistepScheduler",
    "dpm-solver": "DPMSolverMultistepScheduler",
    "dpm-solver-single": "DPMSolverSinglestepScheduler",
    "kdpm2": "KDPM2DiscreteScheduler",
    "kdpm2-ancestral": "KDPM2AncestralDiscreteScheduler",
    "unipc": "UniPCMultistepScheduler",
}
PROMPTS = {1: "a red cat", 2: ["a red cat", "the dog"], 3: ["the cat and the dog", "", "reading"]}


@pytest.fixture
def quietly(tiny):
    """Call `generate` on the shared pipeline, without bar or notices."""

    def call(prompt="a red cat", pipe=tiny, **options):
        return generate(pipe, prompt, **{"progress": False, "notify": None, **options})

    return call


def library(pipe, made, prompt, steps, guidance, output_type, scheduler="pndm", **options):
    """Return what the library makes of the same noise; the noise of each step is drawn with the same generator."""
    import diffusers

    # Of its own, for the pipeline of the tests is shared, and a pipeline's run leaves its scheduler changed.
    with warnings.catch_warnings():
        # The library puts right, and says so, what its DDIM and DDPM take for granted: latents are not cut off at 1.
        warnings.filterwarnings("ignore", message="(?s).*has not set the configuration `clip_sample`")
        warnings.filterwarnings("ignore", message="__array_", category=DeprecationWarning)
        own = diffusers.StableDiffusionPipeline(**{**pipe.components, "scheduler": _scheduler(pipe, scheduler)})
        own.set_progress_bar_config(disable=True)
        return own(
            prompt,
            latents=made.noise,
            num_inference_steps=steps,
            guidance_scale=guidance,
            output_type=output_type,
            generator=step_generator(made.settings["seed"]),
            **options,
        )


def _scheduler(pipe, name):
    import diffusers

    from beras.diffusion.chatter import quiet_libraries

    with quiet_libraries():
        return getattr(diffusers, CLASSES[name]).from_config(pipe.scheduler.config)


def with_scheduler(pipe, scheduler):
    """Return the library's pipeline of the same parts, around another scheduler."""
    import diffusers

    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="(?s).*(`clip_sample`|steps_offset)")
        return diffusers.StableDiffusionPipeline(**{**pipe.components, "scheduler": scheduler})


def assert_same(pipe, made, *arguments, **options):
    """Latents, image tensor and bytes are equal to the last bit, and so is the checker's verdict."""
    latents = []

    def collect(pipe, step, timestep, tensors):
        latents.append(tensors["latents"].clone())
        return {}

    theirs = library(pipe, made, *arguments, output_type="np", callback_on_step_end=collect, **options)
    pixels = (made.tensors["rgb_vectors"] / 2 + 0.5).clamp(0, 1)
    assert torch.equal(made.latents, latents[-1])
    assert torch.equal(pixels, torch.from_numpy(theirs.images).permute(0, 3, 1, 2))
    for ours, picture in zip(made.images, pipe.image_processor.numpy_to_pil(theirs.images), strict=True):
        assert np.array_equal(np.asarray(ours), np.asarray(picture))
    assert made.flagged == theirs.nsfw_content_detected


# The library's pipeline


@pytest.mark.parametrize("seed", [0, 2, 2**32 - 1])
@pytest.mark.parametrize("batch", PROMPTS)
@pytest.mark.parametrize(("steps", "guidance"), [(1, 5.0), (2, 7.5), (7, 5.0), (7, 1.0), (4, 0.0), (12, 1.5)])
def test_it_is_the_library_s_pipeline_to_the_last_bit(tiny, quietly, seed, batch, steps, guidance):
    made = quietly(PROMPTS[batch], seed=seed, steps=steps, guidance=guidance, every=0)
    assert_same(tiny, made, PROMPTS[batch], steps, guidance)


@pytest.mark.parametrize("name", CLASSES)
@pytest.mark.parametrize(("batch", "steps", "guidance"), [(1, 6, 5.0), (2, 5, 7.5), (2, 3, 1.0)])
def test_so_it_is_with_every_scheduler(tiny, quietly, name, batch, steps, guidance):
    made = quietly(PROMPTS[batch], scheduler=name, steps=steps, guidance=guidance, every=2)
    assert_same(tiny, made, PROMPTS[batch], steps, guidance, scheduler=name)


@pytest.mark.parametrize("name", ["ddim", "ddpm"])
def test_so_it_is_with_what_the_library_s_pipeline_writes_into_its_scheduler(tiny, quietly, name):
    # It switches clip_sample off, and marks it as a default, which from_config drops.
    own = with_scheduler(tiny, _scheduler(tiny, name))
    assert own.scheduler.config.clip_sample is False
    made = quietly(pipe=own, steps=5, every=0)
    assert_same(tiny, made, "a red cat", 5, 5.0, scheduler=name)
    other = {"ddim": "ddpm", "ddpm": "ddim"}[name]
    assert_same(tiny, quietly(pipe=own, steps=5, every=0, scheduler=other), "a red cat", 5, 5.0, scheduler=other)


def test_so_it_is_with_steps_that_the_library_s_pipeline_moves(tiny, quietly):
    import diffusers

    config = {key: value for key, value in tiny.scheduler.config.items() if key != "steps_offset"}
    old = with_scheduler(tiny, diffusers.PNDMScheduler.from_config(config))  # as in checkpoints of 2022
    assert old.scheduler.config.steps_offset == 1
    made = quietly(pipe=old, steps=5, every=0)
    assert torch.equal(made.latents, quietly(steps=5, every=0).latents)
    assert torch.equal(made.latents, library(tiny, made, "a red cat", 5, 5.0, "latent").images)


def test_so_it_is_with_33_steps_another_size_and_a_negative_prompt(tiny, quietly):
    made = quietly(size=(48, 80), negative="the dog")
    assert_same(tiny, made, "a red cat", 33, 5.0, height=48, width=80, negative_prompt="the dog")
    assert made.images[0].size == (80, 48)


def test_so_it_is_in_bfloat16(tiny_copy, quietly):
    from beras.diffusion.chatter import quiet_libraries

    with quiet_libraries():
        for name in ("unet", "vae", "text_encoder"):
            getattr(tiny_copy, name).to(torch.bfloat16)
    made = quietly(pipe=tiny_copy, steps=4)
    assert made.latents.dtype == torch.bfloat16
    assert torch.equal(made.latents, library(tiny_copy, made, "a red cat", 4, 5.0, "latent").images)


@pytest.mark.parametrize("scheduler", ["pndm", "euler", "heun"])
def test_the_intermediates_are_those_of_the_library_s_callback(tiny, quietly, scheduler):
    seen = []

    def collect(pipe, step, timestep, tensors):
        seen.append((int(timestep), tensors["latents"].clone()))
        return {}

    heard = []
    made = quietly(steps=9, every=1, scheduler=scheduler, callback=lambda *step: heard.append(step))
    library(tiny, made, "a red cat", 9, 5.0, "latent", scheduler=scheduler, callback_on_step_end=collect)
    assert [int(timestep) for timestep in made.timesteps] == [timestep for timestep, _ in seen]
    assert [number for number, _, _ in heard] == list(range(1, len(seen) + 1))
    assert all(torch.equal(ours, theirs) for (_, _, ours), (_, theirs) in zip(heard, seen, strict=True))
    assert [number for number, _ in made.intermediates] == list(range(len(seen) + 1))
    for (_, picture), (_, latents) in zip(made.intermediates[1:], seen, strict=True):
        with torch.no_grad():
            pixels = tiny.vae.decode(latents / tiny.vae.config.scaling_factor).sample
        (theirs,) = tiny.image_processor.postprocess(pixels, output_type="pil")
        assert np.array_equal(np.asarray(picture), np.asarray(theirs))


# Negative controls: what must differ does


@pytest.mark.parametrize(
    "change",
    [
        {"prompt": "the dog"},
        {"guidance": 7.5},
        {"guidance": 1.0},
        {"seed": 3},
        {"steps": 8},
        {"scheduler": "ddim"},
        {"scheduler": "euler"},
        {"negative": "the dog"},
    ],
    ids=str,
)
def test_another_setting_gives_another_picture(quietly, change):
    made, other = quietly(steps=7, every=0), quietly(**{"steps": 7, "every": 0, **change})
    assert float((made.latents - other.latents).abs().max()) > 1e-3


def test_noise_of_torch_s_generator_is_other_noise(quietly):
    made = quietly(steps=4, every=0)
    noise = torch.randn(made.noise.shape, generator=torch.Generator().manual_seed(2))
    assert float((made.latents - quietly(steps=4, every=0, latents=noise).latents).abs().max()) > 1


# What it reports


def test_pndm_asks_for_the_second_level_twice(quietly):
    made = quietly()
    assert made.timesteps[:4] == [961, 931, 931, 901]
    assert made.timesteps[-2:] == [31, 1]
    assert len(made.timesteps) == 34
    assert [number for number, _ in made.intermediates] == [0, 6, 12, 18, 24, 30, 34]


@pytest.mark.parametrize(
    ("every", "numbers"), [(0, [8]), (1, list(range(9))), (8, [0, 8]), (3, [0, 3, 6, 8]), (99, [0, 8])]
)
def test_every_so_many_updates_a_picture_is_decoded(quietly, every, numbers):
    made = quietly(steps=7, every=every)
    assert [number for number, _ in made.intermediates] == numbers
    assert made.intermediates[-1][1] is made.images[0]


def test_a_list_of_prompts_has_lists_of_pictures(quietly):
    made = quietly(["a cat"], steps=2)
    assert isinstance(made.intermediates[0][1], list)
    assert len(made.images) == 1


def test_the_first_picture_of_a_batch_begins_as_the_one_with_the_seed_for_itself(quietly):
    assert torch.equal(quietly(["a", "b"], steps=1).noise[:1], quietly("a", steps=1).noise)


def test_nothing_is_left_behind_in_the_pipeline(tiny_copy, quietly):
    weights = {name: weight.clone() for name, weight in tiny_copy.unet.state_dict().items()}
    scheduler, before = tiny_copy.scheduler, dict(vars(tiny_copy.scheduler))
    state = torch.get_rng_state(), np.random.get_state()[1].copy()
    made = quietly(pipe=tiny_copy, steps=3, scheduler="euler-ancestral")
    assert tiny_copy.scheduler is scheduler
    assert vars(scheduler).keys() == before.keys()
    assert scheduler.timesteps is before["timesteps"]
    assert all(torch.equal(weight, weights[name]) for name, weight in tiny_copy.unet.state_dict().items())
    assert torch.equal(torch.get_rng_state(), state[0])
    assert np.array_equal(np.random.get_state()[1], state[1])
    assert not made.latents.requires_grad


def test_a_scheduler_or_its_class_may_be_given(tiny, quietly):
    from diffusers import DDIMScheduler

    given = DDIMScheduler.from_config(tiny.scheduler.config, steps_offset=0)
    assert torch.equal(quietly(steps=3, scheduler=DDIMScheduler).latents, quietly(steps=3, scheduler="ddim").latents)
    made = quietly(steps=3, scheduler=given)
    assert made.timesteps == [666, 333, 0]
    assert given.num_inference_steps is None


def test_a_callback_cannot_change_the_result(quietly):
    made = quietly(steps=3, callback=lambda number, timestep, latents: latents.zero_())
    assert torch.equal(made.latents, quietly(steps=3).latents)


@pytest.mark.parametrize("kind", ["float64 array", "float64 tensor", "requires grad"])
def test_given_latents_are_converted_and_left_as_they_are(quietly, kind):
    array = np.random.RandomState(2).randn(1, 4, 8, 8)
    given = {
        "float64 array": array,
        "float64 tensor": torch.from_numpy(array.copy()),
        "requires grad": torch.from_numpy(array.copy()).requires_grad_(),
    }[kind]
    made = quietly(steps=3, latents=given, scheduler="euler")
    assert torch.equal(made.latents, quietly(steps=3, seed=2, scheduler="euler").latents)
    assert np.array_equal(given if kind == "float64 array" else given.detach().numpy(), array)
    assert made.settings["noise"] == "given"


def test_the_settings_say_what_is_needed_to_do_it_again(quietly):
    made = quietly(steps=3, seed=9, guidance=4, size=(64, 72), scheduler="heun", negative="blurred")
    settings = made.settings
    again = quietly(
        settings["prompt"][0],
        negative=settings["negative"],
        size=(settings["height"], settings["width"]),
        scheduler="heun",
        **{name: settings[name] for name in ("seed", "steps", "guidance")},
    )
    assert settings["scheduler"] == "HeunDiscreteScheduler"
    assert torch.equal(made.latents, again.latents)


# Notices


def test_no_guidance_is_said(tiny, capsys):
    made = generate(tiny, "a cat", steps=1, guidance=1, negative="the dog", progress=False)
    (sentence,) = made.notices
    assert "no guidance, since guidance=1 is not above 1. The negative prompt is not used." in sentence
    assert capsys.readouterr().out.strip() == sentence
    assert made.tensors["update"].shape[0] == made.tensors["text_tokens"].shape[0] == 1


def test_no_checker_is_said(tiny_copy, quietly):
    tiny_copy.safety_checker = None
    made = quietly(pipe=tiny_copy, steps=1)
    assert made.flagged is None
    assert made.notices == ["No safety checker looked at the pictures: this pipeline has none."]


def test_nothing_is_printed_when_all_is_well(tiny, capsys):
    generate(tiny, "a cat", steps=2)
    assert capsys.readouterr() == ("", "")


# The safety checker


def _planted(pipe, pictures):
    """Give ``pipe`` a checker that flags exactly these pictures."""
    from beras.diffusion.safety.transform import clip_transform

    pipe.safety_checker = plant(pipe.safety_checker, torch.stack([clip_transform()(picture) for picture in pictures]))
    return pipe


def test_a_flagged_picture_is_black_and_said_to_be(tiny_copy, quietly, capsys):
    prompts = ["a red cat", "the dog"]
    clean = quietly(prompts, steps=6, every=2)
    assert clean.flagged == [False, False]
    pipe = _planted(tiny_copy, [clean.images[1]])
    made = generate(pipe, prompts, steps=6, every=2, progress=False)
    assert made.flagged == [False, True]
    assert np.array_equal(np.asarray(made.images[0]), np.asarray(clean.images[0]))
    assert not np.asarray(made.images[1]).any()
    assert made.images[1].size == clean.images[1].size
    assert capsys.readouterr().out.startswith("Picture 2 of 2 is black, because the safety checker flagged it.")
    assert all(not np.asarray(pictures[1]).any() for _, pictures in made.intermediates)
    assert all(
        np.array_equal(np.asarray(ours[0]), np.asarray(theirs[0]))
        for (_, ours), (_, theirs) in zip(made.intermediates, clean.intermediates, strict=True)
    )
    assert torch.equal(made.tensors["rgb_vectors"], clean.tensors["rgb_vectors"])
    theirs = library(pipe, made, prompts, 6, 5.0, "pil")
    assert theirs.nsfw_content_detected == made.flagged
    assert not np.asarray(theirs.images[1]).any()


def test_a_flagged_intermediate_alone_is_black_alone(tiny_copy, quietly):
    clean = quietly(steps=6, every=2)
    made = quietly(pipe=_planted(tiny_copy, [clean.intermediates[1][1]]), steps=6, every=2)
    assert made.flagged == [False]
    assert [bool(np.asarray(picture).any()) for _, picture in made.intermediates] == [True, False, True, True, True]


def test_a_checker_that_cannot_judge_is_an_error(tiny_copy, quietly):
    with torch.no_grad():
        tiny_copy.safety_checker.visual_projection.weight.fill_(torch.nan)
    with pytest.raises(DiffusionError, match="there is no verdict"):
        quietly(pipe=tiny_copy, steps=1)
    tiny_copy.feature_extractor = None
    with pytest.raises(DiffusionError, match="no feature_extractor"):
        quietly(pipe=tiny_copy, steps=1)


def test_a_picture_that_is_not_finite_is_an_error(tiny_copy, quietly):
    with torch.no_grad():
        tiny_copy.vae.decoder.conv_out.bias.fill_(torch.nan)
    with pytest.raises(DiffusionError, match=r"picture holds numbers that are not finite\. The latents are finite\.$"):
        quietly(pipe=tiny_copy, steps=1)
    with torch.no_grad():
        tiny_copy.unet.conv_out.bias.fill_(torch.inf)
    with pytest.raises(DiffusionError, match=r"So do the latents\.$"):
        quietly(pipe=tiny_copy, steps=1, every=0)


# Ctrl-C


def test_ctrl_c_passes_through_and_leaves_the_pipeline_usable(tiny, quietly):
    def stop(number, timestep, latents):
        if number == 3:
            raise KeyboardInterrupt

    expected = quietly(steps=5).latents
    with pytest.raises(KeyboardInterrupt):
        quietly(steps=5, callback=stop)
    assert torch.equal(quietly(steps=5).latents, expected)
