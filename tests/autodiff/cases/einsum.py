import numpy as np

from tests.autodiff.case import Case, points

LIST = "autograd demands the list of the answer"


def written(subscripts, *shapes, **params):
    hips = params.pop("hips", True)
    why = params.pop("why", "autograd's rule for einsum does not know this form")
    return Case(np.einsum, lambda np, *xs: np.einsum(subscripts, *xs, **params), points(*shapes), hips=hips, why=why)


CASES = [
    # two operands
    written("ij,jk->ik", (2, 3), (3, 2)),
    written("ij,jk", (2, 3), (3, 2)),
    written("ba,cb", (2, 3), (3, 2)),
    written("ij,jk->ki", (2, 3), (3, 2)),
    written("i,j->ij", (2,), (3,)),
    written("i,i", (3,), (3,)),
    written(" ij , j -> i ", (2, 3), (3,), hips=False),
    written("bij,bjk->bik", (2, 2, 1), (2, 1, 3)),
    written("ij,ij->", (2, 3), (2, 3)),
    written(",i->i", (), (3,)),
    written("ij,kl->jl", (2, 2), (2, 3)),
    # one operand
    written("ij->ji", (2, 3)),
    written("ji", (2, 3)),
    written("ij->", (2, 3)),
    written("ij->j", (2, 3)),
    written("ii", (3, 3), hips=False),
    written("ii->i", (3, 3), hips=False),
    written("iij->j", (2, 2, 3), hips=False),
    written("iji->ij", (2, 3, 2), hips=False),
    written("iii->i", (2, 2, 2), hips=False),
    written("...i->...", (2, 3)),
    # repeated, and summed in one operand alone
    written("ii,i->i", (2, 2), (2,), hips=False),
    written("ii,ij->j", (2, 2), (2, 3), hips=False),
    written("ij,k->k", (2, 3), (2,), hips=False),
    written("ijj,jk->k", (1, 2, 2), (2, 2), hips=False),
    # ellipses, and lengths of one that broadcast
    written("...ij,...jk->...ik", (2, 2, 3), (3, 2)),
    written("...ij,...jk", (1, 1, 2), (3, 2, 1)),
    written("i...,i...->...", (2, 3), (2, 1), hips=False),
    written("...,...", (2, 3), (3,)),
    written("i...j,j->...i", (2, 2, 3), (3,)),
    written("...ii->...i", (2, 2, 2), hips=False),
    written("ij,ij->i", (2, 3), (2, 1), hips=False),
    written("ij,ij->i", (1, 3), (2, 1), hips=False),
    written("ij,jk->k", (2, 1), (3, 2), hips=False),
    written("ij,ij->", (2, 1), (1, 3), hips=False),
    # several operands
    written("ij,jk,kl->il", (2, 2), (2, 3), (3, 1)),
    written("i,j,k->ijk", (2,), (1,), (3,)),
    written("i,i,i->", (3,), (3,), (3,)),
    written("ij,jk,kl->il", (2, 2), (2, 3), (3, 1), optimize=True, hips=False),
    written("ij,jk,kl->il", (2, 2), (2, 3), (3, 1), optimize="optimal", hips=False),
    written("ij,jk,ki", (2, 2), (2, 3), (3, 2), optimize=["einsum_path", (0, 1), (0, 1)], hips=False),
    # operands and lists of labels in turn
    Case(np.einsum, lambda np, x, y: np.einsum(x, [0, 1], y, [1, 2], [0, 2]), points((2, 3), (3, 2))),
    Case(np.einsum, lambda np, x, y: np.einsum(x, [0, 1], y, [1, 2], [2, 0]) ** 2, points((2, 3), (3, 2))),
    Case(np.einsum, lambda np, x, y: np.einsum(x, [0, 1], y, [1, 2]), points((2, 3), (3, 2)), hips=False, why=LIST),
    Case(np.einsum, lambda np, x, y: np.einsum(x, [1, 0], y, [2, 1]), points((2, 3), (3, 2)), hips=False, why=LIST),
    Case(np.einsum, lambda np, x: np.einsum(x, [0, 0]), points((3, 3)), hips=False, why=LIST),
    Case(
        np.einsum,
        lambda np, x, y: np.einsum(x, [..., 0, 1], y, [..., 1], [..., 0]),
        points((2, 2, 2), (2, 2)),
        hips=False,
        why="autograd's rule for einsum does not know this form",
    ),
    # constants among the operands, and one Tensor in two places
    Case(np.einsum, lambda np, x: np.einsum("ij,j->i", x, [1.0, 2.0, 3.0]), points((2, 3))),
    Case(np.einsum, lambda np, x: np.einsum("i,ij,j", x, np.arange(9.0).reshape(3, 3), x), points((3,))),
    Case(np.einsum, lambda np, x: np.einsum("ij,jk", x.T, x), points((3, 2))),
]
