"""The formulas and numbers in answers.md, each checked against something that does not know it."""

import re

import numpy as np
import pytest

RNG = np.random.default_rng(4)


@pytest.fixture
def answers(solution):
    return (solution / "answers.md").read_text(encoding="utf-8")


def differences(f, x, h=1e-6):
    """Central differences of ``f`` at ``x``; entry ``[i..., j...]`` is the derivative of output j by input i."""
    rows = []
    for i in np.ndindex(x.shape):
        step = np.zeros_like(x)
        step[i] = h
        rows.append((np.asarray(f(x + step)) - f(x - step)) / (2 * h))
    return np.array(rows).reshape(*x.shape, *np.shape(rows[0]))


def softmax(x):
    return np.exp(x) / np.exp(x).sum(axis=-1, keepdims=True)


def test_q1_the_tape_returns_n_times_the_derivative():
    import Beras

    x, y = RNG.normal(size=(5, 4)), RNG.normal(size=(5, 3))
    dense, loss_fn = Beras.Dense(4, 3, "zero"), Beras.MeanSquaredError()
    dense.w = RNG.normal(size=(4, 3))
    with Beras.GradientTape() as tape:
        loss_fn(dense(x), y)
    exact = differences(lambda w: np.mean((x @ w - y) ** 2), dense.w)
    np.testing.assert_allclose(tape.gradient()[0], 3 * exact, rtol=1e-7)


def test_q1_the_colleagues_learning_rate(monkeypatch):
    import Beras

    x, y = RNG.normal(size=(20, 6)), np.eye(10)[RNG.integers(0, 10, 20)]
    undivided = Beras.MeanSquaredError.input_gradients

    def trained(optimizer, divisor):
        dense, softmax_, loss_fn = Beras.Dense(6, 10, "kaiming", seed=1), Beras.Softmax(), Beras.MeanSquaredError()
        dense.w = dense.w.astype(np.float64)
        monkeypatch.setattr(Beras.MeanSquaredError, "input_gradients", lambda loss: undivided(loss) / divisor)
        for _ in range(30):
            with Beras.GradientTape() as tape:
                loss_fn(softmax_(dense(x)), y)
            optimizer.apply_gradients(dense.weights, tape.gradient())
        return dense.w

    ours = trained(Beras.BasicOptimizer(0.02), 1)
    np.testing.assert_allclose(trained(Beras.BasicOptimizer(0.2), 10), ours, rtol=1e-12)
    assert np.abs(trained(Beras.BasicOptimizer(0.02), 10) - ours).max() > 1e-3
    np.testing.assert_allclose(trained(Beras.Adam(0.01), 10), trained(Beras.Adam(0.01), 1), rtol=1e-3, atol=1e-4)


def test_q2_the_jacobian_its_sums_and_its_product():
    x, J = RNG.normal(size=5), RNG.normal(size=5)
    p = softmax(x)
    jacobian = p[:, None] * (np.eye(5) - p)
    np.testing.assert_allclose(jacobian, differences(softmax, x), atol=1e-9)
    np.testing.assert_allclose(jacobian.sum(axis=0), 0, atol=1e-15)
    np.testing.assert_allclose(jacobian.sum(axis=1), 0, atol=1e-15)
    np.testing.assert_allclose(p * (J - np.sum(p * J)), jacobian @ J, rtol=1e-12)


def test_q3_softmax_and_both_crossentropies():
    def keras(p, y):
        return -np.sum(y * np.log(p))

    def beras(p, y):
        return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))

    for n in (2, 3, 5):
        x, y = RNG.normal(size=n), np.eye(n)[0]
        p = softmax(x)
        np.testing.assert_allclose(differences(lambda x, y=y: keras(softmax(x), y), x), p - y, atol=1e-8)
        J = (p - y) / (p * (1 - p)) / n
        ours = differences(lambda x, y=y: beras(softmax(x), y), x)
        np.testing.assert_allclose(p * (J - np.sum(p * J)), ours, atol=1e-8)
        assert np.allclose(ours, p - y, atol=1e-6) is (n == 2)


def test_q4_sizes_and_times(answers):
    import timeit

    import Beras

    entries = 200 * 784 * 128
    assert f"{entries:,}".replace(",", "{,}") in answers
    assert f"{4 * entries / 1e6:.1f} MB" in answers
    assert f"{784 * 128:,}".replace(",", "{,}") in answers
    assert f"{4 * 784 * 128 / 1e6:.1f} MB" in answers
    dense, J = Beras.Dense(784, 128, seed=0), np.ones((200, 128), np.float32)
    dense(np.ones((200, 784), np.float32))
    seconds = [
        min(timeit.repeat(lambda compose=compose: compose(dense, J), number=1, repeat=7))
        for compose in (Beras.Diffable.compose_to_weight, Beras.Dense.compose_to_weight)
    ]
    assert seconds[0] > 10 * seconds[1]


def test_q5_adams_first_step(answers):
    import Beras

    for g in (3.0, -1e-4, 1e-7):
        w = np.zeros(1)
        Beras.Adam(0.01).apply_gradients([w], [np.array([g])])
        np.testing.assert_allclose(w, -0.01 * g / (abs(g) + 1e-7), rtol=1e-9)
    assert w[0] == pytest.approx(-0.005)
    uncorrected = (1 - 0.9) / np.sqrt(1 - 0.999)
    assert f"= {uncorrected:.2f}$" in answers
    m, v = 0.1 * 5.0, 0.001 * 5.0**2
    assert m / np.sqrt(v) == pytest.approx(uncorrected)


def test_q6_the_growth_of_the_signal(answers):
    import Beras

    def growth(initializer):
        """The mean square after a layer over that after the layer before, of many networks."""
        first, second = 0.0, 0.0
        for seed in range(100):
            z = Beras.Dense(100, 100, initializer, seed=seed)(np.maximum(RNG.normal(size=(50, 100)), 0))
            first += np.mean(z**2)
            second += np.mean(Beras.Dense(100, 100, initializer, seed=1000 + seed)(np.maximum(z, 0)) ** 2)
        return second / first

    assert growth("normal") == pytest.approx(50, rel=0.05)
    assert growth("kaiming") == pytest.approx(1, rel=0.05)
    assert re.search(r"50\^5 \\approx 3\.1 \\cdot 10\^8", answers)
    assert np.sqrt(50.0) ** 10 == pytest.approx(3.1e8, rel=0.01)


def test_every_question_is_answered(answers, solution):
    import tomllib

    questions = tomllib.loads((solution / "homework.toml").read_text(encoding="utf-8"))["question"]
    parts = re.split(r"^## ", answers, flags=re.MULTILINE)[1:]
    assert [part.partition(":")[0] for part in parts] == [question["id"] for question in questions]
    for part, question in zip(parts, questions):
        assert f"({question['points']} points)" in part.splitlines()[0]
        assert re.search(r"<!-- BEGIN SOLUTION -->\n.{200,}\n<!-- END SOLUTION -->", part, flags=re.DOTALL)
