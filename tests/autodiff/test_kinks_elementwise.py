"""Written decisions at kinks, ties and infinities of elementwise functions, against torch's."""

from __future__ import annotations

from fractions import Fraction
from math import factorial, perm

import numpy as np
import pytest

import beras
from beras.autodiff.rules.trigonometric import sinc_derivative

inf, nan = np.inf, np.nan


def gradients(f, *arrays):
    """Return the gradients of ``sum(f(*arrays))``."""
    arrays = [np.array(a, np.float64) for a in arrays]
    return beras.grad(lambda *xs: np.sum(f(*xs)), tuple(range(len(arrays))))(*arrays)


# name, the use in NumPy, the use in torch, points
AS_TORCH = [
    ("abs at 0", np.abs, "abs", [[0.0, -0.0, -2.0]]),
    ("sqrt at 0 with slope 0", lambda x: np.sqrt(x * x + 1), lambda torch: lambda x: torch.sqrt(x * x + 1), [[0.0]]),
    (
        "copysign at 0",
        lambda x: np.copysign(x, -1.0),
        lambda torch: lambda x: torch.copysign(x, torch.tensor(-1.0)),
        [[0.0, 1.0, -1.0]],
    ),
    ("maximum ties", np.maximum, "maximum", [[1.0, 2.0, 0.0], [1.0, 1.0, -0.0]]),
    ("minimum ties", np.minimum, "minimum", [[1.0, 2.0, 0.0], [1.0, 1.0, -0.0]]),
    ("maximum of NaN", np.maximum, "maximum", [[nan, 2.0, nan], [1.0, nan, nan]]),
    ("minimum of NaN", np.minimum, "minimum", [[nan, 2.0, nan], [1.0, nan, nan]]),
    ("fmax ties and NaN", np.fmax, "fmax", [[1.0, nan, 2.0, nan], [1.0, 1.0, nan, nan]]),
    ("fmin ties and NaN", np.fmin, "fmin", [[1.0, nan, 2.0, nan], [1.0, 1.0, nan, nan]]),
    (
        "relu at 0 written with maximum",
        lambda x: np.maximum(x, 0),
        lambda torch: lambda x: torch.maximum(x, torch.zeros(())),
        [[0.0, -1.0, 1.0]],
    ),
    (
        "clip ends",
        lambda x: np.clip(x, 0, 1),
        lambda torch: lambda x: torch.clamp(x, 0, 1),
        [[0.0, 1.0, 2.0, -1.0, nan]],
    ),
    ("clip bounds", np.clip, "clamp", [[0.0, 1.0, 2.0, -1.0], [0.0, 0.0, 0.0, 0.0], [1.0, 1.0, 1.0, 1.0]]),
    ("clip bounds that cross", np.clip, "clamp", [[3.0, 0.0, 1.5], [2.0, 2.0, 2.0], [1.0, 1.0, 1.0]]),
    ("arctan2 at the origin", np.arctan2, "atan2", [[0.0, 0.0, 1.0], [0.0, 1.0, 0.0]]),
    ("sinc at 0", np.sinc, "sinc", [[0.0]]),
    ("powers of 0", np.power, "pow", [[0.0, 0.0, 0.0, 0.0], [0.0, 1.0, 2.0, 3.5]]),
    (
        "whole powers of negative numbers",
        lambda x: x ** np.array([0.0, 1.0, 2.0, -3.0]),
        lambda torch: lambda x: x ** torch.tensor([0.0, 1.0, 2.0, -3.0]),
        [[-2.0, -2.0, -2.0, -2.0]],
    ),
    ("the zeroth power of a subnormal", np.power, "pow", [[1e-310, 5e-324], [0.0, 0.0]]),
    ("the zeroth power", lambda x: x**0, lambda torch: lambda x: x**0, [[0.0, -1.0, 2.0]]),
    ("nan_to_num", np.nan_to_num, "nan_to_num", [[nan, inf, -inf, 1.0]]),
    ("remainder at a multiple", np.remainder, "remainder", [[4.0, 5.0, -5.0], [2.0, 3.0, 3.0]]),
    ("fmod at a multiple", np.fmod, "fmod", [[4.0, 5.0, -5.0], [2.0, 3.0, 3.0]]),
    ("logaddexp with one infinity", np.logaddexp, "logaddexp", [[-inf, 0.0, -800.0], [0.0, -inf, 800.0]]),
    (
        "where at an infinite slope",
        lambda x: np.where(x > 0, x, 0.0) + np.log(np.where(x > 0, x, 1.0)),
        lambda torch: lambda x: torch.where(x > 0, x, 0.0) + torch.log(torch.where(x > 0, x, 1.0)),
        [[0.0, 2.0]],
    ),
]


