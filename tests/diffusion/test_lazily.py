"""What importing beras.diffusion brings, and what is said where its packages are missing. Runs without them."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = {"torch", "torchvision", "transformers", "diffusers", "huggingface_hub", "PIL", "matplotlib"}


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True)


@pytest.mark.parametrize(
    "statement",
    [
        "import beras.diffusion",
        "from beras.diffusion import *",
        "from beras.diffusion import load_pipeline, generate, scan, network_table",
        "import beras.cli.app",
    ],
)
def test_importing_it_imports_nothing_heavy(statement):
    done = run(f"{statement}\nimport sys\nprint(*{{name.split('.')[0] for name in sys.modules}})")
    assert done.returncode == 0, done.stderr
    assert not set(done.stdout.split()) & HEAVY


def test_a_file_of_a_functions_name_does_not_hide_it():
    done = run(
        "import beras.diffusion.generate\n"
        "from beras.diffusion import generate\n"
        "assert callable(generate), generate\n"
        "from beras.diffusion.generate import generate as other\n"
        "assert generate is other"
    )
    assert done.returncode == 0, done.stderr


def test_a_name_that_is_not_there_gets_the_nearest():
    import beras.diffusion

    with pytest.raises(AttributeError, match=r"Did you mean 'load_pipeline'?"):
        _ = beras.diffusion.load_pipelin


def test_every_public_name_is_in_dir_and_has_a_home():
    import beras.diffusion

    assert set(beras.diffusion.__all__) <= set(dir(beras.diffusion))
    assert set(beras.diffusion.__all__) == set(beras.diffusion._HOME)


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        ("diffusers", "needs diffusers, which is not installed"),
        ("transformers", "needs transformers, which is not installed"),
        ("PIL", "needs pillow, which is not installed"),
        ("torch", "needs torch, which is not installed"),
    ],
)
def test_a_missing_package_is_named_with_the_command(missing, said):
    done = run(
        "import sys, importlib.util\n"
        f"sys.modules[{missing!r}] = None\n"
        "from beras.diffusion import dependencies\n"
        f"dependencies.NEEDED = {{{missing!r}: dependencies.NEEDED[{missing!r}]}}\n"
        "from beras.diffusion import load_pipeline\n"
        "try:\n    load_pipeline('x')\nexcept ImportError as error:\n    print(error)"
    )
    assert said in done.stdout, done.stderr
    assert 'pip install "beras[diffusion]"' in done.stdout


def test_all_that_is_missing_is_named_at_once():
    done = run(
        "import sys\n"
        "sys.modules.update(dict.fromkeys(['torch', 'torchvision', 'diffusers', 'transformers']))\n"
        "from beras.cli.app import app\n"
        "app(['diffusion', 'info'])"
    )
    assert done.returncode == 1
    assert "torch, torchvision, transformers, diffusers" in done.stderr.replace("\n", " ")
    assert "beras[diffusion]" in done.stderr
    assert "Traceback" not in done.stderr
