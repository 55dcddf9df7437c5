"""With what a picture or a figure was made: the model, the device and the versions."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import Any

__all__ = ["provenance", "versions"]


def provenance(pipe: Any) -> dict[str, str]:
    """Return the model, its dtype and device, and `versions`; of a folder only the name, for pictures travel."""
    name = str(getattr(pipe, "name_or_path", "") or "")
    return {
        "model": (Path(name).resolve().name if Path(name).is_dir() else name) if name else "made in memory",
        "dtype": str(pipe.unet.dtype).removeprefix("torch."),
        "device": str(pipe.unet.device),
        **versions(),
    }


def versions() -> dict[str, str]:
    """Return the versions that the numbers depend on."""
    import torch

    import beras

    return {
        "beras": beras.__version__,
        "torch": torch.__version__,
        **{name: version(name) for name in ("diffusers", "transformers")},
    }
