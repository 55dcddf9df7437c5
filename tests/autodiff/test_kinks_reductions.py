"""Written decisions of reductions: ties, zeros, NaN, constant and empty inputs, against torch's where it has them."""

from __future__ import annotations

import numpy as np
import pytest

import beras

nan = np.nan


def gradient(f, x):
    """Return the gradient of ``sum(f(x))``."""
    return beras.grad(lambda x: np.sum(f(x)))(np.array(x, np.float64))


AS_TORCH = [
    ("max of ties", np.max, "amax", [1.0, 2.0, 2.0]),
    ("min of ties", np.min, "amin", [1.0, 1.0, 2.0, 1.0]),
    (
        "max along an axis",
        lambda x: np.max(x, axis=1),
        lambda torch: lambda x: torch.amax(x, 1),
        [[1.0, 1.0], [0.0, 2.0]],
    ),
    (
        "max along two axes",
        lambda x: np.max(x, axis=(0, 1)),
        lambda torch: lambda x: torch.amax(x, (0, 1)),
        [[1.0, 3.0], [3.0, 3.0]],
    ),
    (
        "running max of ties",
        np.maximum.accumulate,
        lambda torch: lambda x: torch.cummax(x, 0)[0],
        [1.0, 1.0, 0.0, 1.0, 2.0],
    ),
    (
        "running max with NaN",
        np.maximum.accumulate,
        lambda torch: lambda x: torch.cummax(x, 0)[0],
        [1.0, nan, 2.0, nan, 3.0],
    ),
    (
        "running min with NaN",
        np.minimum.accumulate,
        lambda torch: lambda x: torch.cummin(x, 0)[0],
        [1.0, nan, 0.0, nan],
    ),
    ("std of equal entries", lambda x: np.std(x, ddof=1), "std", [1.0, 1.0, 1.0]),
    (
        "std of rows, one constant",
        lambda x: np.std(x, axis=1, ddof=1),
        lambda torch: lambda x: torch.std(x, 1),
        [[1.0, 1.0], [0.0, 3.0]],
    ),
    ("product with one zero", np.prod, "prod", [2.0, 0.0, 3.0]),
    ("product with two zeros", np.prod, "prod", [2.0, 0.0, 0.0]),
    ("running product with zeros", np.cumprod, lambda torch: lambda x: torch.cumprod(x, 0), [2.0, 0.0, 3.0, 0.0, 5.0]),
    ("nansum", np.nansum, "nansum", [1.0, nan, 3.0]),
    ("nanmean", np.nanmean, "nanmean", [1.0, nan, 3.0]),
    (
        "quantile of ties",
        lambda x: np.quantile(x, 0.5),
        lambda torch: lambda x: torch.quantile(x, 0.5),
        [1.0, 1.0, 1.0, 2.0],
    ),
    ("logsumexp with -inf", np.logaddexp.reduce, lambda torch: lambda x: torch.logsumexp(x, 0), [-np.inf, 0.0, 1.0]),
]


@pytest.mark.torch
@pytest.mark.parametrize(("ours", "theirs", "x"), [row[1:] for row in AS_TORCH], ids=[row[0] for row in AS_TORCH])
def test_slope_is_torchs(ours, theirs, x):
    torch = pytest.importorskip("torch")
    torch.set_num_threads(1)
    tensor = torch.tensor(x, dtype=torch.float64, requires_grad=True)
    (getattr(torch, theirs) if isinstance(theirs, str) else theirs(torch))(tensor).sum().backward()
    np.testing.assert_allclose(gradient(ours, x), tensor.grad.numpy(), rtol=1e-14, atol=0)


@pytest.mark.torch
@pytest.mark.parametrize(
    ("x", "axis"), [([2.0, 0.0, 3.0], None), ([2.0, 0.0, 0.0, 5.0], None), ([[0.0, 2.0], [0.0, 3.0], [1.0, 0.0]], 0)]
)
def test_second_derivatives_of_products_with_zeros_are_torchs(x, axis):
    torch = pytest.importorskip("torch")
    torch.set_num_threads(1)
    for ours, theirs in (
        (np.prod, lambda t: torch.prod(t) if axis is None else torch.prod(t, axis)),
        (np.cumprod, lambda t: torch.cumprod(t.reshape(-1) if axis is None else t, axis or 0)),
    ):
        mine = beras.hessian(lambda x, ours=ours: np.sum(ours(x, axis)))(np.array(x))
        hessian = torch.autograd.functional.hessian(
            lambda t, f=theirs: f(t).sum(), torch.tensor(x, dtype=torch.float64)
        )
        np.testing.assert_allclose(mine, hessian.numpy(), rtol=1e-13, atol=0)