@pytest.mark.torch
@pytest.mark.parametrize(("ours", "theirs", "arrays"), [row[1:] for row in AS_TORCH], ids=[row[0] for row in AS_TORCH])
def test_slope_is_torchs(ours, theirs, arrays):
    torch = pytest.importorskip("torch")
    torch.set_num_threads(1)
    tensors = [torch.tensor(a, dtype=torch.float64, requires_grad=True) for a in arrays]
    (getattr(torch, theirs) if isinstance(theirs, str) else theirs(torch))(*tensors).sum().backward()
    for mine, tensor in zip(gradients(ours, *arrays), tensors, strict=True):
        np.testing.assert_allclose(mine, tensor.grad.numpy(), rtol=1e-14, atol=0)


@pytest.mark.torch
@pytest.mark.parametrize(
    ("name", "x"),
    [("sqrt", 0.0), ("log", 0.0), ("reciprocal", 0.0), ("arcsin", 1.0), ("arctanh", 1.0), ("arccosh", 1.0)],
)
def test_infinite_slope_is_torchs(name, x):
    torch = pytest.importorskip("torch")
    torch.set_num_threads(1)
    tensor = torch.tensor([x], dtype=torch.float64, requires_grad=True)
    getattr(torch, name)(tensor).sum().backward()
    with np.errstate(all="ignore"):
        (mine,) = gradients(getattr(np, name), [x])
    assert np.isinf(mine).all()
    np.testing.assert_array_equal(mine, tensor.grad.numpy())


@pytest.mark.parametrize(
    ("f", "arrays", "expected"),
    [
        (np.hypot, ([0.0, 3.0], [0.0, 4.0]), ([0.0, 0.6], [0.0, 0.8])),
        (np.logaddexp, ([-inf, -inf], [-inf, 0.0]), ([0.5, 0.0], [0.5, 1.0])),
        (np.logaddexp, ([inf, inf, 0.0], [inf, 0.0, inf]), ([0.5, 1.0, 0.0], [0.5, 0.0, 1.0])),
        (np.logaddexp2, ([-inf, 1.0], [-inf, 1.0]), ([0.5, 0.5], [0.5, 0.5])),
    ],
)
def test_slope_is_finite_where_torchs_is_nan(f, arrays, expected):
    """The origin of hypot and equal infinities of logaddexp: torch gives NaN, which would spoil a whole gradient."""
    for mine, slope in zip(gradients(f, *arrays), expected, strict=True):
        np.testing.assert_allclose(mine, slope, rtol=1e-15)


@pytest.mark.parametrize("x", [1e200, -1e200, 1e-200])
def test_no_square_overflows(x):
    """A slope that is representable comes out without a warning, however large or small the point."""
    assert gradients(np.arctan, x)[0] == pytest.approx(1.0 if abs(x) < 1 else 0.0)
    assert gradients(np.arcsinh, x)[0] == pytest.approx(1 / max(abs(x), 1.0), rel=1e-15)
    by_y, by_x = gradients(np.arctan2, x, x)
    assert by_y == pytest.approx(0.5 / x, rel=1e-15)
    assert by_x == pytest.approx(-0.5 / x, rel=1e-15)
    assert gradients(np.hypot, x, x)[0] == pytest.approx(np.sign(x) * np.sqrt(0.5), rel=1e-15)


