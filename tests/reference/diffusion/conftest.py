"""The reference solution of homework ``diffusion`` is importable in every test of this folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

os.environ["HF_HUB_OFFLINE"] = "1"  # before huggingface_hub is imported, which reads it once


@pytest.fixture(autouse=True)
def solution(homework) -> Path:
    """The folder ``reference/diffusion``; ``import ddim``, ``checker`` and so on work within the test."""
    return homework("diffusion")


@pytest.fixture(scope="session")
def tiny():
    """The small pipeline of ``pipeline.Pipeline()``; a test reads it, and changes only a copy."""
    pytest.importorskip("torch").set_num_threads(1)
    from beras.diffusion import tiny_pipeline

    try:
        return tiny_pipeline(seed=1)
    except ImportError as error:
        pytest.skip(f"the extra beras[diffusion] is not installed: {error}")
