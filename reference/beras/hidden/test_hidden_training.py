"""Further checks of parts 3 to 5: the parts together, against torch, and on a task that no linear model can do."""

import numpy as np
import pytest
from assignment import SequentialModel, get_advanced_model_components
from Beras import (
    Adam,
    BasicOptimizer,
    CategoricalAccuracy,
    CategoricalCrossentropy,
    Dense,
    Diffable,
    GradientTape,
    LeakyReLU,
    MeanSquaredError,
    Softmax,
)
from kit import check_values, oracle, raises

pytestmark = pytest.mark.visibility("hidden")

RNG = np.random.default_rng(12)
X, Y = RNG.normal(size=(6, 5)), np.eye(3)[[0, 1, 2, 2, 1, 0]]
WEIGHTS = [RNG.normal(size=shape) for shape in ((5, 4), 4, (4, 4), 4, (4, 3), 3)]


@pytest.fixture(autouse=True)
def _drawn_anew():
    """Start the hidden draws from their seed again."""
    global RNG
    RNG = np.random.default_rng(12)


def network():
    """Dense, LeakyReLU, Dense, LeakyReLU, Dense, Softmax in float64, with the weights above."""
    dense = [Dense(5, 4, "zero"), Dense(4, 4, "zero"), Dense(4, 3, "zero")]
    for layer, w, b in zip(dense, WEIGHTS[::2], WEIGHTS[1::2]):
        layer.w, layer.b = w.copy(), b.copy()
    return [dense[0], LeakyReLU(0.2), dense[1], LeakyReLU(0.2), dense[2], Softmax()]


def by_torch(torch, loss):
    weights = [torch.tensor(w, requires_grad=True) for w in WEIGHTS]
    h = torch.tensor(X)
    for i in (0, 2, 4):
        h = h @ weights[i] + weights[i + 1]
        h = torch.softmax(h, -1) if i == 4 else torch.nn.functional.leaky_relu(h, 0.2)
    loss(h, torch.tensor(Y)).backward()
    return tuple(w.grad for w in weights)


@pytest.mark.task("3.4")
@pytest.mark.points(2)
def test_a_whole_network_against_torch():
    def crossentropy(torch, p, y):
        return torch.nn.functional.binary_cross_entropy(p, y)

    def squared_error(torch, p, y):
        return 3 * torch.nn.functional.mse_loss(p, y)

    for loss_fn, loss, name in (
        (CategoricalCrossentropy(), crossentropy, "crossentropy"),
        (MeanSquaredError(), squared_error, "mse"),
    ):
        h, layers = X, network()
        with GradientTape() as tape:
            for layer in layers:
                h = layer(h)
            loss_fn(h, Y)
        right = oracle(
            f"hidden.network.{name}", lambda torch, loss=loss: by_torch(torch, lambda p, y: loss(torch, p, y))
        )
        names = ("dw1", "db1", "dw2", "db2", "dw3", "db3")
        ours = tape.gradient()
        if len(ours) != 6:
            pytest.fail(f"three layers have six gradients. Received: {len(ours)}")
        for mine, theirs, which in zip(ours, right, names):
            check_values(mine, theirs, f"{which} ({name})", {"batch": 6, "classes": 3})


@pytest.mark.task("3.4")
@pytest.mark.points(1)
def test_a_frozen_layer_in_the_middle():
    gradients = []
    for trainable in (True, False):
        h, layers, loss_fn = X, network(), CategoricalCrossentropy()
        layers[2].trainable = trainable
        with GradientTape() as tape:
            for layer in layers:
                h = layer(h)
            loss_fn(h, Y)
        gradients.append(tape.gradient())
    everything, without = gradients
    if len(without) != 4:
        pytest.fail(f"two trainable layers have four gradients. Received: {len(without)}")
    for mine, theirs in zip(without, [*everything[:2], *everything[4:]]):
        check_values(mine, theirs, "gradient beside a frozen layer")


