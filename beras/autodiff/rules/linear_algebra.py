"""Inverses, determinants and decompositions of matrices, and of stacks of them (Giles 2008).

Five decisions, the first three of them torch's:

- `eigh`, `eigvalsh` and `cholesky` are functions of a symmetric matrix, whichever triangle NumPy reads: the gradient is
  the symmetric matrix ``S`` for which ``sum(S * dx)`` is the change of the function along a symmetric ``dx``.
- Eigenvectors and singular vectors have no derivative where eigenvalues, or singular values, coincide: what depends on
  the vectors then has an infinite or NaN gradient; what depends on the values only keeps its finite one.
- The sign and the determinant of orthogonal factors are constant.
- The determinant's gradient is right for singular matrices too (torch gives zeros for some).
- `pinv` and `lstsq` are right where ``rcond`` cuts off singular values that are not zero (torch takes them for zero).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from beras.autodiff.primitives import primitive
from beras.autodiff.registry import constant, define, define_joint, expand, refuse
from beras.autodiff.tracked import bare


def _symmetric(x: Any) -> Any:
    return (x + x.mT) * 0.5


def _absent(g: Any) -> bool:
    """Say whether no cotangent came to this output: the sweep then puts plain zeros in its place."""
    return isinstance(g, np.ndarray) and not g.any()


def _antisymmetric_over(x: Any, gaps: Any) -> Any:
    """Return ``x_ij / gaps_ij`` off the diagonal, and zeros on it."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return x * (1 - np.eye(x.shape[-1], dtype=x.dtype)) / (gaps + np.eye(x.shape[-1], dtype=x.dtype))


def _check_free_of_basis(null: Any, g: Any, name: str, instead: str) -> None:
    """Refuse a cotangent of columns that turns them among themselves: which of their bases LAPACK takes is chance."""
    turning = null.mT @ g
    limit = float(np.finfo(g.dtype).eps) ** 0.5 * (1 + np.max(np.abs(g)))
    if np.any(np.abs(turning - turning.mT) > limit):
        raise ValueError(
            f"{name} completes its factor by an arbitrary basis, and the function depends on which one, so it has no "
            f"derivative. Use {instead}, or a function of the space only that the added columns span."
        )


# Inverses and linear systems


def _solve(g: Any, ans: Any, a: Any, b: Any) -> tuple[Any, Any]:
    """``gb = a^-T g`` and ``ga = -gb ans^T``; ``b`` is a vector only where it has one axis."""
    if b.ndim == 1:
        gb = np.linalg.solve(a.mT, g[..., None])
        return -gb * ans[..., None, :], gb[..., 0]
    gb = np.linalg.solve(a.mT, g)
    return -gb @ ans.mT, gb


def _pinv(g: Any, ans: Any, a: Any, rcond: Any = None, hermitian: bool = False, *, rtol: Any = None) -> Any:
    """Return the cotangent of ``a`` where its rank does not change (Golub and Pereyra 1973, equation 4.12)."""
    a = _symmetric(a) if hermitian else a  # what a second derivative goes through
    across = ans.mT @ g @ ans.mT
    left, right = g.mT @ (ans @ ans.mT), (ans.mT @ ans) @ g.mT
    ga = -across + (left - a @ (ans @ left)) + (right - (right @ ans) @ a)
    ga = ga + _through_discarded(g, ans, a)
    return _symmetric(ga) if hermitian else ga


def _through_discarded(g: Any, ans: Any, a: Any) -> Any:
    """Return what singular values add to the cotangent of ``a`` that ``rcond`` cut off though they are not zero.

    A change of ``a`` may turn the singular vectors that are kept towards those that are not. With ``G`` the cotangent
    in the bases of the singular vectors, ``s_i`` kept and ``s_j`` discarded, entry ``ij`` is
    ``s_j (s_j G_ij + s_i G_ji) / (s_i^2 (s_i^2 - s_j^2))``, and entry ``ji`` the same with ``G_ij`` and ``G_ji``
    exchanged: the derivative of a generalized matrix function (Noferini 2017), less the part for constant rank. Where
    they are zero but for rounding it is expanded, to the first order in ``s_j``: a second derivative is right too.
    """
    rank = np.sum(ans.mT * a, axis=(-2, -1))  # the trace of a projection
    if np.all(rank > min(a.shape[-2:]) - 0.5):
        return 0.0
    rest = a - a @ ans @ a
    if np.max(np.abs(rest)) <= 1e3 * np.finfo(rest.dtype).eps * np.max(np.abs(a)):
        cubed = ans.mT @ ans @ ans.mT
        return cubed @ g @ rest + rest @ g @ cubed
    u, s, vh = np.linalg.svd(a, full_matrices=False)
    is_kept = np.sum((vh @ ans).mT * u, axis=-2) * s > 0.5  # the sum is 1 / s_i, or 0
    meet = is_kept[..., :, None] != is_kept[..., None, :]
    low, high = np.minimum(s[..., :, None], s[..., None, :]), np.maximum(s[..., :, None], s[..., None, :])
    turned = u.mT @ g.mT @ vh.mT
    share = np.where(meet, low, 0) / np.where(meet, high**2 * (high - low) * (high + low), 1)
    return u @ (share * (low * turned + high * turned.mT)) @ vh