def test_nan_among_the_entries_takes_the_slope_of_an_extreme():
    np.testing.assert_array_equal(gradient(np.max, [1.0, nan, nan]), [0.0, 0.5, 0.5])
    np.testing.assert_array_equal(gradient(lambda x: np.min(x, 1), [[1.0, nan], [1.0, 2.0]]), [[0.0, 1.0], [1.0, 0.0]])


def test_a_median_of_nan_has_its_slope_where_the_sorted_nan_would_stand():
    """The answer is NaN whatever its slope; NumPy sorts NaN behind all numbers."""
    for f in (np.median, lambda x: np.quantile(x, 0.5), lambda x: np.percentile(x, 50)):
        np.testing.assert_array_equal(gradient(f, [1.0, nan, 2.0]), [0.0, 0.0, 1.0])


def test_nothing_but_nan_has_slope_zero():
    x = [[nan, nan], [1.0, nan]]
    for f in (np.nanmax, np.nanmin, np.nanmedian):
        with pytest.warns(RuntimeWarning, match="All-NaN"):
            np.testing.assert_array_equal(gradient(lambda x, f=f: f(x, axis=1), x), [[0.0, 0.0], [1.0, 0.0]])
        with pytest.warns(RuntimeWarning, match="All-NaN"):
            np.testing.assert_array_equal(gradient(lambda x, f=f: f(x, axis=1), [[nan], [1.0]]), [[0.0], [1.0]])


def test_no_nan_comes_back_from_functions_that_leave_it_out():
    x = [[0.3, nan, 1.2], [nan, -0.7, 2.1]]
    for f in (np.nansum, np.nanprod, np.nanmean, np.nanvar, np.nanstd, np.nancumsum, np.nancumprod, np.nanmedian):
        slope = gradient(lambda x, f=f: f(x, axis=1), x)
        np.testing.assert_array_equal(slope[np.isnan(x)], 0.0)
        assert np.isfinite(slope).all()


@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
def test_a_running_product_does_not_divide_by_a_zero_behind_an_infinity():
    """``inf + inf * 0 + inf * 0 * 2``: the slope is the product of the others, 0 * inf at the last."""
    np.testing.assert_array_equal(gradient(np.cumprod, [np.inf, 0.0, 2.0]), [1.0, np.inf, nan])


def test_equal_infinities_share_a_logsumexp():
    np.testing.assert_array_equal(gradient(np.logaddexp.reduce, [-np.inf, -np.inf]), [0.5, 0.5])
    np.testing.assert_array_equal(gradient(np.logaddexp.reduce, [np.inf, 1.0]), [1.0, 0.0])


def test_a_median_of_long_rows_is_numpys():
    """Many entries, for which selection by sorting has to agree with NumPy's partition."""
    x = np.random.default_rng(0).normal(size=(5, 101))
    slope = gradient(lambda x: np.median(x, axis=1), x)
    np.testing.assert_array_equal((slope * x).sum(axis=1), np.median(x, axis=1))


def test_a_variance_far_from_zero_keeps_its_digits():
    x = np.array([1e8, 1e8 + 1, 1e8 + 2])
    np.testing.assert_allclose(gradient(np.var, x), [-2 / 3, 0.0, 2 / 3], rtol=1e-12, atol=1e-15)


def test_a_mean_divides_by_the_count():
    """Its reciprocal would round twice."""
    for n in range(2, 100):
        np.testing.assert_array_equal(gradient(lambda x: 5.0 * np.mean(x), np.ones(n)), np.full(n, 5.0 / n))


def test_a_correlation_is_never_beyond_one():
    """Rounding makes it so now and then; NumPy cuts it off."""
    for seed in range(50):
        x = np.random.default_rng(seed).normal(size=(1, 5)) * [[1.0], [3.0], [-0.7]]
        with beras.GradientTape() as tape:
            ours = np.corrcoef(tape.watch(x))
        assert np.abs(ours.numpy()).max() <= 1.0


