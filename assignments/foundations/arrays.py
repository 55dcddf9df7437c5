"""NumPy arrays, beras Tensors and torch tensors, handled by the same lines of code.

NumPy and torch give most functions the same name and take the same ``axis`` and ``keepdims``, so a function that is
written with ``xp.exp``, ``xp.sum``, ``xp.amax``, ``xp.where`` serves both, once ``xp`` is the right one of the two. A
beras Tensor is served by NumPy: that is how beras works.

torch is never imported here. A program that holds a torch tensor has imported it already.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from types import ModuleType
from typing import Any

import numpy as np

__all__ = ["alike", "is_tensor", "namespace", "through_numpy"]


def is_tensor(value: Any) -> bool:
    """Return whether ``value`` is a torch tensor."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.Tensor)


def namespace(*values: Any) -> ModuleType:
    """Return the module whose functions take the values: ``torch`` if one of them is a torch tensor, else ``numpy``.

    >>> namespace(np.zeros(2)).__name__
    'numpy'
    """
    return sys.modules["torch"] if any(map(is_tensor, values)) else np


def alike(*values: Any) -> tuple[Any, ...]:
    """Return `namespace`, followed by the values as floating-point arrays (or tensors) that fit each other.

    Floating-point arrays stay what they are. Lists, numbers and integer arrays take the dtype of the arrays beside
    them; where there is none, it is float64 (for torch its default dtype). Beside a torch tensor all become tensors.

    >>> xp, y, p = alike([0, 1], np.array([0.25, 0.75], dtype=np.float32))
    >>> y
    array([0., 1.], dtype=float32)
    """
    xp = namespace(*values)
    if xp is np:
        given = [value.dtype for value in values if _is_floating(value)]
        dtype = np.result_type(*given) if given else np.float64
        return np, *(value if _is_floating(value) else np.asarray(value, dtype) for value in values)
    tensors = [value for value in values if is_tensor(value)]
    floating = [tensor.dtype for tensor in tensors if tensor.is_floating_point()]
    dtype = floating[0] if floating else xp.get_default_dtype()
    return xp, *(
        value
        if is_tensor(value) and value.is_floating_point()
        else xp.as_tensor(value, dtype=dtype, device=tensors[0].device)
        for value in values
    )


def through_numpy(function: Callable) -> Callable:
    """Let a function of NumPy arrays take torch tensors too, and then return tensors (one, or a list of them).

    They are arrays on the way, so what torch had recorded of them ends here.
    """

    @wraps(function)
    def taking_tensors(*values: Any, **options: Any) -> Any:
        tensors = [value for value in (*values, *options.values()) if is_tensor(value)]
        if not tensors:
            return function(*values, **options)
        found = function(*map(_as_numpy, values), **{name: _as_numpy(value) for name, value in options.items()})
        arrays = found if isinstance(found, list) else [found]
        back = [sys.modules["torch"].from_numpy(np.array(array)).to(tensors[0].device) for array in arrays]
        return back if isinstance(found, list) else back[0]

    return taking_tensors


def _is_floating(value: Any) -> bool:
    return getattr(getattr(value, "dtype", None), "kind", "") == "f"


def _as_numpy(value: Any) -> Any:
    return value.detach().cpu().numpy() if is_tensor(value) else value
