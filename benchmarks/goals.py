"""THE GOALS: how beras should stand, as rows; the report says which of them are met."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["GOALS", "Goal"]


@dataclass(frozen=True)
class Goal:
    """beras's median in ``case`` (``measurement/variant``) is ``at_most`` times that of the peer ``against``.

    Without a peer it is beras's value itself, in the unit of the measurement. ``wished`` would be better still.
    """

    text: str
    case: str
    against: str | None
    at_most: float
    wished: float | None = None


GOALS = [
    Goal("mlp, an epoch of fit with metrics, against the bare matrix products", "epoch/mlp", "products", 2.0, 1.7),
    Goal("mlp, an epoch, against JAX jit", "epoch/mlp", "jax", 0.9),
    Goal("mlp, an epoch, against Keras 3 on JAX", "epoch/mlp", "keras-jax", 0.7),
    Goal("mlp, an epoch, against PyTorch eager with fused Adam", "epoch/mlp", "torch-fused", 0.6),
    Goal("mlp, an epoch, against scikit-learn", "epoch/mlp", "sklearn", 0.4),
    Goal("softmax, an epoch, against JAX jit", "epoch/softmax", "jax", 0.8),
    Goal("softmax, an epoch, against PyTorch eager with fused Adam", "epoch/softmax", "torch-fused", 0.4),
    Goal("wide, an epoch, against the bare matrix products", "epoch/wide", "products", 1.35),
    Goal("wide, an epoch, against PyTorch eager with fused Adam", "epoch/wide", "torch-fused", 0.85),
    Goal("one image, predict_on_batch against PyTorch under inference_mode", "latency/mlp", "torch", 0.7),
    Goal("the plain tape, a step against HIPS autograd", "plain/mlp", "autograd", 0.4),
    Goal("Hessian-vector product, against PyTorch", "hvp/mlp", "torch", 1.0),
    Goal("peak memory of training on MNIST, MB above an idle interpreter", "memory/mlp", None, 120),
    Goal("import beras, against import numpy", "import/import", "numpy", 1.3),
]
