"""Stable Diffusion v1.4 as data: its networks without their weights.

The values are those of the published ``config.json`` files of ``CompVis/stable-diffusion-v1-4``; what is not named here
is the libraries' default.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from beras.diffusion.chatter import quiet_libraries
from beras.diffusion.dependencies import require
from beras.diffusion.errors import DiffusionError
from beras.errors import unknown_name

if TYPE_CHECKING:
    import torch

__all__ = ["FEATURE_EXTRACTOR", "SCHEDULER", "meta_networks", "meta_pipeline", "random_networks"]

VAE: dict[str, Any] = {
    "sample_size": 512,
    "in_channels": 3,
    "out_channels": 3,
    "latent_channels": 4,
    "block_out_channels": (128, 256, 512, 512),
    "layers_per_block": 2,
    "down_block_types": ("DownEncoderBlock2D",) * 4,
    "up_block_types": ("UpDecoderBlock2D",) * 4,
    "norm_num_groups": 32,
    "scaling_factor": 0.18215,
}
TEXT_ENCODER: dict[str, Any] = {
    "vocab_size": 49408,
    "max_position_embeddings": 77,
    "hidden_size": 768,
    "intermediate_size": 3072,
    "num_hidden_layers": 12,
    "num_attention_heads": 12,
    "projection_dim": 768,
    "hidden_act": "quick_gelu",
    "bos_token_id": 0,
    "eos_token_id": 2,
    "pad_token_id": 1,
}
UNET: dict[str, Any] = {
    "sample_size": 64,
    "in_channels": 4,
    "out_channels": 4,
    "block_out_channels": (320, 640, 1280, 1280),
    "layers_per_block": 2,
    "down_block_types": (*("CrossAttnDownBlock2D",) * 3, "DownBlock2D"),
    "up_block_types": ("UpBlock2D", *("CrossAttnUpBlock2D",) * 3),
    "cross_attention_dim": 768,
    "attention_head_dim": 8,
    "norm_num_groups": 32,
}
SAFETY_VISION: dict[str, Any] = {
    "image_size": 224,
    "patch_size": 14,
    "hidden_size": 1024,
    "intermediate_size": 4096,
    "num_hidden_layers": 24,
    "num_attention_heads": 16,
    "hidden_act": "quick_gelu",
}
SAFETY_PROJECTION = 768
SCHEDULER: dict[str, Any] = {
    "num_train_timesteps": 1000,
    "beta_start": 0.00085,
    "beta_end": 0.012,
    "beta_schedule": "scaled_linear",
    "skip_prk_steps": True,
    "set_alpha_to_one": False,
    "steps_offset": 1,
}
FEATURE_EXTRACTOR: dict[str, Any] = {
    "size": 224,
    "crop_size": 224,
    "resample": 3,  # bicubic
    "image_mean": [0.48145466, 0.4578275, 0.40821073],
    "image_std": [0.26862954, 0.26130258, 0.27577711],
}
#: The names under which the architecture is known.
NAMES = ("sd-v1-4", "CompVis/stable-diffusion-v1-4")


def meta_networks(name: str = "sd-v1-4") -> dict[str, Any]:
    """Return the four networks of v1.4 on PyTorch's meta device: shapes without values, in about a second.

    The keys are ``vae``, ``text_encoder``, ``unet`` and ``safety_checker``. What runs on them gives tensors that have a
    shape and no content, so that the sizes of the full model are seen without its 5.5 GB.

    Raises:
        DiffusionError: for a name other than ``"sd-v1-4"`` or the hub's name of that model.
    """
    return random_networks("meta", name=name)


def meta_pipeline(name: str = "sd-v1-4") -> Any:
    """Return v1.4 as a ``StableDiffusionPipeline`` on the meta device, with its scheduler and image processor.

    It has no tokenizer. The vocabulary is no part of the architecture: it comes with the weights.

    Raises:
        DiffusionError: as in `meta_networks`.
    """
    networks = meta_networks(name)
    from diffusers import PNDMScheduler, StableDiffusionPipeline
    from transformers import CLIPImageProcessor

    return StableDiffusionPipeline(
        **networks,
        tokenizer=None,
        scheduler=PNDMScheduler(**SCHEDULER),
        feature_extractor=CLIPImageProcessor(**FEATURE_EXTRACTOR),
    )


def random_networks(
    device: str | torch.device, dtype: torch.dtype | None = None, *, name: str = "sd-v1-4"
) -> dict[str, Any]:
    """Return the four networks of v1.4 with random weights that are made on ``device``.

    They compute as long as the trained ones, and their pictures are noise. All are in ``dtype`` (float32 by default)
    but the safety checker, which is float32 always; in evaluation mode, and without gradients.

    Raises:
        DiffusionError: as in `meta_networks`.
    """
    if name not in NAMES:
        raise DiffusionError(unknown_name("architecture", name, NAMES))
    require()
    import torch
    from diffusers import AutoencoderKL, UNet2DConditionModel
    from diffusers.pipelines.stable_diffusion.safety_checker import StableDiffusionSafetyChecker
    from transformers import CLIPConfig, CLIPTextConfig, CLIPTextModel

    vision = CLIPConfig(vision_config=SAFETY_VISION, projection_dim=SAFETY_PROJECTION)
    with torch.device(device):
        networks: dict[str, Any] = {
            "vae": AutoencoderKL(**VAE),
            "text_encoder": CLIPTextModel(CLIPTextConfig(**TEXT_ENCODER)),
            "unet": UNet2DConditionModel(**UNET),
            "safety_checker": StableDiffusionSafetyChecker(vision),
        }
    with quiet_libraries():
        for attribute in ("vae", "text_encoder", "unet"):
            networks[attribute].to(dtype=dtype or torch.float32)
    return {name: network.requires_grad_(False).eval() for name, network in networks.items()}
