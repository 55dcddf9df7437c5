"""Values spaced evenly between two ends: linspace, logspace."""

from __future__ import annotations

from typing import Any

import numpy as np

from beras.autodiff.registry import define, expand


def _from_stop(g: Any, ans: Any, start: Any, stop: Any, num: int = 50, endpoint: bool = True, *, axis: int = 0) -> Any:
    share = np.arange(num, dtype=g.dtype) / max(num - bool(endpoint), 1)
    return np.moveaxis(g, axis, 0) * share.reshape((-1,) + (1,) * (ans.ndim - 1))


def _from_start(g: Any, ans: Any, start: Any, stop: Any, num: int = 50, endpoint: bool = True, *, axis: int = 0) -> Any:
    return np.moveaxis(g, axis, 0) - _from_stop(g, ans, start, stop, num, endpoint, axis=axis)


def _logspace(
    start: Any, stop: Any, num: int = 50, endpoint: bool = True, base: float = 10.0, dtype: None = None, axis: int = 0
) -> Any:
    if dtype is not None:
        raise TypeError(f"np.logspace(..., dtype=...) is not recorded. Write np.logspace(...).astype({dtype!r}).")
    return np.power(base, np.linspace(start, stop, num, endpoint, axis=axis))


# A value between the ends is (1 - share) * start + share * stop.
define(np.linspace, _from_start, _from_stop)
expand(np.logspace, _logspace)
