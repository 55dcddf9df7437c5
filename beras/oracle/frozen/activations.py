"""The cases of the activations."""

from __future__ import annotations

from typing import Any

from beras.oracle.frozen.case import Case

__all__ = ["CASES", "bent", "sparsemax"]


def bent(torch: Any, x: Any, slope: float, top: float, threshold: float) -> Any:
    """Return ``x`` between ``threshold`` and ``top``, ``top`` above, and the line of ``slope`` below."""
    return torch.where(x > threshold, torch.nn.functional.hardtanh(x, -1e6, top), slope * (x - threshold))


def _sparse_plus(torch: Any, x: Any) -> Any:
    return torch.where(x <= -1, torch.zeros_like(x), torch.where(x >= 1, x, (x + 1) ** 2 / 4))


def sparsemax(torch: Any, x: Any, axis: int = -1) -> Any:
    """Return ``max(x - t, 0)``; ``t``, such that the sum is 1, is found by bisection, and then from its support."""
    with torch.no_grad():
        low, high = x.amax(axis, keepdim=True) - 1, x.amax(axis, keepdim=True)
        for _ in range(60):
            middle = (low + high) / 2
            too_low = (x - middle).clamp(min=0).sum(axis, keepdim=True) > 1
            low, high = torch.where(too_low, middle, low), torch.where(too_low, high, middle)
        support = (x > high).to(x.dtype)
    cut = ((x * support).sum(axis, keepdim=True) - 1) / support.sum(axis, keepdim=True)
    return torch.relu(x - cut)


#: Functions of one number each: name, arguments, and the same in torch.
_ELEMENTWISE: tuple[tuple[str, dict[str, Any], Any], ...] = (
    ("celu", {}, lambda torch, x: torch.celu(x)),
    ("celu", {"alpha": 0.5}, lambda torch, x: torch.celu(x, 0.5)),
    ("elu", {}, lambda torch, x: torch.nn.functional.elu(x)),
    ("elu", {"alpha": 1.5}, lambda torch, x: torch.nn.functional.elu(x, 1.5)),
    ("gelu", {}, lambda torch, x: torch.nn.functional.gelu(x)),
    ("gelu", {"approximate": True}, lambda torch, x: torch.nn.functional.gelu(x, approximate="tanh")),
    ("hard_shrink", {}, lambda torch, x: torch.nn.functional.hardshrink(x)),
    ("hard_shrink", {"threshold": 1.0}, lambda torch, x: torch.nn.functional.hardshrink(x, 1.0)),
    # torch's own hardsigmoid has no second derivative.
    ("hard_sigmoid", {}, lambda torch, x: torch.nn.functional.relu6(x + 3) / 6),
    ("hard_silu", {}, lambda torch, x: torch.nn.functional.hardswish(x)),
    ("hard_tanh", {}, lambda torch, x: torch.nn.functional.hardtanh(x)),
    ("leaky_relu", {}, lambda torch, x: torch.nn.functional.leaky_relu(x, 0.2)),
    ("leaky_relu", {"negative_slope": 0.01}, lambda torch, x: torch.nn.functional.leaky_relu(x)),
    ("linear", {}, lambda torch, x: torch.nn.Identity()(x)),
    ("log_sigmoid", {}, lambda torch, x: torch.nn.functional.logsigmoid(x)),
    ("mish", {}, lambda torch, x: torch.nn.functional.mish(x)),
    ("relu", {}, lambda torch, x: torch.relu(x)),
    ("relu", {"negative_slope": 0.25}, lambda torch, x: torch.nn.functional.leaky_relu(x, 0.25)),
    (
        "relu",
        {"negative_slope": 0.25, "max_value": 3.0, "threshold": 0.5},
        lambda torch, x: bent(torch, x, 0.25, 3.0, 0.5),
    ),
    ("relu6", {}, lambda torch, x: torch.nn.functional.relu6(x)),
    ("selu", {}, lambda torch, x: torch.selu(x)),
    ("sigmoid", {}, lambda torch, x: torch.sigmoid(x)),
    ("silu", {}, lambda torch, x: torch.nn.functional.silu(x)),
    ("soft_shrink", {}, lambda torch, x: torch.nn.functional.softshrink(x)),
    ("soft_shrink", {"threshold": 1.0}, lambda torch, x: torch.nn.functional.softshrink(x, 1.0)),
    ("softplus", {}, lambda torch, x: torch.nn.functional.softplus(x, threshold=60.0)),
    ("softsign", {}, lambda torch, x: torch.nn.functional.softsign(x)),
    ("sparse_plus", {}, _sparse_plus),
    ("sparse_sigmoid", {}, lambda torch, x: torch.nn.functional.hardtanh((x + 1) / 2, 0.0, 1.0)),
    ("squareplus", {}, lambda torch, x: (x + torch.sqrt(x**2 + 4)) / 2),
    ("squareplus", {"b": 1.5}, lambda torch, x: (x + torch.sqrt(x**2 + 1.5)) / 2),
    ("tanh", {}, lambda torch, x: torch.tanh(x)),
    ("tanh_shrink", {}, lambda torch, x: torch.nn.functional.tanhshrink(x)),
    (
        "threshold",
        {"threshold": 0.5, "default_value": -2.0},
        lambda torch, x: torch.nn.functional.threshold(x, 0.5, -2.0),
    ),
)

