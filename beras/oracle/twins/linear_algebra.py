"""Twins of ``beras/autodiff/rules/linear_algebra.py``: inverses, determinants and decompositions.

Signs of eigenvectors, of singular vectors and of the factors of QR are those that torch's LAPACK takes: where NumPy's
takes others, a function that depends on the sign has another value in torch.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from beras.autodiff.rules.linear_algebra import cofactor
from beras.oracle.twins.adapters import tensor
from beras.oracle.twins.indices import whole
from beras.oracle.twins.promotion import alike
from beras.oracle.twins.registry import twin

# Inverses and linear systems


def _solve(a: Any, b: Any) -> torch.Tensor:
    """Return `torch.linalg.solve`, which takes more than NumPy does for stacks of vectors: here all are columns."""
    a, b = alike(a, b)
    if b.ndim == 1:
        return torch.linalg.solve(a, b.unsqueeze(-1)).squeeze(-1)
    stack = torch.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    return torch.linalg.solve(a.expand(*stack, *a.shape[-2:]), b.expand(*stack, *b.shape[-2:]))


def _pinv(a: Any, rcond: Any = None, hermitian: bool = False, *, rtol: Any = np._NoValue) -> torch.Tensor:
    """Return `torch.linalg.pinv`, or, where ``rcond`` cuts off more than zeros, what is left of the decomposition.

    Torch's own gradient leaves those singular values out of account. It also takes the entries of a symmetric matrix
    for independent.
    """
    a = tensor(a)
    a = (a + a.mT) / 2 if hermitian else a
    if rcond is None:
        rcond = 1e-15 if rtol is np._NoValue else rtol
    if rcond is None:
        rcond = max(a.shape[-2:]) * torch.finfo(a.dtype).eps
    if not _cuts_off(a, rcond):
        return torch.linalg.pinv(a, rtol=rcond, hermitian=hermitian)
    u, s, vh = torch.linalg.svd(a, full_matrices=False)
    inverse = torch.where(_are_kept(s, rcond), 1 / s, 0)
    return (vh.mT * inverse.unsqueeze(-2)) @ u.mT


def _are_kept(s: torch.Tensor, rcond: Any) -> torch.Tensor:
    return s > tensor(rcond).unsqueeze(-1) * s.amax(-1, keepdim=True)


def _cuts_off(a: torch.Tensor, rcond: Any) -> bool:
    """Say whether a singular value that is not zero is among the discarded."""
    s = torch.linalg.svdvals(a.detach())
    return bool(s.numel()) and bool((~_are_kept(s, rcond) & _are_kept(s, 1e3 * torch.finfo(s.dtype).eps)).any())


def _lstsq(a: Any, b: Any, rcond: Any = None) -> tuple[torch.Tensor, ...]:
    a, b = alike(a, b)
    rows, columns = a.shape
    eps = torch.finfo(a.dtype).eps
    rcond = eps * max(rows, columns) if rcond is None else eps if rcond < 0 else rcond
    right = b.unsqueeze(-1) if b.ndim == 1 else b
    if _cuts_off(a, rcond):  # of which torch's gradient takes no account
        solution = _pinv(a, rcond) @ right
    else:
        solution = torch.linalg.lstsq(a, right, rcond=rcond, driver="gelsd").solution
    singular = torch.linalg.svdvals(a)
    rank = _are_kept(singular, rcond).sum()
    residuals = (right - a @ solution).square().sum(0) if rows > columns == rank else right.new_zeros(0)
    return (solution.squeeze(-1) if b.ndim == 1 else solution), residuals, rank, singular


def _tensorsolve(a: Any, b: Any, axes: Any = None) -> torch.Tensor:
    a, b = alike(a, b)
    return torch.linalg.tensorsolve(a, b, None if axes is None else whole(axes))


twin(np.linalg.inv, torch.linalg.inv)
twin(np.linalg.solve, _solve)
twin(np.linalg.pinv, _pinv)
twin(np.linalg.lstsq, _lstsq)
twin(np.linalg.tensorinv, lambda a, ind=2: torch.linalg.tensorinv(a, ind))
twin(np.linalg.tensorsolve, _tensorsolve)


# Determinants


def _det(x: torch.Tensor) -> torch.Tensor:
    """Return `torch.linalg.det`, or, for want of rank, its polynomial: torch's gradient there is zeros or NaN."""
    has_rank = torch.linalg.matrix_rank(x.detach()) == x.shape[-1]
    return torch.linalg.det(x) if bool(has_rank.all()) else _det_without_division(x)