def test_a_masked_branch_lets_no_infinity_through():
    """Behind np.where, np.maximum and np.clip a cotangent may be infinite in entries that were not chosen."""
    x = np.array([2.0, -1.0])
    with np.errstate(divide="ignore"):
        for cut in (
            lambda x: np.where(x > 0, x, 0.0),
            lambda x: np.maximum(x, 0.0),
            lambda x: np.clip(x, 0.0, None),
            lambda x: np.fmax(0.0, x),
        ):
            np.testing.assert_array_equal(gradients(lambda x, cut=cut: np.log(cut(x)), x)[0], [0.5, 0.0])


def test_a_tie_of_maximum_halves_in_float32():
    x = np.array([1.0, 2.0], np.float32)
    slope = beras.grad(lambda x: np.sum(np.maximum(x, np.float32(1))))(x)
    assert slope.dtype == np.float32
    np.testing.assert_array_equal(slope, [0.5, 1.0])


def test_between_equal_bounds_each_has_the_slope_of_its_own_side():
    """Torch gives the lower one nothing there, as if the bounds crossed."""
    slopes = gradients(np.clip, [-1.0, 1.0, 3.0], [1.0, 1.0, 1.0], [1.0, 1.0, 1.0])
    np.testing.assert_array_equal(slopes, [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])


@pytest.mark.parametrize("n", range(9))
def test_derivatives_of_sinc_are_the_sums_of_their_series(n):
    """In fractions, which lose no digits; on both sides of ``|pi x| = n + 1``, where the formula changes."""
    x = np.array([0.0, 0.1, (n + 0.9) / np.pi, (n + 1.1) / np.pi, -(n + 1.1) / np.pi])
    ours = sinc_derivative(x, n)
    for value, z in zip(ours, map(Fraction, x * np.pi), strict=True):
        terms = (
            Fraction((-1) ** k, factorial(2 * k + 1)) * perm(2 * k, n) * z ** (2 * k - n)
            for k in range((n + 1) // 2, 60)
        )
        assert value / np.pi**n == pytest.approx(float(sum(terms)), abs=1e-12)


def test_the_mixed_derivative_of_a_zeroth_power_is_one_over_x():
    """Also for the smallest number that is not subnormal: only below it is 1 / x out of reach."""
    x = np.array([0.5, 2.0, np.finfo(np.float64).tiny])
    slopes = beras.grad(lambda y: np.sum(beras.grad(lambda x: np.sum(x**y))(x)))(np.zeros(3))
    np.testing.assert_allclose(slopes, 1 / x, rtol=1e-12)


def test_nan_to_num_gives_numpys_numbers():
    x = np.array([nan, inf, -inf, 2.0])
    with beras.GradientTape() as tape:
        ours = [np.nan_to_num(tape.watch(x)), np.nan_to_num(tape.watch(x), nan=5.0, posinf=6.0, neginf=7.0)]
    np.testing.assert_array_equal(ours[0].numpy(), np.nan_to_num(x))
    np.testing.assert_array_equal(ours[1].numpy(), [5.0, 6.0, 7.0, 2.0])


def test_nan_to_num_in_place_is_refused():
    with pytest.raises(TypeError, match="overwrite"):
        gradients(lambda x: np.nan_to_num(x, copy=False), [1.0])


@pytest.mark.parametrize(
    ("use", "error", "words"),
    [
        (lambda x: np.clip(x, 0), TypeError, "a_max"),
        (lambda x: np.clip(x, 0, 1, min=0), ValueError, "not as both"),
        (lambda x: np.select([x > 0], [x, x]), ValueError, "1 conditions, 2 choices"),
        (lambda x: np.select([[1.0, 2.0]], [x]), TypeError, "boolean"),
        (lambda x: np.piecewise(x, [x > 0], [1, 2, 3]), ValueError, "Received: 3"),
        (lambda x: np.exp(x, where=[True, False]), TypeError, "where"),
        (lambda x: np.add(x, x, out=np.zeros(2)), TypeError, "out"),
    ],
)
def test_misuse_says_what_is_wrong(use, error, words):
    with pytest.raises(error, match=words):
        gradients(use, [1.0, 2.0])
