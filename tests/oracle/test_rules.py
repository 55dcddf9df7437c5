"""Every rule of the table against torch: values, first and second derivatives."""

from __future__ import annotations

import numpy as np
import pytest

from beras.autodiff.registry import full_name
from tests.autodiff.cases import ALL
from tests.oracle.judge import hold_against_torch

pytestmark = pytest.mark.torch
torch = pytest.importorskip("torch")


@pytest.mark.parametrize("case", ALL, ids=lambda case: full_name(case.covers))
def test_values_and_derivatives_are_torchs(case):
    order = min(case.order, case.torch_order)
    hold_against_torch(lambda *arrays: case.use(np, *arrays), *case.arrays, order=order)


WRONG_IN_TORCH = [case for case in ALL if case.torch_order < case.order]


@pytest.mark.parametrize("case", WRONG_IN_TORCH, ids=lambda case: full_name(case.covers))
def test_where_torch_is_said_to_be_wrong_it_differs(case):
    with pytest.raises(AssertionError):
        hold_against_torch(lambda *arrays: case.use(np, *arrays), *case.arrays, order=case.torch_order + 1)
