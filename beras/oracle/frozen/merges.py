"""The cases of the layers that take several arrays."""

from __future__ import annotations

from typing import Any

from beras.oracle.frozen.case import Case

__all__ = ["CASES"]


def _cosine(torch: Any, x: Any, y: Any) -> Any:
    product = (x * y).sum(1, keepdim=True)
    return product / (x.square().sum(1, keepdim=True) * y.square().sum(1, keepdim=True)).sqrt()


#: Class, arguments, and the same of two arrays in torch.
_OF_TWO: tuple[tuple[str, dict[str, Any], Any], ...] = (
    ("Add", {}, lambda torch, x, y: x + y),
    ("Average", {}, lambda torch, x, y: (x + y) / 2),
    ("Concatenate", {}, lambda torch, x, y: torch.cat([x, y], -1)),
    ("Dot", {"axes": 1}, lambda torch, x, y: (x * y).sum(1, keepdim=True)),
    ("Dot", {"axes": 1, "normalize": True}, _cosine),
    ("Maximum", {}, lambda torch, x, y: torch.maximum(x, y)),
    ("Minimum", {}, lambda torch, x, y: torch.minimum(x, y)),
    ("Multiply", {}, lambda torch, x, y: x * y),
    ("Subtract", {}, lambda torch, x, y: x - y),
)

CASES = tuple(
    Case(f"layers.{name}", {"x": "rows", "y": "truth"}, torch, config, by=("x", "y")) for name, config, torch in _OF_TWO
)
