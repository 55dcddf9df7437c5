"""Twins of ``beras/autodiff/rules/choosing.py``."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from beras.autodiff.rules.axes import reduced_axes
from beras.autodiff.rules.choosing import between, replace_nonfinite, won
from beras.autodiff.rules.reductions import share
from beras.oracle.twins.adapters import alike, elementwise, given, tensor
from beras.oracle.twins.registry import TWINS, twin


def _won(g: Any, loses: Any, ties: Any) -> torch.Tensor:
    g, loses, ties = tensor(g), tensor(loses).bool(), tensor(ties).bool()
    return torch.where(ties, 0.5 * g, torch.where(loses, torch.zeros_like(g), g))


def _shared(g: Any, wins: Any, axis: Any, somebody_wins: bool) -> torch.Tensor:
    wins = tensor(wins).bool()
    along = reduced_axes(wins.ndim, axis)
    winners = wins.sum(along, keepdim=True) if along else wins.long()
    return torch.where(wins, tensor(g).reshape(winners.shape) / winners.clamp(min=1), 0.0)


twin(np.maximum, elementwise(torch.maximum))
twin(np.minimum, elementwise(torch.minimum))
twin(won, _won)
twin(share, _shared)
twin(np.fmax, elementwise(torch.fmax))
twin(np.fmin, elementwise(torch.fmin))
twin(np.where, lambda condition, x, y: torch.where(tensor(condition).bool(), *alike(x, y)))


def _between(x: Any, low: Any, high: Any) -> torch.Tensor:
    x = tensor(x)
    if low is None and high is None:
        return x
    # Broadcast first: the backward of torch's clamp fails where an operand has fewer axes than another.
    bounds = [tensor(bound) for bound in (low, high) if bound is not None]
    x, *rest = torch.broadcast_tensors(x, *bounds)
    ends = iter(rest)
    return torch.clamp(x, None if low is None else next(ends), None if high is None else next(ends))


def _clip(x: Any, a_min: Any = None, a_max: Any = None, *, min: Any = None, max: Any = None) -> torch.Tensor:
    low, high, least, most = map(given, (a_min, a_max, min, max))
    return _between(x, least if low is None else low, most if high is None else high)


twin(between, _between)
twin(np.clip, _clip)


def _select(condlist: Any, choicelist: Any, default: Any = 0) -> torch.Tensor:
    """Take for each entry the choice whose number is that of the first condition that holds."""
    conditions = [tensor(condition) for condition in condlist]
    every = torch.broadcast_tensors(*conditions, *alike(*choicelist, default))
    hits = torch.stack([*every[: len(conditions)], torch.ones_like(every[0])])
    first = torch.argmax(hits.int(), 0, keepdim=True)
    return torch.gather(torch.stack(every[len(conditions) :]), 0, first)[0]


def _piecewise(x: Any, condlist: Any, funclist: Any, *args: Any, **params: Any) -> torch.Tensor:
    """Give each piece the entries of its own, and put them back."""
    x = tensor(x)
    stacked = torch.stack([tensor(each) for each in condlist]) if isinstance(condlist, list) else tensor(condlist)
    conditions = list(stacked.bool().reshape(-1, *x.shape))
    if len(funclist) > len(conditions):
        conditions.append(~torch.stack(conditions).any(0))
    answer = torch.zeros_like(x)
    for condition, piece in zip(conditions, funclist, strict=True):
        entries = x[condition]
        if not entries.numel():  # NumPy does not call a function for no entries
            continue
        piece = TWINS.get(piece, piece) if callable(piece) else piece
        values = piece(entries, *args, **params) if callable(piece) else torch.full_like(entries, piece)
        answer = answer.masked_scatter(condition, values)
    return answer


twin(np.select, _select)
twin(np.piecewise, _piecewise)


def _replace_nonfinite(x: Any, nan: Any = 0.0, posinf: Any = None, neginf: Any = None) -> torch.Tensor:
    return torch.nan_to_num(tensor(x), nan=nan, posinf=posinf, neginf=neginf)


def _nan_to_num(x: Any, copy: bool = True, nan: Any = 0.0, posinf: Any = None, neginf: Any = None) -> torch.Tensor:
    return _replace_nonfinite(x, nan, posinf, neginf)


twin(replace_nonfinite, _replace_nonfinite)
twin(np.nan_to_num, _nan_to_num)
