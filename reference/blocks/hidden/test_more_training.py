"""What the public tests leave out: long runs, and files that are broken."""

import numpy as np
import pytest
from hw2.arrays import as_numpy, set_seed
from hw2.blocks import CrossEntropyLoss
from hw2.checkpoints import load_checkpoint, save_checkpoint
from hw2.data import Batches, spirals
from hw2.models import MLP
from hw2.optimizers import MomentumSGD, RMSProp
from hw2.training import BlocksTrainer
from kit import check_values

FLOAT64 = np.zeros(0)


@pytest.mark.task("2.5")
@pytest.mark.points(1)
@pytest.mark.visibility("hidden")
def test_rmsprop_over_200_steps():
    draw = np.random.RandomState(21)
    p, dp, right, r = draw.standard_normal(6), np.zeros(6), None, np.zeros(6)
    right = p.copy()
    optimizer = RMSProp([(p, dp)], learn_rate=0.01, reg=0.1, decay=0.95, eps=1e-6)
    for _ in range(200):
        dp[...] = draw.standard_normal(6) * 10.0 ** np.arange(-5, 1)
        d = dp + 0.1 * right
        r = 0.95 * r + 0.05 * d**2
        right = right - 0.01 * d / np.sqrt(r + 1e-6)
        optimizer.step()
    check_values(p, right, "p after 200 steps", tolerance=1e-10)


@pytest.mark.task("2.6")
@pytest.mark.points(1)
@pytest.mark.visibility("hidden")
def test_a_network_learns_the_spirals(capsys):
    set_seed(0)
    train, test = spirals(600, seed=0), spirals(200, seed=1)
    model = MLP(2, 3, [48, 48], wstd=0.3)
    optimizer = MomentumSGD(model.params(), learn_rate=0.05)
    result = BlocksTrainer(model, CrossEntropyLoss(), optimizer).fit(Batches(*train), Batches(*test), 25)
    assert result.test_acc[-1] > 95, f"the accuracy must be over 95 %. Received: {result.test_acc[-1]:.1f} %"
    assert "epoch 25/25" in capsys.readouterr().out


@pytest.mark.task("2.8")
@pytest.mark.points(1)
@pytest.mark.visibility("hidden")
def test_a_file_that_was_cut_off(tmp_path):
    model = MLP(30, 20, [40], like=FLOAT64)
    path = save_checkpoint(tmp_path / "best.npz", model)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    before = [np.array(as_numpy(p)) for p, _ in model.params()]
    with pytest.raises(Exception):  # noqa: B017 - which one is NumPy's affair
        load_checkpoint(path, model)
    for (p, _), was in zip(model.params(), before):
        check_values(p, was, "parameter")