def _det_without_division(x: torch.Tensor) -> torch.Tensor:
    """Return the determinant by sums and products of matrices (Bird 2011)."""
    n = x.shape[-1]
    product = x
    for _ in range(n - 1):
        diagonal = product.diagonal(dim1=-2, dim2=-1)
        below = diagonal.flip(-1).cumsum(-1).flip(-1) - diagonal
        product = (product.triu(1) - torch.diag_embed(below)) @ x
    return (-1) ** (n - 1) * product[..., 0, 0]


def _cofactor(x: torch.Tensor) -> torch.Tensor:
    """Return each entry's signed minor: the determinant of what is left without its row and its column."""
    n = x.shape[-1]
    if n == 1:
        return torch.ones_like(x)
    others = torch.tensor([[i for i in range(n) if i != gone] for gone in range(n)])
    minors = _det_without_division(x[..., others[:, None, :, None], others[None, :, None, :]])
    sign = 1 - 2 * ((torch.arange(n)[:, None] + torch.arange(n)) % 2)
    return sign * minors


twin(cofactor, _cofactor)
twin(np.linalg.det, _det)
twin(np.linalg.slogdet, torch.linalg.slogdet)


# Decompositions


def _with_null_space(thin: torch.Tensor, factor: torch.Tensor) -> torch.Tensor:
    """Return orthonormal columns completed by those of ``factor`` beyond them, which torch does not differentiate.

    The added columns are a basis of what is orthogonal to ``thin``. A function of the space that they span has a
    derivative: that of projecting them out of ``thin`` when it moves, and making them orthonormal again.
    """
    null = factor[..., thin.shape[-1] :].detach()
    projected = null - thin @ (thin.mT @ null)
    lower = torch.linalg.cholesky(projected.mT @ projected)
    return torch.cat([thin, torch.linalg.solve_triangular(lower, projected.mT, upper=False).mT], -1)


def _svd(x: torch.Tensor, full_matrices: bool = True, compute_uv: bool = True, hermitian: bool = False) -> Any:
    if hermitian:
        return _svd_of_symmetric(x, compute_uv)
    if not compute_uv:
        return torch.linalg.svdvals(x)
    u, s, vh = torch.linalg.svd(x, full_matrices)
    rank = s.shape[-1]
    u = u if u.shape[-1] == rank else _with_null_space(u[..., :rank], u)
    v = vh.mT if vh.shape[-2] == rank else _with_null_space(vh.mT[..., :rank], vh.mT)
    return u, s, v.mT


def _svd_of_symmetric(x: torch.Tensor, compute_uv: bool) -> Any:
    """Return what NumPy makes of the eigenvalues: their sizes in descending order, and their signs to one side."""
    w, v = torch.linalg.eigh(x)
    s, order = w.abs().sort(descending=True)
    u = v.gather(-1, order.unsqueeze(-2).expand_as(v))
    sign = w.sign().gather(-1, order)
    return (u, s, (u * sign.unsqueeze(-2)).mT) if compute_uv else s


def _qr(x: torch.Tensor, mode: str = "reduced") -> Any:
    q, r = torch.linalg.qr(x)
    if mode == "r":
        return r
    if mode == "complete" and q.shape[-1] < x.shape[-2]:
        q = _with_null_space(q, torch.linalg.qr(x.detach(), mode="complete").Q)
        r = torch.nn.functional.pad(r, (0, 0, 0, q.shape[-1] - r.shape[-2]))
    return q, r


twin(np.linalg.cholesky, lambda x, *, upper=False: torch.linalg.cholesky(x, upper=upper))
twin(np.linalg.eigh, lambda x, UPLO="L": torch.linalg.eigh(x, UPLO))
twin(np.linalg.eigvalsh, lambda x, UPLO="L": torch.linalg.eigvalsh(x, UPLO))
twin(np.linalg.svd, _svd)
twin(np.linalg.svdvals, torch.linalg.svdvals)
twin(np.linalg.qr, _qr)


# Parts of matrices

twin(np.linalg.matrix_transpose, torch.adjoint)
twin(np.linalg.diagonal, lambda x, *, offset=0: torch.linalg.diagonal(x, offset=offset))
twin(np.linalg.trace, lambda x, *, offset=0: torch.linalg.diagonal(x, offset=offset).sum(-1))
