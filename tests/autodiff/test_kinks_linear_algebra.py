"""Norms, determinants and decompositions where they are not smooth: what is decided there, held against torch."""

from __future__ import annotations

from math import inf, nan

import numpy as np
import pytest

import beras


@pytest.fixture(scope="module")
def torch():
    torch = pytest.importorskip("torch")
    torch.set_num_threads(1)
    return torch


def gradients(torch, ours, theirs, x):
    """Return beras's gradient of ``ours`` at ``x`` and torch's of ``theirs``, each function summed."""
    leaf = torch.tensor(x, requires_grad=True)
    theirs(leaf).sum().backward()
    return beras.grad(lambda x: np.sum(ours(x)))(x), leaf.grad.numpy()


VECTORS = {
    "zero": np.zeros(3),
    "ties": np.array([2.0, -2.0, 1.0, -1.0]),
    "some zeros": np.array([0.0, 3.0, -4.0, 0.0]),
}


@pytest.mark.torch
@pytest.mark.parametrize("x", VECTORS.values(), ids=VECTORS)
@pytest.mark.parametrize("p", [0.5, 1, 1.5, 2, 3, inf, -inf])
def test_vector_norms_have_torchs_subgradients(torch, x, p):
    ours, theirs = gradients(torch, lambda x: np.linalg.norm(x, p), lambda x: torch.linalg.vector_norm(x, p), x)
    np.testing.assert_allclose(ours, theirs, rtol=1e-12)


@pytest.mark.torch
@pytest.mark.parametrize("x", VECTORS.values(), ids=VECTORS)
@pytest.mark.parametrize("p", [-1, -2.5])
def test_vector_norms_of_negative_order_have_torchs_subgradients(torch, x, p):
    leaf = torch.tensor(x, requires_grad=True)
    torch.linalg.vector_norm(leaf, p).backward()
    with beras.GradientTape() as tape:
        tensor = tape.watch(x)
        with np.errstate(divide="ignore"):  # NumPy itself divides by zero, the gradient does not
            norm = np.linalg.norm(tensor, p)
    np.testing.assert_allclose(tape.gradient(norm, tensor), leaf.grad.numpy(), rtol=1e-12)


@pytest.mark.torch
def test_rows_of_zeros_among_others(torch):
    x = np.array([[0.0, 0.0], [3.0, 4.0]])
    ours, theirs = gradients(
        torch, lambda x: np.linalg.norm(x, axis=1), lambda x: torch.linalg.vector_norm(x, dim=1), x
    )
    np.testing.assert_allclose(ours, theirs, rtol=1e-12)


MATRICES = {
    "zero": np.zeros((2, 2)),
    "ties": np.array([[1.0, -2.0], [2.0, 1.0]]),
    "identity": np.eye(3),
    "some zeros": np.array([[0.0, 3.0, 0.0], [0.0, -4.0, 2.0]]),
}


@pytest.mark.torch
@pytest.mark.parametrize("x", MATRICES.values(), ids=MATRICES)
@pytest.mark.parametrize("kind", ["fro", "nuc", 1, -1, 2, -2, inf, -inf])
def test_matrix_norms_have_torchs_subgradients(torch, x, kind):
    ours, theirs = gradients(torch, lambda x: np.linalg.norm(x, kind), lambda x: torch.linalg.matrix_norm(x, kind), x)
    np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-12)


def test_the_count_of_nonzeros_is_flat():
    np.testing.assert_array_equal(beras.grad(lambda x: np.linalg.norm(x, 0))(np.array([0.0, 2.0])), [0.0, 0.0])


def test_determinant_of_singular_matrices_is_by_cofactors():
    """By hand: the cofactors of [[1, 2], [2, 4]]; torch 2.13 gives zeros here."""
    singular = np.array([[1.0, 2.0], [2.0, 4.0]])
    np.testing.assert_allclose(beras.grad(np.linalg.det)(singular), [[4.0, -2.0], [-2.0, 1.0]], rtol=1e-14)
    np.testing.assert_allclose(beras.grad(np.linalg.det)(np.zeros((3, 3))), np.zeros((3, 3)))


