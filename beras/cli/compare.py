"""``beras compare``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
import typer

from beras.cli.compared import Compared, from_run, is_reference, read_shape
from beras.cli.console import keep_for_json, print_json, say, warn
from beras.cli.default_models import default_models
from beras.cli.errors import FAILURE, BadUsage
from beras.cli.options import DataFolder
from beras.cli.reference import from_reference, own_code

if TYPE_CHECKING:
    from beras.oracle import Report

__all__ = ["compare"]

_BATCH = 32
_WIDTH = 120


def compare(
    target: Annotated[
        str | None,
        typer.Argument(
            metavar="TARGET",
            help="A run's folder; or module:name, of a function, a layer, a model, or of a function without "
            "parameters that returns (target, *inputs). [default: softmax regression, an MLP, every activation]",
            show_default=False,
        ),
    ] = None,
    shape: Annotated[
        list[str] | None,
        typer.Option("--shape", help="The shape of an input, such as 4,3, for random numbers; once for each input."),
    ] = None,
    order: Annotated[int, typer.Option("--order", min=1, max=2, help="2 for second derivatives besides.")] = 1,
    batch: Annotated[
        int | None,
        typer.Option("--batch", min=1, help=f"Samples, for a run or a model. [default: {_BATCH}]", show_default=False),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of the inputs and of new weights.")] = 0,
    data: DataFolder = None,
    figure: Annotated[
        Path | None, typer.Option("--figure", help="Draw where it differs, as PNG (needs beras[viz]).")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document, and nothing else.")] = False,
) -> None:
    """Hold values and gradients against PyTorch.

    The operations are replayed in PyTorch, which differentiates them itself; where a gradient is wrong, the mistake is
    named. Without PyTorch numerical derivatives decide, and frozen values of it for what is beras's own. The exit
    status is 0 when everything agrees, 1 when something differs, 2 when there is nothing to compare.

    \b
    Examples:
      beras compare
      beras compare runs/mnist-20260101-120000
      beras compare homework.layers:softmax --shape 4,10
      beras compare homework.layers:case --order 2 --figure wrong.png
    """
    import beras
    from beras.oracle.torch_module import has_torch

    shapes = [read_shape(text) for text in shape or ()]
    if figure is not None:
        _check_figure(figure)
    beras.set_random_seed(seed)
    found: list[tuple[str, Report]] = []
    with keep_for_json(as_json):
        chosen = _chosen(target, shapes, batch, seed, data)
        for compared in chosen:
            found.append((compared.about, _compare(compared, order, seed)))
            if not as_json:
                _show(*found[-1])
        if figure is not None:
            _draw([report for _, report in found], figure)
        if not has_torch():
            for frozen in _frozen(None if target is None else chosen):
                found.append(frozen)
                if not as_json:
                    _show(*frozen)

    wrong = [about for about, report in found if not report.ok]
    if as_json:
        reports = [{"about": about, **report.to_dict()} for about, report in found]
        print_json({"ok": not wrong, "torch": has_torch(), "reports": reports})
    elif len(found) > 1:
        say(f"{len(found) - len(wrong)} of {len(found)} agree.", style="bold red" if wrong else "bold green")
    if wrong:
        raise typer.Exit(FAILURE)


def _chosen(
    target: str | None, shapes: Sequence[tuple[int, ...]], batch: int | None, seed: int, data: Path | None
) -> list[Compared]:
    if target is not None and is_reference(target) and not Path(target).exists():
        if data is not None:
            raise BadUsage(f"--data is for runs and the default models; {target} brings its own inputs.")
        return [from_reference(target, shapes, batch, seed)]
    if shapes:
        raise BadUsage("--shape is for module:name; a run and the default models are compared on their own data.")
    if target is None:
        return default_models(batch or _BATCH, seed, data)
    return [from_run(Path(target), batch or _BATCH, seed, data)]


def _compare(compared: Compared, order: int, seed: int) -> Report:
    from beras.oracle import compare

    # NumPy's warnings about random inputs that do not suit say no more than the note below.
    with own_code(f"{compared.about} on its inputs") if compared.is_own else nullcontext(), np.errstate(all="ignore"):
        report = compare(compared.target, *compared.inputs, y=compared.y, order=order, seed=seed)
    outputs = [row.ours for row in report.rows if row.order == 0 and row.ours is not None]
    if not all(np.isfinite(y).all() for y in outputs):
        report.notes.append(
            "The outputs are not all finite, so that little is shown. For inputs that suit, name a function without "
            "parameters that returns (target, *inputs)."
        )
    return report


def _frozen(chosen: Sequence[Compared] | None) -> list[tuple[str, Report]]:
    """Return the report on the frozen values of what was compared; of everything for ``None``."""
    from beras.oracle.frozen import check_frozen, things_in

    things = None if chosen is None else things_in(compared.target for compared in chosen)
    return [] if things == [] else [("Without PyTorch", check_frozen(things))]


def _show(about: str, report: Report) -> None:
    """Print a report, in colour in a terminal."""
    say(about, style="bold cyan")
    if sys.stdout.isatty():
        from rich.console import Console

        console = Console(file=sys.stdout, highlight=False)
        console.width = max(console.width, _WIDTH)  # a table that is cut off says less than lines that are wrapped
        console.print(report)
    else:
        print(report)
    print()


# Figures


def _check_figure(path: Path) -> None:
    """Refuse, before the work, a figure that could not be drawn or written."""
    from importlib.util import find_spec

    from beras.oracle.torch_module import has_torch

    if path.suffix.lower() != ".png":
        raise BadUsage(f"--figure writes PNG: {path.with_suffix('.png')}. Received: {path}.")
    if not path.parent.is_dir():
        raise BadUsage(f"--figure writes into a folder that is there. Received: {path}, and there is no {path.parent}.")
    if find_spec("matplotlib") is None:
        raise BadUsage('--figure needs matplotlib: pip install "beras[viz]".')
    if not has_torch():
        raise BadUsage('--figure shows how far PyTorch is away, and needs it: pip install "beras[oracle]".')


def _draw(reports: Sequence[Report], path: Path) -> None:
    """Write the figure of each report, with a number in the name if there are several."""
    from beras.viz import save_figure

    for number, report in enumerate(reports, start=1):
        to = path if len(reports) == 1 else path.with_stem(f"{path.stem}-{number}")
        try:
            figure = report.figure()
        except ValueError as error:
            warn(f"{to} was not drawn: {error}")
            continue
        save_figure(figure, to, report.title)
        say(f"Drawn: {to}.")
