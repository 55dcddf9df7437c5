"""``beras diffusion demo``."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from beras.cli.console import keep_for_json, print_json, say, warn
from beras.cli.diffusion.options import AsJson, Quiet
from beras.cli.errors import FAILURE, BadUsage

if TYPE_CHECKING:
    from beras.diffusion.safety.report import ScanReport

__all__ = ["demo"]

_RANDOM = (
    "These networks are small and their weights are random: nothing was trained or downloaded, and every picture is "
    "noise. What is shown is how the parts work together."
)
_PROMPT = "a red cat and the dog"
_PICTURES = 12
#: The number of the picture that is planted, from 0.
_PLANTED = 7


def demo(
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="A folder for the files. [default: a new temporary one]", show_default=False),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, max=2**32 - 1, help="Of the weights and of the noise.")] = 2,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Show all of it on small random networks, offline, in seconds.

    It counts the networks, makes a picture step by step, shows the tensors on the way, then makes a folder of pictures,
    has the safety checker flag one of them for certain, and scans. The exit status is 1 if the scan finds anything
    else.

    \b
    Example:
      beras diffusion demo --out demo
    """
    from beras.diffusion import generate, network_table, plant, scan, tensor_table, tiny_pipeline
    from beras.diffusion.inspect import to_markdown
    from beras.diffusion.tensors import tensors_to_markdown

    tell: Any = _silent if quiet or as_json else _tell
    with keep_for_json(as_json), _one_thread():
        folder = _folder(out)
        pipe = tiny_pipeline(seed=seed)
        started = time.perf_counter()
        tell(None, _RANDOM)

        networks = network_table(pipe)
        tell("1. The networks (the real ones: beras diffusion info)", to_markdown(networks))

        made = generate(pipe, _PROMPT, seed=seed, progress=not quiet and not as_json, notify=warn)
        (picture,), grid = made.save(folder / "picture.png"), made.save_grid(folder / "steps.png")
        lines = [f"The picture: {picture}", f"Its {len(made.intermediates)} steps: {grid}"]
        tell(f'2. "{_PROMPT}", in {len(made.timesteps)} updates, {made.seconds:.1f} s', "\n".join(lines))

        tensors = tensor_table(made)
        tell("3. The tensors on the way (at full size: beras diffusion tensors --meta)", tensors_to_markdown(tensors))

        pictures = _make_pictures(pipe, folder / "pictures", seed)
        planted = pictures[_PLANTED]
        checker = plant(pipe.safety_checker, [planted], others=folder / "pictures")
        report = scan(folder / "pictures", checker, progress=False)
        report.to_html(folder / "flagged.html")
        found = [report.files.names[number] for number in report.flagged]
        tell(f"4. {planted.name} is planted in the safety checker, and {report.total} pictures are scanned", report)
        right = found == [planted.name]
        tell(None, f"The scan flagged {'exactly the planted one' if right else f'{found}, not {planted.name}'}.")
        tell(None, f"The flagged ones on a page: {folder / 'flagged.html'}")

    seconds = time.perf_counter() - started
    if as_json:
        print_json(
            {
                "random": _RANDOM,
                "folder": str(folder),
                "networks": [row.to_dict() for row in networks],
                "tensors": [row.to_dict() for row in tensors],
                "planted": [planted.name],
                "flagged": found,
                "seconds": seconds,
            }
        )
    elif quiet:
        say(str(folder))
    else:
        say(f"All of it took {seconds:.1f} s. {_RANDOM}")
    if not right:
        raise typer.Exit(FAILURE)


@contextmanager
def _one_thread() -> Iterator[None]:
    """Within the block PyTorch computes on one thread: for networks this small, waiting for others costs the most."""
    from beras.diffusion.dependencies import require

    require()
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _folder(out: Path | None) -> Path:
    """Return the folder to write to: made if needed, and without anything in it that would be lost or scanned."""
    if out is None:
        from tempfile import mkdtemp

        return Path(mkdtemp(prefix="beras-diffusion-"))
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise BadUsage(f"--out takes a folder that is new or empty. Received: {out}.")
    out.mkdir(parents=True, exist_ok=True)
    return out


def _make_pictures(pipe: Any, folder: Path, seed: int) -> list[Path]:
    """Make a folder of pictures, of the prompt and other noise, and return their paths."""
    from beras.diffusion import generate

    folder.mkdir()
    made = generate(pipe, [_PROMPT] * _PICTURES, seed=seed, steps=4, every=0, progress=False, notify=None)
    return made.save(folder / "picture.png")


def _tell(title: str | None, content: str | ScanReport) -> None:
    """Print a title and what belongs under it."""
    if title is not None:
        say(f"\n{title}", style="bold cyan")
    if isinstance(content, str):
        say(content)
        return
    from rich.console import Console

    Console(file=sys.stdout, highlight=False).print(content)


def _silent(title: str | None, content: str | ScanReport) -> None:
    """Print nothing."""
