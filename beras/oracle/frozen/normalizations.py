"""The cases of the layers that normalise, and of an Embedding."""

from __future__ import annotations

from typing import Any

from beras.oracle.frozen.case import Case

__all__ = ["CASES"]

_STATISTICS = {"moving_mean": "mean", "moving_variance": "variance"}


def _normalized(torch: Any, x: Any, mean: Any, variance: Any, gamma: Any, beta: Any, epsilon: float) -> Any:
    y = (x - mean) * torch.rsqrt(variance + epsilon)
    y = y if gamma is None else y * gamma
    return y if beta is None else y + beta


def _batch(config: dict[str, Any], training: bool) -> Case:
    affine = [name for name, option in (("gamma", "scale"), ("beta", "center")) if config.get(option, True)]

    def by_torch(torch: Any, x: Any, *weights: Any) -> Any:
        held = dict(zip((*affine, *_STATISTICS), weights, strict=True))
        mean, variance = held["moving_mean"], held["moving_variance"]
        if training:
            mean, variance = x.mean(0), x.var(0, unbiased=False)
        epsilon = config.get("epsilon", 1e-3)
        return _normalized(torch, x, mean, variance, held.get("gamma"), held.get("beta"), epsilon)

    return Case(
        "layers.BatchNormalization",
        {"x": "rows", **{name: name for name in affine}, **_STATISTICS},
        by_torch,
        config,
        by=("x", *affine),
        call={"training": training},
        variant="in training" if training else "at inference",
    )


def _sample(config: dict[str, Any]) -> Case:
    affine = [name for name, option in (("gamma", "scale"), ("beta", "center")) if config.get(option, True)]

    def by_torch(torch: Any, x: Any, *weights: Any) -> Any:
        held = dict(zip(affine, weights, strict=True))
        mean, variance = x.mean(-1, keepdim=True), x.var(-1, unbiased=False, keepdim=True)
        epsilon = config.get("epsilon", 1e-3)
        return _normalized(torch, x, mean, variance, held.get("gamma"), held.get("beta"), epsilon)

    arrays = {"x": "sequences", **{name: name for name in affine}}
    return Case("layers.LayerNormalization", arrays, by_torch, config, by=tuple(arrays))


CASES = (
    *(
        _batch(config, training)
        for config in ({}, {"epsilon": 0.25, "momentum": 0.5}, {"scale": False}, {"center": False})
        for training in (False, True)
    ),
    *(_sample(config) for config in ({}, {"epsilon": 0.25}, {"scale": False}, {"center": False})),
    Case(
        "layers.Embedding",
        {"x": "labels", "embeddings": "kernel"},
        lambda torch, x, embeddings: embeddings[x],
        {"input_dim": 5, "output_dim": 3},
        by=("embeddings",),
    ),
)
