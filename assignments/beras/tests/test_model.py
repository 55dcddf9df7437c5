"""Tasks 5.1 and 5.2: the loops over batches and epochs. The model here only notes which batches it is given."""

import numpy as np
import pytest
from Beras.model import Model
from kit import check_values

X = np.arange(10.0)[:, None]
Y = 100 + X


class Notes(Model):
    """``batch_step`` keeps the batches; the loss of a batch is its mean number, the accuracy its largest one."""

    def __init__(self):
        super().__init__([])
        self.compile("an optimizer", "a loss", "a metric")
        self.batches, self.trained = [], []

    def forward(self, inputs):
        return inputs

    def batch_step(self, x, y, training=True):
        self.batches.append((x[:, 0].tolist(), y[:, 0].tolist()))
        self.trained.append(training)
        return {"loss": np.mean(x), "acc": np.max(x)}


@pytest.mark.task("5.1")
@pytest.mark.points(2)
def test_batches_follow_the_order_and_the_last_may_be_smaller():
    model, order = Notes(), np.array([3, 1, 4, 5, 9, 2, 6, 0, 7, 8])
    model.run_epoch(X, Y, order, 4, training=True)
    seen = [x for x, _ in model.batches]
    right = [[3.0, 1.0, 4.0, 5.0], [9.0, 2.0, 6.0, 0.0], [7.0, 8.0]]
    if seen == right[:2]:
        pytest.fail("the last batch is missing: 10 samples in batches of 4 are 4, 4 and 2")
    if seen != right:
        pytest.fail(f"the batches must hold the samples {right}. Received: {seen}")
    if not all(y == [100 + n for n in x] for x, y in model.batches):
        pytest.fail("x and y of a batch must be of the same samples")


@pytest.mark.task("5.1")
@pytest.mark.points(1)
def test_batches_count_by_their_size():
    metrics = Notes().run_epoch(X, Y, np.arange(10), 4, training=True)
    mistakes = {"counts every batch alike: the last one is smaller and must count less": (1.5 + 5.5 + 8.5) / 3}
    check_values(metrics["loss"], 4.5, "loss of the epoch", mistakes=mistakes)
    check_values(metrics["acc"], (4 * 3 + 4 * 7 + 2 * 9) / 10, "acc of the epoch")


@pytest.mark.task("5.1")
@pytest.mark.points(1)
def test_training_is_handed_on():
    for training in (True, False):
        model = Notes()
        model.run_epoch(X, Y, np.arange(10), 5, training=training)
        if model.trained != [training] * 2:
            pytest.fail(f"batch_step must be told training={training}. Received: {model.trained}")


@pytest.mark.task("5.2")
@pytest.mark.points(1)
def test_history_has_an_entry_for_each_epoch():
    model = Notes()
    history = model.fit(X, Y, epochs=3, batch_size=5, seed=1)
    check_values(history["loss"], [4.5] * 3, "history['loss']", hint="one number for each epoch")
    if len(history["acc"]) != 3:
        pytest.fail(f"history['acc'] must have an entry for each epoch. Received: {history['acc']}")
    if not all(model.trained):
        pytest.fail("fit trains: hand training=True on")
    if len(model.trained) != 6:
        pytest.fail(f"3 epochs of 2 batches are 6 steps. Received: {len(model.trained)}")


@pytest.mark.task("5.2")
@pytest.mark.points(2)
def test_each_epoch_takes_every_sample_once_in_a_new_order():
    def orders(seed):
        model = Notes()
        model.fit(X, Y, epochs=2, batch_size=4, seed=seed, verbose=False)
        return [[n for x, _ in model.batches[i : i + 3] for n in x] for i in (0, 3)], model

    (first, second), model = orders(1)
    for order in (first, second):
        if sorted(order) != X[:, 0].tolist():
            pytest.fail(f"every sample once in an epoch. Received: {order}")
    if not all(y == [100 + n for n in x] for x, y in model.batches):
        pytest.fail("x and y are not of the same samples: is one of them shuffled without the other?")
    if first == X[:, 0].tolist():
        pytest.fail("the samples come in the order of x: take a permutation of them")
    if first == second:
        pytest.fail("both epochs have the same order: draw a new permutation in each epoch")
    if orders(1)[0] != [first, second]:
        pytest.fail("the same seed gives other orders: make the generator of the seed, once, before the epochs")
    if orders(2)[0][0] == first:
        pytest.fail("another seed gives the same order: make the generator of the seed that comes in")
