"""bench: every variant, every batch, one after the other; what fails is reported and the rest is measured."""

from __future__ import annotations

import gc
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from beras.diffusion.architecture import SCHEDULER
from beras.diffusion.bench.arithmetic import arithmetic
from beras.diffusion.bench.checker import measure_checker, with_concepts
from beras.diffusion.bench.images import Reference, measure_images
from beras.diffusion.bench.peak import matrix_teraflops
from beras.diffusion.bench.report import BenchReport
from beras.diffusion.bench.variants import Variant, choose
from beras.diffusion.checks import check_steps, whole_number
from beras.diffusion.dependencies import require
from beras.diffusion.errors import DiffusionError
from beras.diffusion.progress import bar

__all__ = ["CHECKER_BATCHES", "NEEDS", "bench"]

NEEDS = (
    "The benchmark runs the full architecture of v1.4 and needs a GPU that PyTorch can use, with 16 GB of memory: the "
    "networks take 5.5 GB in float32, and pictures of 512x512 in batches of 4 about as much again. It downloads "
    "nothing, for the weights are random."
)
CHECKER_BATCHES = (10, 64)
_SEED = 0


def bench(
    device: str = "auto",
    *,
    variants: Sequence[str | Variant] | None = None,
    batches: Sequence[int] = (1, 4),
    steps: int = 33,
    repeats: int = 5,
    tiny: bool = False,
    progress: bool = True,
) -> BenchReport:
    """Measure pictures a second, the U-Net, the decoder and the safety checker, with random weights.

    Speed does not depend on the weights; the pictures are noise. Each call is warmed up, the device is waited for, and
    the median of ``repeats`` counts. Differences are those from the first variant, float32 unless others are chosen.

    Args:
        device: see `beras.diffusion.resolve_device`.
        variants: names from `VARIANTS`, or variants; all by default.
        batches: how many pictures at once.
        steps: of the PNDM scheduler, 33 for 34 calls of the U-Net.
        repeats: of each measurement.
        tiny: measure the networks of `beras.diffusion.tiny_pipeline` instead, on any device: to see that it works.
        progress: draw a bar, if stdout is a terminal.

    Raises:
        DiffusionError: without a GPU, unless ``tiny``; for an argument that cannot be used.
    """
    require()
    from beras.diffusion.devices import resolve_device
    from beras.diffusion.provenance import versions

    at = resolve_device(device)
    if at.type == "cpu" and not tiny:
        raise DiffusionError(f'{NEEDS} Here there is none. tiny=True ("--tiny") measures tiny networks on the CPU.')
    chosen = choose(variants)
    sizes = [whole_number("batches", batch, 1) for batch in batches]
    steps, repeats = check_steps(steps, SCHEDULER["num_train_timesteps"]), whole_number("repeats", repeats, 1)
    networks = _maker(tiny, at)
    report = BenchReport(
        settings={"networks": "tiny" if tiny else "v1.4", "device": _name(at), "steps": steps, **versions()},
        arithmetic=arithmetic(networks() if tiny else None),
    )
    total = len(chosen) * len(sizes) + 2 * len(CHECKER_BATCHES)
    with bar("Measuring", total, progress) as advance:
        _images(report, networks, chosen, sizes, steps, repeats, at, advance)
        _checker(report, networks, repeats, at, advance)
    return report


def _images(
    report: BenchReport,
    networks: Callable[[], dict[str, Any]],
    variants: Sequence[Variant],
    batches: Sequence[int],
    steps: int,
    repeats: int,
    device: Any,
    advance: Callable[[], None],
) -> None:
    references: dict[int, Reference] = {}
    for variant in variants:
        for batch in batches:
            try:
                rate = _rate(report, variant, device)
                row, own = measure_images(networks, variant, batch, steps, repeats, device, references.get(batch))
                references.setdefault(batch, own)
                tera = report.arithmetic.picture(row.updates) - report.arithmetic.checker
                report.images.append(replace(row, floor_seconds=tera / rate))
            except RuntimeError as error:
                report.failures[f"{variant.name}, batch {batch}"] = _first_line(error)
            gc.collect()
            advance()


def _rate(report: BenchReport, variant: Variant, device: Any) -> float:
    name = "tf32" if variant.tensor_float else variant.dtype
    if name not in report.matrix_teraflops:
        report.matrix_teraflops[name] = matrix_teraflops(variant, device)
    return report.matrix_teraflops[name]


def _checker(
    report: BenchReport,
    networks: Callable[[], dict[str, Any]],
    repeats: int,
    device: Any,
    advance: Callable[[], None],
) -> None:
    checker = with_concepts(networks()["safety_checker"])
    for batch in CHECKER_BATCHES:
        reference = None
        for faster in (False, True):
            try:
                row, cosines = measure_checker(checker, batch, repeats, device, faster, reference)
                reference = cosines if reference is None else reference
                report.checker.append(row)
            except RuntimeError as error:
                report.failures[f"checker {'tf32' if faster else 'fp32'}, batch {batch}"] = _first_line(error)
            advance()


def _maker(tiny: bool, device: Any) -> Callable[[], dict[str, Any]]:
    """Return what makes the four networks, the same each time."""

    def make() -> dict[str, Any]:
        import torch

        from beras.diffusion.architecture import random_networks
        from beras.diffusion.tiny import tiny_pipeline

        if tiny:
            parts = tiny_pipeline(seed=_SEED).to(device).components
            return {name: part for name, part in parts.items() if isinstance(part, torch.nn.Module)}
        with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
            torch.manual_seed(_SEED)
            return random_networks(device)

    return make


def _name(device: Any) -> str:
    import torch

    return torch.cuda.get_device_name(device) if device.type == "cuda" else device.type


def _first_line(error: BaseException) -> str:
    lines = [line for line in str(error).splitlines() if line.strip()]
    return f"{type(error).__name__}: {lines[0] if lines else 'no message'}"
