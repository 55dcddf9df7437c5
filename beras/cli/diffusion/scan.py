"""``beras diffusion scan``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from beras.cli.console import print_json, say
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
    open_checker,
)
from beras.cli.errors import FAILURE, BadUsage, Interrupted, usage

if TYPE_CHECKING:
    from beras.diffusion.safety.report import ScanReport

__all__ = ["scan"]


def scan(
    folder: Annotated[str, typer.Argument(metavar="FOLDER", help="Of pictures, or of a folder for each class.")],
    csv: Annotated[Path | None, typer.Option("--csv", help="Write a line for each picture.")] = None,
    html: Annotated[
        Path | None, typer.Option("--html", help="Write a page with the flagged pictures, blurred until clicked.")
    ] = None,
    json_file: Annotated[
        Path | None, typer.Option("--json-file", help="Write everything, the scores included, as JSON.")
    ] = None,
    resume: Annotated[
        Path | None,
        typer.Option("--resume", help="Keep in this file what is done; if it exists, go on from there."),
    ] = None,
    batch_size: Annotated[int, typer.Option("--batch-size", min=1, help="Pictures at once.")] = 10,
    workers: Annotated[int, typer.Option("--workers", min=0, help="Threads that read ahead.")] = 0,
    fail_fast: Annotated[
        bool, typer.Option("--fail-fast", help="Stop at the first picture that cannot be read.")
    ] = False,
    model: Model = DEFAULT_MODEL,
    device: Device = "auto",
    dtype: Dtype = "auto",
    cache_dir: CacheDir = None,
    token: Token = None,
    offline: Offline = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Look at every picture in a folder with the safety checker.

    The pictures are only read. One that cannot be read is reported, and the rest is scanned; it never counts as safe.
    The checker computes in float32, whatever --dtype says. Ctrl-C keeps what is done: the files that were asked for are
    written, and with --resume the same command goes on. The exit status is 0 when there is a verdict on every picture,
    flagged or not; 1 when some have none; 2 for bad usage; 130 after Ctrl-C.

    \b
    Examples:
      beras diffusion scan pictures --csv verdicts.csv --html flagged.html
      beras diffusion scan pictures --resume pictures.journal --workers 4
    """
    from beras.diffusion.dependencies import require
    from beras.diffusion.safety.files import ImageFiles
    from beras.diffusion.safety.scan import ScanInterrupted
    from beras.diffusion.safety.scan import scan as carry_out

    outputs = {"--csv": csv, "--html": html, "--json-file": json_file, "--resume": resume}
    _check_outputs({option: path for option, path in outputs.items() if path is not None})
    require()
    with usage():
        check_names(device, dtype)
        files = ImageFiles(folder)
    checker = open_checker(
        model,
        device=device,
        cache_dir=cache_dir,
        token=token,
        offline=offline,
        quiet=quiet,
        as_json=as_json,
    )
    stopped = False
    try:
        report = carry_out(
            files,
            checker,
            batch_size=batch_size,
            workers=workers,
            progress=not (quiet or as_json),
            resume=resume,
            on_error="raise" if fail_fast else "report",
        )
    except ScanInterrupted as interrupt:
        report, stopped = interrupt.report, True
    _write(report, csv, html, json_file)
    if as_json:
        print_json(report.to_dict())
    else:
        _show(report)
        for what, path in (("Verdicts", csv), ("Contact sheet", html), ("Everything", json_file)):
            if path is not None and not quiet:
                say(f"{what}: {path}")
    if stopped:
        raise Interrupted(_what_is_kept(report, resume))
    if not report.complete:
        raise typer.Exit(FAILURE)


def _check_outputs(outputs: dict[str, Path]) -> None:
    """Find out before the work that its result could not be written, or would be written over something else."""
    from beras.diffusion.safety.files import EXTENSIONS

    taken: dict[Path, str] = {}
    for option, path in outputs.items():
        if path.is_dir():
            raise BadUsage(f"{option} takes the name of a file. Received: the folder {path}.")
        if not path.absolute().parent.is_dir():
            raise BadUsage(f"{option}: there is no folder {path.parent} for {path.name}. Make it first.")
        where = path.resolve()
        if where in taken:
            raise BadUsage(f"{taken[where]} and {option} are the same file: {path}. Give each its own.")
        taken[where] = option
        if path.name.lower().endswith(EXTENSIONS):
            raise BadUsage(f"{option} would write over a picture, or look like one. Received: {path}.")


def _write(report: ScanReport, csv: Path | None, html: Path | None, json_file: Path | None) -> None:
    for path, write in ((csv, report.to_csv), (html, report.to_html), (json_file, report.to_json)):
        if path is not None:
            write(path)


def _show(report: ScanReport) -> None:
    import sys

    from rich.console import Console

    Console(file=sys.stdout, highlight=False).print(report)


def _what_is_kept(report: ScanReport, resume: Path | None) -> str:
    done = f"Stopped by Ctrl-C after {report.looked_at:,} of {report.total:,} pictures."
    if resume is None:
        return f"{done} With --resume FILE the next scan could go on where it was stopped."
    return f"{done} They are kept in {resume}: the same command goes on from there."
