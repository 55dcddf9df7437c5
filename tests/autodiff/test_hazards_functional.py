"""The functional forms against torch, hand-computed values and central differences; and their misuse."""

import numpy as np
import pytest

import beras

pytestmark = pytest.mark.filterwarnings("ignore:`torch.jit.script`:DeprecationWarning")

RNG = np.random.default_rng(5)
A = RNG.normal(size=(3, 3))
X, V = RNG.normal(size=3), RNG.normal(size=3)


def f(x, np=np, a=A):
    return np.sum(np.tanh(a @ x) * x**2) + np.exp(-np.sum(x * x))


@pytest.fixture(scope="module")
def torch():
    torch = pytest.importorskip("torch")
    torch.set_num_threads(1)
    return torch


def same(ours, theirs):
    np.testing.assert_allclose(ours, theirs.numpy(), rtol=1e-10, atol=1e-12)


def test_grad_and_value_and_grad(torch):
    value, g = beras.value_and_grad(f)(X)
    np.testing.assert_allclose(value, f(X))
    same(g, torch.func.grad(lambda x: f(x, torch, torch.tensor(A)))(torch.tensor(X)))
    np.testing.assert_array_equal(g, beras.grad(f)(X))


def test_hessian_and_hvp(torch):
    theirs = torch.func.hessian(lambda x: f(x, torch, torch.tensor(A)))(torch.tensor(X))
    same(beras.hessian(f)(X), theirs)
    same(beras.hvp(f, X, V), theirs @ torch.tensor(V))
    numerical = np.stack([beras.numerical_gradient(lambda x, i=i: beras.grad(f)(x)[i], X) for i in range(3)])
    np.testing.assert_allclose(beras.hessian(f)(X), numerical, atol=1e-8)


def test_third_derivatives(torch):
    def g(x):
        return f(x, torch, torch.tensor(A))

    theirs = torch.func.jacrev(torch.func.jacrev(torch.func.grad(g)))(torch.tensor(X))
    same(beras.jacobian(beras.hessian(f))(X), theirs)


def vector(x, w, np=np):
    return np.sin(w @ x) * x[:2]


W = RNG.normal(size=(2, 3))


def test_jacobian_of_both_arguments(torch):
    ours = beras.jacobian(vector, argnums=(0, 1))(X, W)
    theirs = torch.func.jacrev(lambda x, w: vector(x, w, torch), argnums=(0, 1))(torch.tensor(X), torch.tensor(W))
    assert [j.shape for j in ours] == [(2, 3), (2, 2, 3)]
    for a, b in zip(ours, theirs, strict=True):
        same(a, b)


def test_vjp_and_jvp(torch):
    value, pullback = beras.vjp(vector, X, W)
    cotangent, dw = RNG.normal(size=2), RNG.normal(size=(2, 3))
    theirs, their_pullback = torch.func.vjp(lambda x, w: vector(x, w, torch), torch.tensor(X), torch.tensor(W))
    same(value, theirs)
    for _ in range(2):
        for a, b in zip(pullback(cotangent), their_pullback(torch.tensor(cotangent)), strict=True):
            same(a, b)
    primal, tangent = beras.jvp(vector, (X, W), (V, dw))
    theirs, their_tangent = torch.func.jvp(
        lambda x, w: vector(x, w, torch), (torch.tensor(X), torch.tensor(W)), (torch.tensor(V), torch.tensor(dw))
    )
    same(primal, theirs)
    same(tangent, their_tangent)


def test_jvp_is_differentiable_by_its_tangent_and_by_its_point(torch):
    def along(x, v):
        return np.sum(beras.jvp(lambda p: vector(p, W), (x,), (v,))[1])

    def theirs(x, v):
        return torch.func.jvp(lambda p: vector(p, torch.tensor(W), torch), (x,), (v,))[1].sum()

    for n in (0, 1):
        same(beras.grad(along, argnums=n)(X, V), torch.func.grad(theirs, argnums=n)(torch.tensor(X), torch.tensor(V)))


