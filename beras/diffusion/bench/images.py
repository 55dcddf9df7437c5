"""Pictures a second: the loop of `beras.diffusion.denoise`, text encoder to pixels."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any, NamedTuple

from beras.diffusion.bench.report import ImageRow
from beras.diffusion.bench.stopwatch import first_and_median, forget_peak, peak_gigabytes
from beras.diffusion.bench.variants import Variant, prepared, tensor_float

__all__ = ["Reference", "measure_images"]

_GUIDANCE = 5.0
_SEED = 2


class Reference(NamedTuple):
    """What the first variant, in float32, computed: what others are held against."""

    update: Any
    rgb: Any


def measure_images(
    networks: Callable[[], dict[str, Any]],
    variant: Variant,
    batch: int,
    steps: int,
    repeats: int,
    device: Any,
    reference: Reference | None,
) -> tuple[ImageRow, Reference]:
    """Return the measurements of one variant and batch, and what it computed.

    Raises:
        RuntimeError: what PyTorch raises: too little memory, no compiler, a type that the device does not have.
    """
    import torch

    forget_peak(device)
    with torch.no_grad(), tensor_float(variant.tensor_float):
        work = _Work(prepared(networks(), variant), batch, steps, device)
        first, seconds = first_and_median(work.picture, device, repeats, warm_up=1)
        _, step = first_and_median(work.step, device, repeats * 3)
        _, decoding = first_and_median(work.decoding, device, repeats)
        peak = peak_gigabytes(device)
        update, latents, rgb = work.step().float(), work.latents(), work.decoding().float()
        again = work.latents()
    own = Reference(update.cpu(), rgb.cpu())
    against = reference or own
    row = ImageRow(
        variant=variant.name,
        batch=batch,
        first_seconds=first,
        seconds_an_image=seconds / batch,
        unet_calls_a_second=1 / step,
        decoding_ms=1000 * decoding,
        peak_gigabytes=peak,
        update_difference=_relative(own.update, against.update),
        rgb_difference=_relative(own.rgb, against.rgb),
        finite=bool(torch.isfinite(update).all() and torch.isfinite(rgb).all() and torch.isfinite(latents).all()),
        repeatable=torch.equal(latents, again),
        updates=work.updates,
    )
    return row, own


class _Work:
    """The same inputs for every variant, and the parts of the work that are timed."""

    def __init__(self, networks: dict[str, Any], batch: int, steps: int, device: Any):
        import torch

        from beras.diffusion.latents import seeded_latents

        self.networks, self.steps = networks, steps
        unet, encoder = networks["unet"], networks["text_encoder"]
        side = unet.config.sample_size
        shape = (encoder.config.vocab_size, (2 * batch, encoder.config.max_position_embeddings))
        self.tokens = torch.randint(*shape, generator=torch.Generator().manual_seed(_SEED)).to(device)
        noise = seeded_latents(_SEED, (batch, unet.config.in_channels, side, side))
        self.noise = noise.to(device, encoder.dtype)
        self.vectors = encoder(self.tokens)[0]
        self.doubled = torch.cat([self.noise] * 2)
        self.timestep = torch.tensor(501, device=device)
        self.updates = len(self._scheduler().timesteps)

    def _scheduler(self) -> Any:
        from diffusers import PNDMScheduler

        from beras.diffusion.architecture import SCHEDULER

        scheduler: Any = PNDMScheduler(**SCHEDULER)
        scheduler.set_timesteps(self.steps)
        return scheduler

    def latents(self) -> Any:
        """The text encoder and the whole loop."""
        from beras.diffusion.denoise import denoise

        vectors = self.networks["text_encoder"](self.tokens)[0]
        *_, last = denoise(self.networks["unet"], self._scheduler(), self.noise, vectors, _GUIDANCE)
        return last.latents

    def picture(self) -> None:
        """All of a picture but the checker's look at it."""
        from beras.diffusion.decode import decode, to_pictures
        from beras.diffusion.errors import DiffusionError

        # A picture that is not finite took as long; the report says so.
        with suppress(DiffusionError):
            to_pictures(decode(self.networks["vae"], self.latents()))

    def step(self) -> Any:
        """One call of the U-Net, with guidance."""
        unet = self.networks["unet"]
        return unet(self.doubled, self.timestep, encoder_hidden_states=self.vectors, return_dict=False)[0]

    def decoding(self) -> Any:
        """One call of the decoder."""
        return self.networks["vae"].decode(self.noise, return_dict=False)[0]


def _relative(ours: Any, theirs: Any) -> float:
    """Return the largest difference, as a share of the largest number."""
    return float((ours - theirs).abs().max() / theirs.abs().max())
