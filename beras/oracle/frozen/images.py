"""The cases of the layers on images: convolution, pooling, padding, and moving in ways that are no chance."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from beras.oracle.frozen.case import Case

__all__ = ["CASES"]


def _first(x: Any) -> Any:
    return x.permute(0, 3, 1, 2)


def _last(x: Any) -> Any:
    return x.permute(0, 2, 3, 1)


def _convolution(kind: str, arrays: Mapping[str, str], config: dict[str, Any], frame: tuple[int, ...] = ()) -> Case:
    """Return a case; ``frame`` is ``(left, right, top, bottom)`` of what "same" means for images of 4 x 5 pixels."""

    def by_torch(torch: Any, x: Any, kernel: Any, bias: Any = None) -> Any:
        images = torch.nn.functional.pad(_first(x), frame or (0, 0, 0, 0))
        if kind == "DepthwiseConv2D":
            kernel = kernel.flatten(2)[:, :, None]
        y = torch.nn.functional.conv2d(
            images,
            kernel.permute(3, 2, 0, 1),
            bias,
            config.get("strides", 1),
            dilation=config.get("dilation_rate", 1),
            groups=x.shape[3] // kernel.shape[2],
        )
        return _last(torch.tanh(y) if config.get("activation") == "tanh" else y)

    return Case(f"layers.{kind}", arrays, by_torch, config, by=tuple(arrays))


def _pooling(name: str, frame: tuple[int, ...] = (), **config: Any) -> Case:
    size = config["pool_size"]
    strides = config.get("strides", size)

    def largest(torch: Any, x: Any) -> Any:
        images = torch.nn.functional.pad(_first(x), frame or (0, 0, 0, 0), value=-float("inf"))
        return _last(torch.nn.functional.max_pool2d(images, size, strides))

    def mean(torch: Any, x: Any) -> Any:
        totals = [
            torch.nn.functional.avg_pool2d(torch.nn.functional.pad(each, frame or (0, 0, 0, 0)), size, strides)
            for each in (_first(x), torch.ones_like(_first(x)))
        ]
        return _last(totals[0] / totals[1])

    return Case(f"layers.{name}", {"x": "images"}, largest if name == "MaxPooling2D" else mean, config)


#: Class, arguments, the arguments of the call, and the same in torch.
_PLAIN: tuple[tuple[str, dict[str, Any], dict[str, Any], Callable[..., Any]], ...] = (
    ("GlobalAveragePooling2D", {}, {}, lambda torch, x: x.mean((1, 2))),
    ("GlobalAveragePooling2D", {"keepdims": True}, {}, lambda torch, x: x.mean((1, 2), keepdim=True)),
    ("GlobalMaxPooling2D", {}, {}, lambda torch, x: x.amax((1, 2))),
    ("GlobalMaxPooling2D", {"keepdims": True}, {}, lambda torch, x: x.amax((1, 2), keepdim=True)),
    ("ZeroPadding2D", {"padding": ((1, 0), (0, 1))}, {}, lambda torch, x: torch.nn.ZeroPad2d((0, 0, 0, 1, 1, 0))(x)),
    (
        "RandomTranslation",
        {"height_factor": (0.25, 0.25), "width_factor": (0.0, 0.0), "fill_mode": "constant", "fill_value": 0.5},
        {"training": True},
        lambda torch, x: torch.nn.functional.pad(x[:, :-1], (0, 0, 0, 0, 1, 0), value=0.5),
    ),
    (
        "RandomTranslation",
        {"height_factor": 0.5, "width_factor": 0.5, "interpolation": "nearest", "seed": 1},
        {"training": False},
        lambda torch, x: x * 1,
    ),
    (
        "RandomRotation",
        {"factor": (0.5, 0.5), "fill_mode": "nearest", "interpolation": "nearest", "fill_value": 1.0, "seed": 1},
        {"training": True},
        lambda torch, x: torch.flip(x, (1, 2)),
    ),
    (
        "RandomZoom",
        {"height_factor": (0.0, 0.0), "width_factor": (-0.5, -0.5), "fill_mode": "wrap", "interpolation": "bilinear"},
        {"training": True},
        # Columns 1, 1.5, 2, 2.5 and 3.
        lambda torch, x: (x[:, :, [1, 1, 2, 2, 3]] + x[:, :, [1, 2, 2, 3, 3]]) / 2,
    ),
    ("RandomZoom", {"height_factor": 0.5, "seed": 1, "fill_value": 1.0}, {"training": False}, lambda torch, x: x * 1),
    (
        "ElasticDistortion",
        {"alpha": 0.0, "sigma": 2.0, "fill_mode": "reflect", "interpolation": "nearest", "seed": 1, "fill_value": 1.0},
        {"training": True},
        lambda torch, x: x * 1,
    ),
    (
        "RandomElasticTransform",
        {
            "factor": 0.5,
            "scale": (0.0, 0.0),
            "interpolation": "nearest",
            "fill_mode": "wrap",
            "fill_value": 1.0,
            "value_range": (-1, 1),
            "seed": 1,
        },
        {"training": True},
        lambda torch, x: torch.clamp(x, -1, 1),
    ),
)

_WEIGHTS = {"x": "images", "kernel": "windows", "bias": "bias"}
_SPLIT = {"x": "images", "kernel": "windows of a group", "bias": "four"}
_THREE = {"filters": 3, "kernel_size": (2, 3)}

CASES = (
    _convolution("Conv2D", _WEIGHTS, _THREE),
    _convolution("Conv2D", _WEIGHTS, {**_THREE, "padding": "same", "activation": "tanh"}, (1, 1, 0, 1)),
    _convolution("Conv2D", _WEIGHTS, {**_THREE, "strides": (2, 1)}),
    _convolution(
        "Conv2D", {"x": "images", "kernel": "windows"}, {**_THREE, "dilation_rate": (3, 2), "use_bias": False}
    ),
    _convolution("Conv2D", _SPLIT, {"filters": 4, "kernel_size": (2, 3), "groups": 2}),
    _convolution("DepthwiseConv2D", {**_SPLIT, "kernel": "windows of two"}, {"kernel_size": 2, "depth_multiplier": 2}),
    _convolution(
        "DepthwiseConv2D",
        {**_SPLIT, "kernel": "windows of two"},
        {"kernel_size": 2, "depth_multiplier": 2, "strides": (2, 2), "padding": "same", "activation": "tanh"},
        (0, 1, 0, 0),
    ),
    _convolution(
        "DepthwiseConv2D",
        {"x": "images", "kernel": "windows of two"},
        {"kernel_size": 2, "depth_multiplier": 2, "dilation_rate": (2, 3), "use_bias": False},
    ),
    *(_pooling(name, pool_size=(2, 2)) for name in ("MaxPooling2D", "AveragePooling2D")),
    *(_pooling(name, pool_size=(3, 2), strides=(1, 3)) for name in ("MaxPooling2D", "AveragePooling2D")),
    *(
        _pooling(name, (0, 1, 0, 0), pool_size=(2, 2), padding="same", strides=(2, 2))
        for name in ("MaxPooling2D", "AveragePooling2D")
    ),
    *(Case(f"layers.{name}", {"x": "images"}, by_torch, config, call=call) for name, config, call, by_torch in _PLAIN),
)
