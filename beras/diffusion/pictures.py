"""Picture files that say how they were made."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from beras.diffusion.errors import DiffusionError
from beras.errors import did_you_mean
from beras.files import replacing

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["EXTENSIONS", "check_picture_path", "numbered", "read_settings", "save_picture"]

#: The extensions of the files that can carry settings, and Pillow's names of the formats.
EXTENSIONS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP"}
#: The name of the text in a PNG file.
_KEY = "settings"
#: EXIF's directory of its own fields, and in it the comment, whose first eight bytes name its encoding.
_EXIF_FIELDS, _COMMENT, _ASCII = 0x8769, 0x9286, b"ASCII\0\0\0"
_QUALITY = 95


def check_picture_path(path: str | Path) -> Path:
    """Return the path that a picture can be written to, before the work is done that makes it.

    Raises:
        DiffusionError: for an unknown extension, a folder that is not there, and a path that is a folder.
    """
    path = Path(path)
    if path.suffix.lower() not in EXTENSIONS:
        known = ", ".join(EXTENSIONS)
        meant = did_you_mean(path.suffix, EXTENSIONS) if path.suffix else ""
        raise DiffusionError(f"A picture is written as one of {known}.{meant} Received: {path}.")
    if path.is_dir():
        raise DiffusionError(f"A picture is written to a file, and this is a folder: {path}.")
    if not path.parent.is_dir():
        raise DiffusionError(f"There is no folder {path.parent} to write {path.name} to. Make it first.")
    return path


def numbered(path: Path, count: int) -> list[Path]:
    """Return the paths of ``count`` pictures: one has the path itself, several have numbers.

    >>> [path.name for path in numbered(Path("cat.png"), 2)]
    ['cat-1.png', 'cat-2.png']
    """
    return [path] if count == 1 else [path.with_stem(f"{path.stem}-{number}") for number in range(1, count + 1)]


def save_picture(picture: Image, path: str | Path, settings: Mapping[str, Any]) -> Path:
    """Write a picture with the settings that made it, and return its path; PNG keeps every pixel as it is.

    PNG files have them as a text named "settings", in JSON; JPEG and WebP files as EXIF's user comment. The file takes
    the place of an older one when it is complete.

    Raises:
        DiffusionError: see `check_picture_path`.
        OSError: when the file cannot be written.
    """
    path = check_picture_path(path)
    text = json.dumps(settings)
    kind = EXTENSIONS[path.suffix.lower()]
    options = {"pnginfo": _png_text(text)} if kind == "PNG" else {"exif": _exif(text), "quality": _QUALITY}
    with replacing(path) as file:
        picture.save(file, kind, **options)
    return path


def read_settings(path: str | Path) -> dict[str, Any]:
    """Return the settings that `save_picture` wrote into a file.

    Raises:
        DiffusionError: when there are none.
        OSError: when the file is no picture or cannot be read.
    """
    from PIL import Image

    with Image.open(path) as picture:
        # In PNG files the text may stand behind the pixels.
        picture.load()
        text = picture.info.get(_KEY)
        if text is None:
            comment = picture.getexif().get_ifd(_EXIF_FIELDS).get(_COMMENT, b"")
            text = comment.removeprefix(_ASCII).decode("ascii", "replace") if isinstance(comment, bytes) else comment
    try:
        settings = json.loads(text)
    except ValueError:
        settings = None
    if not isinstance(settings, dict):
        raise DiffusionError(f"{path} does not say with which settings it was made.")
    return settings


def _png_text(text: str) -> Any:
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    info.add_text(_KEY, text)
    return info


def _exif(text: str) -> Any:
    from PIL import Image

    exif = Image.Exif()
    exif.get_ifd(_EXIF_FIELDS)[_COMMENT] = _ASCII + text.encode("ascii")
    return exif
