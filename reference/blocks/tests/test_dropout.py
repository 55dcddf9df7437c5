"""Task 2.1: dropout."""

import numpy as np
import pytest
from hw2.arrays import as_numpy, each_kind, set_seed
from hw2.blocks import Dropout, recording
from kit import check_values, untouched

DRAW = np.random.RandomState(6)
X = DRAW.uniform(1.0, 2.0, (200, 100))
DOUT = DRAW.standard_normal(X.shape)


@pytest.fixture(autouse=True)
def _the_same_draws():
    """Let every test draw the same numbers, alone or after others."""
    global DRAW
    DRAW = np.random.RandomState(6)


@pytest.mark.task("2.1")
@pytest.mark.points(2)
def test_share_and_scale():
    for (x,) in each_kind(X):
        set_seed(0)
        with untouched(x=X):
            z = Dropout(0.2)(x)
        z = as_numpy(z)
        dropped = float(np.mean(z == 0))
        assert dropped > 0, "nothing is dropped in training mode"
        assert not 0.78 < dropped < 0.82, "a share of 0.8 is dropped: p = 0.2 is the share that is dropped, not kept"
        assert 0.18 < dropped < 0.22, f"a share of p = 0.2 must be dropped. Received: {dropped:.3f}"
        mistakes = {
            "is not scaled: its mean is (1 - p) times what it was; divide what is left by 1 - p": X * (z != 0),
            "is scaled by 1 / p, and must be by 1 / (1 - p)": X * (z != 0) / 0.2,
            "is scaled by 1 - p, and must be divided by it": X * (z != 0) * 0.8,
        }
        check_values(z, X * (z != 0) / 0.8, "z", mistakes=mistakes)
    z = Dropout(0.5)(X.astype(np.float32))
    assert z.dtype == np.float32, f"float32 must stay float32. Received: {z.dtype}"


@pytest.mark.task("2.1")
@pytest.mark.points(1)
def test_evaluation_mode():
    dropout = Dropout(0.5)
    dropout.train(False)
    halved = "is scaled in evaluation mode: with the scale in training, evaluation leaves x alone"
    z = dropout(X)
    assert not np.any(np.asarray(z) == 0), "numbers are dropped in evaluation mode: ask for self.training_mode"
    check_values(z, X, "z", mistakes={halved: 0.5 * X, f"{halved} ": 2 * X})
    with recording(True):
        dropout(X)
        dx = dropout.backward(DOUT)
    check_values(dx, DOUT, "dx in evaluation mode")


@pytest.mark.task("2.1")
@pytest.mark.points(2)
def test_backward():
    for x, dout in each_kind(X, DOUT):
        dropout = Dropout(0.2)
        kept = as_numpy(dropout(x)) != 0
        other = as_numpy(dropout(x)) != 0
        assert not np.array_equal(kept, other), "the same numbers are dropped in every call: draw anew in each forward"
        with untouched(dout=DOUT):
            dx_other, dx = dropout.backward(dout), dropout.backward(dout)
        for mine, mask, which in ((dx_other, other, "second"), (dx, kept, "first")):
            mistakes = {
                "is dout itself: what was dropped has no gradient": DOUT,
                "is not scaled: what is left was divided by 1 - p, and so is its gradient": DOUT * mask,
                "is that of the other call: one cache for all calls is not enough": DOUT * (kept ^ other ^ mask) / 0.8,
            }
            check_values(mine, DOUT * mask / 0.8, f"dx of the {which} call", mistakes=mistakes)


@pytest.mark.task("2.1")
@pytest.mark.points(1)
def test_nothing_to_drop():
    dropout = Dropout(0.0)
    check_values(dropout(X), X, "z for p = 0")
    check_values(dropout.backward(DOUT), DOUT, "dx for p = 0")
