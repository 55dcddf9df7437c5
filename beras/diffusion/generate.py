"""generate: from a prompt to a picture, step by step and in the open."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from beras.callbacks.console import say
from beras.diffusion.dependencies import require
from beras.diffusion.progress import bar

if TYPE_CHECKING:
    from beras.diffusion.generation import Generation

__all__ = ["generate"]


def generate(
    pipe: Any,
    prompt: str | Sequence[str],
    *,
    negative: str | Sequence[str] | None = "",
    seed: int = 2,
    steps: int = 33,
    guidance: float = 5.0,
    every: int = 6,
    size: int | tuple[int, int] | None = None,
    latents: Any = None,
    scheduler: Any = None,
    callback: Callable[[int, Any, Any], object] | None = None,
    progress: bool = True,
    notify: Callable[[str], object] | None = say,
) -> Generation:
    """Return pictures of a prompt, the steps on the way to them, and the tensors that they went through.

    The numbers are those of ``StableDiffusionPipeline`` bit for bit, given the same latents. The pipeline is not
    changed, and its safety checker looks at every picture that comes out, intermediates too.

    Args:
        pipe: a pipeline, from `load_pipeline` or `tiny_pipeline`.
        prompt: a text, or a list of texts for a batch.
        negative: what should not be in the picture; one text, or one for each prompt.
        seed: of the noise, 0 to 2**32 - 1.
        steps: how many levels of noise to stop at, from 1; with v1.4's PNDM 999 at most, and it calls the network once
            more.
        guidance: how much farther than the prompt alone to go, see `beras.diffusion.guidance.guide`; 1 or less is none.
        every: decode an intermediate picture before the first update and after each ``every`` updates; 0 only the last.
            A decoded picture costs more than a step.
        size: ``(height, width)`` in pixels, or one number for a square, multiples of 8; 512 in v1.4.
        latents: noise to begin with, instead of that of the seed: ``(batch, 4, height / 8, width / 8)``.
        scheduler: a name of `beras.diffusion.schedulers.SCHEDULERS`, a scheduler of diffusers or its class.
        callback: called after each update with its number (from 1), the level of noise that it began at, and a copy of
            the latents.
        progress: draw a bar, if stdout is a terminal.
        notify: called with each sentence of ``notices``: what was cut off, switched off or blacked out. It prints.

    Raises:
        DiffusionError: for an argument that cannot be used, and for a picture that is not finite.
        ImportError: when the extra ``beras[diffusion]`` is not installed.

    The diffusers equivalent is ``pipe(prompt, num_inference_steps=33, guidance_scale=5.0, latents=latents)``.

    >>> from beras.diffusion import tiny_pipeline
    >>> generation = generate(tiny_pipeline(), "a cat", steps=12, progress=False)
    >>> generation.images[0].size, [number for number, _ in generation.intermediates]
    ((64, 64), [0, 6, 12, 13])
    """
    require()
    from beras.diffusion.blackout import checked
    from beras.diffusion.checks import check_callable
    from beras.diffusion.decode import decode, to_pictures
    from beras.diffusion.denoise import denoise
    from beras.diffusion.generation import Generation
    from beras.diffusion.notices import about_pictures, about_plan
    from beras.diffusion.plan import make_plan
    from beras.diffusion.prompts import encode_guided
    from beras.diffusion.provenance import provenance

    started = time.perf_counter()
    check_callable("callback", callback)
    check_callable("notify", notify)
    plan = make_plan(pipe, prompt, negative, seed, steps, guidance, every, size, latents, scheduler)
    total = len(plan.scheduler.timesteps)
    text, cut_from_negatives = encode_guided(pipe, plan.prompts, plan.negatives if plan.is_guided else None)
    notices = about_plan(plan, text.truncated, cut_from_negatives)
    _tell(notices, notify)

    frames, timesteps = [], []
    with bar("Denoising", total, progress) as advance:
        for step in denoise(pipe.unet, plan.scheduler, plan.noise, text.vectors, plan.guidance, plan.generator):
            if step.timestep is not None:
                timesteps.append(step.timestep)
                advance()
                if callback is not None:
                    callback(step.number, step.timestep, step.latents.clone())
            if plan.every and step.number % plan.every == 0 and step.number < total:
                frames.append((step.number, to_pictures(decode(pipe.vae, step.latents))))
        rgb = decode(pipe.vae, step.latents)
        frames.append((total, to_pictures(rgb)))
        frames, flagged = checked(pipe, frames)
    outcome = about_pictures(flagged)
    _tell(outcome, notify)

    tensors: dict[str, Any] = {
        "text_tokens": text.tokens,
        "text_vectors": text.vectors,
        "image_vectors": step.latents,
        "update": step.update,
        "rgb_vectors": rgb,
    }
    return Generation(
        images=frames[-1][1],
        flagged=flagged,
        intermediates=[(number, pictures[0] if isinstance(prompt, str) else pictures) for number, pictures in frames],
        tensors=tensors,
        noise=plan.noise,
        latents=step.latents,
        timesteps=timesteps,
        truncated_text=text.truncated,
        settings=plan.settings() | provenance(pipe),
        seconds=time.perf_counter() - started,
        notices=notices + outcome,
    )


def _tell(sentences: list[str], notify: Callable[[str], object] | None) -> None:
    if notify is not None:
        for sentence in sentences:
            notify(sentence)
