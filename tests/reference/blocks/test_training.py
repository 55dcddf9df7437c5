"""The trainer and the checkpoints of the reference; MNIST where it is there."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

MNIST = Path(os.environ.get("BERAS_DATA_DIR", "data")) / "mnist"


def spirals_trainer(hw2, kind=np.asarray, **options):
    train, test = hw2.data.spirals(600, seed=0), hw2.data.spirals(200, seed=1)
    train, test = (tuple(kind(a) for a in pair) for pair in (train, test))
    model = hw2.models.MLP(2, 3, [48, 48], wstd=0.3, like=train[0], **options)
    optimizer = hw2.optimizers.RMSProp(model.params(), learn_rate=3e-3)
    trainer = hw2.training.BlocksTrainer(model, hw2.blocks.CrossEntropyLoss(), optimizer)
    return trainer, hw2.data.Batches(*train), hw2.data.Batches(*test, batch_size=64, shuffle=False)


def test_spirals(hw2, capsys):
    trainer, train, test = spirals_trainer(hw2)
    result = trainer.fit(train, test, 25, print_every=10)
    assert result.num_epochs == 25
    assert [len(values) for values in result[1:]] == [25] * 4
    assert result.test_acc[-1] > 95
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in lines] == ["epoch 10/25", "epoch 20/25"]
    scores = trainer.model(test.x)
    assert result.test_acc[-1] == pytest.approx(100 * np.mean(scores.argmax(axis=1) == test.y))


@pytest.mark.torch
def test_tensors_through_torchs_own_loader(hw2):
    torch = pytest.importorskip("torch")
    trainer, train, test = spirals_trainer(hw2, torch.tensor, dropout=0.1)
    trainer.device = "cpu"
    loaders = (
        torch.utils.data.DataLoader(torch.utils.data.TensorDataset(b.x, b.y), batch_size=32) for b in (train, test)
    )
    result = trainer.fit(*loaders, 20, print_every=0)
    assert result.test_acc[-1] > 90
    assert isinstance(result.test_loss[-1], float)


def test_evaluation_leaves_everything_as_it_was(hw2):
    trainer, train, test = spirals_trainer(hw2, dropout=0.3)
    trainer.train_epoch(train)
    before = [array.copy() for pair in trainer.model.params() for array in pair]
    first, second = trainer.test_epoch(test), trainer.test_epoch(test)
    assert first == second, "dropout must be off"
    assert len(first.losses) == len(test) == 4
    for array, was in zip([array for pair in trainer.model.params() for array in pair], before):
        np.testing.assert_array_equal(array, was)
    assert not trainer.loss_fn.grad_cache
    assert not any(block.grad_cache for block in trainer.model.sequence)


def test_the_best_model_is_in_the_checkpoint(hw2, tmp_path):
    trainer, train, test = spirals_trainer(hw2)
    trainer.optimizer.learn_rate = 0.05  # so that it jumps about
    result = trainer.fit(train, test, 30, checkpoints=tmp_path / "runs" / "best", early_stopping=2, print_every=0)
    best = min(result.test_loss)
    assert result.num_epochs < 30
    assert result.num_epochs == int(np.argmin(result.test_loss)) + 1 + 2
    assert result.test_loss[-1] > best
    hw2.checkpoints.load_checkpoint(tmp_path / "runs" / "best.npz", trainer.model)
    assert np.mean(trainer.test_epoch(test).losses) == pytest.approx(best, rel=1e-12)


@pytest.mark.torch
def test_a_checkpoint_serves_arrays_and_tensors(hw2, tmp_path):
    torch = pytest.importorskip("torch")
    ours = hw2.models.MLP(2, 3, [4], like=np.zeros(0))
    theirs = hw2.models.MLP(2, 3, [4], like=torch.zeros(0, dtype=torch.float64))
    hw2.checkpoints.load_checkpoint(hw2.checkpoints.save_checkpoint(tmp_path / "a.npz", ours), theirs)
    for (p, _), (q, _) in zip(ours.params(), theirs.params()):
        assert isinstance(q, torch.Tensor)
        np.testing.assert_array_equal(p, q.numpy())


def test_an_epoch_without_batches_is_an_error(hw2):
    trainer, train, _ = spirals_trainer(hw2)
    used_up = iter(train)
    trainer.train_epoch(used_up)
    with pytest.raises(ValueError, match="at least one batch"):
        trainer.train_epoch(used_up)


def test_batches(hw2):
    x, y = np.arange(10).reshape(5, 2), np.arange(5)
    batches = hw2.data.Batches(x, y, batch_size=2, seed=3)
    orders = [[label for _, labels in batches for label in labels.tolist()] for _ in range(2)]
    assert orders[0] != orders[1]
    assert sorted(orders[0]) == sorted(orders[1]) == [0, 1, 2, 3, 4]
    assert len(batches) == 3
    assert all((inputs[:, 0] == 2 * labels).all() for inputs, labels in batches)
    with pytest.raises(ValueError, match="Received: 4 labels"):
        hw2.data.Batches(x, y[:4])


@pytest.mark.skipif(
    not any(MNIST.glob("train-images*")), reason="needs MNIST: BERAS_DATA_DIR must name the folder that holds mnist/"
)
def test_mnist_passes_97_percent(hw2):
    """What the README's last section promises, in NumPy."""
    from beras.datasets import get_data_MNIST

    (x, y), (x_test, y_test) = (get_data_MNIST(subset, MNIST.parent) for subset in ("train", "test"))
    model = hw2.models.MLP(784, 10, [256, 128], wstd=0.05, like=x)
    optimizer = hw2.optimizers.RMSProp(model.params())
    trainer = hw2.training.BlocksTrainer(model, hw2.blocks.CrossEntropyLoss(), optimizer)
    test = hw2.data.Batches(x_test, y_test, 1000, shuffle=False)
    result = trainer.fit(hw2.data.Batches(x, y, 128), test, 3, print_every=0)
    assert max(result.test_acc) > 97
