"""Generation: what came out of `generate`, and everything on the way."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from beras.diffusion.grid import grid_of_rows, wrap
from beras.diffusion.pictures import check_picture_path, numbered, save_picture

if TYPE_CHECKING:
    import torch
    from PIL.Image import Image

__all__ = ["Generation"]


@dataclass(frozen=True, repr=False)
class Generation:
    """Pictures, and how they were made; the tensors lie on the pipeline's device."""

    #: One for each prompt; black where the checker flagged it.
    images: list[Image]
    #: What the checker says of each image; ``None`` without a checker.
    flagged: list[bool] | None
    #: ``(number of updates, picture)``, first the noise, last the image; a list of pictures if a list of prompts came.
    intermediates: list[tuple[int, Image | list[Image]]]
    #: The tensors of the last step: text_tokens, text_vectors, image_vectors, update and rgb_vectors, see
    #: `beras.diffusion.tensor_table`. ``rgb_vectors`` is what the decoder said, whatever the checker said.
    tensors: dict[str, torch.Tensor]
    #: The noise that it began with, ``(batch, 4, height / 8, width / 8)``.
    noise: torch.Tensor
    #: The end of the loop, of the same shape: ``tensors["image_vectors"]``.
    latents: torch.Tensor
    #: The level of noise that each update began at.
    timesteps: list[int | float]
    #: What of each prompt the tokenizer had no room for; ``""`` where everything fitted.
    truncated_text: list[str]
    #: What made the pictures, as plain values for JSON.
    settings: dict[str, Any]
    seconds: float
    #: What is not as one might expect, in sentences.
    notices: list[str] = field(default_factory=list)

    def save(self, path: str | Path) -> list[Path]:
        """Write the images, with their settings inside, and return the paths.

        Several images have numbers: cat-1.png, cat-2.png. `beras.diffusion.pictures.read_settings` reads them again.

        Raises:
            DiffusionError: for an extension other than .png, .jpg, .jpeg and .webp, or a folder that is not there.
            OSError: when a file cannot be written.
        """
        paths = numbered(check_picture_path(path), len(self.images))
        return [
            save_picture(image, each, self._settings_of(number))
            for number, (image, each) in enumerate(zip(self.images, paths, strict=True))
        ]

    def grid(self, columns: int | None = None) -> Image:
        """Return one picture of all intermediates, each above the number of updates that made it.

        One image's steps are wrapped to ``columns``, by default as many as make the grid about square; several images
        have a row each.

        Raises:
            DiffusionError: for ``columns`` that is no whole number of 1 or more.
        """
        captions = [f"step {number}" for number, _ in self.intermediates]
        shown = [pictures if isinstance(pictures, list) else [pictures] for _, pictures in self.intermediates]
        if len(self.images) > 1:
            rows = [list(row) for row in zip(*shown, strict=True)]
            return grid_of_rows(rows, [captions] * len(rows))
        parts = wrap(len(shown), columns)
        return grid_of_rows(
            [[shown[i][0] for i in part] for part in parts], [[captions[i] for i in part] for part in parts]
        )

    def save_grid(self, path: str | Path, columns: int | None = None) -> Path:
        """Write the `grid`, with the settings inside, and return its path; what is raised is that of `save`."""
        check_picture_path(path)
        return save_picture(self.grid(columns), path, self.settings)

    def _settings_of(self, number: int) -> dict[str, Any]:
        """Return the settings of one image: its own prompt, and its number in the batch, which the noise depends on."""
        own = {name: self.settings[name][number] for name in ("prompt", "negative")}
        return {**self.settings, **own, "number": number + 1, "batch": len(self.images)}

    def __repr__(self) -> str:
        height, width = self.settings["height"], self.settings["width"]
        count = f"{len(self.images)} image{'s' if len(self.images) > 1 else ''}"
        made = f"{len(self.timesteps)} updates, {len(self.intermediates)} intermediates, {self.seconds:.1f} s"
        return f"<Generation: {count} of {height}x{width}, {made}>"
