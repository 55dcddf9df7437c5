"""Twins of ``beras/autodiff/rules/exponential.py``."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from beras.autodiff.rules.exponential import log_sum_exp
from beras.oracle.twins.adapters import elementwise, reduction
from beras.oracle.twins.registry import twin

for numpy_function, torch_function in (
    (np.exp, torch.exp),
    (np.exp2, torch.exp2),
    (np.expm1, torch.expm1),
    (np.log, torch.log),
    (np.log2, torch.log2),
    (np.log10, torch.log10),
    (np.log1p, torch.log1p),
    (np.logaddexp, torch.logaddexp),
    (np.logaddexp2, torch.logaddexp2),
):
    twin(numpy_function, elementwise(torch_function))


_reduced = reduction(torch.logsumexp)


def _log_sum_exp(x: Any, axis: Any = 0, dtype: Any = None, *, keepdims: Any = False) -> torch.Tensor:
    return _reduced(x, axis, dtype, keepdims=keepdims)


twin(log_sum_exp, _log_sum_exp)
