"""What `generate` is going to do: its arguments, checked and in the form that the loop needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch

from beras.diffusion.checks import check_every, check_guidance, check_seed, check_size
from beras.diffusion.errors import DiffusionError
from beras.diffusion.guidance import is_guided
from beras.diffusion.latents import check_latents, seeded_latents, step_generator
from beras.diffusion.prompts import check_negative, check_prompts
from beras.diffusion.schedulers import new_scheduler

__all__ = ["Plan", "make_plan"]


@dataclass(frozen=True)
class Plan:
    """One run of the loop."""

    prompts: list[str]
    negatives: list[str]
    seed: int
    steps: int
    guidance: float
    every: int
    height: int
    width: int
    scheduler: Any
    #: ``(batch, channels, height / 8, width / 8)``, in the dtype and on the device of the U-Net.
    noise: torch.Tensor
    noise_is_given: bool

    @property
    def is_guided(self) -> bool:
        """Whether the network is asked twice, with and without the prompt."""
        return is_guided(self.guidance)

    @property
    def generator(self) -> torch.Generator:
        """A generator, at its beginning, for schedulers that draw noise at each step."""
        return step_generator(self.seed)

    def settings(self) -> dict[str, Any]:
        """Return what is needed to do it again, as plain values."""
        return {
            "prompt": self.prompts,
            "negative": self.negatives,
            "seed": self.seed,
            "noise": "given" if self.noise_is_given else "of the seed",
            "steps": self.steps,
            "guidance": self.guidance,
            "height": self.height,
            "width": self.width,
            "scheduler": type(self.scheduler).__name__,
        }


def make_plan(
    pipe: Any,
    prompt: Any,
    negative: Any,
    seed: Any,
    steps: Any,
    guidance: Any,
    every: Any,
    size: Any,
    latents: Any,
    scheduler: Any,
) -> Plan:
    """Return the plan for the arguments of `beras.diffusion.generate`.

    Raises:
        DiffusionError: for the first argument that cannot be used.
    """
    _check_networks(pipe)
    prompts = check_prompts(prompt)
    seed = check_seed(seed)
    scale = pipe.vae_scale_factor
    height, width = check_size(size, _default_size(pipe), scale)
    shape = (len(prompts), pipe.unet.config.in_channels, height // scale, width // scale)
    noise = seeded_latents(seed, shape) if latents is None else check_latents(latents, shape, pipe.unet.dtype)
    return Plan(
        prompts=prompts,
        negatives=check_negative(negative, len(prompts)),
        seed=seed,
        scheduler=new_scheduler(pipe, scheduler, steps),
        steps=int(steps),
        guidance=check_guidance(guidance),
        every=check_every(every),
        height=height,
        width=width,
        noise=noise.to(pipe.unet.device, pipe.unet.dtype),
        noise_is_given=latents is not None,
    )


def _check_networks(pipe: Any) -> None:
    """Refuse a pipeline whose loop is another than that of Stable Diffusion 1 and 2."""
    absent = [
        name
        for name in ("tokenizer", "text_encoder", "unet", "vae", "scheduler", "vae_scale_factor")
        if getattr(pipe, name, None) is None
    ]
    if absent:
        raise DiffusionError(
            f"generate takes a Stable Diffusion pipeline, and {type(pipe).__name__} has no {', '.join(absent)}. "
            "load_pipeline() and tiny_pipeline() make one."
        )
    channels, latent_channels = pipe.unet.config.in_channels, pipe.vae.config.latent_channels
    if channels != latent_channels:
        raise DiffusionError(
            f"The U-Net takes {channels} channels and the latents have {latent_channels}: it is made for something "
            "other than text to image, such as inpainting."
        )
    if getattr(pipe.unet.config, "time_cond_proj_dim", None) is not None:
        raise DiffusionError(
            "The U-Net takes the guidance as an input of its own (it is distilled, as latent consistency models are), "
            "which generate does not do. Call the pipeline itself."
        )


def _default_size(pipe: Any) -> tuple[int, int]:
    side = pipe.unet.config.sample_size
    height, width = (side, side) if isinstance(side, int) else side
    return height * pipe.vae_scale_factor, width * pipe.vae_scale_factor
