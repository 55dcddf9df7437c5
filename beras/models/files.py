"""load_model and save_model, where Keras has them too: ``beras.models.load_model``."""

from __future__ import annotations

from typing import Any

__all__ = ["load_model", "save_model"]


def load_model(
    filepath: Any, custom_objects: dict[str, Any] | None = None, compile: bool = True, safe_mode: bool = True
) -> Any:
    """Return the model that ``model.save(filepath)`` wrote: see `beras.saving.load_model`."""
    from beras import saving

    return saving.load_model(filepath, custom_objects, compile, safe_mode)


def save_model(model: Any, filepath: Any, overwrite: bool = True, include_optimizer: bool = True) -> None:
    """Write a model to one ``.safetensors`` file: see `beras.saving.save_model`."""
    from beras import saving

    saving.save_model(model, filepath, overwrite, include_optimizer)
