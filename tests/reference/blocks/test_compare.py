"""compare_block_to_torch and compare_block_to_differences: what they print, return, and notice."""

from __future__ import annotations

import numpy as np
import pytest

pytestmark = pytest.mark.torch

X = np.random.RandomState(1).standard_normal((8, 5))


def wrong(hw2, backward):
    return type("Wrong", (hw2.blocks.Linear,), {"backward": backward})(5, 4, like=X)


def transposed(block, dout):
    return np.zeros((5, 8))


def half(block, dout):
    x = block.recall()["x"]
    block.dw += dout.T @ x / 2
    block.db += dout.sum(axis=0)
    return dout @ block.w


def test_what_is_printed(hw2, capsys):
    diffs = hw2.grad_compare.compare_block_to_torch(hw2.blocks.Linear(5, 4), X)
    assert capsys.readouterr().out == (
        "Comparing gradients... \ninput    diff=0.000\nparam#01 diff=0.000\nparam#02 diff=0.000\n"
    )
    torch = pytest.importorskip("torch")
    assert all(isinstance(diff, torch.Tensor) and diff.dim() == 0 for diff in diffs)


@pytest.mark.parametrize("name", ["compare_block_to_torch", "compare_block_to_differences"])
def test_wrong_gradients_are_noticed(hw2, name):
    compare = getattr(hw2.grad_compare, name)
    right = [float(diff) for diff in compare(hw2.blocks.Linear(5, 4, like=X), X)]
    assert max(right) < 1e-8
    dx, dw, db = (float(diff) for diff in compare(wrong(hw2, half), X))
    assert dx < 1e-8
    assert dw > 0.1
    assert db < 1e-8
    dx, *_ = (float(diff) for diff in compare(wrong(hw2, transposed), X))
    assert dx == float("inf")


def test_the_block_is_left_as_it_was(hw2):
    torch = pytest.importorskip("torch")
    block = hw2.blocks.Linear(5, 4)
    block(torch.tensor(X, dtype=torch.float32))
    w = block.w.clone()
    x = torch.tensor(X, requires_grad=True)
    for _ in range(2):
        hw2.grad_compare.compare_block_to_torch(block, x)
    assert torch.equal(block.w, w)
    assert not block.w.requires_grad
    assert x.grad is None
    assert x.requires_grad
    assert len(block.grad_cache) == 1
    again = block.dw.clone()
    hw2.grad_compare.compare_block_to_differences(block, X)
    assert torch.equal(block.dw, again)


def test_differences_without_torch(hw2, monkeypatch):
    """The same numbers, drawn by NumPy, and a clear word from the function that needs torch."""
    monkeypatch.setattr(hw2.arrays, "_torch", lambda: None)
    monkeypatch.setitem(__import__("sys").modules, "torch", None)
    mlp = hw2.models.MLP(5, 5, [6], activation="sigmoid", dropout=0.3, wstd=1.0)
    network = hw2.blocks.Sequential(mlp, mlp, hw2.blocks.CrossEntropyLoss())
    y = np.arange(8) % 5
    assert max(hw2.grad_compare.compare_block_to_differences(network, X, y)) < 1e-8
    with pytest.raises(ImportError, match="compare_block_to_differences prints the same table"):
        hw2.grad_compare.compare_block_to_torch(network, X, y)


@pytest.mark.parametrize("activation", ["relu", "sigmoid"])
def test_the_two_agree(hw2, activation):
    mlp = hw2.models.MLP(5, 5, [6, 7], activation=activation, dropout=0.3, wstd=0.7, like=X)
    for name in ("compare_block_to_torch", "compare_block_to_differences"):
        assert max(float(diff) for diff in getattr(hw2.grad_compare, name)(mlp, X)) < 1e-8
