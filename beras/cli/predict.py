"""``beras predict``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from beras.cli.console import print_json, say, warn
from beras.cli.errors import FAILURE
from beras.cli.options import AsJson, Run

__all__ = ["predict"]


def predict(
    run: Run,
    images: Annotated[list[Path], typer.Argument(metavar="IMAGE...", help="Pictures, of any size: png, jpg ...")],
    as_json: AsJson = False,
) -> None:
    """Say what a run's model sees in pictures.

    Pictures may be of any size, dark on light or light on dark: the border tells which. Their ink is cut out, scaled
    and centred as in the data set that the model was trained on.

    \b
    Example:
      beras predict runs/mnist-20260101-120000 seven.png photo.jpg
    """
    from beras.training import ImageError, RunFolder, prepare_image
    from beras.training.image import FRAMES

    folder = RunFolder.open(run)
    data = folder.read_config()["data"]
    model = folder.read_model()
    shape = tuple(data["image_shape"])
    prepared, failures = {}, {}
    for path in images:
        try:
            prepared[path] = prepare_image(path, shape, data["scale"], FRAMES[data["name"]])
        except ImageError as error:
            failures[path] = str(error)
    found = []
    if prepared:
        pixels = np.stack([image.pixels for image in prepared.values()])
        for (path, image), shares in zip(prepared.items(), model.predict(pixels, verbose=0), strict=True):
            found.append(_verdict(path, shares, data["class_names"], image.inverted))
    width = max((len(entry["file"]) for entry in found), default=0)
    for entry in found:
        inverted = "  (inverted: dark on light)" if entry["inverted"] else ""
        say(
            f"{entry['file']:<{width}}  {entry['class']}  {_percent(entry['probability'])}, "
            f"then {entry['runner_up']}  {_percent(entry['runner_up_probability'])}{inverted}"
        )
    for path, why in failures.items():
        warn(f"{path}: {why}")
    if as_json:
        errors = [{"file": str(path), "error": why} for path, why in failures.items()]
        print_json({"run_dir": str(folder), "predictions": found, "errors": errors})
    if failures:
        raise typer.Exit(FAILURE)


def _verdict(path: Path, shares: np.ndarray, names: list[str], inverted: bool) -> dict[str, Any]:
    first, second = (int(i) for i in np.argsort(-shares, kind="stable")[:2])
    return {
        "file": str(path),
        "class": names[first],
        "probability": float(shares[first]),
        "runner_up": names[second],
        "runner_up_probability": float(shares[second]),
        "inverted": inverted,
    }


def _percent(share: float) -> str:
    return f"{100 * share:5.1f} %"
