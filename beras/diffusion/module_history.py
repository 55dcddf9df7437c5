"""Why the same network has more or fewer modules in another version of its library: the table for v1.4.

Tensors and scalars belong to the model; modules belong to the code that builds it. A layer that has no weights, as an
activation, may be made once and used everywhere, or made anew for each use, and ``modules()`` counts an object once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from beras.diffusion.inspect import NetworkRow

__all__ = ["HISTORY", "Era", "era_of", "explain_modules", "installed_versions"]


@dataclass(frozen=True)
class Era:
    """Versions of a library with which a network of v1.4 has this many modules."""

    network: str
    package: str
    #: The first version, and the first that is no longer meant (``None``: none is known).
    first: str
    before: str | None
    modules: int
    modules_with_repeats: int | None
    why: str

    @property
    def versions(self) -> str:
        """The versions in words.

        >>> HISTORY[0].versions
        'transformers from 4.21.2, before 4.24'
        """
        return f"{self.package} from {self.first}" + (f", before {self.before}" if self.before else "")


_ONE_QUICK_GELU = "one QuickGELU serves all layers"
_QUICK_GELU_EACH = "each layer has a QuickGELU of its own"
_NO_WRAPPER = "the inner wrapper module ({}) is gone"
_SILU_EACH = "each of 24 places has a SiLU of its own"
_ONE_SILU = "one SiLU serves all 24 places (pull request 5446)"
_SILU_EACH_AGAIN = "each of 24 places has a SiLU of its own again (pull request 10832)"
#: Measured with the versions named here as first; with 4.23.1 and 5.5.4; and with transformers 5.23.0 and diffusers
#: 0.42.1. The versions of diffusers between the first two rows of a network were not.
HISTORY = (
    Era("text_encoder", "transformers", "4.21.2", "4.24", 141, None, _ONE_QUICK_GELU),
    Era("text_encoder", "transformers", "4.24", "5.6", 152, 152, _QUICK_GELU_EACH),
    Era("text_encoder", "transformers", "5.6", None, 151, 151, _NO_WRAPPER.format("text_model")),
    Era("safety_checker", "transformers", "4.21.2", "4.24", 276, None, _ONE_QUICK_GELU),
    Era("safety_checker", "transformers", "4.24", "5.6", 299, 299, _QUICK_GELU_EACH),
    Era("safety_checker", "transformers", "5.6", None, 298, 298, _NO_WRAPPER.format("vision_model")),
    Era("vae", "diffusers", "0.2.4", "0.3", 239, None, _SILU_EACH),
    Era("vae", "diffusers", "0.32.1", "0.33", 220, 243, f"{_ONE_SILU}; attention has four modules more"),
    Era("vae", "diffusers", "0.33", None, 243, 243, _SILU_EACH_AGAIN),
    Era("unet", "diffusers", "0.2.4", "0.3", 709, None, _SILU_EACH),
    Era("unet", "diffusers", "0.32.1", "0.33", 686, 709, _ONE_SILU),
    Era("unet", "diffusers", "0.33", None, 709, 709, _SILU_EACH_AGAIN),
)
#: Parameter tensors and scalars of v1.4 by network: what the table is about.
V1_4 = {
    "vae": (248, 83_653_863),
    "text_encoder": (196, 123_060_480),
    "unet": (686, 859_520_964),
    "safety_checker": (396, 303_981_588),
}


def installed_versions() -> dict[str, str]:
    """Return the versions of transformers and diffusers that are installed."""
    from importlib.metadata import version

    return {name: version(name) for name in ("transformers", "diffusers")}


def era_of(network: str, versions: Mapping[str, str]) -> Era | None:
    """Return the row of the table for a network with these versions of the libraries, or ``None`` if there is none.

    >>> era_of("unet", {"diffusers": "0.42.1", "transformers": "5.23.0"}).modules
    709
    >>> era_of("unet", {"diffusers": "0.10.0", "transformers": "4.25.0"}) is None
    True
    """
    from packaging.version import Version

    for era in HISTORY:
        if era.network != network:
            continue
        version = Version(versions[era.package])
        if Version(era.first) <= version and (era.before is None or version < Version(era.before)):
            return era
    return None


def explain_modules(rows: Sequence[NetworkRow], versions: Mapping[str, str] | None = None) -> list[str]:
    """Return a sentence for each network of v1.4 on why it has so many modules with these versions, and with others.

    Networks of another size are left out: the table is not about them.
    """
    versions = versions or installed_versions()
    found = []
    for row in rows:
        if V1_4.get(row.attribute) != (row.tensors, row.scalars):
            continue
        era = era_of(row.attribute, versions)
        others = "; ".join(f"{e.modules} with {e.versions}" for e in HISTORY if e.network == row.attribute and e != era)
        if era is None or era.modules != row.modules:
            found.append(f"{row.attribute}: {row.modules} modules, which is not in the table for {versions}; {others}.")
        else:
            found.append(f"{row.attribute}: {row.modules} modules with {era.versions}: {era.why}; {others}.")
    return found
