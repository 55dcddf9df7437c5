"""Reductions that leave NaN out: nansum, nanmean, nanmax, nanvar and their kin."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from beras.autodiff.primitives import cast, masked
from beras.autodiff.registry import define, expand
from beras.autodiff.rules.axes import spread
from beras.autodiff.rules.reductions import share
from beras.autodiff.rules.variances import deviation, freedom_lost


def _filled(reduction: Callable[..., Any], neutral: float) -> Callable[..., Any]:
    """Return the reduction of an array whose NaN count as ``neutral``."""

    def body(x: Any, axis: Any = None, dtype: Any = None, *, keepdims: Any = False) -> Any:
        return reduction(np.where(np.isnan(x), neutral, x), axis, dtype, keepdims=keepdims)

    return body


def _filled_running(accumulation: Callable[..., Any], neutral: float) -> Callable[..., Any]:
    """Return the running sum or product of an array whose NaN count as ``neutral``."""
    return lambda x, axis=None, dtype=None: accumulation(np.where(np.isnan(x), neutral, x), axis, dtype)


expand(np.nansum, _filled(np.sum, 0.0))
expand(np.nanprod, _filled(np.prod, 1.0))
expand(np.nancumsum, _filled_running(np.cumsum, 0.0))
expand(np.nancumprod, _filled_running(np.cumprod, 1.0))


def _per_number(total: Any, x: Any, axis: Any, keepdims: Any, ddof: float = 0) -> Any:
    """Return ``total`` divided by how many entries are not NaN, less ``ddof``, in the dtype of ``total``."""
    return cast(total / (np.sum(~np.isnan(x), axis=axis, keepdims=keepdims) - ddof), total.dtype)


def _nanmean(x: Any, axis: Any = None, dtype: Any = None, *, keepdims: Any = False) -> Any:
    return _per_number(np.nansum(x, axis, dtype, keepdims=keepdims), x, axis, keepdims)


def _nanvar(
    x: Any,
    axis: Any = None,
    dtype: Any = None,
    *,
    ddof: float = 0,
    keepdims: Any = False,
    mean: Any = None,
    correction: Any = None,
) -> Any:
    mean = np.nanmean(x, axis, dtype, keepdims=True) if mean is None else mean
    # The deviations of NaN are set to zero before they are squared, so that no NaN comes back as a cotangent.
    squares = np.square(masked(x - mean, ~np.isnan(x)))
    total = np.sum(squares, axis, dtype, keepdims=keepdims)
    return _per_number(total, x, axis, keepdims, freedom_lost(ddof, correction))


expand(np.nanmean, _nanmean)
expand(np.nanvar, _nanvar)
expand(np.nanstd, deviation(_nanvar))


def _extreme_but_nan(g: Any, ans: Any, x: Any, axis: Any = None, *, keepdims: Any = False) -> Any:
    return share(g, np.equal(x, spread(ans, x, axis, keepdims)), axis, False)


define(np.nanmax, _extreme_but_nan)
define(np.nanmin, _extreme_but_nan)
