"""PyTorch, imported when it is needed, with advice where it is missing."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

__all__ = ["has_torch", "torch_module"]


def has_torch() -> bool:
    """Say whether PyTorch is installed."""
    return find_spec("torch") is not None


def torch_module() -> Any:
    """Return the module ``torch``.

    Raises:
        ImportError: when it is not installed, naming the extra that brings it.
    """
    try:
        import torch
    except ModuleNotFoundError as error:
        raise ImportError(
            'The gradient oracle needs PyTorch: pip install "beras[oracle]" (the README says how to choose the small '
            "build for the CPU). Without it, beras.check_grads holds gradients against central differences, and "
            "beras.oracle.check_frozen() the library's own layers against values that torch made."
        ) from error
    return torch