def test_second_derivative_of_the_determinant_at_zero():
    """By hand: ``det = ad - bc``, so the mixed derivatives are 1 for a, d and -1 for b, c."""
    expected = np.zeros((2, 2, 2, 2))
    expected[0, 0, 1, 1] = expected[1, 1, 0, 0] = 1
    expected[0, 1, 1, 0] = expected[1, 0, 0, 1] = -1
    np.testing.assert_allclose(beras.hessian(np.linalg.det)(np.zeros((2, 2))), expected)


def test_second_derivative_of_a_determinant_that_almost_vanishes():
    """The same by hand: where an inverse exists but has lost its digits it is not used, nor in a stack."""
    almost = np.array([[1.0, 1.0], [1.0, 1.0 + 1e-12]])
    along = np.array([[1.0, 2.0], [3.0, 5.0]])
    expected = np.array([[5.0, -3.0], [-2.0, 1.0]])
    np.testing.assert_allclose(beras.hvp(np.linalg.det, almost, along), expected, rtol=1e-10)
    stack = np.stack([almost, [[2.0, 1.0], [0.0, 3.0]]])
    ours = beras.hvp(lambda x: np.sum(np.linalg.det(x)), stack, np.stack([along, along]))
    np.testing.assert_allclose(ours, [expected, expected], rtol=1e-10)


def minors(x):
    """Return the cofactors of a matrix of three rows, each from its four entries."""
    i, j = np.ogrid[:3, :3]
    a, b, c, d = i - 2, i - 1, j - 2, j - 1
    return x[a, c] * x[b, d] - x[a, d] * x[b, c]


def test_second_derivative_of_a_determinant_by_minors():
    """Cofactors are quadratic in the entries, so differences are exact, also where an inverse has lost its digits."""
    rng = np.random.default_rng(3)
    regular, along, rest = rng.normal(size=(3, 3, 3))
    almost = np.outer([0.3, -0.7, 1.1], [0.9, 0.2, -0.4]) + np.outer([0.5, 0.1, 0.6], [-0.3, 0.8, 0.7]) + 1e-13 * rest
    expected = [minors(x + along) - minors(x) - minors(along) for x in (almost, regular)]
    np.testing.assert_allclose(beras.hvp(np.linalg.det, almost, along), expected[0], rtol=1e-10)
    stack = np.stack([almost, regular])
    ours = beras.hvp(lambda x: np.sum(np.linalg.det(x)), stack, np.stack([along, along]))
    np.testing.assert_allclose(ours, expected, rtol=1e-10)


def test_third_derivative_of_the_determinant_of_the_identity():
    """``det(1 + t d)`` is a cubic in ``t`` whose leading coefficient is ``det(d)``; singular values coincide here."""
    d = np.array([[1.0, 2.0, 0.5], [0.3, -1.0, 0.7], [2.0, 0.4, 1.5]])
    third = beras.grad(beras.grad(beras.grad(lambda t: np.linalg.det(np.eye(3) + t * d))))
    np.testing.assert_allclose(third(0.0), 6 * np.linalg.det(d), rtol=1e-12)


def test_logarithm_of_a_vanishing_determinant_changes_with_some_entries_only():
    """By hand: ``log(abs(a d - b c))`` at ``a = b = c = 0`` changes with ``a`` alone."""
    slope = beras.grad(lambda x: np.linalg.slogdet(x)[1])(np.diag([0.0, 2.0]))
    np.testing.assert_array_equal(np.abs(slope), [[np.inf, 0.0], [0.0, 0.0]])


