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


@pytest.mark.torch
def test_logarithm_of_a_vanishing_determinant_has_an_infinite_gradient(torch):
    x = np.array([[1.0, 2.0], [2.0, 4.0]])
    ours, theirs = gradients(torch, lambda x: np.linalg.slogdet(x)[1], lambda x: torch.linalg.slogdet(x)[1], x)
    np.testing.assert_array_equal(np.abs(ours), np.abs(theirs))
    assert np.all(np.isinf(ours))
    stack = np.stack([x, np.diag([2.0, 5.0])])
    among_others = beras.grad(lambda x: np.sum(np.linalg.slogdet(x)[1]))(stack)
    np.testing.assert_array_equal(among_others[1], np.diag([0.5, 0.2]))


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


def test_raw_factors_are_refused():
    with pytest.raises(TypeError, match="mode='reduced'"):
        beras.grad(lambda x: np.sum(np.linalg.qr(x, mode="raw")[0]))(RECTANGLE)


@pytest.mark.parametrize("shapes", [((2,), (2,)), ((2,), (3,)), ((3,), (2,)), ((2, 2), (2,))])
def test_cross_of_vectors_in_the_plane(shapes):
    rng = np.random.default_rng(0)
    arrays = [rng.normal(size=shape) for shape in shapes]
    with pytest.warns(DeprecationWarning, match="2-dimensional vectors"):
        beras.check_grads(np.cross, *arrays)


def test_nan_goes_through():
    """A network that has diverged gets NaN, and no error from LAPACK."""
    x = np.array([[nan, 1.0], [1.0, 2.0]])
    for function in (np.linalg.det, lambda x: np.linalg.slogdet(x)[1], lambda x: np.sum(np.linalg.inv(x))):
        with np.errstate(invalid="ignore"):  # NumPy itself warns
            assert np.any(np.isnan(beras.grad(function)(x)))
