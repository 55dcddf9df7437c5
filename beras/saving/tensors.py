"""Named arrays in a safetensors file: no code in it, written all or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from beras.saving.formats import check_tensor_file, describe_foreign
from beras.saving.whole_file import existing_file, write_whole

__all__ = ["load_weights_file", "save_weights_file"]


def save_weights_file(path: Any, named: Mapping[str, np.ndarray], metadata: Mapping[str, str] | None = None) -> None:
    """Write named arrays, and texts by name, to a ``.safetensors`` file.

    The file has its name only once it is complete and on the disk: a file that was there before is replaced by all of
    it or not at all.

    Raises:
        ValueError: for another ending of the name.
        OSError: when it cannot be written, the disk being full for example; an earlier file is untouched.

    The format is that of https://github.com/huggingface/safetensors; torch and JAX read it too.
    """
    path = check_tensor_file(path)
    from safetensors.numpy import save

    arrays = {name: np.asarray(value, order="C") for name, value in named.items()}
    data = _in_order(save(arrays, dict(metadata or {}) or None))
    write_whole(path, data)


def _in_order(data: bytes) -> bytes:
    """Return the file with the texts in its header in alphabetical order: the library's own changes from run to run.

    The header is JSON behind its length, eight bytes, little-endian; an order has no influence on its length.
    """
    import json

    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    header["__metadata__"] = dict(sorted(header.get("__metadata__", {}).items()))
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    return data[:8] + text.ljust(length) + data[8 + length :] if len(text) <= length else data


def load_weights_file(path: Any) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """Return the named arrays and the texts of a ``.safetensors`` file, whoever wrote it.

    Raises:
        FileNotFoundError: when there is none, with the nearest name in its folder.
        ValueError: when it is no complete safetensors file; it says what it looks like instead.
    """
    path = existing_file(path)
    with open(path, "rb") as file:
        foreign = describe_foreign(file.read(32))
    if foreign is not None:
        raise ValueError(f"{str(path)!r} is not a safetensors file. It is {foreign}.")
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="numpy") as file:
            return {name: file.get_tensor(name) for name in file.keys()}, dict(file.metadata() or {})  # noqa: SIM118
    except SafetensorError as error:
        raise ValueError(
            f"{str(path)!r} is not a complete safetensors file: {error}. Received: {path.stat().st_size:,} bytes. It "
            f"may have been cut off in copying or downloading: fetch it again, or take an earlier checkpoint."
        ) from error
    except (TypeError, AttributeError, KeyError) as error:
        raise ValueError(f"{str(path)!r} holds arrays of a dtype that NumPy does not have ({error}).") from error