@pytest.mark.torch
def test_logarithm_of_a_vanishing_determinant_has_an_infinite_gradient(torch):
    x = np.array([[1.0, 2.0], [2.0, 4.0]])
    ours, theirs = gradients(torch, lambda x: np.linalg.slogdet(x)[1], lambda x: torch.linalg.slogdet(x)[1], x)
    np.testing.assert_array_equal(np.abs(ours), np.abs(theirs))
    assert np.all(np.isinf(ours))
    stack = np.stack([x, [[2.0, 1.0], [0.0, 5.0]], x])[np.newaxis]
    among_others = beras.grad(lambda x: np.sum(np.linalg.slogdet(x)[1]))(stack)
    np.testing.assert_allclose(among_others[0, 1], [[0.5, 0.0], [-0.1, 0.2]], rtol=1e-15)
    np.testing.assert_array_equal(among_others[0, 0], ours)


def test_sign_of_the_determinant_is_constant():
    np.testing.assert_array_equal(
        beras.grad(lambda x: np.linalg.slogdet(x).sign)(np.diag([2.0, 3.0])), np.zeros((2, 2))
    )


@pytest.mark.torch
@pytest.mark.parametrize("name", ["eigvalsh", "svdvals"])
def test_values_of_the_identity_have_torchs_gradient(torch, name):
    ours, theirs = gradients(torch, getattr(np.linalg, name), getattr(torch.linalg, name), np.eye(3))
    np.testing.assert_allclose(ours, theirs, atol=1e-12)


@pytest.mark.torch
@pytest.mark.parametrize(("name", "output"), [("eigh", 1), ("svd", 0), ("svd", 2)])
def test_vectors_of_the_identity_have_no_gradient_as_in_torch(torch, name, output):
    ours, theirs = gradients(
        torch,
        lambda x: getattr(np.linalg, name)(x)[output] ** 2,
        lambda x: getattr(torch.linalg, name)(x)[output] ** 2,
        np.eye(2),
    )
    assert not np.any(np.isfinite(ours))
    assert not np.any(np.isfinite(theirs))


@pytest.mark.parametrize("pick", [lambda x: np.linalg.eigh(x)[0], lambda x: np.linalg.svd(x)[1]])
def test_values_alone_have_a_gradient_where_they_coincide(pick):
    np.testing.assert_allclose(beras.grad(lambda x: np.sum(pick(x) ** 2))(np.eye(2) * 3), np.eye(2) * 6, atol=1e-12)


SYMMETRIC = {
    "cholesky": lambda linalg, x: linalg.cholesky(x),
    "eigvalsh": lambda linalg, x: linalg.eigvalsh(x),
    "eigh": lambda linalg, x: linalg.eigh(x)[0] ** 2,
}


@pytest.mark.torch
@pytest.mark.parametrize("name", SYMMETRIC)
def test_the_gradient_at_a_symmetric_matrix_is_torchs(torch, name):
    x = np.array([[4.0, 1.0, 0.5], [1.0, 3.0, -0.2], [0.5, -0.2, 2.0]])
    weights = np.arange(1.0, 4.0)
    ours, theirs = gradients(
        torch,
        lambda x: SYMMETRIC[name](np.linalg, x) @ weights,
        lambda x: SYMMETRIC[name](torch.linalg, x) @ torch.tensor(weights),
        x,
    )
    np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(ours, ours.T, rtol=1e-15)


@pytest.mark.torch
def test_the_second_derivative_at_a_symmetric_matrix_is_symmetric_too(torch):
    x = np.array([[4.0, 1.0, 0.5], [1.0, 3.0, -0.2], [0.5, -0.2, 2.0]])
    weights = np.arange(9.0).reshape(3, 3)

    def theirs(x):
        return (torch.linalg.pinv((x + x.mT) / 2, hermitian=True) * torch.tensor(weights)).sum()

    ours = beras.hessian(lambda x: np.sum(np.linalg.pinv(x, hermitian=True) * weights))(x)
    np.testing.assert_allclose(
        ours, torch.autograd.functional.hessian(theirs, torch.tensor(x)).numpy(), rtol=1e-10, atol=1e-14
    )