#: Functions of several numbers, and one that overflows far out.
_OTHERS: tuple[tuple[str, dict[str, Any], str, Any], ...] = (
    ("exponential", {}, "line", lambda torch, x: torch.exp(x)),
    ("glu", {}, "line", lambda torch, x: torch.nn.functional.glu(x)),
    ("glu", {"axis": 0}, "line", lambda torch, x: torch.nn.functional.glu(x, 0)),
    ("log_softmax", {}, "line", lambda torch, x: torch.log_softmax(x, -1)),
    ("log_softmax", {}, "scores far out", lambda torch, x: torch.log_softmax(x, -1)),
    ("log_softmax", {"axis": 1}, "cube", lambda torch, x: torch.log_softmax(x, 1)),
    ("softmax", {}, "line", lambda torch, x: torch.softmax(x, -1)),
    ("softmax", {}, "scores far out", lambda torch, x: torch.softmax(x, -1)),
    ("softmax", {"axis": 1}, "cube", lambda torch, x: torch.softmax(x, 1)),
    ("softmax", {"axis": (1, 2)}, "cube", lambda torch, x: torch.softmax(x.flatten(1), 1).reshape(x.shape)),
    ("sparsemax", {}, "line", sparsemax),
    ("sparsemax", {}, "scores far out", sparsemax),
    ("sparsemax", {"axis": 1}, "cube", lambda torch, x: sparsemax(torch, x, 1)),
)

#: Where there is no second derivative: in a corner of the first; and where torch's own is NaN.
_FIRST_ORDER = {
    ("celu", "line"),
    ("elu", "line"),
    ("selu", "line"),
    ("sparse_plus", "line"),
    ("mish", "far"),
}
_VARIANTS = {"line": "", "far": "far out", "scores far out": "far out", "between": "without its corner", "cube": ""}


def _case(name: str, config: dict[str, Any], place: str, torch: Any) -> Case:
    order = 1 if (name, place) in _FIRST_ORDER else 2
    return Case(f"activations.{name}", {"x": place}, torch, config, variant=_VARIANTS[place], order=order)


CASES = (
    *(_case(name, config, place, torch) for name, config, torch in _ELEMENTWISE for place in ("line", "far")),
    *(_case(name, config, "between", torch) for name, config, torch in _ELEMENTWISE if (name, "line") in _FIRST_ORDER),
    *(_case(name, config, place, torch) for name, config, place, torch in _OTHERS),
)
