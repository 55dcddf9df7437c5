"""What the oracle does where PyTorch is not installed: in a process of its own, in which it cannot be imported."""

from __future__ import annotations

import subprocess
import sys

import pytest

BEFORE = """
import sys
sys.modules["torch"] = None
import numpy as np
import beras
from beras import oracle

x = np.random.default_rng(0).normal(size=(5, 4))


class Square(beras.Diffable):
    elementwise = True
    factor = 2.0

    def forward(self, inputs):
        self.inputs = inputs
        return inputs**2

    def input_gradients(self):
        return self.factor * self.inputs

"""


def run(code):
    return subprocess.run([sys.executable, "-W", "error", "-c", BEFORE + code], capture_output=True, text=True)


def test_numerical_derivatives_and_frozen_values_decide():
    done = run(
        "right = oracle.compare(beras.Dense(3, 'tanh'), x, order=2)\n"
        "print(right)\n"
        "assert right.ok\n"
        "Square.factor = 3.0\n"
        "wrong = oracle.compare(Square(), x)\n"
        "assert not wrong.ok\n"
        "assert oracle.check_frozen(['Dense', 'relu']).ok\n"
        "assert oracle.gradcheck(np.sin, (x,))\n"
    )
    assert done.returncode == 0, done.stderr
    assert "PyTorch is not installed" in done.stdout
    assert "Frozen values" in done.stdout or "frozen values" in done.stdout


@pytest.mark.parametrize(
    "call",
    [
        "beras.Sequential([beras.Dense(2)]).to_torch()",
        "oracle.from_torch(None)",
        "m = beras.Sequential([beras.Dense(2)]); m.compile('sgd', 'mse'); oracle.train_both(m, x, x[:, :2])",
    ],
)
def test_what_needs_torch_names_the_extra(call):
    done = run(call)
    assert done.returncode == 1
    assert 'pip install "beras[oracle]"' in done.stderr
