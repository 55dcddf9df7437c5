"""The examples run, and with their import changed the real Keras takes the same ten steps."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
import types
from pathlib import Path

import numpy as np
import pytest

import beras
from tests.keras_oracle import keras as real_keras

EXAMPLES = Path(__file__).parents[2] / "examples"
SCRIPTS = sorted(path.stem for path in EXAMPLES.glob("*.py"))
#: Those that run under Keras too; Keras 3 has no tape.
FOR_BOTH = [name for name in SCRIPTS if name != "custom_training_loop"]

#: What each must at least reach; a coin flip, or untrained weights, would be far below.
LEAST_RIGHT = {
    "logistic_regression": 93,
    "dense_classifier": 93,
    "convnet": 95,
    "custom_layer": 93,
    "transfer_weights": 65,
    "custom_training_loop": 93,
}


def ours(name):
    spec = importlib.util.spec_from_file_location(f"examples_{name}", EXAMPLES / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def theirs(name):
    """Return the script as a module that imports Keras in the place of beras."""
    real_keras()
    text = (EXAMPLES / f"{name}.py").read_text(encoding="utf-8")
    changed = text.replace("import beras as keras", "import keras")
    assert changed != text
    module = types.ModuleType(f"keras_{name}")
    exec(compile(changed, f"{name}.py", "exec"), module.__dict__)
    return module


@pytest.mark.parametrize("name", SCRIPTS)
def test_the_script_runs_and_learns(name):
    begin = "import beras, runpy; beras.set_random_seed(0); runpy.run_path("
    program = f"{begin}{str(EXAMPLES / name) + '.py'!r}, run_name='__main__')"
    run = subprocess.run([sys.executable, "-W", "error", "-c", program], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert not run.stderr
    if name in LEAST_RIGHT:
        assert float(re.search(r"([\d.]+)% of", run.stdout)[1]) >= LEAST_RIGHT[name], run.stdout
    else:
        before, after = map(float, re.search(r"from ([\d.]+) to ([\d.]+)", run.stdout).groups())
        assert after < 0.8 * before


@pytest.mark.torch
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
@pytest.mark.parametrize("name", FOR_BOTH)
def test_keras_takes_the_same_ten_steps(name):
    mine, other = ours(name), theirs(name)
    beras.set_random_seed(0)
    model, twin = mine.build(), other.build()
    twin.set_weights(model.get_weights())
    for layer in (*model.layers, *twin.layers):
        if type(layer).__name__ == "Dropout":
            layer.rate = 0.0  # the two draw other numbers
    (x, y), _ = mine.data()
    x = np.asarray(x, np.float32)
    histories = [
        network.fit(x[:160], np.asarray(y[:160]), batch_size=16, epochs=1, shuffle=False, verbose=0).history
        for network in (model, twin)
    ]
    assert histories[0].keys() == histories[1].keys()
    for key, values in histories[0].items():
        np.testing.assert_allclose(values, histories[1][key], rtol=1e-5, atol=1e-6)
    for got, expected in zip(model.get_weights(), twin.get_weights(), strict=True):
        np.testing.assert_allclose(got, expected, rtol=1e-5, atol=1e-5)


@pytest.mark.torch
def test_torch_takes_the_same_ten_steps_by_hand():
    import torch

    torch.set_num_threads(1)
    module = ours("custom_training_loop")
    beras.set_random_seed(0)
    model = module.build()
    (x, y), _ = module.data()
    twin = model.to_torch()
    theirs_ = torch.optim.SGD(twin.parameters(), lr=0.5)
    optimizer = beras.optimizers.SGD(0.5)
    loss = beras.losses.SparseCategoricalCrossentropy(from_logits=True)
    for start in range(0, 160, 16):
        batch, labels = x[start : start + 16], y[start : start + 16]
        value = module.step(model, optimizer, loss, batch, labels)
        theirs_.zero_grad()
        expected = torch.nn.functional.cross_entropy(twin(torch.from_numpy(batch)), torch.from_numpy(labels).long())
        expected.backward()
        theirs_.step()
        assert value == pytest.approx(float(expected.detach()), rel=1e-5)
    for got, parameter in zip(model.get_weights(), twin.parameters(), strict=True):
        want = parameter.detach().numpy()
        np.testing.assert_allclose(got, want.T if want.ndim == 2 else want, rtol=1e-5, atol=1e-6)