@pytest.mark.parametrize(
    "use",
    [
        lambda x: np.linalg.eigh(x)[1] ** 2 * [1.0, 2.0, 4.0],
        lambda x: np.linalg.svd(x, hermitian=True)[0] ** 2 * [1.0, 2.0, 4.0],
        lambda x: np.linalg.svd(x, hermitian=True, compute_uv=False) * [1.0, 2.0, 4.0],
        lambda x: np.linalg.pinv(x, hermitian=True) * [1.0, 2.0, 4.0],
    ],
    ids=["eigh", "svd", "singular values", "pinv"],
)
def test_the_gradient_at_a_symmetric_matrix_is_the_symmetric_one(use):
    """By central differences along all symmetric directions, which determine it."""
    x = np.array([[4.0, 1.0, 0.5], [1.0, 3.0, -0.2], [0.5, -0.2, 2.0]])
    ours = beras.grad(lambda x: np.sum(use(x)))(x)
    np.testing.assert_allclose(ours, ours.T, rtol=1e-14)
    for i, j in zip(*np.triu_indices(3), strict=True):
        d = np.zeros((3, 3))
        d[i, j] = d[j, i] = 1e-6
        numerical = (np.sum(use(x + d)) - np.sum(use(x - d))) / 2e-6
        assert np.sum(ours * d) * 1e6 == pytest.approx(numerical, rel=1e-6, abs=1e-8)


def test_singular_vectors_of_a_matrix_without_full_rank():
    """The right ones are smooth though a singular value is zero: nothing is divided by it."""
    x = np.outer([1.0, -2.0, 0.5], [0.5, 1.0])
    beras.check_grads(lambda x: np.linalg.svd(x, full_matrices=False)[2][:1] ** 2, x, order=1, rtol=1e-5)


@pytest.mark.parametrize(
    "part",
    [lambda x: np.linalg.svd(x, full_matrices=False)[2], lambda x: np.linalg.svd(x.T, full_matrices=False)[0].T],
    ids=["V", "U"],
)
def test_singular_vectors_beside_a_singular_value_of_exactly_zero(part):
    x = np.array([[2.0, 0.0], [0.0, 0.0], [0.0, 0.0]])
    beras.check_grads(lambda x: np.prod(part(x)[0]), x, order=1, rtol=1e-5)


@pytest.mark.parametrize(
    "part",
    [
        lambda x: np.linalg.eigh((x + x.T) / 2)[1] ** 2,
        lambda x: np.linalg.svd(x)[0] ** 2,
        lambda x: np.linalg.svd(x)[2] ** 2,
        lambda x: np.linalg.qr(x, "complete").Q ** 2,
    ],
    ids=["eigh", "U", "V", "Q"],
)
def test_a_cotangent_that_vanishes_at_the_point_still_has_a_derivative(part):
    """The second derivative of ``(h - c)^2 / 2`` where ``h = c`` is the square of the gradient of ``h``."""
    x = np.array([[4.0, 1.0], [0.5, 2.0]])
    weights = np.array([[1.0, 2.0], [4.0, 7.0]])
    c = np.sum(part(x) * weights)
    slope = beras.numerical_gradient(lambda x: np.sum(part(x) * weights), x)
    ours = beras.hessian(lambda x: (np.sum(part(x) * weights) - c) ** 2 / 2)(x)
    np.testing.assert_allclose(ours, np.multiply.outer(slope, slope), rtol=1e-6, atol=1e-8)


