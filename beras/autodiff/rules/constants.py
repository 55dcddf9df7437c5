"""Functions whose answers do not vary with their inputs, or vary only by jumps: their derivative is zero everywhere."""

from __future__ import annotations

import numpy as np

from beras.autodiff.registry import constant, define

#: By name, since NumPy's versions differ in what they have.
NAMES = (
    # comparisons
    *("equal", "not_equal", "less", "less_equal", "greater", "greater_equal"),
    *("isclose", "allclose", "array_equal", "array_equiv", "isin", "in1d"),
    # logic and tests
    *("logical_and", "logical_or", "logical_xor", "logical_not", "all", "any"),
    *("isnan", "isinf", "isfinite", "isposinf", "isneginf", "isnat", "signbit"),
    *("isreal", "iscomplex", "isrealobj", "iscomplexobj"),
    # steps: constant between jumps
    *("sign", "rint", "floor", "ceil", "trunc", "fix", "round", "around", "floor_divide", "spacing"),
    # parts that a real number does not have, or that only jump
    *("imag", "angle"),
    # indices and counts
    *("argmax", "argmin", "nanargmax", "nanargmin", "argsort", "argpartition", "lexsort", "searchsorted", "digitize"),
    *("nonzero", "flatnonzero", "argwhere", "count_nonzero"),
    *("unravel_index", "ravel_multi_index", "diag_indices_from", "tril_indices_from", "triu_indices_from"),
    # whole numbers, which have no derivative; NumPy refuses anything else here
    *("bitwise_and", "bitwise_or", "bitwise_xor", "bitwise_count", "invert", "left_shift", "right_shift"),
    *("gcd", "lcm", "packbits", "unpackbits"),
    # shapes and types
    *("shape", "ndim", "size", "zeros_like", "ones_like", "empty_like"),
    *("result_type", "can_cast", "common_type", "min_scalar_type", "may_share_memory", "shares_memory"),
    # text
    *("array2string", "array_repr", "array_str"),
)

constant(*(getattr(np, name) for name in NAMES if hasattr(np, name)))

# Constant in some arguments only. `full_like` is refused where the fill itself is followed.
define(np.full_like, None)
define(np.heaviside, None, lambda g, ans, x, at_zero: g * (x == 0))
define(np.nextafter, lambda g, ans, x, toward: g, None)
