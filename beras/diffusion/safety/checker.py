"""What a safety checker must be before its verdicts mean anything."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from beras.diffusion.errors import DiffusionError

__all__ = ["check_checker", "evaluating", "fingerprint", "in_float32", "input_size"]

_EMBEDS = ("special_care_embeds", "concept_embeds")
_PARTS = ("vision_model", "visual_projection", *_EMBEDS, *(f"{name}_weights" for name in _EMBEDS))


def check_checker(checker: Any) -> None:
    """Raise unless ``checker`` can tell pictures apart.

    Raises:
        DiffusionError: when it is no ``StableDiffusionSafetyChecker``, when its concepts or thresholds are not numbers
            (weights were missing from its file), or when they are those of a checker that nobody trained.
    """
    if checker is None:
        raise DiffusionError(
            "There is no safety checker: this pipeline was loaded or saved without one (safety_checker=None), so "
            "nothing can be checked. Load one that has it, for example load_pipeline() of the original model."
        )
    if hasattr(checker, "safety_checker"):
        raise DiffusionError(
            f"Expected a safety checker. Received: a {type(checker).__name__}. Pass its checker: pipe.safety_checker."
        )
    lacking = [name for name in _PARTS if not hasattr(checker, name)]
    if lacking:
        raise DiffusionError(
            "Expected a StableDiffusionSafetyChecker, such as pipe.safety_checker. "
            f"Received: {type(checker).__name__}, without {', '.join(lacking)}."
        )
    for name in _PARTS[2:]:
        if not bool(getattr(checker, name).isfinite().all()):
            raise DiffusionError(
                f"The safety checker's {name} are not all numbers: its file lacks them or is damaged, and with them it "
                "would call every picture safe. Download the model again."
            )
    if bool((checker.concept_embeds == 1).all()):
        raise DiffusionError(
            "The safety checker was never trained: its concepts are all ones, so that it can flag nothing. Load one "
            "with weights (load_pipeline), or make one for a trial with plant()."
        )


def in_float32(checker: Any) -> Any:
    """Return ``checker`` itself if all of it is float32, else a copy that is.

    In bfloat16 a threshold of 0.999 is 1.0, and what it would flag is lost; so the checker never runs in less than
    float32. What an earlier rounding took from the weights does not come back.
    """
    import torch

    if all(weight.dtype == torch.float32 for weight in checker.parameters()):
        return checker
    return copy.deepcopy(checker).to(torch.float32)


@contextmanager
def evaluating(checker: Any) -> Iterator[None]:
    """Within the block no part of ``checker`` is in training mode, and no gradient or reduced precision is in force."""
    import torch

    training = [module for module in checker.modules() if module.training]
    for module in training:
        module.training = False
    try:
        with torch.inference_mode(), torch.autocast(checker.concept_embeds.device.type, enabled=False):
            yield
    finally:
        for module in training:
            module.training = True


def input_size(checker: Any) -> int:
    """Return the height and width in pixels that ``checker`` looks at: 224 for Stable Diffusion's."""
    return int(checker.config.vision_config.image_size)


def fingerprint(checker: Any) -> str:
    """Return a SHA-256 of all weights and of the vision network's configuration: equal only for equal checkers."""
    import hashlib
    import json

    sum_ = hashlib.sha256()
    vision = checker.config.vision_config
    kept = ("hidden_size", "num_hidden_layers", "num_attention_heads", "patch_size", "image_size", "hidden_act")
    sum_.update(json.dumps({name: getattr(vision, name, None) for name in kept}).encode())
    for name, weight in sorted(checker.state_dict().items()):
        if not name.endswith("position_ids"):  # a buffer that some versions of the library save and others do not
            sum_.update(f"{name} {weight.dtype} {tuple(weight.shape)}".encode())
            sum_.update(memoryview(weight.detach().cpu().contiguous().numpy()).cast("B"))
    return sum_.hexdigest()
