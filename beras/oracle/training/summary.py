"""The table that two trainings print."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from beras.oracle.training.result import BothTrainings

__all__ = ["summary"]


def summary(both: BothTrainings) -> str:
    """Return the epochs of both trainings as a table, and below it how far they parted."""
    from rich.box import HEAVY_HEAD
    from rich.console import Console
    from rich.table import Table

    console = Console(width=200, highlight=False, color_system=None)
    table = Table(box=HEAVY_HEAD)
    names = list(both.epochs[0]["beras"])
    for label in ("epoch", *(f"{name} in {side}" for name in names for side in ("beras", "torch"))):
        table.add_column(label, justify="right")
    table.add_column("weights apart", justify="right")
    apart = dict(zip(both.steps.tolist(), both.relative_weight_differences.tolist(), strict=True))
    for epoch in both.epochs:
        values = [f"{epoch[side][name]:.9g}" for name in names for side in ("beras", "torch")]
        table.add_row(str(epoch["epoch"]), *values, f"{apart[epoch['step']]:.1e}")
    with console.capture() as capture:
        console.print(table)
    return "\n".join([_title(both), capture.get().rstrip("\n"), *_sentences(both)])


def _title(both: BothTrainings) -> str:
    s = both.settings
    return (
        f"{s['model']} in beras and in torch: {s['optimizer']}, {s['loss']}, {s['dtype']}, "
        f"{len(both.beras_losses)} steps in batches of {s['batch_size']}"
    )


def _sentences(both: BothTrainings) -> list[str]:
    at_loss = int(np.argmax(both.loss_differences)) + 1
    at_weight = int(both.steps[np.argmax(both.relative_weight_differences)])
    first = both.first_step_apart()
    parted = "They never differ by more than 1e-06."
    if first is not None:
        parted = f"They first differ by more than 1e-06 at step {first}."
        if both.settings["dtype"] == "float32":
            parted += " (One relu whose input rounds to the other side of 0 is enough; a fault shows in float64 too.)"
    return [
        f"Largest difference of the losses: {both.largest_loss_difference:.1e} (step {at_loss}); at the end "
        f"{both.loss_differences[-1]:.1e}.",
        f"Largest difference of the weights: {both.largest_relative_weight_difference:.1e} of their length (step "
        f"{at_weight}), {both.largest_weight_difference:.1e} in one entry; rounding is "
        f"{np.finfo(both.settings['dtype']).eps:.1e}.",
        parted,
        f"Seconds: beras {both.seconds['beras']:.2f}, torch {both.seconds['torch']:.2f}.",
    ]
