"""``beras diffusion``: Stable Diffusion and its safety checker."""

from __future__ import annotations

import typer

from beras.cli.diffusion.bench import bench
from beras.cli.diffusion.demo import demo
from beras.cli.diffusion.generate import generate
from beras.cli.diffusion.info import info
from beras.cli.diffusion.scan import scan
from beras.cli.diffusion.tensors import tensors
from beras.cli.verbs import Verbs

__all__ = ["app"]


def diffusion(ctx: typer.Context) -> None:
    """Open, run and question Stable Diffusion (needs beras[diffusion]).

    \b
    Example:
      beras diffusion demo                  shows everything, in seconds
      beras diffusion generate "a red cat"  draws with the real weights
    """
    if ctx.invoked_subcommand is None:
        typer.echo(ctx.get_help())


app = typer.Typer(cls=Verbs, rich_markup_mode=None, invoke_without_command=True, callback=diffusion)
for verb in (info, generate, tensors, scan, demo, bench):
    app.command()(verb)
