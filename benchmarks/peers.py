"""The contenders: their names in tables, and what must be installed for each."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib.util import find_spec

__all__ = ["PEERS", "Peer", "missing_parts"]


@dataclass(frozen=True)
class Peer:
    """A contender: its label, the modules it needs (module -> what pip calls it), its environment variables."""

    label: str
    needs: dict[str, str] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)


_TORCH = {"torch": "torch"}
_JAX = {"jax": "jax"}

PEERS = {
    "products": Peer("bare matrix products (lower bound)"),
    "beras": Peer("beras"),
    "numpy": Peer("NumPy, written by hand"),
    "jax": Peer("JAX, jitted step", _JAX, {"JAX_PLATFORMS": "cpu"}),
    "jax-scan": Peer("JAX, whole epoch jitted", _JAX, {"JAX_PLATFORMS": "cpu"}),
    "keras-jax": Peer("Keras 3 on JAX", {"keras": "keras", **_JAX}, {"KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu"}),
    "torch-compile": Peer("PyTorch, torch.compile, fused Adam", _TORCH),
    "torch-fused": Peer("PyTorch eager, fused Adam", _TORCH),
    "torch": Peer("PyTorch eager", _TORCH),
    "torch-loader": Peer("PyTorch eager, DataLoader", _TORCH),
    "keras-torch": Peer("Keras 3 on PyTorch", {"keras": "keras", **_TORCH}, {"KERAS_BACKEND": "torch"}),
    "sklearn": Peer("scikit-learn", {"sklearn": "scikit-learn"}),
    "autograd": Peer("HIPS autograd", {"autograd": "autograd"}),
}


def missing_parts(peer: Peer) -> list[str]:
    """Return what ``pip install`` would have to be given for ``peer`` to run here."""
    return [package for module, package in peer.needs.items() if find_spec(module) is None]
