"""The repair of torchvision: a wheel for CUDA beside a PyTorch for the CPU."""

from __future__ import annotations

import subprocess
import sys

import pytest
import torch

from beras.diffusion import import_torchvision

#: A torchvision as PyPI's wheel is beside a PyTorch for the CPU: its operators are not registered.
WITHOUT_OPERATORS = """
import sys, types, torch
from pathlib import Path
folder = Path(sys.argv[1]) / "torchvision"
folder.mkdir()
(folder / "__init__.py").write_text(
    "from torch import library\\n"
    "@library.register_fake('torchvision::nms')\\n"
    "def nms(dets, scores, iou_threshold): ...\\n"
    "whole = True\\n"
)
sys.path.insert(0, sys.argv[1])
"""


def run(code: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code, *map(str, arguments)], capture_output=True, text=True)


@pytest.mark.parametrize("before", ["", "try:\n    import torchvision\nexcept RuntimeError:\n    pass\n"])
def test_a_torchvision_without_its_operators_is_repaired(tmp_path, before):
    done = run(
        WITHOUT_OPERATORS
        + before
        + "from beras.diffusion import import_torchvision\nassert import_torchvision().whole\n"
        + "assert import_torchvision() is import_torchvision()\n",
        tmp_path,
    )
    assert done.returncode == 0, done.stderr


def test_without_the_repair_it_does_not_import(tmp_path):
    done = run(WITHOUT_OPERATORS + "import torchvision", tmp_path)
    assert "operator torchvision::nms does not exist" in done.stderr


def test_another_fault_of_torchvision_is_shown(tmp_path):
    (tmp_path / "torchvision.py").write_text("raise RuntimeError('another fault')", encoding="utf-8")
    done = run(
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from beras.diffusion import import_torchvision\nimport_torchvision()",
        tmp_path,
    )
    assert "RuntimeError: another fault" in done.stderr


def test_what_is_installed_here_works():
    torchvision = import_torchvision()
    from torchvision import datasets, models, transforms

    assert torchvision.__version__
    assert transforms.ToTensor()(transforms.ToPILImage()(torch.zeros(3, 2, 2))).shape == (3, 2, 2)
    assert datasets.ImageFolder
    assert models.resnet18
