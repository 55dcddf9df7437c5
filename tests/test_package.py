"""What ``import beras`` brings, and what it must not bring."""

from __future__ import annotations

import subprocess
import sys

import pytest

import beras

HEAVY = ("torch", "matplotlib", "rich", "typer", "h5py", "safetensors", "PIL", "sklearn", "keras", "scipy")


def modules_after(statement: str) -> set[str]:
    script = f"{statement}\nimport sys\nprint(*{{name.split('.')[0] for name in sys.modules}})"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(run.stdout.split())


def test_importing_beras_imports_nothing_heavy():
    loaded = modules_after("import beras")
    assert "numpy" in loaded
    assert not loaded & set(HEAVY)


def test_training_imports_no_torch():
    loaded = modules_after(
        "import numpy as np, beras\n"
        "model = beras.Sequential([beras.Dense(2, 'softmax')])\n"
        "model.compile('adam', 'sparse_categorical_crossentropy', metrics=['accuracy'])\n"
        "model.fit(np.ones((8, 3)), np.zeros(8, int), verbose=0)"
    )
    assert not loaded & {"torch", "matplotlib", "keras"}


@pytest.mark.parametrize("name", beras.__all__)
def test_every_public_name_is_there_and_documented(name):
    value = getattr(beras, name)
    assert getattr(value, "__doc__", None), f"beras.{name} has no docstring"


def test_no_name_is_hidden_behind_getattr():
    assert "__getattr__" not in vars(beras)
    assert "__getattr__" not in vars(beras.datasets)


def test_a_lazy_package_and_its_modules_are_loaded_once():
    program = (
        "import beras, sys; from beras.optimizers.adam import Adam; assert type(beras.optimizers.get('adam')) is Adam"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_the_courses_spelling_of_the_loss_stands_beside_keras():
    assert beras.CategoricalCrossEntropy is beras.CategoricalCrossentropy
