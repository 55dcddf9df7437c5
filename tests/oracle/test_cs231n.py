"""The helpers of CS231n, under their names: right on closed forms, and nothing lost on the way."""

import random

import numpy as np
import pytest

import beras
from beras.oracle.cs231n import eval_numerical_gradient, eval_numerical_gradient_array, grad_check_sparse, rel_error

RNG = np.random.default_rng(3)


@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (2, 1, 3), (0, 2)])
def test_scalar_function(shape):
    x = RNG.normal(size=shape)
    before = x.copy()
    found = eval_numerical_gradient(lambda x: np.sum(np.sin(x) * x), x, verbose=False)
    np.testing.assert_allclose(found, np.cos(x) * x + np.sin(x), rtol=1e-8, atol=1e-9)
    assert x.tobytes() == before.tobytes()


@pytest.mark.parametrize("view", [lambda a: a[::2], lambda a: a.T, lambda a: a[::-1, 1:]])
def test_views_are_changed_in_their_own_memory(view):
    memory = RNG.normal(size=(4, 6))
    before = memory.copy()
    part = view(memory)
    found = eval_numerical_gradient(lambda _: np.sum(memory**2), part, verbose=False)  # reads the memory elsewhere
    np.testing.assert_allclose(found, 2 * part, rtol=1e-8, atol=1e-9)
    assert memory.tobytes() == before.tobytes()


def test_array_function():
    x, w, df = RNG.normal(size=(4, 3)), RNG.normal(size=(3, 2)), RNG.normal(size=(4, 2))
    assert rel_error(eval_numerical_gradient_array(lambda w: x @ w, w, df), x.T @ df) < 1e-7
    assert rel_error(eval_numerical_gradient_array(lambda x: x @ w, x, df), df @ w.T) < 1e-7
    buffer = np.empty((4, 2))
    assert rel_error(eval_numerical_gradient_array(lambda w: np.matmul(x, w, out=buffer), w, df), x.T @ df) < 1e-7
    with pytest.raises(ValueError, match=r"shape of what f returns, \(4, 2\). Received: \(2,\)"):
        eval_numerical_gradient_array(lambda w: x @ w, w, df[0])


def test_verbose_prints_each_place(capsys):
    eval_numerical_gradient(lambda x: np.sum(3 * x), np.ones((1, 2)))
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(")")[0] for line in lines] == ["(0, 0", "(0, 1"]
    assert all(float(line.split(")")[1]) == pytest.approx(3.0) for line in lines)


@pytest.mark.parametrize("helper", [eval_numerical_gradient, lambda f, x: eval_numerical_gradient_array(f, x, 1.0)])
def test_x_is_put_back_when_f_raises(helper):
    x = np.ones(3)

    def f(x):
        if x[1] > 1:
            raise KeyboardInterrupt
        return x.sum()

    with pytest.raises(KeyboardInterrupt):
        helper(f, x)
    np.testing.assert_array_equal(x, 1)


def test_a_variable_is_changed_and_put_back():
    layer = beras.Dense(2, dtype="float64")
    x = RNG.normal(size=(5, 3))
    layer(x)
    version = layer.kernel.version
    found = eval_numerical_gradient(lambda _: np.sum(layer(x) ** 2), layer.kernel, verbose=False)
    np.testing.assert_allclose(found, 2 * x.T @ layer(x), rtol=1e-6, atol=1e-8)
    assert layer.kernel.version == version


def test_refuses_integers_and_lists():
    for helper in (eval_numerical_gradient, lambda f, x: grad_check_sparse(f, x, np.zeros(3))):
        with pytest.raises(TypeError, match=r"step h would be lost. Received: int\d+"):
            helper(np.sum, np.arange(3))
        with pytest.raises(TypeError, match=r"changed in place. Received: list"):
            helper(np.sum, [1.0, 2.0, 3.0])
    with pytest.raises(ValueError, match=r"one number. Received: shape \(3,\)"):
        eval_numerical_gradient(np.sin, np.ones(3))


def test_warns_for_float32():
    with pytest.warns(UserWarning, match="float32: central differences"):
        eval_numerical_gradient(np.sum, np.ones(2, np.float32), verbose=False)


def test_grad_check_sparse_prints_what_people_know(capsys):
    x = RNG.normal(size=(4, 5))
    worst = grad_check_sparse(lambda x: np.sum(x**2), x, 2 * x, num_checks=4, seed=0)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 4
    assert worst < 1e-7
    errors = []
    for line in lines:
        words = line.split()
        assert words[0::2] == ["numerical:", "analytic:", "relative", words[-1]]
        assert float(words[1]) == pytest.approx(float(words[3].rstrip(",")), abs=1e-5)
        errors.append(float(words[-1]))
    assert max(errors) == pytest.approx(worst)


def test_grad_check_sparse_finds_one_wrong_entry(capsys):
    x = np.ones((2, 2))
    wrong = 2 * x
    wrong[1, 0] = -2
    assert grad_check_sparse(lambda x: np.sum(x**2), x, wrong, num_checks=40, seed=1) > 0.9
    wrong[1, 0] = np.nan
    assert np.isnan(grad_check_sparse(lambda x: np.sum(x**2), x, wrong, num_checks=40, seed=1))
    assert "nan" in capsys.readouterr().out


def test_grad_check_sparse_draws_from_the_seed_or_from_random(capsys):
    x = RNG.normal(size=(30, 30))

    def printed(**params):
        grad_check_sparse(lambda x: np.sum(x**2), x, 2 * x, num_checks=3, **params)
        return capsys.readouterr().out

    random.seed(5)
    state = random.getstate()
    assert printed(seed=1) == printed(seed=1) != printed(seed=2)
    assert random.getstate() == state
    first = printed()
    random.seed(5)
    assert printed() == first != printed()


def test_grad_check_sparse_of_zeros_and_of_nothing(capsys):
    assert grad_check_sparse(lambda x: 0.0, np.ones(2), np.zeros(2), 2) == 0.0
    capsys.readouterr()
    with pytest.raises(ValueError, match=r"shape of x, \(2,\). Received: \(2, 1\)"):
        grad_check_sparse(np.sum, np.ones(2), np.ones((2, 1)))
    with pytest.raises(ValueError, match="nothing to check"):
        grad_check_sparse(np.sum, np.ones((0, 2)), np.ones((0, 2)))
    with pytest.raises(ValueError, match="nothing to check"):
        grad_check_sparse(np.sum, np.ones(2), np.ones(2), num_checks=0)
