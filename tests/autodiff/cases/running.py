"""Rows for ``beras/autodiff/rules/running.py``."""

import numpy as np

from beras.autodiff.rules.running import linear_recurrence, running_max, running_min
from tests.autodiff.case import Case, points
from tests.autodiff.cases.reductions import LACKING, ZEROS, along

CASES = [
    *along(np.cumsum, ways=({}, {"axis": 0}, {"axis": -2})),
    Case(np.cumsum, lambda np, x: np.add.accumulate(x) * x, points((2, 3)), **LACKING),
    Case(np.cumsum, lambda np, x: x.cumsum(), points((2, 3))),
    *along(np.cumprod, ways=({}, {"axis": 0}, {"axis": -2}), **LACKING),
    *along(np.cumprod, arrays=(ZEROS,), ways=({"axis": 0}, {"axis": 1}), **LACKING),
    *along(np.cumprod, arrays=(ZEROS[:2],), ways=({},), **LACKING),
    Case(np.cumprod, lambda np, x: np.multiply.accumulate(x, axis=1), points((2, 3)), **LACKING),
    Case(np.cumsum, lambda np, x: np.cumsum(x, axis=0) * x, (np.array(0.4),), **LACKING),
    *(Case(np.cumprod, lambda np, x: np.cumprod(x, axis=-1), (np.array(at),), **LACKING) for at in (0.4, 0.0)),
    *(
        Case(
            linear_recurrence,
            lambda np, a, b, axis=axis: linear_recurrence(a, b, axis),
            points((2, 3), (2, 3)),
            **LACKING,
        )
        for axis in (0, 1, -1)
    ),
    *(
        Case(running, lambda np, x, f=f, axis=axis: f.accumulate(x, axis) ** 2, points((4, 3), seed=2), **LACKING)
        for running, f in ((running_max, np.maximum), (running_min, np.minimum))
        for axis in (0, -1)
    ),
    *(
        Case(running, lambda np, x, f=f: f.accumulate(x) ** 2, points((4, 3), seed=2), **LACKING)
        for running, f in ((running_max, np.maximum), (running_min, np.minimum))
    ),
]

# New in NumPy 2.1.
if hasattr(np, "cumulative_sum"):
    for cumulative in (np.cumulative_sum, np.cumulative_prod):
        for way in ({"axis": 0}, {"axis": -1, "include_initial": True}):
            CASES += along(cumulative, arrays=(ZEROS[:2],), ways=(way,), **LACKING)
        CASES += along(cumulative, arrays=points((4,)), ways=({}, {"include_initial": True}), **LACKING)
