"""Check again whenever a file is saved."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import suppress

from beras.course.manifest import Homework

__all__ = ["saves"]

#: Seconds between looks, and how long a file must stay as it is: editors write in several steps.
_POLL, _SETTLED = 0.3, 0.1


def saves(homework: Homework, sleep: Callable[[float], None] = time.sleep) -> Iterator[list[str]]:
    """Yield an empty list at once, and then the files that the student has saved, each time that any are."""
    before = _stamps(homework)
    yield []
    while True:
        sleep(_POLL)
        now = _stamps(homework)
        if now == before:
            continue
        while True:
            sleep(_SETTLED)
            later = _stamps(homework)
            if later == now:
                break
            now = later
        changed = sorted(name for name in {*before, *now} if before.get(name) != now.get(name))
        before = now
        yield changed


def _stamps(homework: Homework) -> dict[str, tuple[int, int]]:
    """Return time and size of each file that the student writes; new ones count too."""
    found = {}
    for path in (path for pattern in homework.student for path in homework.folder.glob(pattern)):
        with suppress(OSError):  # between the two steps of saving
            status = path.stat()
            found[path.relative_to(homework.folder).as_posix()] = (status.st_mtime_ns, status.st_size)
    return found