def _lstsq(g: Any, ans: Any, a: Any, b: Any, rcond: float | None = None) -> tuple[Any, Any]:
    """Return the cotangents of ``a`` and ``b`` through the solution, the residuals and the singular values."""
    g_solution, g_residuals, _, g_singular = g
    solution, _, rank, s = ans
    vector = b.ndim == 1
    if vector:
        b, solution, g_solution = b[:, None], solution[:, None], g_solution[:, None]
    inverse = np.linalg.pinv(a, _keeping(rank, bare(s)))
    residual = b - a @ solution
    gb = inverse.mT @ g_solution
    ga = residual @ (inverse @ gb).mT - gb @ solution.mT + (inverse.mT @ solution) @ (g_solution - a.mT @ gb).mT
    ga = ga + _through_discarded(g_solution @ b.mT, inverse, a)
    if g_residuals.size:
        slope = residual * g_residuals * 2
        ga, gb = ga - slope @ solution.mT, gb + slope
    if not _absent(g_singular):
        u, _, vh = np.linalg.svd(a, full_matrices=False)
        ga = ga + (u * g_singular) @ vh
    return ga, gb[:, 0] if vector else gb


def _keeping(rank: int, s: Any) -> float:
    """Return the ``rcond`` that cuts off all but the ``rank`` largest of the singular values ``s``."""
    return float(s[rank - 1] + s[rank]) / float(s[0]) / 2 if 0 < rank < len(s) else 0.0


def _tensorinv(a: Any, ind: int = 2) -> Any:
    rows, columns = a.shape[:ind], a.shape[ind:]
    return np.reshape(np.linalg.inv(np.reshape(a, (int(np.prod(rows)), -1))), columns + rows)


def _tensorsolve(a: Any, b: Any, axes: Any = None) -> Any:
    if axes is not None:
        order = [axis for axis in range(np.ndim(a)) if axis not in axes]
        a = np.transpose(a, (*order, *axes))
    columns = np.shape(a)[np.ndim(b) :]
    return np.reshape(np.linalg.solve(np.reshape(a, (np.size(b), -1)), np.ravel(b)), columns)


define(np.linalg.inv, lambda g, ans, x: -(ans.mT @ g @ ans.mT))
define_joint(np.linalg.solve, _solve, (0, 1))
define(np.linalg.pinv, _pinv)
define_joint(np.linalg.lstsq, _lstsq, (0, 1))
expand(np.linalg.tensorinv, _tensorinv)
expand(np.linalg.tensorsolve, _tensorsolve)


# Determinants


@primitive
def invertible(x: Any) -> bool:
    """Say whether every matrix of the stack has an inverse that can be relied upon: half of its digits."""
    try:
        inverse = np.linalg.inv(x)
    except np.linalg.LinAlgError:
        return False
    with np.errstate(over="ignore"):
        condition = np.linalg.norm(x, 1, (-2, -1)) * np.linalg.norm(inverse, 1, (-2, -1))
    return not np.any(condition > np.finfo(x.dtype).eps ** -0.5)


@primitive
def cofactor(x: Any) -> Any:
    """Return the cofactors of a matrix: ``det(x) x^-T`` where there is an inverse, and right where there is none."""
    if invertible(x):
        return np.linalg.det(x)[..., None, None] * np.linalg.inv(x).mT
    u, s, vh = np.linalg.svd(x)
    handed = np.linalg.det(u) * np.linalg.det(vh)
    return (u * (handed[..., None] * _products_without_one(s))[..., None, :]) @ vh


def _products_without_one(s: Any) -> Any:
    """Return for each ``i`` the product of all ``s_j`` but ``s_i``."""
    one = np.eye(s.shape[-1], dtype=s.dtype)
    return np.prod(s[..., None, :] * (1 - one) + one, axis=-1)


