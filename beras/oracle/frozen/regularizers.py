"""The cases of the regularizers."""

from __future__ import annotations

from typing import Any

from beras.oracle.frozen.case import Case

__all__ = ["CASES"]

_ON = {"x": "line"}


def _angles(torch: Any, x: Any, factor: float, dim: int) -> Any:
    rows = torch.nn.functional.normalize(x if dim else x.mT, dim=1)
    first, second = torch.triu_indices(len(rows), len(rows), 1)
    return factor * (rows[first] * rows[second]).sum(-1).abs().mean()


CASES = (
    Case("regularizers.OrthogonalRegularizer", {"x": "kernel"}, lambda torch, x: _angles(torch, x, 0.01, 1)),
    Case(
        "regularizers.OrthogonalRegularizer",
        {"x": "kernel"},
        lambda torch, x: _angles(torch, x, 0.25, 0),
        {"factor": 0.25, "mode": "columns"},
    ),
    Case("regularizers.L1", _ON, lambda torch, x: 0.01 * x.abs().sum()),
    Case("regularizers.L1", _ON, lambda torch, x: 0.25 * x.abs().sum(), {"l1": 0.25}),
    Case("regularizers.L2", _ON, lambda torch, x: 0.01 * (x * x).sum()),
    Case("regularizers.L2", _ON, lambda torch, x: 0.25 * (x * x).sum(), {"l2": 0.25}),
    Case(
        "regularizers.L1L2", _ON, lambda torch, x: 0.25 * x.abs().sum() + 0.5 * (x * x).sum(), {"l1": 0.25, "l2": 0.5}
    ),
)
