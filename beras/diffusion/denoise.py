"""The loop: a network says what of the latents is noise, and a scheduler takes some of it away."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import torch

from beras.diffusion.guidance import guide, is_guided
from beras.diffusion.schedulers import old_numpy_calls, step_options

__all__ = ["Step", "denoise"]


class Step(NamedTuple):
    """The state of the loop; before the first update ``timestep`` and ``update`` are ``None``."""

    #: How many updates were made.
    number: int
    #: The level of noise that the last update began at, of the 1,000 that the network was trained on.
    timestep: int | float | None
    #: ``(batch, channels, height, width)``, one for each 8 x 8 pixels.
    latents: torch.Tensor
    #: What the U-Net said last, before the guidance: ``(2 * batch, channels, height, width)`` if guided.
    update: torch.Tensor | None


def denoise(
    unet: Any,
    scheduler: Any,
    noise: torch.Tensor,
    text_vectors: torch.Tensor,
    guidance: float,
    generator: torch.Generator | None = None,
) -> Iterator[Step]:
    """Yield the state before the first update, and after each of ``len(scheduler.timesteps)`` updates.

    The loop of latent diffusion (Rombach et al. 2022) with classifier-free guidance; it computes bit for bit what
    ``StableDiffusionPipeline`` computes. ``noise`` is standard normal, ``text_vectors`` are those without and then
    those with the prompt if ``guidance > 1``, else only the latter.
    """
    guided = is_guided(guidance)
    options = step_options(scheduler, generator)
    latents = noise * scheduler.init_noise_sigma
    # The scheduler reads its tables, on the CPU, by the timestep: one on the device would make both wait, every step.
    timesteps = scheduler.timesteps.cpu()
    yield Step(0, None, latents, None)
    for number, (timestep, on_device) in enumerate(zip(timesteps, timesteps.to(latents.device), strict=True), start=1):
        with torch.no_grad():
            inputs = scheduler.scale_model_input(torch.cat([latents] * 2) if guided else latents, timestep)
            update = unet(inputs, on_device, encoder_hidden_states=text_vectors, return_dict=False)[0]
            direction = guide(update, guidance) if guided else update
            with old_numpy_calls():
                latents = scheduler.step(direction, timestep, latents, **options, return_dict=False)[0]
        yield Step(number, timestep.item(), latents, update)
