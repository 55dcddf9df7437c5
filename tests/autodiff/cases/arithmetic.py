import numpy as np

from tests.autodiff.case import Case, points

CASES = [
    Case(np.positive, lambda np, x: np.positive(x), points((3,)), hips=False, why="not in autograd"),
    Case(np.negative, lambda np, x: np.negative(x), points((3,))),
    Case(np.add, lambda np, x, y: np.add(x, y), points((2, 3), (3,))),
]
