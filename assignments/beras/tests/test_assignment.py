"""Tasks 5.3 to 5.5: SequentialModel and your own model, on digits made up for the test."""

import Beras
import numpy as np
import pytest
from assignment import SequentialModel, get_advanced_model_components
from kit import check_gradient, check_values


class Add(Beras.Diffable):
    """Adds a number."""

    def __init__(self, number):
        super().__init__()
        self.number = number

    def forward(self, inputs):
        return inputs + self.number

    def input_gradients(self):
        return np.ones(())


class Times(Add):
    """Multiplies by a number."""

    def forward(self, inputs):
        return inputs * self.number


@pytest.mark.task("5.3")
@pytest.mark.points(1)
def test_layers_follow_each_other():
    x = np.array([[1.0, 2.0]])
    check_values(
        SequentialModel([Add(3), Times(2), Add(1)])(x),
        np.array([[9.0, 11.0]]),
        "outputs",
        mistakes={
            "go through the layers in the reverse order": (x + 1) * 2 + 3,
            "are those of the last layer alone: each layer gets what the one before gave": x + 1,
        },
    )


class Spy(Beras.Diffable):
    """Hands its inputs on, and notes whether a tape records."""

    def __init__(self):
        super().__init__()
        self.recorded = []

    def forward(self, inputs):
        self.recorded.append(Beras.Diffable.gradient_tape is not None)
        return inputs

    def input_gradients(self):
        return np.eye(3)


RNG = np.random.default_rng(7)
X, Y = RNG.normal(size=(5, 4)), np.eye(3)[[0, 2, 1, 1, 0]]
W, B = RNG.normal(size=(4, 3)), RNG.normal(size=3)


@pytest.fixture(autouse=True)
def _the_same_draws():
    """Let every test draw the same numbers, alone or after others."""
    global RNG
    RNG = np.random.default_rng(7)


def small_model(learning_rate=0.1):
    dense, spy = Beras.Dense(4, 3, "zero"), Spy()
    dense.w, dense.b = W.copy(), B.copy()
    model = SequentialModel([dense, spy])
    model.compile(Beras.BasicOptimizer(learning_rate), Beras.MeanSquaredError(), Beras.CategoricalAccuracy())
    return model, dense, spy


@pytest.mark.task("5.4")
@pytest.mark.points(2)
def test_a_training_step_goes_downhill():
    model, dense, spy = small_model()
    metrics = model.batch_step(X, Y, training=True)
    if set(metrics) != {"loss", "acc"}:
        pytest.fail(f"batch_step returns 'loss' and 'acc'. Received: {set(metrics)}")
    if spy.recorded != [True]:
        pytest.fail("the model must be called once, and under a tape, when it trains")
    check_gradient(
        lambda w: np.mean(np.sum((X @ w + B - Y) ** 2, axis=1)),
        W,
        (W - dense.w) / 0.1,
        "step of w, divided by the learning rate,",
        {"batch": 5, "outputs": 3},
        tolerance=1e-5,
    )
    check_values(metrics["loss"], np.mean((X @ W + B - Y) ** 2), "loss", hint="the loss before the step")
    right = np.mean(np.argmax(X @ W + B, axis=1) == np.argmax(Y, axis=1))
    check_values(metrics["acc"], right, "acc")


@pytest.mark.task("5.4")
@pytest.mark.points(1)
def test_without_training_nothing_changes():
    model, dense, spy = small_model()
    metrics = model.batch_step(X, Y, training=False)
    if not (np.array_equal(dense.w, W) and np.array_equal(dense.b, B)):
        pytest.fail("with training=False the weights must stay as they are")
    if spy.recorded != [False]:
        pytest.fail("with training=False no tape is needed")
    check_values(metrics["loss"], np.mean((X @ W + B - Y) ** 2), "loss")


@pytest.mark.task("5.4")
@pytest.mark.points(1)
def test_frozen_layers_stay_and_the_others_learn():
    frozen, dense = Beras.Dense(4, 4, seed=1), Beras.Dense(4, 3, seed=2)
    frozen.trainable = False
    model = SequentialModel([frozen, dense])
    model.compile(Beras.BasicOptimizer(0.1), Beras.MeanSquaredError(), Beras.CategoricalAccuracy())
    before = frozen.w.copy(), dense.w.copy()
    model.batch_step(X, Y)
    hint = "hand the optimizer trainable_weights, which has no entries of frozen layers, as the gradients"
    check_values(frozen.w, before[0], "frozen w", hint=hint)
    if np.array_equal(dense.w, before[1]):
        pytest.fail("the layer that is not frozen must learn")


def digits(samples, seed):
    """Images ``(samples, 784)`` of ten made-up patterns, shifted and with noise, and one-hot labels."""
    rng = np.random.default_rng(seed)
    patterns = np.kron(np.random.default_rng(0).random((10, 7, 7)) > 0.6, np.ones((4, 4)))
    labels = rng.integers(0, 10, samples)
    rows, columns = rng.integers(-1, 2, (2, samples))
    shifted = [np.roll(patterns[k], (r, c), (0, 1)).ravel() for k, r, c in zip(labels, rows, columns)]
    x = np.clip(np.array(shifted) * rng.uniform(0.6, 1, (samples, 1)) + rng.normal(0, 0.1, (samples, 784)), 0, 1)
    return x.astype(np.float32), np.eye(10, dtype=np.float32)[labels]


@pytest.mark.task("5.5")
@pytest.mark.points(1)
def test_the_advanced_model_gives_probabilities():
    components = get_advanced_model_components()
    for name in ("model", "epochs", "batch_size"):
        if not hasattr(components, name):
            pytest.fail(f"the components lack {name!r}")
    x, _ = digits(7, seed=1)
    probs = components.model(x)
    check_values(np.shape(probs), (7, 10), "shape of the predictions")
    check_values(np.sum(probs, axis=1), np.ones(7), "sum of each row of predictions", tolerance=1e-5)
    if np.min(probs) < 0:
        pytest.fail("probabilities must not be negative")


@pytest.mark.task("5.5")
@pytest.mark.points(2)
@pytest.mark.timeout(10)
def test_the_advanced_model_learns():
    model = get_advanced_model_components().model
    x, y = digits(600, seed=2)
    first = model.batch_step(x[:50], y[:50], training=False)["loss"]
    for start in [*range(0, 600, 50)] * 4:
        model.batch_step(x[start : start + 50], y[start : start + 50])
    result = model.evaluate(*digits(200, seed=3), batch_size=100)
    if not result["loss"] < first:
        pytest.fail(f"the loss on new samples is {result['loss']:.3g} after 48 steps and was {first:.3g} before")
    if result["acc"] < 0.9:
        pytest.fail(
            f"after 48 steps {result['acc']:.0%} of ten easy patterns are recognised, where 90 % is asked for: "
            "is the learning rate too small or too large, or the initializer zero?"
        )
