"""Twins of ``beras/autodiff/rules/norms.py``."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from beras.oracle.twins.adapters import reduction, tensor
from beras.oracle.twins.registry import twin


def _norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> torch.Tensor:
    return torch.linalg.norm(tensor(x), "fro" if ord == "f" else ord, axis, keepdims)


_of_vectors = reduction(torch.linalg.vector_norm)


def _vector_norm(x: Any, axis: Any = None, keepdims: bool = False, ord: Any = 2) -> torch.Tensor:
    return _of_vectors(x, axis, keepdims=keepdims, ord=ord)


def _matrix_norm(x: Any, keepdims: bool = False, ord: Any = "fro") -> torch.Tensor:
    return torch.linalg.matrix_norm(tensor(x), ord, keepdim=keepdims)


def _cond(x: Any, p: Any = None) -> torch.Tensor:
    """For norms other than the spectral one `torch.linalg.cond` overwrites what its own gradient needs."""
    x = tensor(x)
    if p in (None, 2, -2):
        return torch.linalg.cond(x, p)
    return torch.linalg.matrix_norm(x, p) * torch.linalg.matrix_norm(torch.linalg.inv(x), p)


twin(np.linalg.norm, _norm)
twin(np.linalg.vector_norm, _vector_norm)
twin(np.linalg.matrix_norm, _matrix_norm)
twin(np.linalg.cond, _cond)
