"""A whole Stable Diffusion pipeline, small, random and made without a download: for demos, tests and homeworks.

It has every part of v1.4 in the same roles: a byte-pair tokenizer with 77 positions, a text encoder, a UNet with
cross-attention, a variational autoencoder with four latent channels and a factor of eight, the PNDM scheduler and a
safety checker that looks at 224x224 pixels. Its pictures are noise of 64x64 pixels, since nothing was trained.
"""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from beras.diffusion.chatter import quiet_libraries
from beras.diffusion.dependencies import require

__all__ = ["tiny_pipeline"]

#: What the networks share: the width of a text vector, and of an image embedding.
_WIDTH = 32
_POSITIONS = 77
_START, _END, _WORD_END = "<|startoftext|>", "<|endoftext|>", "</w>"
#: A few merges, so that a token can be more than a letter, as in the real vocabulary.
_MERGES = (
    *(("t", "h"), ("th", "e</w>"), ("i", "n"), ("in", "g</w>"), ("a", "n"), ("an", "d</w>"), ("o", "f</w>")),
    *(("c", "a"), ("ca", "t</w>"), ("d", "o"), ("do", "g</w>"), ("r", "e"), ("re", "d</w>"), ("o", "n</w>")),
)
_UNET: dict[str, Any] = {
    "sample_size": 8,
    "block_out_channels": (8, 16),
    "layers_per_block": 1,
    "down_block_types": ("CrossAttnDownBlock2D", "DownBlock2D"),
    "up_block_types": ("UpBlock2D", "CrossAttnUpBlock2D"),
    "cross_attention_dim": _WIDTH,
    "attention_head_dim": 2,
    "norm_num_groups": 4,
}
_VAE: dict[str, Any] = {
    "sample_size": 64,
    "block_out_channels": (8, 8, 16, 16),
    "layers_per_block": 1,
    "down_block_types": ("DownEncoderBlock2D",) * 4,
    "up_block_types": ("UpDecoderBlock2D",) * 4,
    "latent_channels": 4,
    "norm_num_groups": 4,
    "scaling_factor": 0.18215,
}
_TOWER: dict[str, Any] = {
    "hidden_size": _WIDTH,
    "intermediate_size": 2 * _WIDTH,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "projection_dim": _WIDTH,
}
_VISION: dict[str, Any] = {**_TOWER, "image_size": 224, "patch_size": 56}
#: The thresholds of the checker's concepts, lowest and highest: below 1, so that it can flag, and far above the cosine
#: of two directions drawn at random, so that it does not flag noise.
_THRESHOLDS = (0.90, 0.98)


def tiny_pipeline(folder: str | Path | None = None, seed: int = 0) -> Any:
    """Return a complete ``StableDiffusionPipeline`` with small random networks, made offline in a fraction of a second.

    Args:
        folder: where to save it besides, in the form that `load_pipeline` and ``from_pretrained`` read; made if needed.
        seed: of the weights. The global generators are left as they are.

    Latents are ``(batch, 4, 8, 8)``, pictures ``(batch, 3, 64, 64)``, text vectors ``(batch, 77, 32)``. All is float32,
    on the CPU and in evaluation mode. The checker works, and flags no noise; `beras.diffusion.plant` makes one that
    flags given pictures.

    Raises:
        ImportError: when the extra ``beras[diffusion]`` is not installed.

    >>> pipe = tiny_pipeline(seed=1)
    >>> pipe.unet.config.sample_size, len(pipe.tokenizer) == pipe.text_encoder.config.vocab_size
    (8, True)
    """
    require()
    import torch
    from diffusers import PNDMScheduler, StableDiffusionPipeline
    from transformers import CLIPImageProcessor

    from beras.diffusion.architecture import FEATURE_EXTRACTOR, SCHEDULER

    tokenizer = _tokenizer()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        networks = _networks(len(tokenizer), tokenizer.bos_token_id, tokenizer.eos_token_id)
    pipe: Any = StableDiffusionPipeline(
        **{name: network.requires_grad_(False).eval() for name, network in networks.items()},
        tokenizer=tokenizer,
        scheduler=PNDMScheduler(**SCHEDULER),
        feature_extractor=CLIPImageProcessor(**FEATURE_EXTRACTOR),
    )
    pipe.set_progress_bar_config(disable=True)
    if folder is not None:
        _save(pipe, Path(folder))
    return pipe


