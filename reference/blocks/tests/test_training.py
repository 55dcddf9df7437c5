"""Tasks 2.6 and 2.7: one batch, and the loop."""

import math

import hw2.training
import numpy as np
import pytest
from hw2.arrays import as_numpy
from hw2.blocks import CrossEntropyLoss
from hw2.models import MLP
from hw2.optimizers import VanillaSGD
from hw2.training import BlocksTrainer, EpochResult, Trainer
from kit import check_values

FLOAT64 = np.zeros(0)
DRAW = np.random.RandomState(8)
X, Y = DRAW.standard_normal((6, 2, 2)), np.array([0, 2, 1, 1, 0, 2])
W, B = DRAW.standard_normal((3, 4)), DRAW.standard_normal(3)


@pytest.fixture(autouse=True)
def _the_same_draws():
    """Let every test draw the same numbers, alone or after others."""
    global DRAW
    DRAW = np.random.RandomState(8)


def loss_and_gradients(x, y, w, b):
    """The loss of a linear model, how many answers are right, and the gradients by w and b."""
    x = x.reshape(len(x), -1)
    scores = x @ w.T + b
    exps = np.exp(scores)
    rows = np.arange(len(y))
    d = (exps / exps.sum(axis=1, keepdims=True) - np.eye(3)[y]) / len(y)
    loss = np.mean(np.log(exps.sum(axis=1)) - scores[rows, y])
    return loss, int((scores.argmax(axis=1) == y).sum()), d.T @ x, d.sum(axis=0)


def trainer(learn_rate=0.5):
    model = MLP(4, 3, like=FLOAT64)
    (w, _), (b, _) = model.params()
    as_numpy(w)[...], as_numpy(b)[...] = W, B
    return BlocksTrainer(model, CrossEntropyLoss(), VanillaSGD(model.params(), learn_rate))


@pytest.mark.task("2.6")
@pytest.mark.points(4)
def test_train_batch():
    mine = trainer()
    w, b = W, B
    kept_dw = np.zeros_like(W)
    for number, chosen in enumerate((slice(0, 4), slice(2, 6)), start=1):
        loss, num_correct, dw, db = loss_and_gradients(X[chosen], Y[chosen], w, b)
        result = mine.train_batch((X[chosen], Y[chosen]))
        (came_w, came_dw), (came_b, _) = mine.model.params()
        kept_dw = kept_dw + dw
        mistakes = {
            "did not move: is backward called before step, and zero_grad before backward?": w,
            "moved by the gradients of all batches so far: call zero_grad in each batch": w - 0.5 * kept_dw,
        }
        assert np.any(came_dw), "the gradients are zero after the step: zero_grad comes before backward, not after it"
        check_values(came_w, w - 0.5 * dw, f"w after batch {number}", mistakes=mistakes)
        check_values(came_b, b - 0.5 * db, f"b after batch {number}")
        after = loss_and_gradients(X[chosen], Y[chosen], came_w, came_b)[0]
        mistakes = {"is that of the model after the step: take it before": after}
        check_values(result.loss, loss, "loss", mistakes=mistakes)
        assert isinstance(result.loss, float), f"the loss must be a float. Received: {type(result.loss).__name__}"
        assert result.num_correct == num_correct, f"{num_correct} answers are right. Received: {result.num_correct}"
        w, b = w - 0.5 * dw, b - 0.5 * db


@pytest.mark.task("2.6")
@pytest.mark.points(2)
def test_test_batch():
    mine = trainer()
    for _, dp in mine.model.params():
        as_numpy(dp)[...] = 1.0
    loss, num_correct, *_ = loss_and_gradients(X, Y, W, B)
    result = mine.test_batch((X, Y))
    check_values(result.loss, loss, "loss")
    assert result.num_correct == num_correct, f"{num_correct} answers are right. Received: {result.num_correct}"
    (w, dw), _ = mine.model.params()
    check_values(w, W, "w", hint="test_batch measures: it must not train the model.")
    check_values(dw, np.ones_like(W), "dw", hint="test_batch needs no gradients.")
    epoch = mine.test_epoch([(X[:4], Y[:4]), (X[4:], Y[4:])])
    check_values(epoch.accuracy, 100 * num_correct / 6, "accuracy", hint="In percent, over all samples.")


class Scripted(Trainer):
    """A trainer whose test losses are written down beforehand."""

    def __init__(self, losses):
        super().__init__("the model", None, None)
        self.losses = list(losses)
        self.epochs = 0

    def train_epoch(self, dl_train):
        self.epochs += 1
        return EpochResult([0.5], 50.0)

    def test_epoch(self, dl_test):
        return EpochResult([self.losses[self.epochs - 1]], 50.0)

    def train_batch(self, batch):
        raise AssertionError("not reached")

    test_batch = train_batch


def epochs_run(losses, early_stopping):
    trainer = Scripted(losses)
    result = trainer.fit([], [], len(losses), early_stopping=early_stopping, print_every=0)
    assert result.num_epochs == trainer.epochs
    return trainer.epochs


@pytest.mark.task("2.7")
@pytest.mark.points(3)
def test_early_stopping():
    losses = [5.0, 4.0, 4.5, 4.2, 3.0, 3.5, 3.0, 3.2, 3.1, 2.0]
    came = epochs_run(losses, None)
    assert came == 10, f"without early_stopping all 10 epochs must run. Received: {came}"
    came = epochs_run(losses, 3)
    assert came != 6, "the count is not set back: three epochs without improvement must come in a row"
    assert came != 9, "one epoch too many: with early_stopping=3 it stops after the third epoch without improvement"
    assert came == 8, (
        f"with early_stopping=3 and test losses {losses} it must stop after epoch 8: the lowest loss, 3.0, came in "
        f"epoch 5, and an equal one is no improvement. Received: {came}"
    )
    came = epochs_run([1.0, math.nan, math.nan, math.nan, 0.5], 2)
    assert came == 3, f"a loss that is NaN is no improvement: after two of them it must stop. Received: {came}"


@pytest.mark.task("2.7")
@pytest.mark.points(2)
def test_checkpoints(monkeypatch):
    saved = []
    trainer = Scripted([5.0, 4.0, 4.5, 3.0, 3.0, 3.5])
    monkeypatch.setattr(
        hw2.training, "save_checkpoint", lambda path, model: saved.append((str(path), model, trainer.epochs))
    )
    trainer.fit([], [], 6, print_every=0)
    assert not saved, "without checkpoints= nothing must be saved"
    trainer.epochs = 0
    trainer.fit([], [], 6, checkpoints="best", print_every=0)
    epochs = [epoch for *_, epoch in saved]
    assert epochs != [1, 2, 3, 4, 5, 6], "a checkpoint is saved after every epoch: the best model is overwritten"
    assert epochs == [1, 2, 4], (
        f"a checkpoint must be saved whenever the test loss is lower than ever before: after epochs 1, 2 and 4. "
        f"Received: {epochs}"
    )
    assert {(path, model) for path, model, _ in saved} == {("best.npz", "the model")}, (
        f"call save_checkpoint('best.npz', model). Received: {saved[0][:2]}"
    )
