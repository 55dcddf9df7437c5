"""Which of the files of a model hold the weights that are wanted.

A model on the hub may keep each network several times: as safetensors and as pickles (``.bin``), in full precision and
as a *variant* such as ``fp16``, in one file or in several.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from beras.diffusion.errors import DiffusionError
from beras.errors import did_you_mean

__all__ = ["NETWORKS", "Wanted", "WeightFiles", "check_variant", "choose_weights", "last_resort"]

#: The networks of a pipeline, by the names of their folders.
NETWORKS = ("vae", "text_encoder", "unet", "safety_checker")
#: Variants that are the same weights in another precision, so that they may stand for the full ones and be replaced.
_PRECISIONS = ("fp16", "bf16")
_NAME = re.compile(
    r"(?:diffusion_pytorch_model|pytorch_model|model)"
    r"(?:\.(?P<variant>\w+))?(?:-\d{5}-of-\d{5})?(?:\.(?P<after>\w+))?\.(?P<kind>safetensors|bin)"
)


@dataclass(frozen=True)
class WeightFiles:
    """The files of one network that are to be loaded."""

    #: Paths from the model's folder, with ``/``.
    names: tuple[str, ...]
    variant: str | None
    pickled: bool


@dataclass(frozen=True)
class Wanted:
    """What a caller wants of a model."""

    #: What was asked for; ``None`` leaves it to `variants`.
    variant: str | None
    #: Whether the networks run in half precision.
    half: bool
    allow_pickle: bool
    networks: tuple[str, ...] = NETWORKS

    @property
    def is_whole(self) -> bool:
        """Whether it is the whole pipeline, and so the parts without weights as well."""
        return self.networks == NETWORKS

    def variants(self, network: str) -> tuple[str | None, ...]:
        """Return the variants that suit, best first; ``None`` is full precision.

        Where none is asked for, networks that run in half precision are taken from the files half as large. The safety
        checker runs in float32, and its thresholds are compared to three decimals: its full files are better.
        """
        if self.variant is not None:
            return (self.variant, None)
        return ("fp16", None) if self.half and network != "safety_checker" else (None,)

    def choose(self, names: Iterable[str], network: str) -> WeightFiles | None:
        """Return the files of ``network`` that suit, or ``None`` if there are none."""
        return choose_weights(names, network, self.variants(network), self.allow_pickle)


def check_variant(variant: str | None, names: Iterable[str]) -> None:
    """Raise DiffusionError for a variant that no network has, unless full precision can stand for it."""
    if variant is None or variant in _PRECISIONS:
        return
    there = sorted({found for name in names if (found := _parse(name)[1])})
    if variant not in there:
        raise DiffusionError(
            f"The model has no variant {variant!r}.{did_you_mean(variant, there)} "
            f"{'It has: ' + ', '.join(there) if there else 'It has none'}. Leave variant out for the usual files."
        )


def choose_weights(
    names: Iterable[str], network: str, variants: Sequence[str | None], allow_pickle: bool
) -> WeightFiles | None:
    """Return the files of ``network`` among ``names``: safetensors before pickles, then in the order of ``variants``.

    >>> names = ["unet/diffusion_pytorch_model.safetensors", "unet/diffusion_pytorch_model.fp16.safetensors"]
    >>> choose_weights(names, "unet", ("fp16", None), allow_pickle=False).names
    ('unet/diffusion_pytorch_model.fp16.safetensors',)
    >>> choose_weights(["unet/diffusion_pytorch_model.bin"], "unet", (None,), allow_pickle=False) is None
    True
    """
    own = [(name, *_parse(name)[1:]) for name in names if _parse(name)[0] == network]
    for kind in ("safetensors", "bin") if allow_pickle else ("safetensors",):
        for wanted in variants:
            found = tuple(sorted(name for name, variant, its_kind in own if (variant, its_kind) == (wanted, kind)))
            if found:
                return WeightFiles(found, wanted, kind == "bin")
    return None


def last_resort(names: Iterable[str], network: str, allow_pickle: bool) -> WeightFiles | None:
    """Return the files of ``network`` in whatever precision is there."""
    return choose_weights(names, network, (None, *_PRECISIONS), allow_pickle)


def _parse(name: str) -> tuple[str, str | None, str]:
    """Return the network, the variant and the kind of a file of weights; empty strings for other files."""
    folder, _, file = name.rpartition("/")
    match = _NAME.fullmatch(file)
    if folder not in NETWORKS or match is None:
        return "", None, ""
    return folder, match["variant"] or match["after"], match["kind"]
