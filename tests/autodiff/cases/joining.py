"""Rows for ``beras/autodiff/rules/joining.py``."""

import numpy as np

from tests.autodiff.case import Case, points

NOT_THERE = {"hips": False, "why": "not in autograd"}
WRONG_THERE = {"hips": False, "why": "autograd cannot split into unequal parts"}
PLAIN = np.ones((1, 3))

CASES = [
    Case(np.concatenate, lambda np, x, y: np.concatenate([x, y]), points((2, 3), (1, 3))),
    Case(np.concatenate, lambda np, x, y: np.concatenate((x, y), axis=1), points((2, 3), (2, 1))),
    Case(np.concatenate, lambda np, x, y: np.concatenate([x, y], -1), points((2, 1), (2, 2))),
    Case(np.concatenate, lambda np, x, y: np.concatenate([x, y], axis=None), points((2, 2), (3,)), **NOT_THERE),
    Case(np.concatenate, lambda np, x: np.concatenate([x, PLAIN, x]), points((2, 3))),
    Case(np.concatenate, lambda np, x: np.concatenate([x, [1.0, 2.0]]), points((3,))),
    Case(np.concatenate, lambda np, x: np.concatenate(x), points((2, 3)), **NOT_THERE),
    Case(np.concatenate, lambda np, x: np.concatenate([x, x], dtype=np.float64), points((3,)), **NOT_THERE),
    Case(np.concat, lambda np, x, y: np.concat([x, y]), points((2,), (0,)), **NOT_THERE),
    Case(np.stack, lambda np, x, y: np.stack([x, y]), points((2, 3), (2, 3))),
    Case(np.stack, lambda np, x, y: np.stack((x, y), axis=-1), points((2, 2), (2, 2))),
    Case(np.stack, lambda np, x, y: np.stack([x, 5.0, y]), points((), ()), **NOT_THERE),
    Case(np.stack, lambda np, x, y: np.stack(arrays=[x, y], axis=1), points((2,), (2,)), **NOT_THERE),
    Case(np.vstack, lambda np, x, y: np.vstack([x, y]), points((3,), (2, 3))),
    Case(np.vstack, lambda np, x: np.vstack([x, [1.0, 2.0, 3.0]]), points((3,))),
    Case(np.hstack, lambda np, x, y: np.hstack([x, y]), points((2,), (3,))),
    Case(np.hstack, lambda np, x, y: np.hstack([x, y]), points((2, 1), (2, 3))),
    Case(np.hstack, lambda np, x, y: np.hstack([x, y]), points((), (2,)), **NOT_THERE),
    Case(np.dstack, lambda np, x, y: np.dstack([x, y]), points((2, 3), (2, 3, 1)), **NOT_THERE),
    Case(np.dstack, lambda np, x, y: np.dstack([x, y]), points((3,), (3,)), **NOT_THERE),
    Case(np.dstack, lambda np, x, y: np.dstack([x, y]), points((1, 2, 2), (1, 2, 3)), **NOT_THERE),
    Case(np.column_stack, lambda np, x, y: np.column_stack([x, y]), points((3,), (3, 2))),
    Case(np.append, lambda np, x, y: np.append(x, y), points((2, 2), (3,))),
    Case(np.append, lambda np, x, y: np.append(x, y, axis=1), points((2, 2), (2, 1))),
    Case(np.append, lambda np, x: np.append(x, 5.0), points((3,))),
    Case(np.append, lambda np, x: np.append(arr=[1.0, 2.0], values=x), points((3,)), **NOT_THERE),
    Case(np.block, lambda np, x, y: np.block([x, y]), points((2,), (3,)), **NOT_THERE),
    Case(np.block, lambda np, x, y: np.block([[x, y], [np.ones((1, 2)), 2.0]]), points((2, 2), (2, 1)), **NOT_THERE),
    Case(np.block, lambda np, x, y: np.block([[x], [y]]), points((3,), (1, 3)), **NOT_THERE),
    Case(np.block, lambda np, x, y: np.block([[x, y], [y, x]]), points((2, 1, 2), (2, 1, 2)), **NOT_THERE),
    Case(np.block, lambda np, x: np.block(x), points((3,)), **NOT_THERE),
    #
    Case(np.split, lambda np, x: np.split(x, 2), points((4, 2))),
    Case(np.split, lambda np, x: np.split(x, [1, 3], axis=1), points((2, 4)), **WRONG_THERE),
    Case(np.split, lambda np, x: np.split(x, 2, -1)[1], points((2, 4))),
    Case(np.split, lambda np, x: np.split(x, [3, 1]), points((4, 2)), **WRONG_THERE),
    Case(np.split, lambda np, x: np.split(x, [-1, 9, 2], 1), points((2, 4)), **WRONG_THERE),
    Case(np.array_split, lambda np, x: np.array_split(x, 3), points((5,)), **WRONG_THERE),
    Case(np.array_split, lambda np, x: np.array_split(x, 2, axis=1)[0], points((2, 3))),
    Case(np.vsplit, lambda np, x: np.vsplit(x, 2), points((4, 2))),
    Case(np.hsplit, lambda np, x: np.hsplit(x, 2), points((4,)), **NOT_THERE),
    Case(np.hsplit, lambda np, x: np.hsplit(x, [2, 1]), points((2, 3)), **NOT_THERE),
    Case(np.hsplit, lambda np, x: np.hsplit(x, [1])[1], points((2, 3)), **NOT_THERE),
    Case(np.hsplit, lambda np, x: np.hsplit(x, [1]), points((2, 3, 2)), **NOT_THERE),
    Case(np.dsplit, lambda np, x: np.dsplit(x, 2), points((2, 1, 4))),
]