RECTANGLE = np.array([[1.0, 2.0], [0.5, -1.0], [2.0, 0.3], [-1.0, 1.0]])
DECOMPOSED = {
    "solve": lambda linalg, x: linalg.solve(x[:2], x[2:]),
    "pinv": lambda linalg, x: linalg.pinv(x),
    "lstsq": lambda linalg, x: linalg.lstsq(x, x[:, :1] ** 2)[0],
    "svd": lambda linalg, x: linalg.svd(x, full_matrices=False)[0] ** 2,
    "svd of a wide matrix": lambda linalg, x: linalg.svd(x.T, full_matrices=False)[2] ** 2,
    "qr": lambda linalg, x: linalg.qr(x)[0] @ linalg.qr(x)[1] ** 2,
    "qr of a wide matrix": lambda linalg, x: linalg.qr(x.T)[0] @ linalg.qr(x.T)[1] ** 2,
    "matrix_power": lambda linalg, x: linalg.matrix_power(x[:2], -3),
    "cond": lambda linalg, x: linalg.cond(x),
    "multi_dot": lambda linalg, x: linalg.multi_dot([x, x[:2], x[2:]]),
}


@pytest.mark.torch
@pytest.mark.parametrize("name", DECOMPOSED)
def test_gradients_are_torchs(torch, name):
    ours, theirs = gradients(
        torch, lambda x: DECOMPOSED[name](np.linalg, x), lambda x: DECOMPOSED[name](torch.linalg, x), RECTANGLE
    )
    np.testing.assert_allclose(ours, theirs, rtol=1e-10, atol=1e-12)


NAMED = {
    "eigh": ("eigenvalues", "eigenvectors"),
    "qr": ("Q", "R"),
    "slogdet": ("sign", "logabsdet"),
    "svd": ("U", "S", "Vh"),
}


@pytest.mark.parametrize("name", NAMED)
def test_results_keep_their_names(name):
    x = np.diag([2.0, 3.0])
    with beras.GradientTape() as tape:
        result = getattr(np.linalg, name)(tape.watch(x))
    plain = getattr(np.linalg, name)(x)
    assert type(result) is type(plain)
    for field in NAMED[name]:
        assert isinstance(getattr(result, field), beras.Tensor)
        np.testing.assert_array_equal(getattr(result, field).numpy(), getattr(plain, field))


@pytest.mark.parametrize("name", ["eig", "eigvals"])
def test_complex_decompositions_are_refused(name):
    with beras.GradientTape() as tape, pytest.raises(TypeError, match="eigh"):
        getattr(np.linalg, name)(tape.watch(np.eye(2)))


def test_rank_is_constant():
    with beras.GradientTape() as tape:
        assert np.linalg.matrix_rank(tape.watch(np.eye(2))) == 2


@pytest.mark.parametrize(
    "use",
    [
        lambda x: np.linalg.svd(x).U[:, 2] @ np.arange(4.0),
        lambda x: np.sum(np.linalg.qr(x, mode="complete").Q ** 3),
    ],
)
def test_a_function_of_an_arbitrary_basis_is_refused(use):
    with pytest.raises(ValueError, match="arbitrary basis"):
        beras.grad(use)(RECTANGLE)


LAST_COLUMNS = {
    "U": lambda x: np.linalg.svd(x)[0][:, 2:],
    "Q": lambda x: np.linalg.qr(x, mode="complete")[0][:, 2:],
}


@pytest.mark.parametrize("last", LAST_COLUMNS.values(), ids=LAST_COLUMNS)
def test_rounding_does_not_make_a_basis_arbitrary(last):
    """A huge function of the space that the last columns span has a gradient; its last row plays no part."""
    rng = np.random.default_rng(0)
    x, weights = rng.normal(size=(20, 2)), rng.normal(size=(19, 19))
    weights = np.pad(weights + weights.T, (0, 1))

    def small(x):
        return np.sum(last(x) @ last(x).T * weights)

    huge = beras.grad(lambda x: small(x) * -1e12)(x)
    np.testing.assert_allclose(huge / -1e12, beras.numerical_gradient(small, x), rtol=1e-5, atol=1e-7)