def _networks(vocabulary: int, start: int, end: int) -> dict[str, Any]:
    import torch
    from diffusers import AutoencoderKL, UNet2DConditionModel
    from diffusers.pipelines.stable_diffusion.safety_checker import StableDiffusionSafetyChecker
    from transformers import CLIPConfig, CLIPTextConfig, CLIPTextModel

    special = {"bos_token_id": start, "eos_token_id": end, "pad_token_id": end}
    text: dict[str, Any] = {**_TOWER, "vocab_size": vocabulary, "max_position_embeddings": _POSITIONS, **special}
    checker = StableDiffusionSafetyChecker(CLIPConfig(vision_config=_VISION, projection_dim=_WIDTH))
    _spread(checker)
    with torch.no_grad():
        for name, low in (("concept_embeds", _THRESHOLDS[0]), ("special_care_embeds", _THRESHOLDS[0])):
            embeds = getattr(checker, name)
            embeds.normal_()
            getattr(checker, f"{name}_weights").copy_(torch.linspace(low, _THRESHOLDS[1], len(embeds)))
    return {
        "vae": AutoencoderKL(**_VAE),
        "text_encoder": CLIPTextModel(CLIPTextConfig(**text)),
        "unet": UNet2DConditionModel(**_UNET),
        "safety_checker": checker,
    }


def _spread(checker: Any) -> None:
    """Draw the checker's weights wide, since with the usual small ones all pictures have nearly the same embedding."""
    import torch

    with torch.no_grad():
        for name, weight in checker.named_parameters():
            if name.startswith(("vision_model", "visual_projection")) and weight.ndim > 1:
                weight.normal_(std=2.0 / (weight.numel() / len(weight)) ** 0.5)


def _tokenizer() -> Any:
    """Return CLIP's tokenizer with a vocabulary of the 256 bytes, inside and at the end of a word, and the merges."""
    from transformers import CLIPTokenizer

    letters = _byte_symbols()
    words = [*letters, *(letter + _WORD_END for letter in letters), *map("".join, _MERGES), _START, _END]
    settings = {
        "model_max_length": _POSITIONS,
        "tokenizer_class": "CLIPTokenizer",
        "bos_token": _START,
        **dict.fromkeys(("eos_token", "unk_token", "pad_token"), _END),
    }
    files = {
        "vocab.json": json.dumps({word: number for number, word in enumerate(words)}),
        "merges.txt": "\n".join(["#version: 0.2", *map(" ".join, _MERGES), ""]),
        "tokenizer_config.json": json.dumps(settings),
    }
    with TemporaryDirectory() as folder:
        for name, text in files.items():
            (Path(folder) / name).write_text(text, encoding="utf-8")
        return CLIPTokenizer.from_pretrained(folder)


def _byte_symbols() -> list[str]:
    """Return the 256 symbols of byte-level byte-pair encoding, which write each byte as one visible character.

    Bytes that are visible in Latin-1 stand for themselves, the others for the characters from 256 on.
    """
    visible = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    hidden = [byte for byte in range(256) if byte not in visible]
    return [chr(byte) for byte in visible] + [chr(256 + number) for number in range(len(hidden))]


def _save(pipe: Any, folder: Path) -> None:
    """Save ``pipe``, with the name of the feature extractor that every version of transformers knows."""
    with quiet_libraries():
        pipe.save_pretrained(folder)
    index = folder / "model_index.json"
    text = index.read_text(encoding="utf-8")
    index.write_text(text.replace('"CLIPImageProcessorPil"', '"CLIPImageProcessor"'), encoding="utf-8")
