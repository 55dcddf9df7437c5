"""What the tests of beras.diffusion share: the tiny pipeline, made once, offline and on one thread.

Without the extra's packages only the files in `WITHOUT_TORCH` are collected; in CI a missing package is an error.
"""

from __future__ import annotations

import copy
import os
from importlib.util import find_spec
from pathlib import Path

import pytest

#: The files that run without PyTorch.
WITHOUT_TORCH = {"test_lazily.py"}
HERE = Path(__file__).parent

absent = [name for name in ("torch", "torchvision", "transformers", "diffusers", "PIL") if find_spec(name) is None]
os.environ["HF_HUB_OFFLINE"] = "1"  # before huggingface_hub is imported, which reads it once


def _needs_the_extra(path: Path) -> bool:
    return path.name.startswith("test_") and path.name not in WITHOUT_TORCH


if absent:
    collect_ignore = [path.name for path in HERE.iterdir() if path.is_dir() or _needs_the_extra(path)]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents and _needs_the_extra(item.path):
            item.add_marker("torch")


@pytest.fixture(scope="session")
def tiny():
    """Return the tiny pipeline that all tests share: read it, and change only a `tiny_copy`."""
    import torch

    torch.set_num_threads(1)
    from beras.diffusion.tiny import tiny_pipeline

    return tiny_pipeline()


@pytest.fixture
def tiny_copy(tiny):
    """Return a pipeline that a test may change."""
    return copy.deepcopy(tiny)


@pytest.fixture(scope="session")
def tiny_folder(tiny, tmp_path_factory):
    """Return the folder in which the tiny pipeline is saved: read it, and change only a copy."""
    from beras.diffusion.tiny import tiny_pipeline

    folder = tmp_path_factory.mktemp("pipelines") / "tiny"
    tiny_pipeline(folder)
    return folder
