"""Every rule of the table: its values against NumPy, its derivatives against central differences and HIPS autograd."""

from __future__ import annotations

import autograd
import autograd.numpy as autograd_numpy
import numpy as np
import pytest

import beras
from beras.autodiff.registry import CONSTANTS, REFUSALS, RULES, full_name
from tests.autodiff.cases import ALL


def label(case):
    return full_name(case.covers)


@pytest.mark.parametrize("case", ALL, ids=label)
def test_value_is_numpys(case):
    expected = case.use(np, *case.arrays)
    with beras.GradientTape() as tape:
        ours = case.use(np, *[tape.watch(a) for a in case.arrays])
    for mine, theirs in zip(outputs(ours), outputs(expected), strict=True):
        mine = mine.numpy() if isinstance(mine, beras.Tensor) else mine
        assert np.shape(mine) == np.shape(theirs)
        np.testing.assert_allclose(mine, theirs, rtol=1e-14, atol=1e-15)


@pytest.mark.parametrize("case", ALL, ids=label)
def test_derivatives_are_central_differences(case):
    beras.check_grads(lambda *arrays: case.use(np, *arrays), *case.arrays, order=case.order, rtol=case.rtol)


@pytest.mark.parametrize("case", [case for case in ALL if case.hips], ids=label)
def test_gradient_is_autograds(case):
    def total(numpy):
        def scalar(*arrays):
            return sum(numpy.sum(numpy.sin(y)) for y in outputs(case.use(numpy, *arrays)))

        return scalar

    numbers = tuple(range(len(case.arrays)))
    ours = beras.grad(total(np), numbers)(*case.arrays)
    theirs = autograd.grad(total(autograd_numpy), numbers)(*case.arrays)
    for mine, other in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-10, atol=1e-12)


def test_every_rule_has_a_row():
    """A rule without a row cannot be merged."""
    covered = {case.covers for case in ALL}
    missing = [full_name(f) for f in RULES if f not in covered and not f.__module__.startswith("tests")]
    assert not missing, f"rules without a row in tests/autodiff/cases: {missing}"


def test_no_function_stands_in_two_lists():
    assert not RULES.keys() & CONSTANTS
    assert not RULES.keys() & REFUSALS.keys()
    assert not REFUSALS.keys() & CONSTANTS


@pytest.mark.parametrize("case", [case for case in ALL if not case.hips], ids=label)
def test_a_row_without_autograd_says_why(case):
    assert case.why


def outputs(value):
    return list(value) if isinstance(value, (tuple, list)) else [value]
