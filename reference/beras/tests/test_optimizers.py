"""Tasks 4.1 to 4.3: BasicOptimizer, RMSProp, Adam."""

import numpy as np
import pytest
from Beras.optimizers import Adam, BasicOptimizer, RMSProp
from kit import check_values, oracle, untouched

RNG = np.random.default_rng(6)
SCALES = 10.0 ** np.array([0, -3, -6])
GRADS = [RNG.normal(size=(2, 3)) * SCALES for _ in range(4)]
START = RNG.normal(size=(2, 3))


@pytest.fixture(autouse=True)
def _the_same_draws():
    """Let every test draw the same numbers, alone or after others."""
    global RNG
    RNG = np.random.default_rng(6)


def two_steps(optimizer):
    """Where [-1, 1] is after one and after two steps with the gradient [0.5, -0.5]."""
    w, g = np.array([-1.0, 1.0]), np.array([0.5, -0.5])
    places = []
    for _ in range(2):
        with untouched(grads=g):
            optimizer.apply_gradients([w], [g])
        places.append(w.copy())
    if np.array_equal(w, [-1.0, 1.0]):
        pytest.fail("the weight is what it was: change it in place (w -= ..., and not w = w - ...)")
    return places


def steps(optimizer, grads=GRADS):
    """Where START is after a step with each gradient; a second weight, of another shape, is updated beside it."""
    w, beside = START.copy(), np.zeros(5)
    for g in grads:
        optimizer.apply_gradients([beside, w], [np.full(5, 0.1), g])
    return w


def by_torch(name, make):
    """What torch's optimizer makes of it, in float64."""

    def run(torch):
        w = torch.tensor(START, requires_grad=True)
        optimizer = make(torch.optim, [w])
        for g in GRADS:
            w.grad = torch.tensor(g)
            optimizer.step()
        return w

    return oracle(name, run)


@pytest.mark.task("4.1")
@pytest.mark.points(1)
def test_basic_known_values():
    first, second = two_steps(BasicOptimizer(0.05))
    uphill = {"is uphill: subtract the gradient": np.array([-0.975, 0.975])}
    check_values(first, [-1.025, 1.025], "weight after one step", tolerance=1e-12, mistakes=uphill)
    check_values(second, [-1.05, 1.05], "weight after two steps", tolerance=1e-12)


@pytest.mark.task("4.1")
@pytest.mark.points(1)
def test_basic_moves_every_weight_and_keeps_float32():
    weights = [np.ones((2, 2), np.float32), np.zeros(3, np.float32)]
    BasicOptimizer(0.5).apply_gradients(weights, [np.ones((2, 2), np.float32), np.ones(3, np.float32)])
    check_values(weights[0], np.full((2, 2), 0.5), "first weight", dtype="float32")
    check_values(weights[1], np.full(3, -0.5), "second weight", dtype="float32")


@pytest.mark.task("4.2")
@pytest.mark.points(1)
def test_rmsprop_known_values():
    first, second = two_steps(RMSProp(0.05, beta=0.8, epsilon=1e-7))
    check_values(first, [-1.11180335, 1.11180335], "weight after one step", tolerance=1e-8)
    check_values(second, [-1.19513665, 1.19513665], "weight after two steps", tolerance=1e-8)


def rmsprop(inside=0.0, outside=0.0, beta=0.9):
    w, v = START.copy(), 0
    for g in GRADS:
        v = beta * v + (1 - beta) * g**2
        w = w - 0.01 * g / (np.sqrt(v + inside) + outside)
    return w


@pytest.mark.task("4.2")
@pytest.mark.points(2)
def test_rmsprop_has_epsilon_outside_the_root():
    right = by_torch("rmsprop", lambda optim, w: optim.RMSprop(w, lr=0.01, alpha=0.9, eps=1e-6))
    check_values(
        steps(RMSProp(0.01)),
        right,
        "weight",
        tolerance=1e-12,
        mistakes={
            "has epsilon inside the root: it is sqrt(v) + epsilon": rmsprop(inside=1e-6),
            "has no epsilon": rmsprop(),
            "has beta and 1 - beta swapped": rmsprop(outside=1e-6, beta=0.1),
        },
        hint="each weight has running means of its own, and they start at 0",
    )


