"""Functions that beras writes out in others, and that torch has whole: both ways must agree, and agree with NumPy.

On a tape such a function is the operations that it expands into, so that its twin is never asked. Here the traced
program holds it as one operation, computed by NumPy and replayed by its twin; beras' derivatives go through the
expansion.
"""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")

import beras  # noqa: E402
import beras.oracle.twins.tables  # noqa: E402
from beras.autodiff.registry import RULES, Expansion, PositionalRule, full_name, register_rare  # noqa: E402
from beras.oracle.twins.registry import TWINS  # noqa: E402
from tests.autodiff.cases import ALL  # noqa: E402
from tests.oracle import judge  # noqa: E402

pytestmark = pytest.mark.torch
register_rare()

#: Their operands stand in lists, which no single record can hold.
IN_LISTS = {np.block, np.select}
CASES = [case for case in ALL if type(RULES[case.covers]) is Expansion and case.covers in TWINS]
IN_ONE = [case for case in CASES if case.covers not in IN_LISTS]


def name(case):
    return full_name(case.covers)


@pytest.mark.parametrize("case", IN_ONE, ids=name)
def test_the_expansion_is_the_twin(case, monkeypatch):
    found = []

    def trace_as_one(use, arrays, followed):
        rule = PositionalRule([lambda g, ans, *args, **params: None] * 8, case.covers)
        with monkeypatch.context() as whole:
            whole.setitem(RULES, case.covers, rule)
            program = trace(use, arrays, followed)
        rule.vjps = ()  # the twin is given as it is what no tape follows
        found.extend(record.function for record in program.records)
        return program

    trace = judge.trace
    monkeypatch.setattr(judge, "trace", trace_as_one)
    judge.hold_against_torch(lambda *arrays: case.use(np, *arrays), *case.arrays, order=case.order)
    assert case.covers in found


class TwinsAsNumPy:
    """The module numpy for a row of the table, with twins for its functions."""

    def __getattr__(self, name):
        return TWINS.get(getattr(np, name), getattr(np, name))


@pytest.mark.parametrize("case", [case for case in CASES if case.covers in IN_LISTS], ids=name)
def test_lists_of_operands_go_to_the_twin_as_they_are(case):
    tensors = [torch.tensor(array, requires_grad=True) for array in case.arrays]
    theirs = case.use(TwinsAsNumPy(), *tensors)
    assert isinstance(theirs, torch.Tensor)
    ours = case.use(np, *case.arrays)
    np.testing.assert_array_equal(theirs.detach().numpy(), ours)
    weights = np.random.default_rng(0).normal(size=ours.shape)
    numbers = tuple(range(len(case.arrays)))
    slopes = beras.grad(lambda *arrays: np.sum(case.use(np, *arrays) * weights), numbers)(*case.arrays)
    for mine, other in zip(slopes, torch.autograd.grad(theirs, tensors, torch.tensor(weights)), strict=True):
        np.testing.assert_allclose(mine, other.numpy(), rtol=1e-12)
