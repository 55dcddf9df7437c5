"""The training loop: epochs of batches, with early stopping and checkpoints."""

from __future__ import annotations

import abc
import math
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

from hw2.arrays import is_tensor, same_kind
from hw2.blocks import Block
from hw2.checkpoints import save_checkpoint
from hw2.optimizers import Optimizer

__all__ = ["BatchResult", "BlocksTrainer", "EpochResult", "FitResult", "Trainer"]


class BatchResult(NamedTuple):
    """What came of one batch: its mean loss, and how many samples were classified right."""

    loss: float
    num_correct: int


class EpochResult(NamedTuple):
    """What came of one epoch: the loss of each batch, and the accuracy in percent."""

    losses: list[float]
    accuracy: float


class FitResult(NamedTuple):
    """What came of a training, epoch by epoch: mean loss over the batches, and accuracy in percent."""

    num_epochs: int
    train_loss: list[float]
    train_acc: list[float]
    test_loss: list[float]
    test_acc: list[float]


class Trainer(abc.ABC):
    """Trains a model on batches; what is done with one batch is left to its subclasses.

    Args:
        model: what is trained.
        loss_fn: called with the scores and the labels.
        optimizer: moves the parameters of the model.
        device: where tensors are moved before use; None: they stay where they are.
    """

    def __init__(self, model: Block, loss_fn: Block, optimizer: Optimizer, device: Any = None) -> None:
        self.model = model
        self.loss_fn = loss_fn
        self.optimizer = optimizer
        self.device = device

    def fit(
        self,
        dl_train: Iterable[Any],
        dl_test: Iterable[Any],
        num_epochs: int,
        checkpoints: str | Path | None = None,
        early_stopping: int | None = None,
        print_every: int = 1,
    ) -> FitResult:
        """Train for some epochs; after each, measure the model on the test batches.

        Args:
            dl_train: batches ``(x, y)``, iterated over once in each epoch.
            dl_test: the same, to measure by.
            num_epochs: at most so many.
            checkpoints: a path without ending: the model is saved to ``<checkpoints>.npz`` whenever its test loss is
                lower than ever before, so that the best model is in the file at the end. None: nothing is saved.
            early_stopping: stop after so many epochs in a row without a lower test loss. None: never.
            print_every: print a line every so many epochs; 0: never.
        """
        result = FitResult(0, [], [], [], [])
        best_loss = math.inf
        epochs_without_improvement = 0
        for epoch in range(1, num_epochs + 1):
            train, test = self.train_epoch(dl_train), self.test_epoch(dl_test)
            test_loss = _mean(test.losses)
            result.train_loss.append(_mean(train.losses))
            result.train_acc.append(train.accuracy)
            result.test_loss.append(test_loss)
            result.test_acc.append(test.accuracy)
            result = result._replace(num_epochs=epoch)
            if print_every and epoch % print_every == 0:
                print(
                    f"epoch {epoch}/{num_epochs}: train loss {result.train_loss[-1]:.4f} ({train.accuracy:.1f} %), "
                    f"test loss {test_loss:.4f} ({test.accuracy:.1f} %)"
                )
            # TASK 2.7: save_checkpoint(f"{checkpoints}.npz", self.model) if the test loss is the best; break in time
            raise NotImplementedError("Task 2.7: save_checkpoint(f\"{checkpoints}.npz\", self.model) if the test loss is the best; break in time")
        return result

    def train_epoch(self, dl_train: Iterable[Any]) -> EpochResult:
        """Train on each batch once, in training mode."""
        self._train_mode(True)
        return self._for_each_batch(dl_train, self.train_batch)

    def test_epoch(self, dl_test: Iterable[Any]) -> EpochResult:
        """Measure the model on each batch, in evaluation mode. The parameters stay what they are."""
        self._train_mode(False)
        return self._for_each_batch(dl_test, self.test_batch)

    @abc.abstractmethod
    def train_batch(self, batch: tuple[Any, Any]) -> BatchResult:
        """Move the parameters once, by the gradients of one batch ``(x, y)``."""

    @abc.abstractmethod
    def test_batch(self, batch: tuple[Any, Any]) -> BatchResult:
        """Measure the model on one batch ``(x, y)``."""

    def _train_mode(self, training_mode: bool) -> None:
        self.model.train(training_mode)
        self.loss_fn.train(training_mode)

    def _for_each_batch(
        self, batches: Iterable[Any], do_batch: Callable[[tuple[Any, Any]], BatchResult]
    ) -> EpochResult:
        losses, num_correct, num_samples = [], 0, 0
        for x, y in batches:
            if self.device is not None:
                x, y = (a.to(self.device) if is_tensor(a) else a for a in (x, y))
            result = do_batch((x, y))
            losses.append(result.loss)
            num_correct += result.num_correct
            num_samples += len(y)
        if not losses:
            raise ValueError("An epoch needs at least one batch. Received: none. Is it an iterator that is used up?")
        return EpochResult(losses, 100.0 * num_correct / num_samples)


class BlocksTrainer(Trainer):
    """Trains a model of blocks, which brings its own gradients."""

    def train_batch(self, batch: tuple[Any, Any]) -> BatchResult:
        """Move the parameters once.

        Args:
            batch: inputs ``(batch, ...)``, which are flattened to ``(batch, features)``, and labels ``(batch,)``.

        Returns: loss and number of right answers, of the model as it was before the step.
        """
        x, y = batch
        x = x.reshape(len(x), -1)
        # TASK 2.6: scores and loss forward; gradients, from this batch alone, backward; one step
        raise NotImplementedError("Task 2.6: scores and loss forward; gradients, from this batch alone, backward; one step")
        return BatchResult(loss.item(), _count_correct(scores, y))

    def test_batch(self, batch: tuple[Any, Any]) -> BatchResult:
        """Measure the model: as `train_batch`, without gradients and without a step."""
        x, y = batch
        x = x.reshape(len(x), -1)
        # TASK 2.6: scores and loss
        raise NotImplementedError("Task 2.6: scores and loss")
        return BatchResult(loss.item(), _count_correct(scores, y))


def _count_correct(scores: Any, y: Any) -> int:
    """Return in how many rows the largest of the ``scores``, ``(batch, classes)``, is that of the class ``y``."""
    return int((scores.argmax(axis=1) == same_kind(scores, y)).sum())


def _mean(losses: list[float]) -> float:
    return sum(losses) / len(losses)
