"""Put back the stencil of one task."""

from __future__ import annotations

import ast
import time
from difflib import SequenceMatcher
from pathlib import Path

from beras.course.errors import CourseError
from beras.course.loop.locate import handed_out
from beras.course.loop.progress import Progress, Record
from beras.course.loop.stubs import STUB
from beras.course.manifest import Homework, Task
from beras.files import replacing

__all__ = ["put_back", "reset"]


def reset(homework: Homework, progress: Progress, task: Task, whole_file: bool = False) -> dict[str, Path]:
    """Put back the blocks of one task, or its whole file, as they were handed out.

    Returns:
        The files that were changed, and where the copy of each as it was lies.

    Raises:
        CourseError: when it is not known what was handed out, or where the task's block begins and ends.
    """
    source = handed_out(homework.name)
    if source.resolve() == homework.folder.resolve():
        raise CourseError(f"{homework.folder} is the assignment itself. Work in a copy: beras start {homework.name}")
    changes = {}
    for file in [task.file] if whole_file else homework.student_files:
        handed = (source / file).read_text(encoding="utf-8") if (source / file).is_file() else ""
        mine = (homework.folder / file).read_text(encoding="utf-8")
        new = handed if whole_file else put_back(handed, mine, task.id, file)
        if new != mine:
            changes[file] = new
    kept = {}
    for file, new in changes.items():
        path = homework.folder / file
        kept[file] = homework.folder / ".beras" / "aside" / f"{time.strftime('%Y%m%d-%H%M%S')}-{file.replace('/', '-')}"
        kept[file].parent.mkdir(parents=True, exist_ok=True)
        kept[file].write_bytes(path.read_bytes())
        if b"\r\n" in path.read_bytes():
            new = new.replace("\n", "\r\n")
        with replacing(path) as opened:
            opened.write(new.encode())
    hints = progress.of(task.id).hints
    progress.records[task.id] = Record(hints=hints)
    progress.save()
    return kept


def put_back(handed: str, mine: str, task: str, file: str) -> str:
    """Return the student's text with the blocks of ``task`` as they were handed out, and all else as it is.

    A block ends where the nearest lines before and after it are that the student left as they were.

    Raises:
        CourseError: when the lines around are changed so much that other tasks' blocks would be lost.
    """
    old, new = handed.splitlines(keepends=True), mine.splitlines(keepends=True)
    matching = SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()
    where = {i + k: j + k for i, j, size in matching for k in range(size)} | {-1: -1, len(old): len(new)}
    for number in reversed([n for n, line in enumerate(old) if (m := STUB.match(line)) and m["id"] == task]):
        if number in where:
            continue
        before = max(i for i in where if i < number)
        after = min(i for i in where if i > number)
        new[where[before] + 1 : where[after]] = old[before + 1 : after]
    result = "".join(new)
    others_before, others_after = ([id for id in _ids(text) if id != task] for text in (mine, result))
    if others_before != others_after or _ids(result).count(task) != _ids(handed).count(task) or _breaks(mine, result):
        raise CourseError(
            f"{file} was changed around task {task} so much that it cannot be told where its block begins and ends. "
            f"beras reset {task} --file puts back the whole file, all its tasks; a copy of yours is kept."
        )
    return result


def _ids(text: str) -> list[str]:
    return [match["id"] for line in text.splitlines() if (match := STUB.match(line))]


def _breaks(before: str, after: str) -> bool:
    """Say whether a text that parsed does so no more."""
    return _parses(before) and not _parses(after)


def _parses(text: str) -> bool:
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return True
