"""Which device the networks run on, and in which floating-point type."""

from __future__ import annotations

from typing import TYPE_CHECKING

from beras.diffusion.dependencies import require
from beras.diffusion.errors import DiffusionError
from beras.errors import did_you_mean

if TYPE_CHECKING:
    import torch

__all__ = ["parse_device", "resolve_device", "resolve_dtype"]

_DEVICES = ("auto", "cpu", "cuda", "mps")
_DTYPES = {
    "float32": "float32",
    "fp32": "float32",
    "float16": "float16",
    "fp16": "float16",
    "half": "float16",
    "bfloat16": "bfloat16",
    "bf16": "bfloat16",
}


def parse_device(name: str | torch.device) -> tuple[str, str]:
    """Return the kind of a device and its number, ``""`` for none; whether it is there, `resolve_device` finds out.

    Raises:
        DiffusionError: for a name that is none.

    >>> parse_device("cuda:1")
    ('cuda', '1')
    """
    kind, _, number = str(name).strip().lower().partition(":")
    if kind not in _DEVICES or (number and not number.isdecimal()) or (number and kind == "auto"):
        raise DiffusionError(
            f"The device is one of {', '.join(_DEVICES)}, or such as cuda:1. Received: {str(name)!r}."
            f"{did_you_mean(name, _DEVICES)}"
        )
    return kind, number


def resolve_device(name: str | torch.device = "auto") -> torch.device:
    """Return the device of that name; for ``"auto"`` a CUDA GPU, else an Apple GPU (``mps``), else the CPU.

    Raises:
        DiffusionError: for a name that is none, and for a GPU that PyTorch does not find.

    >>> resolve_device("cpu")
    device(type='cpu')
    """
    require()
    import torch

    kind, number = parse_device(name)
    if kind == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "mps" if _mps() else "cpu")
    if kind == "cuda":
        _check_cuda(int(number or 0))
    if kind == "mps" and not _mps():
        raise DiffusionError(
            "The device mps is the GPU of an Apple computer, and PyTorch finds none here. Use --device auto "
            '(device="auto").'
        )
    return torch.device(f"{kind}:{number}" if number else kind)


def resolve_dtype(name: str | torch.dtype = "auto", device: str | torch.device = "auto") -> torch.dtype:
    """Return the type of that name; for ``"auto"`` float16 on a CUDA GPU and float32 elsewhere.

    There is no autocast anywhere: all networks but the safety checker, which is always float32, have this one type.

    Raises:
        DiffusionError: for a name that is not that of a type the networks run in.

    >>> resolve_dtype("auto", "cpu"), resolve_dtype("bf16", "cpu")
    (torch.float32, torch.bfloat16)
    """
    require()
    import torch

    word = str(name).strip().lower().removeprefix("torch.")
    if word == "auto":
        return torch.float16 if resolve_device(device).type == "cuda" else torch.float32
    if word not in _DTYPES:
        known = ("auto", *dict.fromkeys(_DTYPES.values()))
        raise DiffusionError(
            f"The dtype is one of {', '.join(known)}. Received: {str(name)!r}.{did_you_mean(word, (*known, *_DTYPES))}"
        )
    dtype: torch.dtype = getattr(torch, _DTYPES[word])
    return dtype


def _mps() -> bool:
    import torch

    return torch.backends.mps.is_available()


def _check_cuda(number: int) -> None:
    """Raise where the GPU of that number is not to be had, with the reason."""
    import torch

    if torch.version.cuda is None and torch.version.hip is None:
        raise DiffusionError(
            f"The device cuda was asked for, and this PyTorch ({torch.__version__}) is built for the CPU alone. Use "
            '--device auto (device="auto"), or install a build for your GPU: https://pytorch.org/get-started'
        )
    if not torch.cuda.is_available():
        raise DiffusionError(
            "The device cuda was asked for, and PyTorch finds no GPU that it can use: is the driver installed "
            '(nvidia-smi)? Use --device auto (device="auto") to go on without.'
        )
    if number >= torch.cuda.device_count():
        raise DiffusionError(
            f"The device cuda:{number} was asked for, and there are {torch.cuda.device_count()}, counted from 0."
        )
