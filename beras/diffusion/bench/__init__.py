"""How fast the architecture of v1.4 is on this machine, with random weights, against the floor of its arithmetic."""

from beras.diffusion.bench.arithmetic import Arithmetic, arithmetic
from beras.diffusion.bench.report import BenchReport, CheckerRow, ImageRow
from beras.diffusion.bench.run import bench
from beras.diffusion.bench.variants import VARIANTS, Variant

__all__ = [
    "VARIANTS",
    "Arithmetic",
    "BenchReport",
    "CheckerRow",
    "ImageRow",
    "Variant",
    "arithmetic",
    "bench",
]
