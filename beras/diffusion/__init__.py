"""Stable Diffusion v1 and its safety checker: load, count, generate step by step, and question a folder of images.

It needs the extra ``beras[diffusion]``. A file of it is imported when a name of it is first used; PyTorch, transformers
and diffusers when a function is called that needs them.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from beras.diffusion.architecture import meta_networks, meta_pipeline, random_networks
    from beras.diffusion.dependencies import import_torchvision
    from beras.diffusion.devices import resolve_device, resolve_dtype
    from beras.diffusion.errors import DiffusionError
    from beras.diffusion.generate import generate
    from beras.diffusion.inspect import ModuleCount, NetworkRow, count_module, network_table
    from beras.diffusion.load import load_checker, load_pipeline
    from beras.diffusion.safety.files import ImageFiles
    from beras.diffusion.safety.plant import plant
    from beras.diffusion.safety.scan import scan
    from beras.diffusion.safety.score import score
    from beras.diffusion.safety.transform import clip_transform
    from beras.diffusion.tensors import tensor_table
    from beras.diffusion.tiny import tiny_pipeline
    from beras.diffusion.validate import validate_pipeline

__all__ = [
    "DiffusionError",
    "ImageFiles",
    "ModuleCount",
    "NetworkRow",
    "clip_transform",
    "count_module",
    "generate",
    "import_torchvision",
    "load_checker",
    "load_pipeline",
    "meta_networks",
    "meta_pipeline",
    "network_table",
    "plant",
    "random_networks",
    "resolve_device",
    "resolve_dtype",
    "scan",
    "score",
    "tensor_table",
    "tiny_pipeline",
    "validate_pipeline",
]

#: The file that each name comes from.
_HOME = {
    "DiffusionError": "errors",
    "ImageFiles": "safety.files",
    "ModuleCount": "inspect",
    "NetworkRow": "inspect",
    "clip_transform": "safety.transform",
    "count_module": "inspect",
    "generate": "generate",
    "import_torchvision": "dependencies",
    "load_checker": "load",
    "load_pipeline": "load",
    "meta_networks": "architecture",
    "meta_pipeline": "architecture",
    "network_table": "inspect",
    "plant": "safety.plant",
    "random_networks": "architecture",
    "resolve_device": "devices",
    "resolve_dtype": "devices",
    "scan": "safety.scan",
    "score": "safety.score",
    "tensor_table": "tensors",
    "tiny_pipeline": "tiny",
    "validate_pipeline": "validate",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        from beras.errors import did_you_mean

        raise AttributeError(f"module {__name__!r} has no attribute {name!r}.{did_you_mean(name, _HOME)}")
    value = globals()[name] = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


class _Package(ModuleType):
    """This module: a file that has the name of its function, as ``generate``, does not hide it once it is imported."""

    def __setattr__(self, name: str, value: Any) -> None:
        if name in _HOME and isinstance(value, ModuleType):
            value = getattr(value, name)
        super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
