"""The noise that a picture begins as."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from beras.diffusion.checks import LARGEST_SEED
from beras.diffusion.errors import DiffusionError

__all__ = ["check_latents", "seeded_latents", "step_generator"]


def seeded_latents(seed: int, shape: tuple[int, ...]) -> torch.Tensor:
    """Return standard normal noise, float32, on the CPU: the same on every machine and for every device.

    It is the noise of ``numpy.random.RandomState(seed)``. The first picture of a batch begins as the picture that has
    the seed for itself.

    >>> seeded_latents(2, (1, 4, 8, 8)).shape
    torch.Size([1, 4, 8, 8])
    """
    return torch.from_numpy(np.random.RandomState(seed).randn(*shape)).float()


def check_latents(latents: Any, shape: tuple[int, ...], dtype: torch.dtype) -> torch.Tensor:
    """Return given latents as a tensor of its own in ``dtype``, checked; a NumPy array is as good as a tensor.

    Raises:
        DiffusionError: for another shape, which the library would silently make a picture of another size from, for
            numbers that are not floating-point, and for numbers that are not finite in ``dtype``.
    """
    try:
        tensor = latents.detach() if isinstance(latents, torch.Tensor) else torch.as_tensor(np.array(latents))
    except (TypeError, ValueError):
        raise DiffusionError(f"latents takes a tensor or an array. Received: {type(latents).__name__}.") from None
    if tuple(tensor.shape) != shape:
        raise DiffusionError(
            f"latents must have the shape (batch, channels, height, width) = {shape} for these prompts and this size. "
            f"Received: {tuple(tensor.shape)}. For another size, pass size=(height, width), in pixels."
        )
    if not tensor.is_floating_point():
        raise DiffusionError(f"latents takes floating-point numbers, such as randn gives. Received: {tensor.dtype}.")
    own = tensor.to(dtype, copy=True)
    if not torch.isfinite(own).all():
        kind = str(dtype).removeprefix("torch.")
        raise DiffusionError(f"latents holds numbers that are not finite, or too large for {kind}.")
    return own


def step_generator(seed: int) -> torch.Generator:
    """Return the generator for schedulers that draw fresh noise at each step, on the CPU, as `seeded_latents`.

    Both are Mersenne twisters, so that one seed for both would draw the same random bits twice.
    """
    return torch.Generator().manual_seed(LARGEST_SEED - seed)
