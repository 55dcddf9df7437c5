"""``beras diffusion bench``."""

from __future__ import annotations

from typing import Annotated

import typer

from beras.cli.console import keep_for_json, print_json, say
from beras.cli.diffusion.options import AsJson, Device, Quiet, check_names
from beras.cli.errors import BadUsage, usage

__all__ = ["bench"]


def bench(
    variants: Annotated[
        str | None,
        typer.Option("--variants", help="fp32, tf32, fp16, bf16 ..., with commas. [default: all]", show_default=False),
    ] = None,
    batches: Annotated[str, typer.Option("--batches", help="Pictures at once, with commas.")] = "1,4",
    steps: Annotated[int, typer.Option("--steps", help="Levels of noise to stop at.")] = 33,
    repeats: Annotated[int, typer.Option("--repeats", min=1, help="Of which the median is shown.")] = 5,
    tiny: Annotated[bool, typer.Option("--tiny", help="Tiny networks, on any device: to see that it works.")] = False,
    device: Device = "auto",
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Measure v1.4 at full size, with random weights, on a GPU.

    Seconds a picture, calls of the U-Net and the decoder, memory and differences from float32 for several types of
    numbers, layouts and compilers; and the safety checker. Without a GPU it counts the arithmetic and says what it
    needs.

    \b
    Examples:
      beras diffusion bench
      beras diffusion bench --variants fp32,fp16,fp16-compiled --batches 1
    """
    from beras.diffusion.architecture import SCHEDULER
    from beras.diffusion.bench import arithmetic
    from beras.diffusion.bench import bench as measure
    from beras.diffusion.bench.report import arithmetic_to_markdown
    from beras.diffusion.bench.variants import choose
    from beras.diffusion.checks import check_steps
    from beras.diffusion.dependencies import require

    require()
    with usage():
        check_names(device)
        names = None if variants is None else [name.strip() for name in variants.split(",")]
        choose(names)
        sizes = _numbers(batches)
        check_steps(steps, SCHEDULER["num_train_timesteps"])
    with keep_for_json(as_json):
        if not (tiny or quiet):
            say(arithmetic_to_markdown(arithmetic(), steps + 1 if steps > 1 else 1) + "\n")
        report = measure(
            device, variants=names, batches=sizes, steps=steps, repeats=repeats, tiny=tiny, progress=not quiet
        )
    if as_json:
        print_json(report.to_dict())
    else:
        say(report.to_markdown())


def _numbers(text: str) -> list[int]:
    """Return the numbers in ``1,4``."""
    try:
        numbers = [int(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if not numbers or min(numbers) < 1:
        raise BadUsage(f"--batches takes whole numbers of 1 or more, with commas between. Received: {text!r}.")
    return numbers