def test_a_basis_may_get_negative_cotangents_only():
    """Here the last columns of Q are the last axes: all entries of their cotangent, ``-2 last``, are below zero."""

    def use(x):
        last = LAST_COLUMNS["Q"](x)
        return -10 * np.sum((last @ last.T) * np.ones((4, 4)))

    x = np.eye(4, 2) + 0.0
    np.testing.assert_allclose(beras.grad(use)(x), beras.numerical_gradient(use, x), rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("rcond", [None, -1, 0, 1e-15, 0.4, 1])
def test_the_gradient_of_lstsq_keeps_the_singular_values_that_numpy_keeps(rcond):
    """For a diagonal matrix it is the solution for a right side of ones, whatever LAPACK makes of ``rcond``."""
    b = np.ones(4)
    for values in [1.0, 0.41, 0.39, 2e-15], [0.0, 0.0, 0.0, 0.0]:
        a = np.eye(4, 50) * np.array(values)[:, None]
        slope = beras.grad(lambda b, a=a: np.sum(np.linalg.lstsq(a, b, rcond)[0]))(b)
        np.testing.assert_allclose(slope, np.linalg.lstsq(a, b, rcond)[0][:4], rtol=1e-12)


def test_the_gradient_of_pinv_scales_with_the_matrix():
    """``pinv(c x) = pinv(x) / c`` for the tiniest ``c``, and also what is cut off stays what it is."""
    x = np.array([[2.0, 0.3], [0.1, -0.5]])

    def use(x):
        return np.sum(np.linalg.pinv(x, rcond=0.4) * [[1.0, 2.0], [4.0, 7.0]])

    tiny = beras.grad(use)(x * 2.0**-60)
    np.testing.assert_allclose(tiny * 2.0**-120, beras.numerical_gradient(use, x), rtol=1e-6)


@pytest.mark.parametrize("n", [*range(-5, 0), *range(1, 10)])
def test_powers_of_a_matrix_are_numpys_to_the_last_bit(n):
    x = np.random.default_rng(0).normal(size=(5, 5))
    with beras.GradientTape() as tape:
        ours = np.linalg.matrix_power(tape.watch(x), n)
    np.testing.assert_array_equal(ours.numpy(), np.linalg.matrix_power(x, n))


def test_a_power_is_not_squared_once_too_often():
    with beras.GradientTape() as tape:
        ours = np.linalg.matrix_power(tape.watch(np.eye(2) * 1e200), 1)  # a warning would be an error
    np.testing.assert_array_equal(ours.numpy(), np.eye(2) * 1e200)


def test_raw_factors_are_refused():
    with pytest.raises(TypeError, match="mode='reduced'"):
        beras.grad(lambda x: np.sum(np.linalg.qr(x, mode="raw")[0]))(RECTANGLE)


@pytest.mark.parametrize(
    "shapes",
    [
        *(((2,), (2,)), ((2,), (3,)), ((3,), (2,)), ((2, 2), (2,)), ((3, 2), (3, 2))),
        *(((2, 3), (2,)), ((2,), (2, 3)), ((2, 2), (2, 3)), ((2, 3), (2, 2))),
    ],
)
def test_cross_of_vectors_in_the_plane(shapes):
    rng = np.random.default_rng(0)
    arrays = [rng.normal(size=shape) for shape in shapes]
    with pytest.warns(DeprecationWarning, match="2-dimensional vectors"):
        beras.check_grads(np.cross, *arrays)
    with beras.GradientTape() as tape:
        tensors = [tape.watch(array) for array in arrays]
        with pytest.warns(DeprecationWarning, match="2-dimensional vectors"):
            product = np.cross(*tensors)
    tape.gradient(product, tensors)  # warns no more


def test_nan_goes_through():
    """A network that has diverged gets NaN, and no error from LAPACK."""
    x = np.array([[nan, 1.0], [1.0, 2.0]])
    for function in (np.linalg.det, lambda x: np.linalg.slogdet(x)[1], lambda x: np.sum(np.linalg.inv(x))):
        with np.errstate(invalid="ignore"):  # NumPy itself warns
            assert np.any(np.isnan(beras.grad(function)(x)))
