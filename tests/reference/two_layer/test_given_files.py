"""What the student gets as it is: errors, the comparison, the notebook, and the examples in the docstrings."""

import doctest
import importlib
import os
import re
import subprocess
import sys

import numpy as np
import pytest


@pytest.mark.parametrize("module", ["arrays", "checks", "mlp", "training", "compare"])
def test_the_examples_in_the_docstrings(module):
    assert doctest.testmod(importlib.import_module(module)).failed == 0


def test_the_modules_of_the_student_do_not_import_torch(solution):
    program = "import sys, mlp, training; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-B", "-c", program], cwd=solution, check=True)


def refused(words, error=ValueError):
    return pytest.raises(error, match=words)


def test_unknown_functions_and_unequal_sizes():
    from mlp import MLP

    with refused(r"'Relu'\. Did you mean 'relu'\? Expected one of: identity, relu, sigmoid"):
        MLP(2, 3, "Relu", 3, 1, "identity")
    with refused(r"'tanh'\. Expected one of"):
        MLP(2, 3, "relu", 3, 1, "tanh")
    with refused(r"Received: 4 and 3"):
        MLP(2, 3, "relu", 4, 1, "identity")


def test_batches_of_another_shape():
    from mlp import MLP

    net = MLP(2, 3, "relu", 3, 1, "identity")
    with refused(r"Expected x of shape \(batch, 2\)\. Received: \(5, 3\)"):
        net.forward(np.zeros((5, 3)))
    with refused(r"A single sample is a batch of one"):
        net.forward(np.zeros(2))
    net.forward(np.zeros((5, 2)))
    with refused(r"Received: \(5,\) and \(5, 1\)"):
        net.backward(np.zeros(5))
    with refused("needs a forward", RuntimeError):
        MLP(2, 3, "relu", 3, 1, "identity").backward(np.zeros((5, 1)))


def test_labels_and_predictions_that_would_broadcast():
    from mlp import bce_loss, mse_loss

    for loss in (mse_loss, bce_loss):
        with refused(r"y and y_hat of one shape\. Received: \(4,\) and \(4, 1\)"):
            loss(np.zeros(4), np.full((4, 1), 0.5))


def test_probabilities_that_are_none():
    from mlp import bce_loss

    with refused(r"Expected y_hat in \[0, 1\]\. Received: 1\.5.*sigmoid"):
        bce_loss(np.ones((2, 1)), np.array([[0.5], [1.5]]))
    with refused(r"Expected y in \[0, 1\]\. Received: 2"):
        bce_loss(np.array([[1.0], [2.0]]), np.full((2, 1), 0.5))
    assert np.isnan(bce_loss(np.ones((2, 1)), np.array([[0.5], [np.nan]]))[0])


@pytest.mark.torch
def test_two_libraries_mixed():
    torch = pytest.importorskip("torch")
    from mlp import MLP

    with refused(r"of numpy and x is of torch.*randn=torch\.randn", TypeError):
        MLP(2, 3, "relu", 3, 1, "identity").forward(torch.zeros(5, 2))
    with refused(r"of torch and x is of numpy", TypeError):
        MLP(2, 3, "relu", 3, 1, "identity", randn=torch.randn).forward(np.zeros((5, 2)))


def broken_network():
    """Return a network whose backward takes f' at the output."""
    from mlp import MLP

    class Broken(MLP):
        def forward(self, x):
            y_hat = super().forward(x)
            self.cache["s_1"] = self.cache["z_1"]
            return y_hat

    np.random.seed(0)
    return Broken(3, 4, "sigmoid", 4, 2, "sigmoid")


@pytest.mark.parametrize("with_torch", [False, pytest.param(True, marks=pytest.mark.torch)])
def test_the_comparison_tells_right_from_wrong(with_torch, monkeypatch, capsys):
    if with_torch:
        pytest.importorskip("torch")
    import compare
    from mlp import MLP, bce_loss, mse_loss

    if not with_torch:
        monkeypatch.setattr(compare, "torch", None)
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((6, 3)), (rng.random((6, 2)) > 0.5) * 1.0
    for loss in (mse_loss, bce_loss):
        right = compare.differences(MLP(3, 4, "sigmoid", 4, 2, "sigmoid"), loss, x, y)
        assert list(right) == ["dJdW1", "dJdb1", "dJdW2", "dJdb2"]
        assert max(right.values()) < (1e-12 if with_torch else 1e-7)
        wrong = compare.differences(broken_network(), loss, x, y)
        assert min(wrong["dJdW1"], wrong["dJdb1"]) > 0.1
        assert max(wrong["dJdW2"], wrong["dJdb2"]) < 1e-7
    compare.compare(broken_network(), mse_loss, x, y)
    printed = capsys.readouterr().out
    assert ("autograd" if with_torch else "central differences") in printed
    assert len(printed.splitlines()) == 5


def run_notebook(solution, missing):
    """Return what the notebook prints where the ``missing`` packages are not installed; a warning is an error."""
    program = f"import runpy, sys\nfor name in {missing!r}:\n    sys.modules[name] = None\n"
    program += "sys.path.insert(0, '.')\nrunpy.run_path('two_layer.py')"
    done = subprocess.run(
        [sys.executable, "-B", "-W", "error", "-X", "utf8", "-c", program],
        cwd=solution,
        env={**os.environ, "MPLBACKEND": "Agg", "OMP_NUM_THREADS": "1"},
        capture_output=True,
        encoding="utf-8",
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def check_notebook(printed, limit):
    found = re.findall(r"^(?:relu|sigmoid|identity) +\w+ +(?:mse|bce)_loss +(\S+)(.*)$", printed, re.MULTILINE)
    assert len(found) == 12
    for difference, verdict in found:
        assert float(difference) < limit
        assert verdict == ""
    accuracies = re.findall(r"([\d.]+)% right", printed)
    assert len(accuracies) == 2
    assert min(map(float, accuracies)) > 95


def test_the_notebook_runs_with_numpy_alone(solution):
    printed = run_notebook(solution, ["torch", "matplotlib"])
    check_notebook(printed, 1e-7)
    assert "torch is not installed" in printed


@pytest.mark.torch
def test_the_notebook_runs_with_torch_and_figures(solution):
    pytest.importorskip("torch")
    printed = run_notebook(solution, [])
    check_notebook(printed, 1e-13)
    assert "Tensor torch.float32" in printed
