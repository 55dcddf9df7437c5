"""Factors and their names; all that fit are named."""

from __future__ import annotations

import numpy as np
import pytest

from beras.oracle.diagnosis import Clues, diagnose
from beras.oracle.diagnosis.factors import FACTORS, name_factor
from tests.oracle.test_diagnosis_gradients import dense

SIZES = {"batch": 32, "inputs": 784, "units": 10}

NAMED = [
    (32, "not averaged", "the batch (32)"),
    (1 / 32, "averaged", "the batch (32)"),
    (784, "not averaged", "the inputs (784)"),
    (1 / 10, "averaged", "the units (10)"),
    (2, "doubled", "counted twice"),
    (1 / 2, "halved", "one of two equal terms"),
    (320, "not averaged", "the batch (32) and the units (10)"),
    (1 / 320, "averaged", "the batch (32) and the units (10)"),
    (1 / (32 * 784 * 10), "averaged", "the batch (32) and the inputs (784) and the units (10)"),
    (32 / 10, "wrong length", "divided by the units (10) where it should be by the batch (32)"),
    (10 / 784, "wrong length", "divided by the inputs (784) where it should be by the units (10)"),
    (32**0.5, "square root", "division by the square root of the batch (32) is missing"),
    (784**-0.5, "square root", "division by the square root of the inputs (784) is too many"),
    (64, "not averaged", "the batch (32) missing, and something counted twice"),
    (16, "not averaged", "the batch (32) missing, and a factor 2"),
    (2 / 32, "averaged", "the batch (32) where it should be summed, and counted twice"),
    (1 / 64, "averaged", "the batch (32) where it should be summed, and halved"),
    (32**2, "not averaged", "the batch (32) missing twice"),
    (1 / 100, "averaged", "the units (10) twice"),
]


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(("factor", "mistake", "says"), NAMED)
def test_a_named_factor(factor, mistake, says, sign):
    right = dense((32, 784, 10)).d_kernel
    found = diagnose(sign * factor * right, right, Clues("kernel", SIZES))
    assert found.mistake == ("" if sign > 0 else "sign and ") + mistake
    words = says.replace(" is missing", " missing").replace(" is too many", " too many")
    assert words in found.fix, found.fix
    assert ("minus" in found.sentence) is (sign < 0)


def test_every_formula_of_the_table_is_asked():
    named = {name_factor(factor, SIZES, 1e-9).why for factor, _, _ in NAMED}
    for formula in FACTORS:
        assert any(formula.why.split("{")[0] in why for why in named), formula


def test_lengths_that_coincide_are_all_named():
    layer = dense((10, 10, 10))
    right = layer.d_kernel
    found = diagnose(10 * right, right, layer.clues("kernel"))
    assert str(found) == (
        "your gradient for kernel is 10 times the right one everywhere: "
        "is the average over the batch (10), the inputs (10) or the units (10) missing?"
    )
    found = diagnose(2 * right, right, Clues("kernel", {"batch": 2, "units": 10}))
    assert "the average over the batch (2) missing, or is it counted twice" in found.fix
    found = diagnose(10 * right, right, Clues("kernel", {"batch": 5, "units": 2, "inputs": 10}))
    assert "the inputs (10) missing, or is the average over the batch (5) and the units (2) missing" in found.fix


def test_no_more_than_three_questions_are_asked():
    why = name_factor(2.0, {"batch": 4, "inputs": 8, "units": 2}, 1e-6).why
    assert "the units (2) missing, or is it counted twice" in why
    assert why.endswith("is it divided by the batch (4) where it should be by the inputs (8)")


def test_a_length_that_is_nearly_the_factor_is_not_named():
    right = dense((32, 784, 10)).d_kernel
    for factor in (31.99, 32.001, 1.0001, 33):
        assert diagnose(factor * right, right, Clues("kernel", SIZES)).mistake == "factor"
    found = diagnose(3 * right, right, Clues("kernel", SIZES))
    assert "counted 3 times" in found.fix


def test_lengths_of_one_explain_nothing():
    right = dense((32, 784, 10)).d_kernel
    found = diagnose(-right, right, Clues("kernel", {"batch": 1, "units": 1}))
    assert (found.mistake, "batch" in str(found)) == ("sign", False)
    assert "batch" not in str(diagnose(2 * right, right, Clues("kernel", {"batch": 1, "units": 10})))


@pytest.mark.parametrize("scale", [1e-300, 1e-30, 1e30, 1e300])
def test_the_scale_of_the_gradient_does_not_matter(scale):
    right = dense((7, 5, 3)).d_kernel * scale
    clues = Clues("kernel", {"batch": 7})
    assert diagnose(7 * right, right, clues).mistake == "not averaged"
    assert diagnose(right[::-1], right, clues).mistake == "reversed"
    assert diagnose(right + scale / 4, right, clues).mistake == "constant added"
    assert f"plus {scale / 4:.4g} in" in str(diagnose(right + scale / 4, right, clues))


def test_factors_in_numbers_of_very_different_size():
    rng = np.random.default_rng(0)
    right = rng.normal(size=(20, 10)) * 10.0 ** rng.integers(-12, 3, size=(20, 10))
    assert diagnose(-32 * right, right, Clues("kernel", SIZES)).mistake == "sign and not averaged"
