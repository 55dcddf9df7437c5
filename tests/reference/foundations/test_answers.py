"""The formulas and numbers in answers.md, each checked against something that does not know it."""

from itertools import product

import numpy as np
import pytest

RNG = np.random.default_rng(4)


@pytest.fixture
def answers(solution):
    return (solution / "answers.md").read_text(encoding="utf-8")


def differences(f, x, h=1e-5):
    """Central differences; entry ``[j..., i...]`` is the derivative of output j by input i."""
    columns = []
    for i in np.ndindex(x.shape):
        step = np.zeros_like(x)
        step[i] = h
        columns.append((np.asarray(f(x + step)) - f(x - step)) / (2 * h))
    return np.moveaxis(np.array(columns).reshape(*x.shape, *np.shape(columns[0])), range(x.ndim), range(-x.ndim, 0))


def softmax(z):
    return np.exp(z) / np.exp(z).sum()


def test_q1_the_expanded_square_and_the_digits_it_loses(answers):
    from knn import expanded_distances, pairwise_distances

    d, q = RNG.normal(size=(2, 5))
    np.testing.assert_allclose(((q - d) ** 2).sum(), q @ q - 2 * q @ d + d @ d)
    far = np.array([[3000, 4000]], np.float32)
    near = np.array([[3003, 4004]], np.float32)
    assert pairwise_distances(far, near) == 5.0
    assert expanded_distances(far, near) == np.sqrt(np.float32(24))
    assert f"{np.sqrt(24):.3f}" in answers
    assert 3003**2 + 4004**2 == 25050025
    assert np.float32(25050025) == 25050024
    assert np.spacing(np.float32(2.5e7)) == 2
    cloud = np.random.default_rng(0).normal(size=(400, 32)).astype(np.float32)
    assert 5 < np.linalg.norm(cloud, axis=1).mean() < 6.5
    assert 1e-4 < np.diag(expanded_distances(cloud, cloud)).max() < 1e-2
    assert not np.diag(pairwise_distances(cloud, cloud)).any()


def test_q2_the_gradient_of_the_sum():
    x = np.linspace(-2, 3, 11)
    gradient = differences(lambda x: (x**4 - 2 * x**3 + 3 * x**2 - 4 * x + 5).sum(), x)
    np.testing.assert_allclose(gradient, 4 * x**3 - 6 * x**2 + 6 * x - 4, atol=1e-6)
    of_softmax = differences(lambda z: softmax(z).sum(), RNG.normal(size=4))
    np.testing.assert_allclose(of_softmax, 0, atol=1e-9)


def test_q3_horner_in_float32(answers):
    from calculus import derivatives, p2, polynomial

    x = np.linspace(-2, 3, 100, dtype=np.float32)
    tape = derivatives(polynomial, x)[2]
    horner, exact = (12 * x - 12) * x + 6, p2(x.astype(np.float64))
    gaps = np.abs(horner - tape)
    assert exact[0] == 78
    assert np.spacing(np.float32(78)) == 2.0**-17
    assert f"{gaps.max():.3g}" == "1.53e-05"
    assert "1.53 \\cdot 10^{-5}" in answers
    assert gaps.max() == 2 * 2.0**-17
    assert exact[-1] == pytest.approx(78)
    assert exact[gaps > 1e-5].min() > 64
    assert f"{np.abs(horner - exact).max():.2g}" == "9.8e-06"
    assert "9.8 \\cdot 10^{-6}" in answers
    assert f"{np.abs(p2(x) - exact).max():.3g}" == "1.02e-05"
    assert "1.02 \\cdot 10^{-5}" in answers
    for ours in (horner, p2(x)):  # the tolerance that the answer proposes accepts both
        assert np.abs(ours - tape).max() < 1e-6 * np.abs(tape).max()


def test_q4_no_neuron_computes_xor(answers):
    corners = list(product((-1, 1), repeat=2))
    true, false = [(1, -1), (-1, 1)], [(1, 1), (-1, -1)]
    # The two sums of the proof: u and v cancel among the true corners and among the false ones, and leave 2c.
    assert np.sum(true, axis=0).tolist() == np.sum(false, axis=0).tolist() == [0, 0]
    grid = np.linspace(-2, 2, 21)
    u, v, c = (axis.ravel() for axis in np.meshgrid(grid, grid, grid))
    signs = np.stack([np.sign(np.round(u * a + v * b + c, 9)) for a, b in corners], axis=1)
    found = {tuple(row) for row in signs if row.all()}
    wanted = {(-1, 1, 1, -1), (1, -1, -1, 1)}
    assert found == set(product((-1, 1), repeat=4)) - wanted  # 14 of 16; two of them are constant, so 12 of the sheet's

    sums = []
    for a, b in corners:
        d = np.sign(a + b - 1)
        sums.append(a + b - 2 * d - 1)
    assert sums == [-1, 1, 1, -1]
    assert "$-1, 1, 1, -1$" in answers


