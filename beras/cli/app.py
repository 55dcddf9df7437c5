"""The verbs of ``beras``, and how all of them end."""

from __future__ import annotations

import os
import sys
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from beras.cli import course, homework
from beras.cli.compare import compare
from beras.cli.doctor import doctor
from beras.cli.errors import AT_ONCE, NOTHING_SAVED, BadUsage, Interrupted, debugging, report
from beras.cli.evaluate import evaluate
from beras.cli.predict import predict
from beras.cli.summary import summary
from beras.cli.train import train
from beras.errors import unknown_name

__all__ = ["app"]

VERBS = (train, evaluate, predict, summary, compare, doctor, *homework.VERBS)


class Verbs(TyperGroup):
    """The group of commands: errors become one sentence, and unknown names get the nearest one."""

    def main(self, *args: Any, standalone_mode: bool = True, **options: Any) -> Any:
        """Run, and exit with 0, 1 (failure), 2 (bad usage) or 130 (Ctrl-C)."""
        options["standalone_mode"] = False
        if not standalone_mode:
            return super().main(*args, **options)
        try:
            code = super().main(*args, **options)
        except (Exception, KeyboardInterrupt) as error:
            if debugging() and not isinstance(error, Interrupted):
                raise
            code = report(error)
        sys.exit(code if isinstance(code, int) else 0)

    def make_context(self, info_name: str | None, args: list[str], *rest: Any, **extra: Any) -> Any:
        """Read the arguments; Ctrl-C meanwhile is kept from typer, as in `invoke`."""
        training = "train" in args
        try:
            return super().make_context(info_name, args, *rest, **extra)
        except KeyboardInterrupt:
            raise Interrupted(NOTHING_SAVED if training else AT_ONCE) from None

    def invoke(self, ctx: Any) -> Any:
        """Run a verb; its Ctrl-C is kept from typer, which would end without a word."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            raise Interrupted(AT_ONCE) from None

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the verb, or name the nearest."""
        if args and not args[0].startswith("-") and self.get_command(ctx, args[0]) is None:
            raise BadUsage(unknown_name("command", args[0], self.list_commands(ctx)))
        return super().resolve_command(ctx, args)


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