def test_a_sum_of_nothing():
    assert gradient(np.sum, []).shape == (0,)
    assert gradient(np.prod, []).shape == (0,)
    assert gradient(np.cumsum, []).shape == (0,)
    assert gradient(np.cumprod, []).shape == (0,)
    assert gradient(lambda x: np.max(x, axis=1), np.zeros((0, 3))).shape == (0, 3)
    for f in (np.median, np.nanmedian, lambda x: np.nanquantile(x, 0.3)):
        with pytest.warns(RuntimeWarning):
            assert gradient(f, []).shape == (0,)


@pytest.mark.parametrize(
    ("use", "error", "words"),
    [
        (lambda x: np.sum(x, where=[True, False]), TypeError, "where"),
        (lambda x: np.sum(x, initial=1.0), TypeError, "initial"),
        (lambda x: np.sum(x, out=np.zeros(())), TypeError, "out"),
        (lambda x: np.nansum(x, where=[True, False]), TypeError, "where"),
        (lambda x: np.std(x, where=[True, False]), TypeError, "where"),
        (lambda x: np.var(x, ddof=1, correction=1), ValueError, "one thing"),
        (lambda x: np.median(x, overwrite_input=True), TypeError, "overwrite_input"),
        (lambda x: np.quantile(np.array([1.0, 2.0]), x[0]), TypeError, "argument 1"),
        (lambda x: np.average(x, weights=[1.0, -1.0]), ZeroDivisionError, "zero"),
        (lambda x: np.average(x, weights=[1.0]), TypeError, "axis"),
        (lambda x: np.average(x, axis=0, weights=[1.0]), ValueError, "lengths"),
        (lambda x: np.diff(x, -1), ValueError, "n=-1"),
        (lambda x: np.gradient(x, edge_order=2), ValueError, "at least 3"),
        (lambda x: np.gradient(x, [1.0, 2.0, 3.0]), ValueError, "coordinate"),
        (lambda x: np.gradient(x, 1.0, 2.0), TypeError, "Received: 2"),
        (lambda x: np.interp(0.5, [0.0, 1.0, 2.0], x), ValueError, "equal length"),
        (lambda x: np.hypot.reduce(x), TypeError, "hypot.reduce"),
    ],
)
def test_misuse_says_what_is_wrong(use, error, words):
    with pytest.raises(error, match=words):
        gradient(use, [1.0, 2.0])


def test_the_slope_of_interp_at_its_last_sample_is_that_beyond_it():
    slope = gradient(lambda x: np.interp(x, [0.0, 1.0, 3.0], [5.0, 2.0, 4.0]), [0.0, 1.0, 3.0])
    np.testing.assert_array_equal(slope, [-3.0, 1.0, 0.0])


def test_the_shares_of_equal_infinities_pass_their_cotangents_on():
    """Two of three entries are infinite, so each has half of the slope; the other row is a softmax."""
    x = np.array([[np.inf, np.inf, 0.0], [0.0, 0.0, 0.0]])
    weights = np.array([6.0, 9.0])
    slope = beras.grad(lambda x: np.sum(np.logaddexp.reduce(x, axis=1) * weights))(x)
    np.testing.assert_allclose(slope, [[3.0, 3.0, 0.0], [3.0, 3.0, 3.0]], rtol=1e-15)


@pytest.mark.filterwarnings("ignore:Degrees of freedom:RuntimeWarning", "ignore:(divide|invalid):RuntimeWarning")
@pytest.mark.parametrize(
    "f",
    [
        lambda x: np.var(x, ddof=1),
        lambda x: np.var(x, ddof=2),
        lambda x: np.var(x, mean=np.array([0.5]), ddof=1),
        lambda x: np.cov(x),
    ],
    ids=["no freedom", "less than none", "given a mean", "covariance"],
)
def test_a_variance_without_freedom_is_numpys_and_has_no_slope(f):
    x = np.array([2.0])
    with beras.GradientTape() as tape:
        t = tape.watch(x)
        y = f(t)
    np.testing.assert_array_equal(y.numpy(), f(x))
    assert not np.isfinite(tape.gradient(y, t)).any()


def test_the_root_of_a_variance_is_flat_at_zero():
    from beras.autodiff.rules.variances import root_of_variance

    np.testing.assert_array_equal(gradient(root_of_variance, [0.0, 1.0, 4.0]), [0.0, 0.5, 0.25])
