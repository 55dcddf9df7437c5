"""What diffusers itself computes: asked where it is installed, and read from the frozen values where it is not."""

import os
from importlib.util import find_spec

import numpy as np
import pytest
from kit import oracle

#: How Stable Diffusion v1.4 sets its scheduler.
SCHEDULER = {
    "num_train_timesteps": 1000,
    "beta_start": 0.00085,
    "beta_end": 0.012,
    "beta_schedule": "scaled_linear",
    "clip_sample": False,
    "set_alpha_to_one": False,
    "steps_offset": 1,
}


def library(name, function):
    """Return ``oracle(name, function)``; without diffusers it is the frozen value, whether torch is there or not."""
    with pytest.MonkeyPatch.context() as patch:
        if find_spec("diffusers") is None and not os.environ.get("BERAS_ORACLE"):
            patch.setenv("BERAS_ORACLE", "frozen")
        return oracle(name, function)


def scheduler(steps):
    """Return diffusers' own DDIM scheduler for so many steps; only an oracle asks for it."""
    try:
        from diffusers import DDIMScheduler
    except ImportError as error:
        raise AssertionError(f"This value comes from diffusers, which cannot be imported: {error}") from error
    made = DDIMScheduler(**SCHEDULER)
    made.set_timesteps(steps)
    return made


def pictures(torch, rgb):
    """Return what diffusers' own pipeline makes of the decoder's numbers."""
    try:
        from diffusers.image_processor import VaeImageProcessor
    except ImportError as error:
        raise AssertionError(f"This value comes from diffusers, which cannot be imported: {error}") from error
    made = VaeImageProcessor().postprocess(torch.tensor(rgb), output_type="pil")
    return np.stack([np.asarray(picture) for picture in made])