@pytest.mark.task("3.3")
@pytest.mark.points(1)
def test_both_ways_to_a_gradient_agree():
    x, J = RNG.normal(size=(4, 4)), RNG.normal(size=(4, 4))
    layer = Dense(4, 4, "normal", seed=1)
    layer(x)
    general = Diffable.compose_to_weight(layer, J)
    check_values(general[0], x.T @ J / 4, "dw by Diffable.compose_to_weight", {"batch": 4})
    check_values(general[1], J.mean(axis=0), "db by Diffable.compose_to_weight", {"batch": 4})


@pytest.mark.task("4.3")
@pytest.mark.points(2)
def test_amsgrad_against_torch():
    grads = [RNG.normal(size=(2, 3)) * 0.3**step for step in range(6)]
    start = RNG.normal(size=(2, 3))

    def run(torch):
        w = torch.tensor(start, requires_grad=True)
        optimizer = torch.optim.Adam([w], lr=0.05, betas=(0.8, 0.9), eps=1e-7, amsgrad=True)
        for g in grads:
            w.grad = torch.tensor(g)
            optimizer.step()
        return w

    w, optimizer = start.copy(), Adam(0.05, beta_1=0.8, beta_2=0.9, amsgrad=True)
    for g in grads:
        optimizer.apply_gradients([w], [g])
    hint = "with amsgrad the largest v so far is corrected and put under the root"
    check_values(w, oracle("hidden.amsgrad", run), "weight", tolerance=1e-12, hint=hint)


@pytest.mark.task("4.1")
@pytest.mark.points(1)
def test_as_many_gradients_as_weights():
    with raises(ValueError):
        BasicOptimizer(0.1).apply_gradients([np.zeros(2), np.zeros(2)], [np.ones(2)])


@pytest.mark.task("5.2")
@pytest.mark.points(1)
def test_training_keeps_float32_and_evaluation_changes_nothing():
    rng = np.random.default_rng(5)
    x, y = rng.normal(size=(50, 6)).astype(np.float32), np.eye(3, dtype=np.float32)[rng.integers(0, 3, 50)]
    model = SequentialModel([Dense(6, 8, seed=1), LeakyReLU(), Dense(8, 3, seed=2), Softmax()])
    model.compile(Adam(0.01), CategoricalCrossentropy(), CategoricalAccuracy())
    history = model.fit(x, y, epochs=20, batch_size=8, seed=0, verbose=False)
    if history["loss"][-1] >= history["loss"][0]:
        pytest.fail("the loss must fall")
    for weight in model.trainable_weights:
        if weight.dtype != np.float32:
            pytest.fail(f"weights stay float32. Received: {weight.dtype}")
    before = [weight.copy() for weight in model.trainable_weights]
    first, second = (model.evaluate(x, y, batch_size=7) for _ in range(2))
    if first != second:
        pytest.fail("evaluate must give the same twice")
    if not all(map(np.array_equal, model.trainable_weights, before)):
        pytest.fail("evaluate must not train")


def negatives(samples, seed):
    """Ten patterns, white on black or black on white: the mean image of every class is grey, so no linear model can."""
    rng = np.random.default_rng(seed)
    patterns = np.kron(np.random.default_rng(0).random((10, 7, 7)) > 0.5, np.ones((4, 4))).reshape(10, 784)
    labels = rng.integers(0, 10, samples)
    x = np.where(rng.random((samples, 1)) < 0.5, patterns[labels], 1 - patterns[labels])
    x = np.clip(x + rng.normal(0, 0.1, x.shape), 0, 1)
    return x.astype(np.float32), np.eye(10, dtype=np.float32)[labels]


@pytest.mark.task("5.5")
@pytest.mark.points(2)
@pytest.mark.timeout(20)
def test_the_advanced_model_is_more_than_a_linear_one():
    model = get_advanced_model_components().model
    x, y = negatives(1000, seed=1)
    for start in [*range(0, 1000, 50)] * 8:
        model.batch_step(x[start : start + 50], y[start : start + 50])
    acc = model.evaluate(*negatives(300, seed=2), batch_size=100)["acc"]
    if acc < 0.6:
        pytest.fail(f"{acc:.0%} of patterns and their negatives are recognised: is there a layer that bends?")
