"""How many operations a second the device does when there is nothing but one product of large matrices."""

from __future__ import annotations

from typing import Any

from beras.diffusion.bench.stopwatch import first_and_median
from beras.diffusion.bench.variants import Variant, tensor_float

__all__ = ["matrix_teraflops"]

_TERA = 1e12
#: Large enough for a GPU to show what it can; a CPU would take minutes for it.
_SIDES = {"cpu": 512}
_SIDE = 8192


def matrix_teraflops(variant: Variant, device: Any, repeats: int = 10) -> float:
    """Return the TFLOP a second of a product of two square matrices, of side 8192 on a GPU, in a variant's numbers."""
    import torch

    side = _SIDES.get(device.type, _SIDE)
    matrix = torch.randn(side, side, device=device, dtype=getattr(torch, variant.dtype))
    with tensor_float(variant.tensor_float):
        _, seconds = first_and_median(lambda: matrix @ matrix, device, repeats)
    return 2 * side**3 / seconds / _TERA
