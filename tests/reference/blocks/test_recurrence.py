"""The case that failed in the seed document: one MLP at three places, and the gradients that its blocks add up."""

from __future__ import annotations

import numpy as np
import pytest

pytestmark = pytest.mark.torch

CASES = [(activation, wstd) for activation in ("relu", "sigmoid") for wstd in (0.1, 0.5)]


def network(hw2, activation, wstd, like, dropout=0.0):
    torch = pytest.importorskip("torch")
    torch.manual_seed(0)
    mlp = hw2.models.MLP(10, 10, [100, 50, 100], activation=activation, wstd=wstd, like=like, dropout=dropout)
    x, y = torch.randn(100, 10, dtype=torch.float64), torch.randint(0, 10, (100,))
    recurrent = hw2.blocks.Sequential(mlp, mlp, mlp, hw2.blocks.CrossEntropyLoss())
    return recurrent, x, y


def norms(hw2, recurrent, x, y):
    """Return the norms of the differences, and that of the largest gradient."""
    differences = [difference.item() for difference in hw2.grad_compare.compare_block_to_torch(recurrent, x, y)]
    assert len(differences) == 25
    return differences, max(float(np.linalg.norm(dp)) for _, dp in recurrent.params())


@pytest.mark.parametrize(("activation", "wstd"), CASES)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("kind", ["array", "tensor"])
def test_recurrence(hw2, activation, wstd, dtype, kind):
    torch = pytest.importorskip("torch")
    like = np.zeros(0, dtype) if kind == "array" else torch.zeros(0, dtype=getattr(torch, dtype))
    recurrent, x, y = network(hw2, activation, wstd, like)
    x = x.numpy().astype(dtype) if kind == "array" else x.to(like.dtype)
    y = y.numpy() if kind == "array" else y
    differences, largest = norms(hw2, recurrent, x, y)
    assert max(differences) < (1e-6 if dtype == "float32" else 1e-14) * largest
    if dtype == "float64":
        assert max(differences) < 1e-8
    if kind == "tensor":
        entries = max(float(dp.abs().max()) for _, dp in recurrent.params())
        assert max(differences) < 1.5e-6 * entries
    if (activation, wstd) == ("relu", 0.5):
        assert largest > 1e5


@pytest.mark.parametrize(("activation", "wstd"), CASES)
def test_against_a_network_that_torch_built(hw2, activation, wstd):
    """torch.nn's own layers, with no line of ours on the way: the forward passes might agree in a mistake."""
    torch = pytest.importorskip("torch")
    recurrent, x, y = network(hw2, activation, wstd, torch.zeros(0, dtype=torch.float64))
    act = {"relu": torch.nn.ReLU, "sigmoid": torch.nn.Sigmoid}[activation]
    layers = [torch.nn.Linear(10, 100), act(), torch.nn.Linear(100, 50), act(), torch.nn.Linear(50, 100), act()]
    theirs = torch.nn.Sequential(*layers, torch.nn.Linear(100, 10)).double()
    with torch.no_grad():
        for right, (p, _) in zip(theirs.parameters(), recurrent[0].params()):
            right.copy_(p)
    source = x.clone().requires_grad_()
    loss = torch.nn.functional.cross_entropy(theirs(theirs(theirs(source))), y)
    loss.backward()
    assert recurrent(x, y=y).item() == pytest.approx(loss.item(), rel=1e-13)
    dx = recurrent.backward()
    largest = max(float(p.grad.abs().max()) for p in theirs.parameters())
    for ours, right in zip([dx, *(dp for _, dp in recurrent[0].params())], [source, *theirs.parameters()]):
        assert float((ours - right.grad).abs().max()) < 1e-13 * largest


def test_with_dropout(hw2):
    """Three masks for each Dropout, drawn anew in each call and used in reverse; in evaluation mode none."""
    recurrent, x, y = network(hw2, "sigmoid", 0.5, np.zeros(0), dropout=0.4)
    for kind in (x, x.numpy()):
        for mode in (True, False):
            recurrent.train(mode)
            differences, largest = norms(hw2, recurrent, kind, y)
            assert max(differences) < 1e-14 * largest


@pytest.mark.parametrize("activation", ["relu", "sigmoid"])
def test_beras_own_comparison_says_the_same(hw2, activation, capsys):
    from beras.oracle import compare_block_to_torch

    torch = pytest.importorskip("torch")
    for like in (np.zeros(0), torch.zeros(0, dtype=torch.float64)):
        recurrent, x, y = network(hw2, activation, 0.5, like)
        ours, largest = norms(hw2, recurrent, x, y)
        theirs = compare_block_to_torch(recurrent, x, y)
        assert len(theirs) == len(ours)
        assert max(float(difference) for difference in theirs) < 1e-14 * largest
    assert capsys.readouterr().out.count("param#24 diff=0.000") == 4


def test_wrong_blocks_are_found(hw2):
    """What the seed's blocks did, and the repair that passes its test: both are far off here."""
    recurrent, x, y = network(hw2, "sigmoid", 0.5, np.zeros(0))
    right = hw2.blocks.Linear.backward

    def overwrites(self, dout):
        self.dw[...], self.db[...] = 0, 0
        return right(self, dout)

    def one_cache(self):
        return self.grad_cache[-1]

    for name, wrong in {"backward": overwrites, "recall": one_cache}.items():
        owner = hw2.blocks.Linear if name == "backward" else hw2.blocks.Block
        kept = getattr(owner, name)
        setattr(owner, name, wrong)
        try:
            differences, largest = norms(hw2, recurrent, x, y)
        finally:
            setattr(owner, name, kept)
        assert max(differences) > 1e-2 * largest


def test_calls_are_kept_in_a_bounded_stack(hw2):
    relu = hw2.blocks.ReLU()
    for _ in range(3 * relu.max_calls):
        relu(np.ones((1, 1)))
    assert len(relu.grad_cache) == relu.max_calls
