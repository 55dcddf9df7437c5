"""Twins of ``beras/autodiff/rules/joining.py``: concatenate, stack, vstack, block, split."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch

from beras.oracle.twins.adapters import tensor
from beras.oracle.twins.indices import whole
from beras.oracle.twins.promotion import alike
from beras.oracle.twins.registry import twin


def _concatenate(arrays: Sequence[Any], axis: int | None = 0, **dtype_and_casting: Any) -> torch.Tensor:
    parts = alike(*arrays)
    return torch.cat([part.reshape(-1) for part in parts]) if axis is None else torch.cat(parts, axis)


def _joined_by(function: Callable[..., torch.Tensor]) -> Callable[..., torch.Tensor]:
    return lambda arrays, **dtype_and_casting: function(alike(*arrays))


twin(np.concatenate, _concatenate)
twin(np.stack, lambda arrays, axis=0, **dtype_and_casting: torch.stack(alike(*arrays), axis))
twin(np.vstack, _joined_by(torch.vstack))
twin(np.hstack, _joined_by(torch.hstack))
twin(np.dstack, _joined_by(torch.dstack))
twin(np.column_stack, _joined_by(torch.column_stack))


def _places(indices_or_sections: Any) -> int | list[int]:
    if np.ndim(indices_or_sections) == 0:
        return int(indices_or_sections)
    return list(whole(indices_or_sections))


for function in (np.split, np.array_split):
    twin(function, lambda x, indices_or_sections, axis=0: torch.tensor_split(x, _places(indices_or_sections), axis))
twin(np.vsplit, lambda x, indices_or_sections: torch.vsplit(x, _places(indices_or_sections)))
twin(np.hsplit, lambda x, indices_or_sections: torch.hsplit(x, _places(indices_or_sections)))
twin(np.dsplit, lambda x, indices_or_sections: torch.dsplit(x, _places(indices_or_sections)))


def _append(arr: Any, values: Any, axis: int | None = None) -> torch.Tensor:
    return _concatenate([arr, values], axis)


def _block(arrays: Any) -> torch.Tensor:
    """Return the blocks joined from the innermost lists, along the last axis, outwards, each along the one before."""
    ndim = max(_depth(arrays), _most_axes(arrays))

    def join(part: Any, axis: int) -> torch.Tensor:
        if isinstance(part, list):
            return torch.cat(alike(*(join(item, axis + 1) for item in part)), axis)
        x = tensor(part)
        return x.reshape((1,) * (ndim - x.ndim) + x.shape)

    return join(arrays, -_depth(arrays)) if isinstance(arrays, list) else tensor(arrays).clone()


def _depth(arrays: Any) -> int:
    return 1 + _depth(arrays[0]) if isinstance(arrays, list) else 0


def _most_axes(arrays: Any) -> int:
    return max(map(_most_axes, arrays)) if isinstance(arrays, list) else tensor(arrays).ndim


twin(np.append, _append)
twin(np.block, _block)
