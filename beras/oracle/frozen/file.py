"""The file of frozen values, and the checksum that tells whether it is whole."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np

__all__ = ["CHECKSUM", "VALUES", "FrozenValues", "FrozenValuesError", "read", "unusable", "write"]

VALUES = Path(__file__).with_name("values.safetensors")
#: In the form of the ``sha256sum`` command, which can check it too.
CHECKSUM = Path(__file__).with_name("values.sha256")


class FrozenValuesError(ValueError):
    """The frozen values are missing, or are not those that torch made."""


class FrozenValues(NamedTuple):
    """Arrays by name, ``"input/line"``, ``"gelu/value"``, ``"gelu/gradient/x"``, and who made them."""

    arrays: dict[str, np.ndarray]
    #: ``"torch 2.13.0"``.
    made_by: str


def read(values: Path = VALUES, checksum: Path = CHECKSUM) -> FrozenValues:
    """Return the frozen values.

    Raises:
        FrozenValuesError: when a file is missing, cut off or changed, by a single bit even.
    """
    from hashlib import sha256

    try:
        content = values.read_bytes()
        stated = checksum.read_text(encoding="ascii").split()[:1]
    except (OSError, UnicodeDecodeError) as error:
        raise unusable(f"they cannot be read ({type(error).__name__}: {error})") from error
    found = sha256(content).hexdigest()
    if stated != [found]:
        raise unusable(
            f"{values} has the SHA-256 {found[:16]}..., {checksum.name} says {(stated or ['nothing'])[0][:16]}... . "
            f"Received: {len(content):,} bytes, cut off or changed"
        )
    from safetensors.numpy import load

    length = int.from_bytes(content[:8], "little")
    return FrozenValues(load(content), _made_by(content[8 : 8 + length]))


def _made_by(header: bytes) -> str:
    import json

    return json.loads(header)["__metadata__"]["made_by"]


def unusable(why: str) -> FrozenValuesError:
    """Return the error for values that cannot be used, with what to do."""
    return FrozenValuesError(
        f"The frozen values of torch cannot be used: {why}. Install beras again; in a checkout, "
        f"`git checkout beras/oracle/frozen`, or make them anew with torch: python -m beras.oracle.frozen --make."
    )


def write(arrays: Mapping[str, np.ndarray], made_by: str, values: Path = VALUES, checksum: Path = CHECKSUM) -> str:
    """Write the values and their checksum, and return it."""
    from hashlib import sha256

    from beras.files import replacing
    from beras.saving import save_weights_file

    save_weights_file(values, arrays, {"made_by": made_by})
    found = sha256(values.read_bytes()).hexdigest()
    with replacing(checksum) as file:
        file.write(f"{found}  {values.name}\n".encode("ascii"))
    return found
