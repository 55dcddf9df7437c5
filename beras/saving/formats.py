"""Which files beras reads and writes, and what other files look like."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

__all__ = [
    "KERAS_MODEL",
    "KERAS_WEIGHTS",
    "SUFFIX",
    "check_tensor_file",
    "check_writable_format",
    "describe_foreign",
    "format_of",
    "require_h5py",
]

SUFFIX = ".safetensors"
KERAS_MODEL = ".keras"
KERAS_WEIGHTS = ".weights.h5"

#: The endings of files that are written, by what is in them.
ENDINGS = {"model": (SUFFIX, KERAS_MODEL), "weights": (SUFFIX, KERAS_WEIGHTS)}

#: The longest header, in bytes, that the safetensors library reads.
LONGEST_HEADER = 100_000_000

#: How the files begin that Keras writes.
KERAS_FILES = {b"PK\x03\x04": KERAS_MODEL, b"\x89HDF": KERAS_WEIGHTS}

#: How files that are not safetensors begin.
MAGIC = {
    b"\x89HDF": "an HDF5 file, such as Keras's .weights.h5: read it with model.load_weights(path)",
    b"PK\x03\x04": "a zip archive, such as Keras's .keras, NumPy's .npz or torch's .pt: beras.saving.load_model(path) "
    "reads the first",
    b"\x93NUMPY": "a NumPy .npy file",
    b"\x80": "a pickle, which beras never loads, since it can execute code",
    b"version https://git-lfs": "a Git LFS pointer, not the file itself: run git lfs pull",
    b"<": "HTML or XML, perhaps the error page of a download",
}


def check_writable_format(path: Any, content: str = "model") -> Path:
    """Return ``path``, where a ``"model"`` or its ``"weights"`` are to be written, as a Path.

    Raises:
        ValueError: when its ending is not that of a file that beras writes.
        ImportError: when it is one of Keras's, and h5py, which writes it, is not installed.
    """
    from pathlib import Path

    path = Path(os.fspath(path))
    ending = next((known for known in ENDINGS[content] if path.name.lower().endswith(known)), None)
    if ending is None:
        raise ValueError(_other_ending(path, content))
    if ending != SUFFIX:
        require_h5py()
    return path


def _other_ending(path: Path, content: str) -> str:
    ending = _ending(path)
    stem, (ours, theirs) = path.name.removesuffix(ending), ENDINGS[content]
    kind = f"{ending!r} files are not written" if ending else "the name has no ending"
    subject = "A model is" if content == "model" else "Weights are"
    for other, endings in ENDINGS.items():
        if ending.lower() in endings:
            kind = f"{ending!r} is the ending for {'a whole model' if other == 'model' else 'weights alone'}"
    return (
        f"{subject} written to a file that ends in {ours!r}, or for Keras in {theirs!r}; {kind}. "
        f"Received: {str(path)!r}. Write {stem + ours!r} or {stem + theirs!r}."
    )


def check_tensor_file(path: Any) -> Path:
    """Return ``path``, where named arrays are to be written, as a Path.

    Raises:
        ValueError: when it does not end in ``.safetensors``.
    """
    from pathlib import Path

    path = Path(os.fspath(path))
    if path.suffix.lower() != SUFFIX:
        raise ValueError(
            f"Named arrays are written to a file that ends in {SUFFIX!r}. Received: {str(path)!r}. "
            f"Write {path.name.removesuffix(_ending(path)) + SUFFIX!r}."
        )
    return path


def _ending(path: Path) -> str:
    return path.name[-len(KERAS_WEIGHTS) :] if path.name.lower().endswith(KERAS_WEIGHTS) else path.suffix


def format_of(path: Path) -> str:
    """Return the ending that fits the content of a file, whatever its name: one of Keras's two, else `SUFFIX`."""
    with open(path, "rb") as file:
        start = file.read(32)
    if describe_foreign(start) is None:
        return SUFFIX
    return next((ending for magic, ending in KERAS_FILES.items() if start.startswith(magic)), SUFFIX)


def describe_foreign(start: bytes) -> str | None:
    """Return what a file is that starts so, or ``None`` when that is not known."""
    if not start:
        return "empty"
    # safetensors begins with the length of its header, whose bytes may be any of MAGIC's
    if start[8:9] == b"{" and int.from_bytes(start[:8], "little") <= LONGEST_HEADER:
        return None
    return next((kind for magic, kind in MAGIC.items() if start.startswith(magic)), None)


def require_h5py() -> Any:
    """Return the module h5py.

    Raises:
        ImportError: when it is not installed; it names the extra.
    """
    from importlib import import_module

    try:
        return import_module("h5py")
    except ImportError as error:
        raise ImportError(
            f"Keras's files, {KERAS_MODEL!r} and {KERAS_WEIGHTS!r}, are read and written with h5py ({error}). "
            f'Install it: pip install "beras[keras]". Files that end in {SUFFIX!r} need nothing more.'
        ) from error
