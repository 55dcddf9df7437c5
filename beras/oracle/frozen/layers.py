"""The cases of the layers."""

from __future__ import annotations

from typing import Any

from beras.oracle.frozen.activations import bent
from beras.oracle.frozen.case import Case

__all__ = ["CASES"]

_WEIGHTS = {"kernel": "kernel", "bias": "bias"}


def _linear(torch: Any, x: Any, kernel: Any, bias: Any = None) -> Any:
    return torch.nn.functional.linear(x, kernel.T, bias)


#: The activation of a Dense, and the same in torch.
_ENDINGS: tuple[tuple[str, Any], ...] = (
    ("relu", lambda torch, z: torch.relu(z)),
    ("gelu", lambda torch, z: torch.nn.functional.gelu(z)),
    ("sigmoid", lambda torch, z: torch.sigmoid(z)),
    ("softmax", lambda torch, z: torch.softmax(z, -1)),
    ("tanh", lambda torch, z: torch.tanh(z)),
)


def _dense(arrays: dict[str, str], torch: Any, config: dict[str, Any], variant: str = "") -> Case:
    return Case("layers.Dense", arrays, torch, {"units": 3, **config}, by=tuple(arrays), variant=variant)


def _ended(ending: Any) -> Any:
    return lambda torch, x, kernel, bias: ending(torch, _linear(torch, x, kernel, bias))


#: Layers without weights: class, arguments, inputs, and the same in torch.
_PLAIN: tuple[tuple[str, dict[str, Any], str, Any], ...] = (
    ("Activation", {"activation": "tanh"}, "line", lambda torch, x: torch.nn.Tanh()(x)),
    ("Activation", {"activation": "softmax"}, "line", lambda torch, x: torch.nn.Softmax(-1)(x)),
    ("ELU", {}, "between", lambda torch, x: torch.nn.ELU()(x)),
    ("ELU", {"alpha": 0.25}, "between", lambda torch, x: torch.nn.ELU(0.25)(x)),
    ("Flatten", {}, "cube", lambda torch, x: torch.nn.Flatten()(x)),
    ("Input", {"shape": (6,)}, "line", lambda torch, x: torch.nn.Identity()(x)),
    ("InputLayer", {"shape": (6,)}, "line", lambda torch, x: torch.nn.Identity()(x)),
    ("LeakyReLU", {}, "line", lambda torch, x: torch.nn.LeakyReLU(0.3)(x)),
    ("LeakyReLU", {"negative_slope": 0.01}, "line", lambda torch, x: torch.nn.LeakyReLU()(x)),
    ("Permute", {"dims": (2, 1)}, "cube", lambda torch, x: x.permute(0, 2, 1)),
    ("ReLU", {}, "line", lambda torch, x: torch.nn.ReLU()(x)),
    ("ReLU", {"max_value": 6.0}, "line", lambda torch, x: torch.nn.ReLU6()(x)),
    (
        "ReLU",
        {"max_value": 3.0, "negative_slope": 0.25, "threshold": 0.5},
        "line",
        lambda torch, x: bent(torch, x, 0.25, 3.0, 0.5),
    ),
    ("RepeatVector", {"n": 3}, "rows", lambda torch, x: x[:, None].expand(-1, 3, -1)),
    ("Rescaling", {"scale": 0.25}, "line", lambda torch, x: x / 4),
    ("Rescaling", {"scale": 0.25, "offset": -0.5}, "line", lambda torch, x: x / 4 - 0.5),
    ("Reshape", {"target_shape": (2, -1)}, "line", lambda torch, x: x.reshape(-1, 2, 3)),
    ("Sigmoid", {}, "line", lambda torch, x: torch.nn.Sigmoid()(x)),
    ("Softmax", {}, "line", lambda torch, x: torch.nn.Softmax(-1)(x)),
    ("Softmax", {"axis": 1}, "cube", lambda torch, x: torch.nn.Softmax(1)(x)),
    ("Tanh", {}, "line", lambda torch, x: torch.nn.Tanh()(x)),
)

# With one draw for all units, and a seed whose first draw is 0.85, a share of 0.25 keeps every unit.
_DROPOUT = (
    ({"rate": 0.25}, False, lambda torch, x: torch.nn.functional.dropout(x, 0.25, training=False)),
    ({"rate": 0.0}, True, lambda torch, x: torch.nn.functional.dropout(x, 0.0, training=True)),
    ({"rate": 1.0}, True, lambda torch, x: torch.nn.functional.dropout(x, 1.0, training=True)),
    ({"rate": 0.25, "noise_shape": (1, 1), "seed": 0}, True, lambda torch, x: x / (1 - 0.25)),
)

CASES = (
    _dense({"x": "rows", **_WEIGHTS}, _linear, {}),
    _dense({"x": "sequences", **_WEIGHTS}, _linear, {}, "on sequences"),
    _dense({"x": "rows", "kernel": "kernel"}, _linear, {"use_bias": False}),
    *(_dense({"x": "rows", **_WEIGHTS}, _ended(torch), {"activation": name}) for name, torch in _ENDINGS),
    *(Case(f"layers.{name}", {"x": place}, torch, config) for name, config, place, torch in _PLAIN),
    *(
        Case(
            "layers.Dropout",
            {"x": "line"},
            torch,
            config,
            call={"training": training},
            variant="in training" if training else "at inference",
        )
        for config, training, torch in _DROPOUT
    ),
    *(
        Case("layers.GaussianNoise", {"x": "line"}, lambda torch, x: x * 1, config, call={"training": training})
        for config, training in (({"stddev": 0.25, "seed": 1}, False), ({"stddev": 0.0}, True))
    ),
)
