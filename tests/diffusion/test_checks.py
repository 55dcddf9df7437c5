"""Every argument of `generate` that cannot be used gets a sentence, before any work is done."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from beras.diffusion.errors import DiffusionError
from beras.diffusion.generate import generate
from beras.diffusion.schedulers import SCHEDULERS, new_scheduler

NOISE = torch.zeros(1, 4, 8, 8)
BAD = [
    ({"prompt": None}, "prompt takes a text or a list of texts. Received: None."),
    ({"prompt": 3}, "prompt takes a text or a list of texts. Received: 3."),
    ({"prompt": b"a cat"}, "prompt takes a text or a list of texts. Received: b'a cat'."),
    ({"prompt": []}, "the list is empty."),
    ({"prompt": ["a cat", 3]}, "prompt[1] is none. Received: 3."),
    ({"prompt": "a \udcff"}, "holds something that is no character, at position 2"),
    ({"negative": 3}, "negative takes a text or a list of texts. Received: 3."),
    ({"negative": ["a", "b"]}, "negative takes one text, or one for each of the 1 prompts. Received: a list of 2."),
    ({"seed": -1}, "seed takes a whole number from 0 to 4294967295 (32 bits). Received: seed=-1."),
    ({"seed": 2**32}, "Received: seed=4294967296."),
    ({"seed": 2.5}, "Received: seed=2.5."),
    ({"seed": None}, "Received: seed=None."),
    ({"seed": True}, "Received: seed=True."),
    ({"steps": 0}, "steps takes a whole number from 1 to 1000 (the network knows 1000 levels of noise)."),
    ({"steps": -1}, "Received: steps=-1."),
    ({"steps": 1001}, "Received: steps=1001."),
    ({"steps": 1000}, "PNDMScheduler would begin 1000 steps at level 1000; the network knows 0 to 999."),
    ({"steps": 33.5}, "Received: steps=33.5."),
    ({"steps": "33"}, "Received: steps='33'."),
    ({"guidance": float("nan")}, "guidance takes a finite number"),
    ({"guidance": float("inf")}, "Received: guidance=inf."),
    ({"guidance": "5"}, "Received: guidance='5'."),
    ({"guidance": None}, "Received: guidance=None."),
    ({"guidance": 10**400}, "guidance takes a finite number"),
    ({"every": -1}, "every takes a whole number of 0 or more (0 shows the final picture only). Received: every=-1."),
    ({"every": 1.5}, "Received: every=1.5."),
    ({"size": 60}, "multiples of 8, for one latent stands for 8 x 8 pixels: 56 and 64 are the nearest."),
    ({"size": (64, 65)}, "64 and 72 are the nearest. Received: size=(64, 65)."),
    ({"size": 0}, "size takes a whole number of 8 or more"),
    ({"size": -64}, "Received: size=-64."),
    ({"size": (64,)}, "size takes one number or a pair (height, width). Received: size=(64,)."),
    ({"size": "64x64"}, "Received: size='64x64'."),
    ({"size": 64.0}, "Received: size=64.0."),
    (
        {"latents": torch.zeros(1, 4, 16, 16)},
        "= (1, 4, 8, 8) for these prompts and this size. Received: (1, 4, 16, 16).",
    ),
    ({"latents": NOISE[0]}, "Received: (4, 8, 8)."),
    ({"latents": torch.zeros(2, 4, 8, 8)}, "Received: (2, 4, 8, 8)."),
    ({"latents": NOISE.long()}, "latents takes floating-point numbers, such as randn gives. Received: torch.int64."),
    ({"latents": NOISE + torch.nan}, "latents holds numbers that are not finite, or too large for float32."),
    ({"latents": np.full((1, 4, 8, 8), 1e300)}, "not finite, or too large for float32."),
    ({"callback": 3}, "callback takes a function, or None. Received: callback=3."),
    ({"notify": "say"}, "notify takes a function, or None. Received: notify='say'."),
    ({"latents": "noise"}, "latents takes a tensor or an array. Received: str."),
    ({"latents": np.full((1, 4, 8, 8), None)}, "latents takes a tensor or an array. Received: ndarray."),
    ({"scheduler": "dimm"}, "Unknown scheduler 'dimm'. Did you mean 'ddim'? Known: ddim, ddpm,"),
    ({"scheduler": 3}, "scheduler takes a scheduler of diffusers or one of pndm, ddim,"),
    ({"scheduler": torch.nn.ReLU}, "scheduler takes a scheduler of diffusers or one of"),
]


@pytest.mark.parametrize(("options", "sentence"), BAD, ids=lambda value: str(value)[:40])
def test_a_bad_argument_gets_a_sentence(tiny, monkeypatch, options, sentence):
    def no_work(*arguments, **options):
        raise AssertionError("work was done before the arguments were checked")

    monkeypatch.setattr(tiny.unet, "forward", no_work)
    monkeypatch.setattr(tiny.text_encoder, "forward", no_work)
    with pytest.raises(DiffusionError) as raised:
        generate(tiny, **{"prompt": "a cat", "progress": False, **options})
    assert sentence in str(raised.value)


@pytest.mark.parametrize("prompt", ["", "🐻 Ünïcode 熊", "a\nb\0c", ["a cat"], ("a cat", "the dog")])
def test_any_text_is_a_prompt(tiny, prompt):
    made = generate(tiny, prompt, steps=1, every=0, progress=False)
    assert len(made.images) == (1 if isinstance(prompt, str) else len(prompt))


@pytest.mark.parametrize("options", [{"steps": np.int64(2)}, {"seed": np.uint32(7)}, {"guidance": np.float32(5)}])
def test_numpy_numbers_are_numbers(tiny, options):
    import json

    made = generate(tiny, "a cat", **{"steps": 1, "every": 0, "progress": False, **options})
    assert json.loads(json.dumps(made.settings)) == made.settings


@pytest.mark.parametrize("name", SCHEDULERS)
@pytest.mark.parametrize("steps", [1, 2, 3, 500, 999])
def test_every_scheduler_takes_any_number_of_steps_below_1000(tiny, name, steps):
    scheduler = new_scheduler(tiny, name, steps)
    assert 0 <= float(scheduler.timesteps.min()) <= float(scheduler.timesteps.max()) <= 999


# Pipelines


def test_what_is_no_pipeline_is_said_to_be_none(tiny):
    with pytest.raises(DiffusionError, match="generate takes a Stable Diffusion pipeline, and str has no tokenizer"):
        generate("CompVis/stable-diffusion-v1-4", "a cat")


def test_a_pipeline_for_something_else_is_refused(tiny_copy):
    tiny_copy.unet.register_to_config(time_cond_proj_dim=32)
    with pytest.raises(DiffusionError, match="distilled"):
        generate(tiny_copy, "a cat")
    tiny_copy.unet.register_to_config(in_channels=9)
    with pytest.raises(DiffusionError, match=r"takes 9 channels and the latents have 4.*inpainting"):
        generate(tiny_copy, "a cat")


def test_the_tokenizer_is_needed():
    from beras.diffusion.architecture import meta_pipeline

    with pytest.raises(DiffusionError, match="has no tokenizer"):
        generate(meta_pipeline(), "a cat")
