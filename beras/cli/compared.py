"""What `beras compare` compares: from the text on the command line to a target and its inputs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from beras.cli.errors import BadUsage

if TYPE_CHECKING:
    from beras.datasets import Dataset

__all__ = ["Compared", "from_run", "is_reference", "of_images", "read_shape"]


class Compared(NamedTuple):
    """A target, what it is called on, and the truth where its loss is compared too."""

    about: str
    target: Any
    inputs: tuple[Any, ...]
    y: Any = None
    #: Whether it is the user's own code.
    is_own: bool = False


def of_images(about: str, model: Any, images: Dataset, batch: int, seed: int) -> Compared:
    """Return a compiled model with ``batch`` of the training images, and their labels."""
    count = min(batch, len(images.x_train))
    chosen = np.sort(np.random.default_rng(seed).choice(len(images.x_train), count, replace=False))
    x = images.x_train[chosen].astype(np.float32)
    return Compared(f"{about}, on {count} images of {images.name}", model, (x,), images.y_train[chosen])


def from_run(path: Path, batch: int, seed: int, data: Path | None) -> Compared:
    """Return a run's model with a batch of the images that it was trained on, and its loss.

    Raises:
        BadUsage: when there is no such folder, with the nearest name.
        RunFolderError: when it is damaged, or holds no run.
    """
    from beras import datasets
    from beras.training import RunFolder, RunFolderError

    try:
        folder = RunFolder.open(path)
    except RunFolderError as error:
        if path.is_dir():
            raise
        file = path if path.suffix == ".py" else Path(*path.name.split(".")).with_suffix(".py")
        module = ".".join(file.with_suffix("").parts)
        hint = f"For what is in the module write {module}:NAME." if file.is_file() else str(error)
        raise BadUsage(f"Expected a run's folder, or module:name. Received: {path}. {hint}") from error
    trained_on = folder.read_config()["data"]["name"]
    return of_images(str(folder), folder.read_model(), datasets.load(trained_on, data), batch, seed)


def is_reference(text: str) -> bool:
    """Say whether ``text`` looks like ``module:name``, and not like a path, with a drive's letter perhaps.

    Raises:
        BadUsage: for the module's file in place of its name.

    >>> is_reference("course.layers:Scale"), is_reference("runs/a"), is_reference("C:\\\\runs\\\\a")
    (True, False, False)
    """
    if ".py:" in text:
        dotted = text.replace(".py:", ":").replace("\\", "/").removeprefix("./").replace("/", ".")
        raise BadUsage(f"Name the module, not its file: {dotted}. Received: {text}.")
    module, colon, name = text.partition(":")
    return bool(colon) and not any(slash in text for slash in "/\\") and bool(module) and bool(name)


def read_shape(text: str) -> tuple[int, ...]:
    """Return the shape in ``text``: lengths with commas between; nothing is a scalar.

    Raises:
        BadUsage: for anything else.

    >>> read_shape("4,3"), read_shape("(4,)"), read_shape("")
    ((4, 3), (4,), ())
    """
    try:
        shape = tuple(int(part) for part in text.strip().removeprefix("(").removesuffix(")").split(",") if part.strip())
    except ValueError:
        shape = (-1,)
    if any(length < 1 for length in shape):
        raise BadUsage(f"--shape takes lengths of 1 or more with commas between, such as 4,3. Received: {text!r}.")
    return shape
