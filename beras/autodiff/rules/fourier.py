"""np.fft: shifts have gradients, transforms are refused."""

from __future__ import annotations

import numpy as np

from beras.autodiff.registry import define, refuse

define(np.fft.fftshift, lambda g, ans, x, axes=None: np.fft.ifftshift(g, axes))
define(np.fft.ifftshift, lambda g, ans, x, axes=None: np.fft.fftshift(g, axes))

TRANSFORMS = "fft fft2 fftn hfft ifft ifft2 ifftn ihfft irfft irfft2 irfftn rfft rfft2 rfftn"

refuse(
    "Its result is complex, and gradients here are real. Compute real and imaginary part apart: x @ np.cos(phase), "
    "x @ np.sin(phase).",
    *(getattr(np.fft, name) for name in TRANSFORMS.split()),
)
