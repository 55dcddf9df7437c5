"""``beras evaluate``."""

from __future__ import annotations

from typing import Annotated

import typer

from beras.cli.console import print_json, say
from beras.cli.errors import BadUsage
from beras.cli.options import AsJson, DataFolder, Run

__all__ = ["evaluate"]


def evaluate(
    run: Run,
    dataset: Annotated[
        str | None, typer.Option("--dataset", help="Another data set than the run's. [default: the run's]")
    ] = None,
    data: DataFolder = None,
    as_json: AsJson = False,
) -> None:
    """Evaluate a run's model on the test set.

    \b
    Example:
      beras evaluate runs/mnist-20260101-120000
    """
    from beras import datasets
    from beras.training import RunFolder

    folder = RunFolder.open(run)
    trained_on = folder.read_config()["data"]
    model = folder.read_model()
    loaded = datasets.load(dataset or trained_on["name"], data)
    if loaded.x_test.shape[1:] != model.input_shape[1:] or loaded.scale != trained_on["scale"]:
        raise BadUsage(
            f"{folder} was trained on images of {_size(model.input_shape[1:])} from 0 to {trained_on['scale']}; "
            f"{loaded.name} has {_size(loaded.x_test.shape[1:])} from 0 to {loaded.scale}."
        )
    say(loaded.note)
    found = model.evaluate(loaded.x_test, loaded.y_test, batch_size=1000, verbose=0, return_dict=True)
    say(
        f"Test accuracy {100 * found['accuracy']:.2f} %, loss {found['loss']:.4f}, on {len(loaded.x_test):,} images.",
        style="bold green",
    )
    if as_json:
        print_json(
            {
                "dataset": loaded.name,
                "images": len(loaded.x_test),
                "test_loss": float(found["loss"]),
                "test_accuracy": float(found["accuracy"]),
                "run_dir": str(folder),
            }
        )


def _size(shape: tuple[int, ...]) -> str:
    return "x".join(map(str, shape))
