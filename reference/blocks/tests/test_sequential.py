"""Task 1.8: blocks one after the other."""

import numpy as np
import pytest
from hw2.arrays import as_numpy
from hw2.blocks import Block, Sequential
from kit import check_gradient, check_values

DRAW = np.random.RandomState(4)
X = DRAW.standard_normal((5, 3))
DOUT = DRAW.standard_normal((5, 3))
W = 0.8 * DRAW.standard_normal((3, 3))


@pytest.fixture(autouse=True)
def _the_same_draws():
    """Let every test draw the same numbers, alone or after others."""
    global DRAW
    DRAW = np.random.RandomState(4)


class Times(Block):
    """``tanh(x w)``, complete: what is tested here is the Sequential alone."""

    def __init__(self, w):
        super().__init__()
        self.w, self.dw = w, np.zeros_like(w)
        self.calls, self.came = [], []

    def forward(self, x, **kwargs):
        self.came.append(kwargs)
        z = np.tanh(x @ self.w)
        self.calls.append((x, z))
        return z

    def backward(self, dout):
        x, z = self.calls.pop()
        d = dout * (1 - z**2)
        self.dw += x.T @ d
        return d @ self.w.T

    def params(self):
        return [(self.w, self.dw)]


def f(x, *weights):
    for w in weights:
        x = np.tanh(x @ w)
    return x


@pytest.mark.task("1.8")
@pytest.mark.points(2)
def test_forward():
    first, second = Times(W), Times(W.T)
    sequential = Sequential(first, second)
    z = sequential(X, y="labels", weight=2)
    mistakes = {
        "is the output of the first block alone": f(X, W),
        "is what the blocks give in the reverse order": f(X, W.T, W),
        "is the last block's output for the input of the whole: hand each block the output before it": f(X, W.T),
    }
    check_values(z, f(X, W, W.T), "z", mistakes=mistakes)
    wanted = [{"y": "labels", "weight": 2}]
    for number, block in enumerate((first, second)):
        assert block.came == wanted, (
            f"the keyword arguments are not passed on: block {number} was called with {block.came}, expected {wanted}. "
            f"Without them the loss at the end of a network never sees its labels"
        )


@pytest.mark.task("1.8")
@pytest.mark.points(2)
def test_backward():
    first, second = Times(W), Times(W.T)
    sequential = Sequential(first, second)
    sequential(X)
    dx = sequential.backward(DOUT)
    a, z = f(X, W), f(X, W, W.T)
    wrong_way = ((DOUT * (1 - a**2)) @ W.T * (1 - z**2)) @ W
    mistakes = {"is pulled through the blocks from the first to the last: backward goes in reverse order": wrong_way}
    check_gradient(lambda x: f(x, W, W.T), X, dx, "dx", J=DOUT, mistakes=mistakes)
    check_gradient(lambda w: f(X, w, W.T), W, first.dw, "dw of the first block", J=DOUT)
    sequential(X)
    if sequential.backward(DOUT) is None or sequential.blocks != [first, second]:
        pytest.fail("after backward the blocks are no longer in order: reversed(...) leaves the list alone", False)


@pytest.mark.task("1.8")
@pytest.mark.points(1)
def test_params():
    first, second = Times(W), Times(W.T.copy())
    pairs = Sequential(first, second, Sequential(second), first).params()
    wanted = [array for block in (first, second, second, first) for array in (block.w, block.dw)]
    came = [array for pair in pairs for array in pair]
    assert len(pairs) == 4, (
        f"params() must have a pair for each parameter at each place, here 4. Received: {len(pairs)}"
    )
    for number, (mine, right) in enumerate(zip(came, wanted)):
        assert mine is right, f"entry {number // 2} of params() must hold the arrays of the block itself, no copies"


@pytest.mark.task("1.8")
@pytest.mark.points(1)
def test_mode_reaches_all_blocks():
    first, second = Times(W), Times(W.T)
    sequential = Sequential(first, Sequential(second))
    for mode in (False, True):
        sequential.train(mode)
        assert sequential.training_mode is mode, f"train({mode}) must set the mode of the Sequential too"
        assert first.training_mode is mode, f"train({mode}) does not reach the blocks: call their train({mode})"
        assert second.training_mode is mode, f"train({mode}) does not reach a Sequential in the Sequential"


@pytest.mark.task("1.8")
@pytest.mark.points(2)
def test_one_block_at_three_places():
    shared = Times(W)
    sequential = Sequential(shared, shared, shared)
    z = sequential(X)
    check_values(z, f(X, W, W, W), "z")
    dx = sequential.backward(DOUT)
    check_gradient(lambda x: f(x, W, W, W), X, dx, "dx", J=DOUT)
    check_gradient(lambda w: f(X, w, w, w), W, as_numpy(shared.dw), "dw", J=DOUT)
