"""CLIP's way from a picture to pixels, the same to the bit as the library's image processor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from beras.diffusion.errors import DiffusionError

if TYPE_CHECKING:
    import torch
    from PIL import Image

__all__ = ["ClipTransform", "clip_transform"]

MEAN = np.array([0.48145466, 0.4578275, 0.40821073], np.float32)
STANDARD_DEVIATION = np.array([0.26862954, 0.26130258, 0.27577711], np.float32)
#: The largest picture in between, in pixels. Only one that is over a thousand times longer than wide comes near it.
_LARGEST = 1 << 26


def clip_transform(size: int = 224) -> ClipTransform:
    """Return the function from a picture to the pixels that CLIP, and so the safety checker, looks at.

    The shorter side becomes ``size`` (bicubic, on 8-bit values), the middle ``size x size`` is cut out, values go from
    0..255 to 0..1 and then to ``(value - mean) / standard_deviation`` of CLIP's training pictures. What a long picture
    has near its ends is therefore not looked at.

    Bit for bit ``CLIPImageProcessor`` with its PIL backend, for any size of picture. torchvision's ``Resize(224,
    BICUBIC), CenterCrop(224), ToTensor(), Normalize(...)`` differs where the middle is not a whole pixel (its crop
    rounds half to even); ``ToTensor(), Normalize(...)`` alone is right for pictures of 224 x 224 only.

    Args:
        size: height and width of the result in pixels, from 1.

    >>> from PIL import Image
    >>> clip_transform()(Image.new("RGB", (640, 480))).shape
    torch.Size([3, 224, 224])
    """
    if isinstance(size, bool) or not isinstance(size, int) or size < 1:
        raise DiffusionError(f"size must be a whole number of pixels, from 1. Received: {size!r}.")
    return ClipTransform(size)


@dataclass(frozen=True)
class ClipTransform:
    """``transform(picture) -> pixels``, float32 of shape ``(3, size, size)``; it can be sent to other processes."""

    size: int = 224

    def __call__(self, picture: Image.Image) -> torch.Tensor:
        """Return the pixels of ``picture``, which is not changed.

        Raises:
            DiffusionError: for what is no PIL picture, and for one so long and thin that it cannot be enlarged.
        """
        import torch

        return torch.from_numpy(self.array(picture))

    def array(self, picture: Any) -> np.ndarray:
        """Return the pixels as an array."""
        from PIL import Image

        if not isinstance(picture, Image.Image):
            raise DiffusionError(f"Expected a picture as PIL.Image opens it. Received: {type(picture).__name__}.")
        rgb = picture.convert("RGB")
        width, height = rgb.size
        if not width or not height:
            raise DiffusionError(f"The picture has no pixels: {width} x {height}.")
        longer = int(self.size * max(width, height) / min(width, height))
        if self.size * longer > _LARGEST:
            raise DiffusionError(f"The picture is too long and thin: {width} x {height} pixels. Cut it into pieces.")
        across, down = (self.size, longer) if width <= height else (longer, self.size)
        if (across, down) != rgb.size:
            rgb = rgb.resize((across, down), Image.Resampling.BICUBIC)
        left, top = (across - self.size) // 2, (down - self.size) // 2
        cut = np.asarray(rgb.crop((left, top, left + self.size, top + self.size)))
        scaled = cut.astype(np.float32) / np.float32(255)
        return np.ascontiguousarray(((scaled - MEAN) / STANDARD_DEVIATION).transpose(2, 0, 1))
