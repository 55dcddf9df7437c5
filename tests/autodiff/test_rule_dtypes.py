"""float32 in, float32 out, and the same of float16: values and gradients of elementwise and reducing functions."""

from __future__ import annotations

import numpy as np
import pytest

import beras
from beras.autodiff.registry import RULES

UNARY = sorted(
    {f for f in RULES if isinstance(f, np.ufunc) and f.nin == 1 and f.nout == 1 and "f->f" in f.types},
    key=lambda ufunc: ufunc.__name__,
)
BINARY = sorted(
    {
        f
        for f in RULES
        if isinstance(f, np.ufunc) and f.nin == 2 and f.nout == 1 and "ff->f" in f.types and not f.signature
    },
    key=lambda ufunc: ufunc.__name__,
)
REDUCING = [
    *(np.sum, np.mean, np.prod, np.max, np.min, np.amax, np.amin, np.var, np.std, np.median, np.cumsum, np.cumprod),
    *(np.nansum, np.nanmean, np.nanprod, np.nanmax, np.nanmin, np.nanvar, np.nanstd, np.nanmedian, np.ptp, np.average),
    *(np.nancumsum, np.nancumprod, np.diff, np.gradient, np.trapezoid, np.sinc, np.unwrap, np.ediff1d, np.nan_to_num),
    *(np.logaddexp.reduce, np.maximum.accumulate),
]
OTHERS = {
    "quantile": lambda x: np.quantile(x, 0.3),
    "percentile": lambda x: np.percentile(x, 30),
    "clip": lambda x: np.clip(x, 0.2, 1.0),
    "where": lambda x: np.where(x > 0.5, x, 0.0),
    "select": lambda x: np.select([x > 0.5], [x], 1.0),
    "piecewise": lambda x: np.piecewise(x, [x > 0.5], [lambda v: 2 * v, 1.0]),
    "power": lambda x: x**3 + x**0.5 + 2.0**x,
    "zeroth power": lambda x: x**0 + x,
    "maximum": lambda x: np.maximum(x, 0.5),
    "arithmetic": lambda x: 1 - 2 * x / 3 + x % 0.7,
    "std": lambda x: np.std(x, ddof=1),
    "cov": lambda x: np.cov(x, dtype=x.dtype),
    "corrcoef": lambda x: np.corrcoef(np.stack([x, x**2]), dtype=x.dtype),
    "prod with a zero": lambda x: np.prod(x - x.numpy()[0] if isinstance(x, beras.Tensor) else x - x[0]),
}


def check(f, *arrays):
    with beras.GradientTape() as outer:
        xs = [outer.watch(a) for a in arrays]
        with beras.GradientTape() as inner:
            xs = [inner.watch(x) for x in xs]
            y = f(*xs)
        expected = f(*arrays)
        assert y.dtype == expected.dtype == arrays[0].dtype
        np.testing.assert_array_equal(y.numpy(), expected)
        slopes = inner.gradient(y, xs, unconnected_gradients="zero")
        for slope in slopes:
            assert slope.dtype == arrays[0].dtype
        total = sum(np.sum(slope * slope) for slope in slopes)
    if isinstance(total, beras.Tensor):
        for curvature in outer.gradient(total, xs, unconnected_gradients="zero"):
            assert curvature.dtype == arrays[0].dtype


@pytest.mark.parametrize("dtype", [np.float32, np.float16])
@pytest.mark.parametrize("f", UNARY, ids=lambda f: f.__name__)
def test_unary_ufunc_keeps_the_dtype(f, dtype):
    points = np.array([1.25, 1.5]) if f is np.arccosh else np.array([0.25, 0.5])
    check(f, points.astype(dtype))
    check(f, points.astype(dtype)[0].reshape(()))


@pytest.mark.parametrize("dtype", [np.float32, np.float16])
@pytest.mark.parametrize("f", BINARY, ids=lambda f: f.__name__)
def test_binary_ufunc_keeps_the_dtype(f, dtype):
    if f is np.float_power:
        pytest.skip("NumPy gives float64.")
    check(f, np.array([0.25, 0.5, 0.5], dtype), np.array([0.5, 0.5, 0.25], dtype))
    check(f, np.array([[0.25], [0.5]], dtype), np.array(0.5, dtype))


