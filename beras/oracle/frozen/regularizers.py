"""The cases of the regularizers."""

from __future__ import annotations

from beras.oracle.frozen.case import Case

__all__ = ["CASES"]

_ON = {"x": "line"}

CASES = (
    Case("regularizers.L1", _ON, lambda torch, x: 0.01 * x.abs().sum()),
    Case("regularizers.L1", _ON, lambda torch, x: 0.25 * x.abs().sum(), {"l1": 0.25}),
    Case("regularizers.L2", _ON, lambda torch, x: 0.01 * (x * x).sum()),
    Case("regularizers.L2", _ON, lambda torch, x: 0.25 * (x * x).sum(), {"l2": 0.25}),
    Case(
        "regularizers.L1L2", _ON, lambda torch, x: 0.25 * x.abs().sum() + 0.5 * (x * x).sum(), {"l1": 0.25, "l2": 0.5}
    ),
)
