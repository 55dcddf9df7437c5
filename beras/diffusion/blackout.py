"""The safety checker's say about pictures that were generated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from beras.diffusion.errors import DiffusionError
from beras.diffusion.safety.score import score

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["checked", "flags"]


def checked(
    pipe: Any, frames: list[tuple[int, list[Image]]]
) -> tuple[list[tuple[int, list[Image]]], list[bool] | None]:
    """Return the frames with black pictures for flagged ones, and the checker's verdict on the last frame.

    Each picture is judged by itself, and a picture that ends flagged is black in all its frames: the last but one can
    be as clear as the last, and just below a threshold.
    """
    if pipe.safety_checker is None:
        return frames, None
    verdicts = [flags(pipe, pictures) for _, pictures in frames]
    last = verdicts[-1]
    shown = [
        (number, _black_out(pictures, [own or end for own, end in zip(verdict, last, strict=True)]))
        for (number, pictures), verdict in zip(frames, verdicts, strict=True)
    ]
    return shown, last


def flags(pipe: Any, pictures: list[Image]) -> list[bool]:
    """Return which pictures the pipeline's checker flags.

    Raises:
        DiffusionError: when there is nothing that prepares pictures for the checker, and as `beras.diffusion.score`
            does: when the checker is not in float32, was never trained, or has no verdict.
    """
    if pipe.feature_extractor is None:
        raise DiffusionError("The pipeline has a safety checker and no feature_extractor to prepare pictures for it.")
    pixels = pipe.feature_extractor(pictures, return_tensors="pt").pixel_values
    return [bool(flagged) for flagged in score(pipe.safety_checker, pixels).flagged]


def _black_out(pictures: list[Image], flagged: list[bool]) -> list[Image]:
    from PIL import Image

    return [
        Image.new(picture.mode, picture.size) if is_flagged else picture
        for picture, is_flagged in zip(pictures, flagged, strict=True)
    ]
