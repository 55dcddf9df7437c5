"""How many floating-point operations a picture takes: counted, on the meta device, without computing one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Arithmetic", "arithmetic"]

_TERA = 1e12


@dataclass(frozen=True)
class Arithmetic:
    """TFLOP of one call of each network for one picture; a multiplication and an addition count as two."""

    text_encoder: float
    #: With guidance, which asks twice.
    unet: float
    decoder: float
    #: The checker's look at one picture.
    checker: float

    def picture(self, updates: int) -> float:
        """Return the TFLOP of a picture that takes ``updates`` calls of the U-Net, the checker's look included."""
        return self.text_encoder + updates * self.unet + self.decoder + self.checker

    def to_dict(self, updates: int) -> dict[str, float]:
        """Return the numbers by what they are for."""
        return {
            "text encoder, without and with the prompt": self.text_encoder,
            "U-Net, a step with guidance": self.unet,
            "decoder": self.decoder,
            "safety checker": self.checker,
            f"a picture, {updates} steps": self.picture(updates),
        }


def arithmetic(networks: Mapping[str, Any] | None = None) -> Arithmetic:
    """Count the operations of products of matrices, convolutions and attention, which are nearly all of them.

    ``networks`` are those of v1.4 on the meta device by default; on another device the networks do compute.

    The counter is ``torch.utils.flop_counter``.
    """
    from beras.diffusion.architecture import meta_networks

    if networks is None:
        networks = meta_networks()
    import torch

    unet, encoder, vae = networks["unet"], networks["text_encoder"], networks["vae"]
    checker = networks["safety_checker"]
    side, channels = unet.config.sample_size, unet.config.in_channels
    look = checker.config.vision_config.image_size
    with torch.device(unet.device):
        tokens = torch.zeros(2, encoder.config.max_position_embeddings, dtype=torch.int64)
        vectors = torch.zeros(*tokens.shape, unet.config.cross_attention_dim, dtype=unet.dtype)
        latents = torch.zeros(2, channels, side, side, dtype=unet.dtype)
        time = torch.zeros((), dtype=torch.int64)
        pixels = torch.zeros(1, 3, look, look)
    return Arithmetic(
        text_encoder=_tera(lambda: encoder(tokens)),
        unet=_tera(lambda: unet(latents, time, encoder_hidden_states=vectors)),
        decoder=_tera(lambda: vae.decode(latents[:1])),
        checker=_tera(lambda: checker.visual_projection(checker.vision_model(pixels)[1])),
    )


def _tera(call: Callable[[], Any]) -> float:
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        call()
    return counter.get_total_flops() / _TERA
