"""`make test TORCH=0`: without PyTorch and what comes with it, every test file can still be read."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

COLLECT = """
import sys
from importlib.machinery import PathFinder
import pytest

ABSENT = {"accelerate", "diffusers", "keras", "torch", "torchvision", "transformers"}

installed = PathFinder.find_spec

def find_spec(name, path=None, target=None):
    return None if name.partition(".")[0] in ABSENT else installed(name, path, target)

PathFinder.find_spec = staticmethod(find_spec)
sys.exit(pytest.main(["--collect-only", "-q", "-m", "not torch", "-p", "no:cacheprovider"]))
"""


def test_all_tests_are_collected_without_torch():
    root = Path(__file__).parents[1]
    found = subprocess.run([sys.executable, "-c", COLLECT], cwd=root, capture_output=True, text=True)
    assert found.returncode == 0, found.stdout[-2000:] + found.stderr[-2000:]
