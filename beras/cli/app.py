"""The verbs of ``beras``."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from beras.cli import course, diffusion, homework
from beras.cli.compare import compare
from beras.cli.doctor import doctor
from beras.cli.evaluate import evaluate
from beras.cli.predict import predict
from beras.cli.summary import summary
from beras.cli.train import train
from beras.cli.verbs import Verbs

__all__ = ["app"]

VERBS = (train, evaluate, predict, summary, compare, doctor, *homework.VERBS)


app = typer.Typer(
    cls=Verbs,
    add_completion=False,
    invoke_without_command=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
for verb in VERBS:
    app.command()(verb)

courses = typer.Typer(cls=Verbs, rich_markup_mode=None, invoke_without_command=True, callback=course.course)
for course_verb in course.VERBS:
    courses.command()(course_verb)
app.add_typer(courses, name="course")
app.add_typer(diffusion.app, name="diffusion")


def _show_version(wanted: bool) -> None:
    if wanted:
        from beras import __version__

        typer.echo(f"beras {__version__}")
        raise typer.Exit


@app.callback()
def beras(
    ctx: typer.Context,
    debug: Annotated[bool, typer.Option("--debug", help="Show where an error happened (or BERAS_DEBUG=1).")] = False,
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    """Train and use small neural networks that run on NumPy alone.

    \b
    Example:
      beras train                        trains on MNIST, in under a minute
      beras predict runs/mnist-... 7.png says what is on a picture
    """
    if debug:
        os.environ["BERAS_DEBUG"] = "1"
    if ctx.invoked_subcommand is None:
        typer.echo(ctx.get_help())