def test_q5_softmax():
    z = RNG.normal(size=5)
    p = softmax(z)
    assert p.sum() == pytest.approx(1, abs=1e-15)
    np.testing.assert_allclose(softmax(z + 1.7), p)
    formula = p[:, None] * (np.eye(5) - p[None, :])
    np.testing.assert_allclose(differences(softmax, z), formula, atol=1e-9)
    np.testing.assert_allclose(formula.sum(0), 0, atol=1e-15)
    np.testing.assert_allclose(formula.sum(1), 0, atol=1e-15)
    p0, p1 = softmax(z[:2])
    right = differences(softmax, z[:2])
    np.testing.assert_allclose(right, p0 * p1 * np.array([[1, -1], [-1, 1]]), atol=1e-9)


def losses(y):
    return {
        "SE": lambda p: ((y - p) ** 2).sum(),
        "CE": lambda p: -(y * np.log(p)).sum(),
        "KL": lambda p: (y * np.log(y / p)).sum(),
    }


def test_q6_the_losses_by_the_probabilities():
    y, p = RNG.dirichlet(np.ones(4), size=2)
    of = losses(y)
    assert of["SE"](y) == of["KL"](y) == 0
    assert of["KL"](p) == pytest.approx(of["CE"](p) - of["CE"](y))
    for name, formula in {"SE": 2 * (p - y), "CE": -y / p, "KL": -y / p}.items():
        np.testing.assert_allclose(differences(of[name], p), formula, rtol=1e-6, err_msg=name)


@pytest.mark.parametrize("y1", [0.25, 0.5, 0.9])
def test_q7_through_softmax(y1):
    of = losses(np.array([1 - y1, y1]))
    for z in RNG.normal(size=(5, 2)):
        p1 = softmax(z)[1]
        for name, formula in {"CE": p1 - y1, "SE": 4 * p1 * (1 - p1) * (p1 - y1)}.items():
            by_z1 = differences(lambda z, name=name: of[name](softmax(z)), z)[1]
            assert by_z1 == pytest.approx(formula, abs=1e-9), name


def test_q8_far_from_the_target_and_at_the_minimum(answers):
    p1 = 1 / (1 + np.exp(6))
    of = losses(np.array([1e-300, 1.0]))
    ce, se = (differences(lambda z, name=name: of[name](softmax(z)), np.array([0.0, -6.0]))[1] for name in ("CE", "SE"))
    assert (f"{p1:.4f}", f"{ce:.4f}", f"{se:.4f}", f"{ce / se:.0f}") == ("0.0025", "-0.9975", "-0.0098", "101")
    for number in ("0.0025", "-0.9975", "-0.0098", "101 times"):
        assert number in answers
    curved = {}
    for y1 in (0.5, 0.1):
        t = np.log(y1 / (1 - y1))
        of = losses(np.array([1 - y1, y1]))
        for name, formula in {"CE": y1 * (1 - y1), "SE": 4 * (y1 * (1 - y1)) ** 2}.items():
            values = [of[name](softmax(np.array([0.0, t + h]))) for h in (-1e-3, 0, 1e-3)]
            curved[name, y1] = (values[0] - 2 * values[1] + values[2]) / 1e-6
            assert curved[name, y1] == pytest.approx(formula, rel=1e-4)
    assert curved["CE", 0.5] == pytest.approx(0.25, rel=1e-4)
    assert (f"{curved['CE', 0.1]:.2f}", f"{curved['SE', 0.1]:.4f}") == ("0.09", "0.0324")
    assert f"{curved['CE', 0.1] / curved['SE', 0.1]:.1f}" == "2.8"
    assert all(number in answers for number in ("0.09", "0.0324", "2.8 times"))
    worst = max(losses(np.eye(2)[0])["SE"](np.array([1 - u, u])) for u in np.linspace(0, 1, 11))
    assert worst == 2
