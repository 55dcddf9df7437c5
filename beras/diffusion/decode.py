"""From latents to pixels to pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from beras.diffusion.errors import DiffusionError

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["decode", "to_pictures"]


def decode(vae: Any, latents: torch.Tensor) -> torch.Tensor:
    """Return what the decoder makes of latents: ``(batch, 3, height, width)``, about -1 (black) to 1 (white).

    The networks work on latents that were scaled to unit variance, by 0.18215 in v1.4 (Rombach et al. 2022, D.1).

    Raises:
        DiffusionError: when a number is not finite. It would become a pixel without a word, and no checker sees it.
    """
    with torch.no_grad():
        rgb = vae.decode(latents / vae.config.scaling_factor, return_dict=False)[0]
    if not torch.isfinite(rgb).all():
        dtype = str(rgb.dtype).removeprefix("torch.")
        cause = "The latents are finite" if torch.isfinite(latents).all() else "So do the latents"
        advice = "" if dtype == "float32" else f" With {dtype} numbers overflow early: try dtype='float32'."
        raise DiffusionError(f"The decoded picture holds numbers that are not finite. {cause}.{advice}")
    return rgb


def to_pictures(rgb: torch.Tensor) -> list[Image]:
    """Return one picture for each of the batch; -1 to 1 becomes 0 to 255, rounded, and what is beyond is cut off."""
    from PIL import Image

    shares = (rgb * 0.5 + 0.5).clamp(0, 1).cpu().permute(0, 2, 3, 1).float().numpy()
    return [Image.fromarray(pixels) for pixels in (shares * 255).round().astype(np.uint8)]
