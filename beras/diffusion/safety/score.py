"""Score pixels with a safety checker: all pictures and concepts at once, with the library's own verdicts."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from beras.diffusion.errors import DiffusionError
from beras.diffusion.safety.checker import check_checker, evaluating, input_size
from beras.diffusion.safety.scores import SafetyScores

__all__ = ["cosines", "embeddings", "score", "thresholds"]

#: CLIP's normalised pixels are within 2.2 of 0; beyond this they were never normalised.
_LARGEST = 20.0


def score(checker: Any, pixels: Any) -> SafetyScores:
    """Score a batch of pictures with a safety checker; the verdicts are those of the library's own forward.

    ``cosine = <e / |e|, c / |c|>`` with ``e = visual_projection(pooled vision features)`` for each concept ``c``, then
    `beras.diffusion.safety.rule.judge`. In place of the library's loop (20 numbers fetched for each picture) there are
    two matrix products and one copy from the device. The checker is used in evaluation mode, outside autocast, and is
    left as it was; nothing that is passed is changed, and no picture is blacked out.

    Args:
        checker: a ``StableDiffusionSafetyChecker`` in float32, on any device.
        pixels: ``(batch, 3, size, size)``, tensor or array of floats, as `clip_transform` makes them.

    Raises:
        DiffusionError: when the checker is missing, untrained or not float32; when pixels have another shape, are
            integers or were not normalised; and when a pixel or a result is not a finite number, which the library
            itself lets pass as safe.

    diffusers' own call is ``checker(clip_input=pixels, images=pictures)``, which blacks flagged pictures out.
    """
    import torch

    check_checker(checker)
    batch = _checked(pixels, checker)
    if checker.concept_embeds.dtype != torch.float32:
        raise DiffusionError(
            f"The safety checker must be float32: a rounded threshold loses what it should flag. Received: one of "
            f"{str(checker.concept_embeds.dtype).removeprefix('torch.')}. Call checker.float() first."
        )
    special, concepts = cosines(checker, batch)
    broken = np.flatnonzero(~(np.isfinite(special).all(axis=1) & np.isfinite(concepts).all(axis=1)))
    if len(broken):
        raise DiffusionError(
            f"The safety checker gives NaN or infinity for picture {', '.join(map(str, broken))} of this batch, so "
            "there is no verdict on it. Its weights are damaged or overflow; load it again, in float32."
        )
    return SafetyScores(special, concepts, *thresholds(checker))


def embeddings(checker: Any, pixels: Any) -> Any:
    """Return what the checker sees in ``(batch, 3, size, size)`` pixels: ``(batch, width)``, not normalised."""
    return checker.visual_projection(checker.vision_model(pixels.to(checker.concept_embeds.device))[1])


def cosines(checker: Any, pixels: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return the cosines of each picture with the special-care concepts and with the concepts, in float32."""
    import torch
    from torch.nn.functional import normalize

    if not len(pixels):  # which the network cannot reshape
        special_thresholds, concept_thresholds = thresholds(checker)
        return np.empty((0, len(special_thresholds)), np.float32), np.empty((0, len(concept_thresholds)), np.float32)
    with evaluating(checker):
        images = normalize(embeddings(checker, pixels))
        # Two products, as in the library: one of both together may round its last bit another way.
        special = images @ normalize(checker.special_care_embeds).t()
        concepts = images @ normalize(checker.concept_embeds).t()
        both = torch.cat([special, concepts], dim=1).cpu().float().numpy()
    return both[:, : special.shape[1]], both[:, special.shape[1] :]


def thresholds(checker: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return the thresholds of the special-care concepts and of the concepts, in float32."""
    special, concepts = checker.special_care_embeds_weights, checker.concept_embeds_weights
    return special.detach().cpu().float().numpy().copy(), concepts.detach().cpu().float().numpy().copy()


def _checked(pixels: Any, checker: Any) -> Any:
    """Return pixels as a float32 tensor, or say what is wrong with them."""
    import torch

    size = input_size(checker)
    expected = f"Expected pixels (batch, 3, {size}, {size}), as clip_transform({size}) makes them."
    if isinstance(pixels, np.ndarray) and not pixels.flags.writeable:
        pixels = pixels.copy()  # PyTorch warns of an array that it could not write to
    try:
        batch = torch.as_tensor(pixels)
    except (TypeError, ValueError, RuntimeError) as error:
        raise DiffusionError(f"{expected} Received: {type(pixels).__name__} ({error}).") from error
    if not batch.is_floating_point():
        raise DiffusionError(f"{expected} Received: {batch.dtype}, so not normalised; use clip_transform({size}).")
    if tuple(batch.shape) == (3, size, size):
        raise DiffusionError(f"{expected} Received: one picture without the batch axis; pass pixels[None].")
    if tuple(batch.shape[1:]) == (size, size, 3):
        raise DiffusionError(f"{expected} Received: channels last; pass pixels.permute(0, 3, 1, 2).")
    if batch.ndim != 4 or tuple(batch.shape[1:]) != (3, size, size):
        raise DiffusionError(f"{expected} Received: shape {tuple(batch.shape)}.")
    batch = batch.to(torch.float32)
    # One look at all pixels: a NaN is both the least and the greatest.
    low, high = torch.stack(torch.aminmax(batch)).tolist() if batch.numel() else (0.0, 0.0)
    if not (math.isfinite(low) and math.isfinite(high)):
        wrong = ~torch.isfinite(batch).flatten(1).all(dim=1)
        numbers = ", ".join(map(str, wrong.nonzero().flatten().tolist()))
        raise DiffusionError(
            f"Pixels must be finite: NaN or infinity in picture {numbers} of this batch, which the library would call "
            "safe. Find out where it comes from (a half-precision overflow, a division by zero)."
        )
    if max(-low, high) > _LARGEST:
        raise DiffusionError(f"{expected} Received: values from {low:.4g} to {high:.4g}, so not normalised.")
    return batch
