"""Functions that NumPy itself continues to complex numbers, or whose real form is linear."""

from __future__ import annotations

from typing import Any

import numpy as np

from beras.autodiff.primitives import cast, getitem, masked, scatter_add
from beras.autodiff.rules.running import linear_recurrence
from beras.oracle.analytic.table import ANALYTIC, with_parts

PLAIN = (
    "positive negative add subtract multiply true_divide reciprocal square exp exp2 expm1 "
    "sin cos tan sinh cosh tanh arctan arcsinh "
    "matmul dot inner outer tensordot cross convolve einsum matvec "
    "sum mean prod cumsum cumprod "
    "reshape ravel squeeze expand_dims atleast_1d atleast_2d atleast_3d transpose matrix_transpose swapaxes moveaxis "
    "rollaxis broadcast_to broadcast_arrays meshgrid flip fliplr flipud rot90 roll tile repeat resize triu tril diag "
    "diagflat diagonal copy unstack linspace "
    "where take take_along_axis compress extract choose delete "
    "concatenate stack vstack hstack dstack column_stack split array_split vsplit hsplit dsplit"
)
PLAIN_LINALG = "matmul outer tensordot cross multi_dot inv solve det matrix_transpose"

# By name, since NumPy's versions differ in what they have.
for _module, _names in ((np, PLAIN), (np.linalg, PLAIN_LINALG)):
    ANALYTIC |= {getattr(_module, name): getattr(_module, name) for name in _names.split() if hasattr(_module, name)}
for _function in (
    *(np.fft.fftshift, np.fft.ifftshift, np.lib.stride_tricks.sliding_window_view),
    *(getitem, scatter_add, masked, linear_recurrence),
):
    ANALYTIC[_function] = _function

# Real numbers stay what they are
ANALYTIC |= {function: lambda x, *_, **__: x for function in (cast, np.real, np.conjugate, np.real_if_close)}

# NumPy conjugates one factor of these
ANALYTIC |= {
    np.vdot: lambda x, y: np.vdot(np.conj(x), y),
    np.vecdot: lambda x, y, **params: np.vecdot(np.conj(x), y, **params),
    np.linalg.vecdot: lambda x, y, **params: np.linalg.vecdot(np.conj(x), y, **params),
    np.correlate: lambda x, y, mode="valid": np.correlate(x, np.conj(y), mode),
}
if hasattr(np, "vecmat"):
    ANALYTIC[np.vecmat] = lambda x, y: np.vecmat(np.conj(x), y)


# NumPy has these for real arrays only


def _insert(x: Any, obj: Any, values: Any, axis: Any = None) -> Any:
    return np.insert(np.asarray(x, np.complex128), obj, values, axis)


def _bincount(x: Any, weights: Any, minlength: int = 0) -> Any:
    return with_parts(*(np.bincount(x, part, minlength) for part in (np.real(weights), np.imag(weights))))


ANALYTIC |= {np.insert: _insert, np.bincount: _bincount}
