"""ImageFiles: the pictures of a folder, numbered as torchvision's ImageFolder numbers them."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from beras.diffusion.errors import DiffusionError
from beras.diffusion.safety.picture import read_picture
from beras.errors import did_you_mean

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["EXTENSIONS", "ImageFiles"]

#: Those of torchvision.datasets.ImageFolder.
EXTENSIONS = (".jpg", ".jpeg", ".png", ".ppm", ".bmp", ".pgm", ".tif", ".tiff", ".webp")


class ImageFiles:
    """The picture files in a folder: straight in it, or in one folder for each class, at any depth.

    They are numbered from 0 in the order of ``torchvision.datasets.ImageFolder``: by class, then by the path of the
    folder, then by name, all as text, so that ``10.png`` comes before ``2.png``. Unlike there, pictures outside the
    class folders count too (first, with the class ``""``), an empty class folder is no error, and hidden files and
    folders (``.cache``, the ``._1.png`` in archives made on a Mac) are left out. ``skipped`` counts what was left out.

    ``files[number]`` reads a picture; listing reads none.

    Args:
        folder: it is only read.

    Raises:
        DiffusionError: when it does not exist, is a file, or holds no picture.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        if not os.fspath(folder):  # as of a shell variable that is not set: it would be the current folder
            raise DiffusionError("Expected a folder of pictures. Received: '', no name. The current folder is '.'.")
        self.folder = _existing(Path(folder).expanduser())
        #: What was left out, by kind (``"hidden"``, ``".txt"``), and how often.
        self.skipped: Counter[str] = Counter()
        #: Folders that could not be listed, with the reason: their pictures are not among these.
        self.unreadable: dict[str, str] = {}
        found = sorted((_class_of(place), place, name) for place, name in self._walk())
        #: The path of each file within the folder, with "/" between.
        self.names: list[str] = [f"{place}/{name}" if place else name for _, place, name in found]
        if not self.names and not self.unreadable:
            raise DiffusionError(self._nothing_found())

    @property
    def classes(self) -> list[str]:
        """The names of the classes that have a picture; ``""`` for pictures straight in the folder."""
        return sorted({_class_of(name.rpartition("/")[0]) for name in self.names})

    def class_of(self, number: int) -> str:
        """Return the class of a picture: the name of the outermost folder that it is in, or ``""``."""
        return _class_of(self.names[number].rpartition("/")[0])

    def path(self, number: int) -> Path:
        """Return the whole path of a picture."""
        return self.folder / self.names[number]

    def __len__(self) -> int:
        return len(self.names)

    def __getitem__(self, number: int) -> Image.Image:
        """Read a picture as `beras.diffusion.safety.picture.read_picture` does, and raise what it raises."""
        return read_picture(self.path(number))

    def __repr__(self) -> str:
        return f"ImageFiles({str(self.folder)!r}: {len(self)} pictures)"

    def _walk(self) -> Iterator[tuple[str, str]]:
        """Yield the place (path of the folder within ours) and the name of each picture; links are followed once."""
        waiting, seen = [""], set()
        while waiting:
            place = waiting.pop()
            try:
                about = os.stat(self.folder / place)
                if (about.st_dev, about.st_ino) in seen:
                    continue
                seen.add((about.st_dev, about.st_ino))
                with os.scandir(self.folder / place) as listing:
                    entries = sorted(listing, key=lambda entry: entry.name, reverse=True)
            except OSError as error:
                self.unreadable[place or "."] = f"The folder cannot be read: {error.strerror or error}."
                continue
            for entry in entries:
                if entry.name.startswith("."):
                    self.skipped["hidden"] += 1
                elif entry.is_dir():
                    waiting.append(f"{place}/{entry.name}" if place else entry.name)
                elif entry.name.lower().endswith(EXTENSIONS):
                    yield place, entry.name
                else:
                    self.skipped[os.path.splitext(entry.name)[1].lower() or "no ending"] += 1

    def _nothing_found(self) -> str:
        others = ", ".join(f"{count} {kind}" for kind, count in self.skipped.most_common(5))
        return (
            f"There are no pictures in {self.folder}. Expected files that end in {', '.join(EXTENSIONS)}, in it or in "
            f"folders of classes. Received: {f'other files ({others})' if others else 'an empty folder'}."
        )


def _class_of(place: str) -> str:
    return place.partition("/")[0]


def _existing(folder: Path) -> Path:
    if folder.is_dir():
        return folder
    if folder.exists():
        raise DiffusionError(f"Expected a folder of pictures. Received: the file {folder}. Name the folder it is in.")
    near = ""
    if folder.parent.is_dir():
        near = did_you_mean(folder.name, [entry.name for entry in folder.parent.iterdir() if entry.is_dir()])
    raise DiffusionError(f"There is no folder {folder}.{near}")
