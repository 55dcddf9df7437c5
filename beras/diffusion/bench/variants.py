"""The ways in which the networks are run: type of numbers, layout in memory, compiled or not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from beras.diffusion.chatter import quiet_libraries
from beras.diffusion.errors import DiffusionError
from beras.errors import unknown_name

__all__ = ["VARIANTS", "Variant", "choose", "prepared", "tensor_float"]


@dataclass(frozen=True)
class Variant:
    """One way to run the networks."""

    name: str
    #: The name of a dtype of PyTorch.
    dtype: str
    #: Let products of float32 matrices round their factors to 10 bits (TensorFloat-32).
    tensor_float: bool = False
    #: Store the channels of a pixel next to each other.
    channels_last: bool = False
    #: The mode of ``torch.compile`` for the U-Net and the decoder; ``""`` for none.
    compile_mode: str = ""
    #: The backend of ``torch.compile``.
    backend: str = "inductor"


VARIANTS = (
    Variant("fp32", "float32"),
    Variant("tf32", "float32", tensor_float=True),
    Variant("fp16", "float16"),
    Variant("bf16", "bfloat16"),
    Variant("fp16-channels-last", "float16", channels_last=True),
    Variant("fp16-compiled", "float16", channels_last=True, compile_mode="default"),
    Variant("bf16-compiled", "bfloat16", channels_last=True, compile_mode="default"),
    Variant("fp16-cuda-graphs", "float16", channels_last=True, compile_mode="reduce-overhead"),
)


def choose(wanted: Sequence[str | Variant] | None) -> list[Variant]:
    """Return the variants of these names, and variants as they are; all of `VARIANTS` for ``None``.

    Raises:
        DiffusionError: for a name that no variant has, with the nearest.

    >>> [variant.dtype for variant in choose(["fp16", "bf16"])]
    ['float16', 'bfloat16']
    """
    known = {variant.name: variant for variant in VARIANTS}
    for name in wanted or ():
        if not isinstance(name, Variant) and name not in known:
            raise DiffusionError(unknown_name("variant", name, known))
    every = VARIANTS if wanted is None else wanted
    return list(dict.fromkeys(v if isinstance(v, Variant) else known[v] for v in every))


def prepared(networks: dict[str, Any], variant: Variant) -> dict[str, Any]:
    """Return the networks as ``variant`` runs them; they are changed in place, and the checker is left out."""
    import torch

    parts = {name: network for name, network in networks.items() if name != "safety_checker"}
    with quiet_libraries():
        for network in parts.values():
            network.to(dtype=getattr(torch, variant.dtype))
    if variant.channels_last:
        for name in ("unet", "vae"):
            parts[name].to(memory_format=torch.channels_last)
    if variant.compile_mode:
        options: dict[str, Any] = {"fullgraph": True, "dynamic": False, "backend": variant.backend}
        if variant.backend == "inductor":
            options["mode"] = variant.compile_mode
        parts["unet"] = torch.compile(parts["unet"], **options)
        parts["vae"].decode = torch.compile(parts["vae"].decode, **options)
    return parts


@contextmanager
def tensor_float(wanted: bool) -> Iterator[None]:
    """Within the block products and convolutions of float32 are exact, or in TensorFloat-32 where ``wanted``."""
    import torch

    before = torch.get_float32_matmul_precision(), torch.backends.cudnn.allow_tf32
    try:
        torch.set_float32_matmul_precision("high" if wanted else "highest")
        torch.backends.cudnn.allow_tf32 = wanted
        yield
    finally:
        torch.set_float32_matmul_precision(before[0])
        torch.backends.cudnn.allow_tf32 = before[1]
