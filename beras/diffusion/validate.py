"""Is a pipeline what it seems to be? Each check is of a fault that loads without an error and shows late, or never."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from beras.diffusion.dependencies import require
from beras.diffusion.errors import DiffusionError
from beras.diffusion.weight_files import NETWORKS

__all__ = ["check_loaded", "validate_checker", "validate_pipeline"]

_PARTS = ("vae", "text_encoder", "tokenizer", "unet", "scheduler", "safety_checker", "feature_extractor")
_COPY = "Copy or download the model again."
_SHOWN = 3


def validate_pipeline(pipe: Any) -> None:
    """Check that a pipeline is whole, that its parts fit each other, and that its safety checker can flag.

    - all seven parts are there, the safety checker too;
    - the tokenizer has the text encoder's vocabulary and number of positions;
    - the text encoder's width is what the UNet attends to, and the UNet's channels are the autoencoder's;
    - no network has weights that are not finite;
    - the checker has been trained: its thresholds are not all equal, and at least one concept can be reached;
    - the checker sees pictures of the size that the image processor makes, and computes in float32.

    Raises:
        DiffusionError: naming everything that is wrong, one sentence on the cause and one on what to do for each.

    >>> from beras.diffusion import tiny_pipeline
    >>> pipe = tiny_pipeline()
    >>> validate_pipeline(pipe)
    >>> pipe.safety_checker.concept_embeds_weights.fill_(1.0)  # doctest: +ELLIPSIS
    Parameter containing...
    >>> validate_pipeline(pipe)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    beras.diffusion.errors.DiffusionError: The safety checker was never trained: all its thresholds are 1...
    """
    require()
    if not any(hasattr(pipe, part) for part in _PARTS):
        raise DiffusionError(
            f"Expected a pipeline, as load_pipeline() and tiny_pipeline() make one. Received: {type(pipe).__name__}."
        )
    faults = [
        f"The pipeline has no {part}. {_missing_part(part)}" for part in _PARTS if getattr(pipe, part, None) is None
    ]
    if not faults:
        for check in (_tokenizer, _widths):
            faults += check(pipe)
        for name in NETWORKS:
            faults += _finite(name, getattr(pipe, name))
        faults += _thresholds(pipe.safety_checker)
        faults += _checker_input(pipe)
    if faults:
        raise DiffusionError("\n".join(faults))


def validate_checker(checker: Any) -> None:
    """Check a safety checker by itself: its weights are finite, it has been trained, and it can flag.

    Raises:
        DiffusionError: as `validate_pipeline`.
    """
    faults = [*_finite("safety_checker", checker), *_thresholds(checker)]
    if faults:
        raise DiffusionError("\n".join(faults))


def check_loaded(network: str, info: Any) -> None:
    """Check what the library reports of loading ``network``: that every weight came from the file.

    Args:
        info: the second value of ``from_pretrained(..., output_loading_info=True)``.

    Raises:
        DiffusionError: when weights were missing or of another shape, and so are random or arbitrary memory.
    """
    missing = sorted(map(str, info["missing_keys"]))
    if missing:
        more = f" and {len(missing) - _SHOWN} more" if len(missing) > _SHOWN else ""
        so = "what it flags would be chance" if network == "safety_checker" else "its results would be chance"
        raise DiffusionError(
            f"The file of the {network} lacks {len(missing)} of its weights ({', '.join(missing[:_SHOWN])}{more}), so "
            f"that {so}. {_COPY}"
        )
    mismatched = info.get("mismatched_keys") or ()
    if mismatched:
        raise DiffusionError(
            f"{len(mismatched)} weights of the {network} have another shape than its config.json says "
            f"({sorted(map(str, mismatched))[0]}). {_COPY}"
        )


def _missing_part(part: str) -> str:
    if part == "safety_checker":
        return "No picture would ever be checked: choose a model that has one, such as CompVis/stable-diffusion-v1-4."
    return _COPY


def _tokenizer(pipe: Any) -> Iterator[str]:
    words, vocabulary = len(pipe.tokenizer), pipe.text_encoder.config.vocab_size
    if words != vocabulary:
        yield (
            f"The tokenizer knows {words:,} tokens and the text encoder {vocabulary:,}, so that prompts would be "
            "misread. The folder tokenizer is missing, incomplete or that of another model: copy it from the model."
        )
    length, positions = pipe.tokenizer.model_max_length, pipe.text_encoder.config.max_position_embeddings
    if length != positions:
        yield (
            f"The tokenizer makes up to {length:,} tokens and the text encoder has {positions} positions. Set "
            f'"model_max_length": {positions} in tokenizer/tokenizer_config.json, or copy that file from the model.'
        )


def _widths(pipe: Any) -> Iterator[str]:
    width, attended = pipe.text_encoder.config.hidden_size, pipe.unet.config.cross_attention_dim
    if width != attended:
        yield (
            f"The text encoder makes vectors of {width} numbers and the UNet attends to {attended}: they are of "
            "different models. Take both folders from one."
        )
    channels, latent = pipe.unet.config.in_channels, pipe.vae.config.latent_channels
    if channels != latent:
        yield (
            f"The UNet takes {channels} channels and the autoencoder has {latent} latent ones: this is a pipeline for "
            "another task (inpainting has 9), or its parts are of different models."
        )


def _finite(name: str, network: Any) -> Iterator[str]:
    bad = [key for key, value in network.named_parameters() if not value.is_meta and not value.isfinite().all()]
    if bad:
        yield f"The {name} has weights that are not finite ({bad[0]}; {len(bad)} tensors). {_COPY}"


def _thresholds(checker: Any) -> Iterator[str]:
    thresholds, special = checker.concept_embeds_weights, checker.special_care_embeds_weights
    if thresholds.is_meta or not thresholds.isfinite().all():
        return  # no values to judge; what is not finite is named above
    if (thresholds == thresholds[0]).all():
        yield (
            f"The safety checker was never trained: all its thresholds are {thresholds[0].item():.3g}, as a new one "
            f"has them. {_COPY}"
        )
        return
    # A cosine is 1 at most, a concept without a direction has cosine 0, and special care moves a threshold by 0.01.
    with_special_care = bool(((special < 1) & checker.special_care_embeds.any(dim=1)).any())
    within_reach = thresholds < (1.01 if with_special_care else 1.0)
    if not (within_reach & checker.concept_embeds.any(dim=1)).any():
        yield (
            "The safety checker can flag nothing: a cosine is 1 at most, and the lowest threshold is "
            f"{thresholds.min().item():.3g}, or its concepts are all zero. {_COPY}"
        )


def _checker_input(pipe: Any) -> Iterator[str]:
    import torch

    sees = pipe.safety_checker.config.vision_config.image_size
    height, width = _height_and_width(pipe.feature_extractor.crop_size)
    if (height, width) != (sees, sees):
        yield (
            f"The image processor makes pictures of {height}x{width} pixels and the safety checker sees {sees}x{sees}. "
            "Copy feature_extractor/preprocessor_config.json from the model of the checker."
        )
    if pipe.safety_checker.dtype != torch.float32:
        yield (
            f"The safety checker computes in {str(pipe.safety_checker.dtype).removeprefix('torch.')}, where thresholds "
            "near each other are the same number. Keep it in float32: pipe.safety_checker.float()."
        )


def _height_and_width(crop: Any) -> tuple[int, int]:
    """Return an image processor's crop size, which versions of transformers keep as a number, a dict or an object."""
    if isinstance(crop, int):
        return crop, crop
    sides = crop if isinstance(crop, dict) else vars(crop)
    return sides["height"], sides["width"]
