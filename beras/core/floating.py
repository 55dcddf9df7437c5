"""What a function of numbers accepts: anything that can be a floating-point array."""

from __future__ import annotations

from typing import Any

import numpy as np

from beras.autodiff.tracked import Tracked
from beras.config import floatx

__all__ = ["floating"]


def floating(value: Any, dtype: Any = None) -> Any:
    """Return ``value`` as a floating-point array, Tensor or Variable.

    Floating-point arrays keep their dtype; anything else (lists, integers, booleans) becomes `floatx`. A ``dtype`` that
    is given is the result's.

    >>> floating([1, 2])
    array([1., 2.], dtype=float32)
    """
    array: Any = value if isinstance(value, (Tracked, np.ndarray, np.generic)) else np.asarray(value, dtype or floatx())
    wanted = dtype if dtype is not None else None if array.dtype.kind == "f" else floatx()
    return array if wanted is None or array.dtype == wanted else array.astype(wanted)