@pytest.mark.parametrize("dtype", [np.float32, np.float16])
@pytest.mark.parametrize("f", [*REDUCING, *OTHERS.values()], ids=[*(f.__name__ for f in REDUCING), *OTHERS])
def test_function_keeps_the_dtype(f, dtype):
    check(f, np.array([0.25, 0.5, 1.5, 1.0], dtype))


@pytest.mark.parametrize("f", [np.sum, np.mean, np.var, np.max, np.prod, np.cumsum])
def test_a_wider_dtype_of_the_result_leaves_that_of_the_gradient(f):
    x = np.array([0.25, 0.5, 1.5], np.float32)
    params = {} if f is np.max else {"dtype": np.float64}
    with beras.GradientTape() as tape:
        x = tape.watch(x)
        y = np.sum(f(x, **params))
    assert tape.gradient(y, x).dtype == np.float32


@pytest.mark.parametrize("f", [np.cov, np.corrcoef])
def test_a_covariance_is_computed_in_float64_as_numpys(f):
    x = np.array([[0.1, 0.2, 0.4], [0.3, 0.7, 0.5]], np.float32)
    with beras.GradientTape() as tape:
        t = tape.watch(x)
        y = f(t)
    assert y.dtype == f(x).dtype == np.float64
    np.testing.assert_allclose(y.numpy(), f(x), rtol=1e-14)
    assert tape.gradient(y, t).dtype == np.float32


@pytest.mark.parametrize(("of_x", "of_ans"), [(np.float32, np.float64), (np.float64, np.float32)])
def test_a_running_product_is_pulled_back_in_the_wider_dtype(of_x, of_ans):
    """The second slope is 1e-30 * (1 + 1e20 + 1e40): float32 holds it, but not 1e40."""
    x = np.array([1e-30, 0.0, 1e20, 1e20], of_x)
    slope = beras.grad(lambda x: np.sum(np.cumprod(x, dtype=of_ans)))(x)
    assert slope.dtype == of_x
    np.testing.assert_allclose(slope[1], 1e10, rtol=1e-6)


def test_there_are_ufuncs_to_check():
    """The table above is read from the registry; if that were empty, nothing would have been tested."""
    assert {np.exp, np.sin, np.sqrt, np.tanh, np.cbrt, np.deg2rad} <= set(UNARY)
    assert {np.add, np.power, np.maximum, np.logaddexp, np.arctan2, np.hypot, np.remainder} <= set(BINARY)


@pytest.mark.parametrize(
    "f",
    [np.mean, np.nanmean, np.average, np.max, np.nanmin, lambda x: np.mean(x, axis=0)],
    ids=["mean", "nanmean", "average", "max", "nanmin", "mean along an axis"],
)
@pytest.mark.filterwarnings("ignore:overflow encountered in reduce:RuntimeWarning")
def test_more_entries_than_float16_can_count(f):
    g = beras.grad(f)(np.ones(100_000, "f2"))
    assert g.dtype == np.float16
    np.testing.assert_array_equal(g, np.full(100_000, 1e-5, "f2"))


def test_a_mean_of_more_entries_than_float16_can_count_passes_its_cotangent_on():
    g = beras.grad(lambda x: 300 * np.mean(x))(np.ones(100_000, "f2"))
    np.testing.assert_allclose(g, np.full(100_000, 3e-3, "f2"), rtol=1e-2)


@pytest.mark.parametrize("f", [np.var, np.nanvar, np.std, np.nanstd])
def test_variances_of_more_entries_than_float16_can_count(f):
    x = np.tile(np.array([0.5, -0.5], "f2"), 50_000)  # the slope of either is 2 x / n
    np.testing.assert_allclose(beras.grad(f)(x), 2e-5 * x, atol=1e-7)
