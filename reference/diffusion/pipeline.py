"""Given: a Stable Diffusion pipeline that is asked with NumPy arrays and answers with them.

The small one is made on the spot from random numbers: every part of the real one is there, in the same place, and its
pictures are noise. ``Pipeline("CompVis/stable-diffusion-v1-4")`` is the real one: 5.5 GB are downloaded once, a picture
takes seconds on a GPU and ten minutes or more without. Both need ``pip install "beras[diffusion]"``.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import numpy as np

__all__ = ["Pipeline", "full_size_networks", "read_picture"]

#: Height and width of the pictures that the safety checker looks at.
LOOKS_AT = 224


class Pipeline:
    """A pipeline, and its parts by name.

    Args:
        model: ``"tiny"``, the name of a model on the Hugging Face hub, or a folder with one.
        **options: of ``beras.diffusion.load_pipeline``: device, dtype, cache_dir, offline and others.

    Raises:
        ImportError: when the packages of ``beras[diffusion]`` are not installed.
    """

    def __init__(self, model: str = "tiny", **options: Any) -> None:
        self._library, self._torch = _packages()
        if model == "tiny":
            self.pipe = self._library.tiny_pipeline(seed=1)
        else:
            self.pipe = self._library.load_pipeline(model, **options)

    @property
    def parts(self) -> dict[str, Any]:
        """What it consists of: four networks, and what is none."""
        return dict(self.pipe.components)

    @property
    def kind(self) -> type:
        """The class of all networks, ``torch.nn.Module``."""
        return self._torch.nn.Module

    # From a prompt to a picture

    def encode(self, prompt: str, negative: str = "") -> tuple[np.ndarray, np.ndarray]:
        """Return the tokens of both texts, int64 ``(2, 77)``, and their vectors ``(2, 77, width)``; the prompt last."""
        tokenizer = self.pipe.tokenizer
        texts = {"padding": "max_length", "max_length": tokenizer.model_max_length, "truncation": True}
        tokens = tokenizer([negative, prompt], return_tensors="pt", **texts).input_ids
        with self._torch.no_grad():
            vectors = self.pipe.text_encoder(tokens.to(self.pipe.text_encoder.device))[0]
        return tokens.numpy(), _array(vectors)

    def word(self, token: int) -> str:
        """Return the text that a token stands for."""
        return self.pipe.tokenizer.decode([int(token)])

    def noise(self, seed: int = 2, batch: int = 1) -> np.ndarray:
        """Return standard normal latents to begin with, float32 ``(batch, 4, y, x)``."""
        side = self.pipe.unet.config.sample_size
        channels = self.pipe.unet.config.in_channels
        return np.random.RandomState(seed).randn(batch, channels, side, side).astype(np.float32)

    def network(self, latents: np.ndarray, timestep: int, text_vectors: np.ndarray) -> np.ndarray:
        """Return what the U-Net takes for noise in the latents."""
        with self._torch.no_grad():
            said = self.pipe.unet(self._to(self.pipe.unet, latents), timestep, self._to(self.pipe.unet, text_vectors))
        return _array(said.sample)

    def decode(self, latents: np.ndarray) -> np.ndarray:
        """Return the picture that latents stand for, ``(batch, 3, y, x)``, about -1 (black) to 1 (white)."""
        vae = self.pipe.vae
        with self._torch.no_grad():
            return _array(vae.decode(self._to(vae, latents / vae.config.scaling_factor)).sample)

    def by_the_library(self, prompt: str, latents: np.ndarray, steps: int, strength: float) -> np.ndarray:
        """Return the latents that diffusers' own DDIM scheduler ends with, begun from the same noise."""
        options = {"scheduler": "ddim", "every": 0, "progress": False, "notify": None}
        start = self._to(self.pipe.unet, latents)
        made = self._library.generate(self.pipe, prompt, latents=start, steps=steps, guidance=strength, **options)
        return _array(made.latents)

    # The safety checker

    def see(self, pixels: np.ndarray) -> np.ndarray:
        """Return the vectors that the checker makes of pixels ``(batch, 3, 224, 224)``: ``(batch, width)``."""
        checker = self.pipe.safety_checker
        with self._torch.no_grad():
            seen = checker.vision_model(self._to(checker, pixels))[1]
            return _array(checker.visual_projection(seen))

    def concepts(self, checker: Any = None) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Return the vectors of special care ``(3, width)`` and of the concepts ``(17, width)``, and both thresholds.

        A concept that is all zeros has no direction and can flag nothing: it is left out.
        """
        checker = checker or self.pipe.safety_checker
        vectors = [_array(getattr(checker, name)) for name in ("special_care_embeds", "concept_embeds")]
        limits = [_array(getattr(checker, f"{name}_weights")) for name in ("special_care_embeds", "concept_embeds")]
        there = [rows.any(axis=1) for rows in vectors]
        return vectors[0][there[0]], vectors[1][there[1]], limits[0][there[0]], limits[1][there[1]]

    def planted(self, pictures: Any, folder: Path) -> Any:
        """Return a checker that flags these pictures and no others of the folder: one whose right answer is known."""
        return self._library.plant(self.pipe.safety_checker, pictures, folder)

    def flags_by_the_library(self, pixels: np.ndarray, checker: Any = None) -> list[bool]:
        """Return diffusers' own verdicts on pixels ``(batch, 3, 224, 224)``; what it would paint black is not given."""
        checker = checker or self.pipe.safety_checker
        logging.disable(logging.WARNING)  # it announces black pictures
        try:
            with self._torch.no_grad():
                return list(checker(clip_input=self._to(checker, pixels), images=list(np.zeros((len(pixels), 1))))[1])
        finally:
            logging.disable(logging.NOTSET)

    def _to(self, network: Any, array: np.ndarray) -> Any:
        parameter = next(network.parameters())
        return self._torch.as_tensor(np.ascontiguousarray(array)).to(parameter.device, parameter.dtype)


def full_size_networks() -> dict[str, Any]:
    """Return the four networks of Stable Diffusion v1.4 as shapes without numbers, on torch's meta device."""
    library, _ = _packages()
    return library.meta_networks("sd-v1-4")


def read_picture(path: Path | str, size: int = LOOKS_AT) -> np.ndarray:
    """Return a picture file as the safety checker wants it: uint8 ``(size, size, 3)``.

    The shorter side is brought to ``size``, and the middle is cut out. (The sheet's first edition left this out, which
    is right only for pictures that are 224 x 224 already.)

    Raises:
        OSError: when the file is no picture, or is cut off.
        ImportError: when Pillow is not installed.
    """
    try:
        from PIL import Image
    except ImportError as error:
        raise ImportError(f'Pictures need Pillow ({error}). Install it: pip install "beras[diffusion]"') from error
    with Image.open(path) as opened:
        picture = opened.convert("RGB")
    width, height = picture.size
    longer = size * max(width, height) // min(width, height)
    picture = picture.resize((size, longer) if width <= height else (longer, size), Image.Resampling.BICUBIC)
    left, top = (picture.width - size) // 2, (picture.height - size) // 2
    return np.asarray(picture.crop((left, top, left + size, top + size)))


def _packages() -> tuple[Any, Any]:
    try:
        import torch

        import beras.diffusion as library

        library.import_torchvision()
    except ImportError as error:
        raise ImportError(f'The pipeline needs more packages ({error}). Run: pip install "beras[diffusion]"') from error
    return library, torch


def _array(tensor: Any) -> np.ndarray:
    return tensor.detach().float().cpu().numpy()