def _products_without_two(s: Any) -> Any:
    """Return for each pair ``i != j`` the product of all ``s_k`` but ``s_i`` and ``s_j``, and zeros on the diagonal."""
    one = np.eye(s.shape[-1], dtype=s.dtype)
    return np.stack([_products_without_one(s * (1 - row) + row) * (1 - row) for row in one], axis=-2)


def _cofactor(g: Any, ans: Any, x: Any) -> Any:
    """Return the second derivative of the determinant, along ``g``.

    With an inverse it is ``(sum(g * ans) ans - ans g^T ans) / det``. Without one: in the bases of the singular vectors
    the determinant is the product of the diagonal, less for each pair ``i, j`` the two entries off it times the others.
    """
    if invertible(x):
        along = np.sum(g * ans, axis=(-2, -1), keepdims=True)
        return (along * ans - ans @ g.mT @ ans) / np.linalg.det(x)[..., None, None]
    u, s, vh = np.linalg.svd(x)
    handed = np.sign(np.linalg.det(u) * np.linalg.det(vh))[..., None, None]
    turned = u.mT @ g @ vh.mT
    pairs = _products_without_two(s)
    one = np.eye(s.shape[-1], dtype=s.dtype)
    diagonal = pairs @ np.sum(turned * one, axis=-1)[..., None]
    return handed * (u @ (one * diagonal - pairs * turned.mT) @ vh)


def _slogdet(g: Any, ans: Any, x: Any) -> Any:
    """Return ``g x^-T``, infinite where the matrix is singular and its answer minus infinity; the sign is constant."""
    slope = g[1][..., None, None]
    singular = (ans[0] == 0)[..., None, None]
    if not np.any(singular):
        return slope * np.linalg.inv(x).mT
    regular = np.where(singular, np.eye(x.shape[-1], dtype=x.dtype), x)
    steep = slope * cofactor(x)
    with np.errstate(divide="ignore"):
        return np.where(singular, steep / (steep == 0), slope * np.linalg.inv(regular).mT)


constant(invertible)
define(cofactor, _cofactor)
define(np.linalg.det, lambda g, ans, x: g[..., None, None] * cofactor(x))
define(np.linalg.slogdet, _slogdet)


# Decompositions


def _cholesky(g: Any, ans: Any, x: Any, *, upper: bool = False) -> Any:
    """Return ``L^-T phi(L^T g) L^-1``; ``phi`` takes the lower triangle, half of the diagonal (Murray 2016, eq. 8)."""
    lower, g = (ans.mT, g.mT) if upper else (ans, g)
    n = x.shape[-1]
    phi = (lower.mT @ g) * (np.tri(n, dtype=x.dtype) - np.eye(n, dtype=x.dtype) * 0.5)
    half = np.linalg.solve(lower.mT, phi)
    return _symmetric(np.linalg.solve(lower.mT, half.mT))


def _eigh(g: Any, ans: Any, x: Any, UPLO: Any = "L") -> Any:
    """Return ``V (diag(g_w) + V^T g_V / (w_j - w_i)) V^T``, symmetric."""
    (g_values, g_vectors), (w, v) = g, ans
    if _absent(g_vectors):
        return (v * g_values[..., None, :]) @ v.mT
    turning = _antisymmetric_over(v.mT @ g_vectors, w[..., None, :] - w[..., :, None])
    return _symmetric(v @ (turning + np.eye(x.shape[-1], dtype=x.dtype) * g_values[..., None, :]) @ v.mT)


def _eigvalsh(g: Any, ans: Any, x: Any, UPLO: Any = "L") -> Any:
    _, v = np.linalg.eigh(x, UPLO)
    return (v * g[..., None, :]) @ v.mT


def _singular_values(g: Any, x: Any, hermitian: bool = False) -> Any:
    """Return ``U diag(g) V^T``, at the price of a second decomposition, now with vectors."""
    u, _, vh = np.linalg.svd(x, full_matrices=False, hermitian=hermitian)
    return (u * g[..., None, :]) @ vh