@pytest.mark.task("4.2")
@pytest.mark.points(1)
def test_rmsprop_remembers_each_weight():
    optimizer, weights = RMSProp(0.1, beta=0.5), [np.zeros(2), np.zeros(2)]
    for _ in range(2):
        optimizer.apply_gradients(weights, [np.ones(2), np.full(2, 2.0)])
    hint = "v[i] belongs to the weight at place i of the list"
    mixed = {"is of both weights together: each place in the list has a running mean of its own": np.full(2, 2.8125)}
    check_values(optimizer.v[0], [0.75, 0.75], "v[0] after two steps", mistakes=mixed, hint=hint)
    check_values(optimizer.v[1], [3.0, 3.0], "v[1] after two steps", mistakes=mixed, hint=hint)


@pytest.mark.task("4.3")
@pytest.mark.points(1)
def test_adam_known_values():
    first, second = two_steps(Adam(0.05, beta_1=0.8, beta_2=0.888, epsilon=1e-6))
    uncorrected = -1 - 0.05 * 0.1 / (np.sqrt(0.028) + 1e-6)
    check_values(
        first,
        [-1.0499999, 1.0499999],
        "weight after one step",
        tolerance=1e-8,
        mistakes={"lacks the bias corrections": np.array([uncorrected, -uncorrected])},
    )
    check_values(second, [-1.0999998, 1.0999998], "weight after two steps", tolerance=1e-8)


@pytest.mark.task("4.3")
@pytest.mark.points(1)
def test_adam_keeps_its_running_means_uncorrected():
    optimizer, w, g = Adam(0.05, beta_1=0.8, beta_2=0.888), np.array([-1.0, 1.0]), np.array([0.5, -0.5])
    for m, v in ((0.1, 0.028), (0.18, 0.052864)):
        optimizer.apply_gradients([w], [g])
        check_values(
            optimizer.m[0], [m, -m], "m[0]", mistakes={"is corrected: m stays as it is": np.array([0.5, -0.5])}
        )
        check_values(
            optimizer.v[0], [v, v], "v[0]", mistakes={"is corrected: v stays as it is": np.array([0.25, 0.25])}
        )


def adam(inside=0.0, before=0.0, after=0.0, ahead=0, per_call=1):
    """Adam with an epsilon in three places, a step number that runs ahead, or one that counts every weight."""
    w, m, v = START.copy(), 0, 0
    for t, g in enumerate(GRADS, start=1):
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
        power = t * per_call + ahead
        m_hat, v_hat = m / (1 - 0.9**power), v / (1 - 0.999**power)
        root = np.sqrt(v_hat + inside) + before / np.sqrt(1 - 0.999**power) + after
        w = w - 0.01 * m_hat / root
    return w


@pytest.mark.task("4.3")
@pytest.mark.points(4)
def test_adam_against_torch():
    right = by_torch("adam", lambda optim, w: optim.Adam(w, lr=0.01, betas=(0.9, 0.999), eps=1e-7))
    check_values(
        steps(Adam(0.01)),
        right,
        "weight",
        tolerance=1e-12,
        mistakes={
            "has epsilon inside the root: it is sqrt(v_hat) + epsilon": adam(inside=1e-7),
            "has epsilon beside the uncorrected root, as Keras: here it is sqrt(v_hat) + epsilon": adam(before=1e-7),
            "has no epsilon": adam(),
            "has its bias correction one step ahead: the power t is 1 in the first call": adam(after=1e-7, ahead=1),
            "counts a step for every weight: t grows once in a call": adam(after=1e-7, per_call=2),
        },
        hint="each weight has running means of its own, and they start at 0",
    )
