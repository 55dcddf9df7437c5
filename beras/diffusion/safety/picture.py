"""Read one picture file, or say in one sentence why that cannot be done."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from beras.diffusion.errors import DiffusionError

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["MAX_PIXELS", "PictureError", "pillow_quiet", "read_picture"]

#: The largest picture that is decoded, in pixels (as Pillow's own limit): 268 MB as RGB.
MAX_PIXELS = 89_478_485
_WIDE = {"I;16", "I;16L", "I;16B", "I;16N"}
#: Modes whose range of values a file does not state.
_UNKNOWN_RANGE = {"I": "32-bit integers", "F": "floating-point numbers"}
_ORIENTATION = 0x0112


class PictureError(DiffusionError):
    """A file that cannot be read as a picture; the message does not repeat its name."""


def read_picture(path: Path) -> Image.Image:
    """Return the picture in a file as RGB, upright, with 8 bits a channel. The file is only read.

    What the file holds decides, not its ending. Grey, palette, one-bit and CMYK pictures are converted, and alpha is
    left out, as ``torchvision.datasets.ImageFolder`` does. Unlike there, a picture that a camera stored on its side is
    turned as its EXIF orientation says, and 16-bit grey is scaled, not clipped to white. Of several frames the first
    counts.

    Raises:
        PictureError: when it is empty, cut off, damaged, not a picture, too large, not a plain file, or gone.
    """
    from PIL import Image, UnidentifiedImageError

    try:
        about = path.stat()
        if not stat.S_ISREG(about.st_mode):  # to open a pipe would wait for ever
            raise PictureError("It is not a plain file.")
        if not about.st_size:
            raise PictureError("The file is empty (0 bytes).")
        with Image.open(path) as picture:
            return _as_rgb(picture)
    except PictureError:
        raise
    except FileNotFoundError:
        gone = "It is a link to a file that does not exist." if path.is_symlink() else "The file is gone."
        raise PictureError(gone) from None
    except UnidentifiedImageError:
        raise PictureError("It is not a picture that Pillow can read, or it is damaged.") from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise PictureError(f"The picture is too large: over {MAX_PIXELS:,} pixels. Make it smaller first.") from None
    except MemoryError:
        raise PictureError("There is not enough memory to decode it.") from None
    except OSError as error:
        raise PictureError(f"{error.strerror}." if error.strerror else f"It cannot be decoded: {error}.") from error
    except Exception as error:  # Pillow's decoders raise nearly anything on a damaged file
        raise PictureError(f"It cannot be decoded: {type(error).__name__}: {error}.") from error


@contextmanager
def pillow_quiet() -> Iterator[None]:
    """Within the block Pillow's warnings about single files are not shown: what matters becomes a `PictureError`."""
    import warnings

    with warnings.catch_warnings():
        # The first is matched by the warning's own class: Pillow attributes it to whoever called.
        from PIL import Image

        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        warnings.filterwarnings("ignore", module=r"PIL\.")
        yield


def _as_rgb(picture: Image.Image) -> Image.Image:
    from PIL import Image

    width, height = picture.size
    if width * height > MAX_PIXELS:
        raise PictureError(
            f"The picture is too large: {width:,} x {height:,} pixels, and at most {MAX_PIXELS:,} in all are decoded. "
            "Make it smaller first."
        )
    # First, and not by getexif, whose errors are passed over: a second load of a damaged file raises nothing.
    picture.load()
    turn = _turn(picture)
    if picture.mode in _WIDE:
        picture = Image.fromarray((np.asarray(picture) >> 8).astype(np.uint8))
    elif picture.mode in _UNKNOWN_RANGE:
        raise PictureError(
            f"Its values are {_UNKNOWN_RANGE[picture.mode]}, and what is black or white is not said. "
            "Save it with 8 bits."
        )
    # Alpha is left out in any case; with this Pillow warns of a palette that has it.
    picture.info.pop("transparency", None)
    rgb = picture.convert("RGB")
    return rgb if turn is None else rgb.transpose(turn)


def _turn(picture: Image.Image) -> Image.Transpose | None:
    """Return how to turn the picture upright; a damaged EXIF block says nothing."""
    from PIL import Image

    turns = Image.Transpose
    by_orientation = {
        2: turns.FLIP_LEFT_RIGHT,
        3: turns.ROTATE_180,
        4: turns.FLIP_TOP_BOTTOM,
        5: turns.TRANSPOSE,
        6: turns.ROTATE_270,
        7: turns.TRANSVERSE,
        8: turns.ROTATE_90,
    }
    with suppress(Exception):
        return by_orientation.get(picture.getexif().get(_ORIENTATION, 1))
    return None
