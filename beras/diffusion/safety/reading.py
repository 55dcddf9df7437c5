"""Read and transform pictures ahead of the checker, a bounded number at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterable
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import numpy as np

from beras.diffusion.errors import DiffusionError
from beras.diffusion.safety.files import ImageFiles
from beras.diffusion.safety.picture import read_picture
from beras.diffusion.safety.transform import ClipTransform

__all__ = ["Reading", "Stamp", "readings", "stamp"]

#: Size, time of the last change and time of the last change of the entry, as the file system has them.
Stamp = tuple[int, int, int]


class Reading(NamedTuple):
    """One picture, read: its pixels, or why there are none."""

    number: int
    stamp: Stamp
    pixels: np.ndarray | None
    error: str = ""


def stamp(path: Path) -> Stamp:
    """Return what changes when a file does; zeros when it is gone."""
    try:
        about = path.stat()
    except OSError:
        return (0, 0, 0)
    return (about.st_size, about.st_mtime_ns, about.st_ctime_ns)


def readings(
    files: ImageFiles, numbers: Iterable[int], transform: ClipTransform, workers: int, ahead: int
) -> Generator[Reading, None, None]:
    """Yield the pictures in the order of ``numbers``, each as soon as it and all before it are read.

    Threads, not processes, since Pillow decodes and resizes without holding Python's lock: no copies between processes,
    and the same on every system.

    Args:
        workers: how many threads read; 0 reads each picture when it is asked for.
        ahead: how many pictures may be read and not yet asked for.
    """
    if not workers:
        for number in numbers:
            yield _read(files, number, transform)
        return
    from concurrent.futures import ThreadPoolExecutor

    rest = iter(numbers)
    pool = ThreadPoolExecutor(workers, thread_name_prefix="beras-pictures")
    try:
        waiting = deque(pool.submit(_read, files, number, transform) for number in islice(rest, ahead))
        while waiting:
            done = waiting.popleft().result()
            waiting.extend(pool.submit(_read, files, number, transform) for number in islice(rest, 1))
            yield done
    finally:
        pool.shutdown(cancel_futures=True)


def _read(files: ImageFiles, number: int, transform: ClipTransform) -> Reading:
    path = files.path(number)
    before = stamp(path)
    try:
        return Reading(number, before, transform.array(read_picture(path)))
    except DiffusionError as error:
        return Reading(number, before, None, str(error))
    except MemoryError:
        return Reading(number, before, None, "There is not enough memory to resize it.")
