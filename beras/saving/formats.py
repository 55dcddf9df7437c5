"""Which files beras writes, and what other files look like."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["SUFFIX", "check_writable_format", "describe_foreign"]

SUFFIX = ".safetensors"

TRANSFER = "Weights of a Keras model go over as arrays: model.set_weights(keras_model.get_weights())"

#: The longest header, in bytes, that the safetensors library reads.
LONGEST_HEADER = 100_000_000

#: How files that are not safetensors begin.
MAGIC = {
    b"\x89HDF": f"an HDF5 file, such as Keras's .h5. {TRANSFER}",
    b"PK\x03\x04": f"a zip archive, such as Keras's .keras, NumPy's .npz or torch's .pt. {TRANSFER}",
    b"\x93NUMPY": "a NumPy .npy file",
    b"\x80": "a pickle, which beras never loads, since it can execute code",
    b"version https://git-lfs": "a Git LFS pointer, not the file itself: run git lfs pull",
    b"<": "HTML or XML, perhaps the error page of a download",
}


def check_writable_format(path: Any) -> Path:
    """Return ``path`` as a Path.

    Raises:
        ValueError: when its ending is not that of a file that beras writes.
    """
    from pathlib import Path

    path = Path(os.fspath(path))
    if path.suffix.lower() != SUFFIX:
        ending = "".join(path.suffixes[-2:]) if path.name.endswith(".weights.h5") else path.suffix
        kind = f"{ending!r} files are not written by this version" if ending else "the name has no ending"
        raise ValueError(
            f"Models and weights are written as {SUFFIX!r} files; {kind}. Received: {str(path)!r}. "
            f"Write {path.name.removesuffix(ending) + SUFFIX!r}."
        )
    return path


def describe_foreign(start: bytes) -> str | None:
    """Return what a file is that starts so, or ``None`` when that is not known."""
    if not start:
        return "empty"
    # safetensors begins with the length of its header, whose bytes may be any of MAGIC's
    if start[8:9] == b"{" and int.from_bytes(start[:8], "little") <= LONGEST_HEADER:
        return None
    return next((kind for magic, kind in MAGIC.items() if start.startswith(magic)), None)