def test_hvp_is_differentiable_by_its_vector():
    np.testing.assert_allclose(
        beras.grad(lambda v: np.sum(beras.hvp(f, X, v)))(V), beras.hessian(f)(X).sum(axis=0), rtol=1e-10
    )


def test_grad_inside_a_tape_is_recorded():
    w = beras.Variable(X)
    with beras.GradientTape() as tape:
        penalty = np.sum(beras.grad(lambda x: np.sum(x**3 * w))(w) ** 2)
    np.testing.assert_allclose(tape.gradient(penalty, w), 54 * X**5, rtol=1e-12)


@pytest.mark.parametrize("point", [X, beras.Variable(X)], ids=["array", "variable"])
def test_an_argument_is_told_apart_from_the_same_value_used_besides(point):
    def mixed(b, a):
        return np.sum(b**3 * a)

    np.testing.assert_allclose(beras.grad(lambda b: mixed(b, point))(point), 3 * X**3)
    np.testing.assert_allclose(
        beras.grad(lambda a: np.sum(beras.grad(lambda b: mixed(b, a))(a)))(point), 9 * X**2, rtol=1e-12
    )
    np.testing.assert_allclose(beras.grad(mixed, argnums=(0, 1))(point, point)[1], X**3)


def test_arguments_by_number_keyword_and_structure():
    def g(p, x, power=1):
        return np.sum(p["w"] * x**power + p["b"][0])

    gp, gx = beras.grad(g, argnums=(0, -1))({"w": V, "b": [np.zeros(3)]}, X, power=2)
    np.testing.assert_allclose(gp["w"], X**2)
    np.testing.assert_array_equal(gp["b"][0], np.ones(3))
    np.testing.assert_allclose(gx, V * 2 * X)


def test_python_numbers_become_float64():
    assert beras.grad(lambda x: x**2)(3) == 6.0
    assert beras.grad(lambda x: x**2)(3.0).dtype == np.float64


def test_a_constant_function_has_a_zero_gradient():
    np.testing.assert_array_equal(beras.grad(lambda x: 3.0)(X), np.zeros(3))
    np.testing.assert_array_equal(beras.grad(lambda p: 3.0)({"w": X})["w"], np.zeros(3))
    np.testing.assert_array_equal(beras.jacobian(lambda x: np.ones(2))(X), np.zeros((2, 3)))
    np.testing.assert_array_equal(beras.hessian(lambda x: np.sum(x * V))(X), np.zeros((3, 3)))
    np.testing.assert_array_equal(beras.jvp(lambda x: np.ones(2), (X,), (V,))[1], np.zeros(2))


def test_misuse():
    with pytest.raises(ValueError, match=r"must return a scalar.*Received: shape \(3,\).*jacobian"):
        beras.grad(np.sin)(X)
    with pytest.raises(TypeError, match=r"Received: NoneType\. Is a return missing"):
        beras.grad(lambda x: None)(X)
    with pytest.raises(TypeError, match="Is a return missing"):
        beras.jacobian(lambda x: None)(X)
    with pytest.raises(TypeError, match=r"Argument 0 is of dtype int64, .*x\.astype"):
        beras.grad(np.sum)(np.arange(3, dtype=np.int64))
    with pytest.raises(ValueError, match="argnums=2 names argument 2, but 1 were given"):
        beras.grad(np.sum, argnums=2)(X)
    with pytest.raises(ValueError, match="as many tangents as primals"):
        beras.jvp(np.sin, (X,), ())
    with pytest.raises(ValueError, match="Tangent 0 must have its primal's shape"):
        beras.jvp(np.sin, (X,), (np.ones(2),))
    with pytest.raises(ValueError, match="v must have the shape of x"):
        beras.hvp(f, X, np.ones(2))
    with pytest.raises(TypeError, match="would cut this Tensor out of the tape"):
        beras.grad(lambda x: float(x) ** 2)(1.0)


def test_nothing_records_after_an_exception():
    with pytest.raises(ZeroDivisionError):
        beras.grad(lambda x: 1 / 0)(X)
    w = beras.Variable(X)
    assert type(w * 2) is np.ndarray
