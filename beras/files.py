"""Write a file under a temporary name and rename it when it is complete."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["replacing"]


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """Yield a new file, open for writing and reading, that takes the place of ``path`` when the block ends well.

    Until then it has a name of its own in the same folder, so that two writers do not meet and the rename stays on one
    disk. When the block raises anything, ``KeyboardInterrupt`` included, it is removed and ``path`` is untouched.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}-{os.urandom(4).hex()}.part")
    try:
        with open(temporary, "x+b") as file:
            yield file
            file.flush()
            # Without this a power cut soon after the rename can leave an empty file under the final name.
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise
