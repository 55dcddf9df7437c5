"""Pictures a second through the safety checker: its network alone, diffusers' way to a verdict, and ours."""

from __future__ import annotations

from typing import Any

from beras.diffusion.bench.report import CheckerRow
from beras.diffusion.bench.stopwatch import first_and_median, forget_peak, peak_gigabytes
from beras.diffusion.bench.variants import tensor_float

__all__ = ["measure_checker", "with_concepts"]

_SEED = 2
_LOWEST, _HIGHEST = 0.9, 0.98


def with_concepts(checker: Any) -> Any:
    """Return a random checker with random concepts: without any it has no verdict, and `score` refuses it."""
    import torch

    with torch.no_grad():
        for name in ("concept_embeds", "special_care_embeds"):
            embeds, thresholds = getattr(checker, name), getattr(checker, f"{name}_weights")
            embeds.copy_(torch.randn(embeds.shape, generator=torch.Generator().manual_seed(_SEED)))
            thresholds.copy_(torch.linspace(_LOWEST, _HIGHEST, len(thresholds)))
    return checker


def measure_checker(
    checker: Any, batch: int, repeats: int, device: Any, faster: bool, reference: Any
) -> tuple[CheckerRow, Any]:
    """Return the measurements of one batch, and the cosines; ``faster`` is TensorFloat-32, against ``reference``.

    Raises:
        RuntimeError: what PyTorch raises, such as for too little memory.
    """
    import numpy as np
    import torch

    from beras.diffusion.chatter import quiet_libraries
    from beras.diffusion.safety.score import score

    look = checker.config.vision_config.image_size
    pixels = torch.randn(batch, 3, look, look, generator=torch.Generator().manual_seed(_SEED)).to(device)
    pictures = [np.zeros(1) for _ in range(batch)]

    def network() -> Any:
        return checker.visual_projection(checker.vision_model(pixels)[1])

    def library() -> list[bool]:
        return checker(clip_input=pixels, images=list(pictures))[1]

    forget_peak(device)
    with torch.no_grad(), tensor_float(faster), quiet_libraries():
        alone, theirs, ours = (
            batch / first_and_median(call, device, repeats)[1]
            for call in (network, library, lambda: score(checker, pixels))
        )
        scores, verdicts = score(checker, pixels), library()
    cosines = scores.concept_cosines
    row = CheckerRow(
        variant="tf32" if faster else "fp32",
        batch=batch,
        network_a_second=alone,
        diffusers_a_second=theirs,
        ours_a_second=ours,
        peak_gigabytes=peak_gigabytes(device),
        same_verdicts=[bool(verdict) for verdict in verdicts] == scores.flagged.tolist(),
        cosine_difference=float(np.abs(cosines - (cosines if reference is None else reference)).max()),
    )
    return row, cosines
