"""``beras diffusion generate``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from beras.cli.console import keep_for_json, print_json, say, warn
from beras.cli.diffusion.options import (
    DEFAULT_MODEL,
    AsJson,
    CacheDir,
    Device,
    Dtype,
    Model,
    Offline,
    Quiet,
    Token,
    check_names,
    open_model,
)
from beras.cli.errors import BadUsage, Interrupted, usage

if TYPE_CHECKING:
    from beras.diffusion.generation import Generation

__all__ = ["generate"]

#: More parameters than this in the U-Net, and a step takes seconds on a CPU.
_LARGE = 100_000_000


def generate(
    prompt: Annotated[str, typer.Argument(metavar="PROMPT", help="What to draw, in words.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Where to: .png, .jpg or .webp.")] = Path("picture.png"),
    grid: Annotated[
        Path | None, typer.Option("--grid", help="Write the steps on the way, as one picture.", show_default=False)
    ] = None,
    negative: Annotated[str, typer.Option("--negative", help="What should not be in the picture.")] = "",
    seed: Annotated[int, typer.Option("--seed", help="Of the noise, 0 to 4294967295.")] = 2,
    steps: Annotated[int, typer.Option("--steps", help="Levels of noise to stop at, 1 to 1000.")] = 33,
    guidance: Annotated[
        float, typer.Option("--guidance", help="How much to exaggerate the prompt; 1 or less for none.")
    ] = 5.0,
    every: Annotated[
        int, typer.Option("--every", help="A picture in the grid every so many steps; 0 for the last alone.")
    ] = 6,
    size: Annotated[
        str | None,
        typer.Option("--size", help="HEIGHTxWIDTH in pixels, or one number. [default: 512]", show_default=False),
    ] = None,
    count: Annotated[int, typer.Option("--count", min=1, help="Pictures, made at once.")] = 1,
    scheduler: Annotated[
        str | None,
        typer.Option("--scheduler", help="pndm, ddim, euler ... [default: the model's]", show_default=False),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over files that are there.")] = False,
    model: Model = DEFAULT_MODEL,
    device: Device = "auto",
    dtype: Dtype = "auto",
    cache_dir: CacheDir = None,
    token: Token = None,
    offline: Offline = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Draw a picture of a prompt with Stable Diffusion.

    The settings are printed, and stand in the file. The safety checker looks at every picture; one that it flags is
    written black, and said to be.

    \b
    Example:
      beras diffusion generate "a red cat" -o cat.png --grid steps.png
    """
    from beras.diffusion import DiffusionError
    from beras.diffusion import generate as draw
    from beras.diffusion.architecture import SCHEDULER
    from beras.diffusion.checks import check_every, check_guidance, check_seed, check_size, check_steps
    from beras.diffusion.dependencies import require
    from beras.diffusion.pictures import numbered
    from beras.diffusion.schedulers import check_name

    require()
    with usage():
        check_names(device, dtype)
        check_seed(seed)
        check_steps(steps, SCHEDULER["num_train_timesteps"])
        check_every(every)
        check_guidance(guidance)
        if scheduler is not None:
            check_name(scheduler)
        # A latent stands for 8 x 8 pixels in every version of Stable Diffusion 1 and 2.
        pixels = None if size is None else check_size(read_size(size), (0, 0), 8)
        outputs = numbered(out, count)
        for path in (*outputs, *([] if grid is None else [grid])):
            _check_free(path, force)
        if grid is not None and grid.resolve() in {path.resolve() for path in outputs}:
            raise DiffusionError(f"--out and --grid are the same file: {grid}.")
    with keep_for_json(as_json):
        pipe = open_model(
            model,
            device=device,
            dtype=dtype,
            cache_dir=cache_dir,
            token=token,
            offline=offline,
            quiet=quiet,
        )
        if not quiet:
            _say_how_long(pipe)
        done = _Progress()
        try:
            generation = draw(
                pipe,
                [prompt] * count,
                negative=negative,
                seed=seed,
                steps=steps,
                guidance=guidance,
                every=every if grid is not None else 0,
                size=pixels,
                scheduler=scheduler,
                callback=done,
                progress=not quiet,
                notify=warn,
            )
        except KeyboardInterrupt:
            raise Interrupted(f"Stopped by Ctrl-C after {done.steps} steps; no picture was written.") from None
        paths = generation.save(out)
        if grid is not None:
            paths.append(generation.save_grid(grid))
    if as_json:
        print_json(_plain(generation, paths))
    elif quiet:
        say("\n".join(map(str, paths)))
    else:
        _tell(generation, paths)


def read_size(text: str) -> tuple[int, int] | int:
    """Return the size that ``512x768`` or ``512`` means.

    Raises:
        ValueError: for any other text.

    >>> read_size("512x768"), read_size("512")
    ((512, 768), 512)
    """
    try:
        sides = [int(side) for side in text.lower().split("x")]
    except ValueError:
        sides = []
    if len(sides) not in (1, 2):
        raise ValueError(f"--size takes HEIGHTxWIDTH in pixels, such as 512x768, or one number. Received: {text!r}.")
    return sides[0] if len(sides) == 1 else (sides[0], sides[1])


def _check_free(path: Path, force: bool) -> None:
    """Refuse, before the work, a file that could not be written, or that is there."""
    from beras.diffusion.pictures import check_picture_path

    check_picture_path(path)
    if path.exists() and not force:
        raise BadUsage(f"{path} is there already. --force writes over it; --out and --grid take other names.")


def _say_how_long(pipe: Any) -> None:
    """Warn before minutes of work on a CPU."""
    if pipe.unet.device.type == "cpu" and pipe.unet.num_parameters() > _LARGE:
        warn("On a CPU this takes about ten minutes or more a picture; --steps 12 is faster, and rougher.")


class _Progress:
    """How many steps were made."""

    steps = 0

    def __call__(self, step: int, timestep: Any, latents: Any) -> None:
        self.steps = step


def _tell(generation: Generation, paths: list[Path]) -> None:
    settings = generation.settings
    shown = ("seed", "steps", "guidance", "scheduler", "height", "width", "model", "device", "dtype")
    say(", ".join(f"{name} {settings[name]}" for name in shown))
    say(f"{generation.seconds:.1f} s. Written: {', '.join(map(str, paths))}")


def _plain(generation: Generation, paths: list[Path]) -> dict[str, Any]:
    return {
        "files": [str(path) for path in paths],
        "flagged": generation.flagged,
        "notices": generation.notices,
        "truncated_text": generation.truncated_text,
        "timesteps": generation.timesteps,
        "seconds": generation.seconds,
        "settings": generation.settings,
    }
