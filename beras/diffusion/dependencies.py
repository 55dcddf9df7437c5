"""The libraries of the extra ``beras[diffusion]``: imported in the one order that works, or named in one message.

PyPI's wheel of torchvision is built for CUDA. With a CPU build of PyTorch its extension does not load, so that the
schemas of its operators are missing, and ``import torchvision`` ends with *operator torchvision::nms does not exist*
(pytorch/vision issues 9077 and 9085). transformers and diffusers then fail as well, with messages that do not name the
cause. So torchvision comes first here, and is given the two schemas where they are missing.
"""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any

__all__ = ["import_torchvision", "missing", "require"]

#: What the extra brings: the module, and the name of its distribution.
NEEDED = {
    "torch": "torch",
    "torchvision": "torchvision",
    "transformers": "transformers",
    "diffusers": "diffusers",
    "safetensors": "safetensors",
    "PIL": "pillow",
}
#: The schema of the operators that torchvision registers stand-ins for while it is imported.
_SCHEMA = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"
_OPERATORS = ("nms", "qnms")
#: The repaired operators: they are gone as soon as this object is.
_kept: list[Any] = []


def missing() -> list[str]:
    """Return the distributions of the extra that are not installed."""
    return [distribution for module, distribution in NEEDED.items() if not _is_there(module)]


def require() -> None:
    """Import the libraries of the extra in the order that works.

    Raises:
        ImportError: when one is not installed; the message names all that are missing, and the command.
    """
    absent = missing()
    if absent:
        raise ImportError(
            f"beras.diffusion needs {', '.join(absent)}, which {'is' if len(absent) == 1 else 'are'} not installed: "
            'pip install "beras[diffusion]". On Linux without a GPU, first the small builds: '
            "pip install torch torchvision --index-url https://download.pytorch.org/whl/cpu"
        )
    import_torchvision()
    import transformers  # noqa: F401, I001  (after torchvision, before diffusers)
    import diffusers  # noqa: F401


def import_torchvision() -> ModuleType:
    """Return the module ``torchvision``, also where its wheel is built for CUDA and PyTorch for the CPU.

    After the repair datasets, transforms and models work; ``torchvision.io`` and ``ops.nms`` raise torchvision's own
    error when they are called. Nothing else may import torchvision, transformers or diffusers before this.

    Raises:
        ImportError: when torchvision is not installed.
        RuntimeError: what torchvision raises, if it is not this fault.
    """
    from torch import library

    try:
        return import_module("torchvision")
    except RuntimeError as error:
        if "torchvision::nms" not in str(error):
            raise
        for name in [name for name in sys.modules if name.split(".")[0] == "torchvision"]:
            del sys.modules[name]
        schemas = library.Library("torchvision", "DEF")
        for operator in _OPERATORS:
            schemas.define(operator + _SCHEMA)
        _kept.append(schemas)
    return import_module("torchvision")


def _is_there(module: str) -> bool:
    if module in sys.modules:
        return sys.modules[module] is not None
    return find_spec(module) is not None