def _svd(g: Any, ans: Any, x: Any, full_matrices: bool = True, compute_uv: bool = True, hermitian: bool = False) -> Any:
    """Return the cotangent of ``x = U S V^T`` (Townsend 2016), the null-space columns of full matrices included."""
    if not compute_uv:
        gx = _singular_values(g, x, hermitian)
    elif _absent(g[0]) and _absent(g[2]):
        gx = (ans[0][..., : ans[1].shape[-1]] * g[1][..., None, :]) @ ans[2][..., : ans[1].shape[-1], :]
    else:
        (g_u, g_s, g_vh), (u, s, vh) = g, ans
        turn_u, lift_u, u = _turned(u, g_u, s.shape[-1])
        turn_v, lift_v, v = _turned(vh.mT, g_vh.mT, s.shape[-1])
        across, down = s[..., None, :], s[..., :, None]
        gaps = (across - down) * (across + down)
        middle = np.eye(s.shape[-1], dtype=s.dtype) * g_s[..., None, :]
        middle = middle + _antisymmetric_over(turn_u, gaps) * across + down * _antisymmetric_over(turn_v, gaps)
        gx = u @ middle @ v.mT
        with np.errstate(divide="ignore", invalid="ignore"):
            if lift_u is not None:
                gx = gx + (lift_u / across) @ v.mT
            if lift_v is not None:
                gx = gx + u @ (lift_v / across).mT
    return _symmetric(gx) if hermitian else gx


def _turned(u: Any, g: Any, rank: int) -> tuple[Any, Any, Any]:
    """Return the parts of ``g`` that turn the ``rank`` singular vectors among themselves and out of their span.

    The second is ``None`` where nothing turns them so; the third are the vectors themselves.
    """
    absent = _absent(g)
    u, g, null, g_null = u[..., :rank], g[..., :rank], u[..., rank:], g[..., rank:]
    inside = u.mT @ g
    lift = None if absent or u.shape[-2] == rank else g - u @ inside
    if lift is not None and null.shape[-1] and not _absent(g_null):
        _check_free_of_basis(null, g_null, "np.linalg.svd(x)", "np.linalg.svd(x, full_matrices=False)")
        lift = lift - null @ (g_null.mT @ u)
    return inside - inside.mT, lift, u


def _qr(g: Any, ans: Any, x: Any, mode: str = "reduced") -> Any:
    """Return the cotangent of ``x = Q R`` of full rank (Roberts and Roberts 2020)."""
    if mode not in ("reduced", "complete", "r"):
        raise TypeError(f"np.linalg.qr(..., mode={mode!r}) has no gradient. Use mode='reduced'.")
    if mode == "r":
        q, r, g_r = np.linalg.qr(x)[0], ans, g
        g_q = np.zeros_like(q)
    else:
        (q, r), (g_q, g_r) = ans, g
    rows, columns = x.shape[-2:]
    if q.shape[-1] > columns:
        null, g_null = q[..., columns:], g_q[..., columns:]
        q, r, g_q, g_r = q[..., :columns], r[..., :columns, :], g_q[..., :columns], g_r[..., :columns, :]
        if not _absent(g_null):
            _check_free_of_basis(null, g_null, "np.linalg.qr(x, mode='complete')", "np.linalg.qr(x)")
            g_q = g_q - null @ (g_null.mT @ q)
    if rows >= columns:
        return _square_qr(g_q, g_r, q, r)
    # The columns beyond the square part are Q times theirs of R.
    g_q = g_q + x[..., rows:] @ g_r[..., rows:].mT
    square = _square_qr(g_q, g_r[..., :rows], q, r[..., :rows])
    return np.concatenate([square, q @ g_r[..., rows:]], axis=-1)


def _square_qr(g_q: Any, g_r: Any, q: Any, r: Any) -> Any:
    """Return ``(g_q + Q sym(R g_r^T - g_q^T Q)) R^-T``; ``sym`` mirrors the lower triangle."""
    n = r.shape[-1]
    middle = r @ g_r.mT - g_q.mT @ q
    mirrored = middle * np.tri(n, dtype=r.dtype) + (middle * np.tri(n, k=-1, dtype=r.dtype)).mT
    return np.linalg.solve(r, (g_q + q @ mirrored).mT).mT


define(np.linalg.cholesky, _cholesky)
define(np.linalg.eigh, _eigh)
define(np.linalg.eigvalsh, _eigvalsh)
define(np.linalg.svd, _svd)
define(np.linalg.svdvals, lambda g, ans, x: _singular_values(g, x))
define(np.linalg.qr, _qr)
refuse(
    "Its results may be complex. For a symmetric matrix use np.linalg.eigh or np.linalg.eigvalsh.",
    np.linalg.eig,
    np.linalg.eigvals,
)
constant(np.linalg.matrix_rank)


# Parts of matrices

define(np.linalg.matrix_transpose, lambda g, ans, x: g.mT)
expand(np.linalg.diagonal, lambda x, *, offset=0: np.diagonal(x, offset, -2, -1))
expand(np.linalg.trace, lambda x, *, offset=0: np.trace(x, offset, -2, -1))
