"""What the student reads: what is wrong before where, to do apart from wrong, and always what comes next."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from beras.course.loop.hint import Hints
from beras.course.loop.progress import Progress
from beras.course.loop.stubs import Stub
from beras.course.manifest import Homework, Task
from beras.course.runner import FAILS, PASSES, TO_DO, WAITS, Place, TaskResult, TestResult

__all__ = ["Line", "about_hints", "about_next", "about_result", "about_start", "about_status", "show", "words"]

#: A line of text: pieces, each with rich's name of its style, or "".
Line = tuple[tuple[str, str], ...]

_STYLES = {PASSES: "bold green", FAILS: "bold red", TO_DO: "bold yellow", WAITS: "bold yellow"}
_MESSAGE_LINES, _OUTPUT_LINES = 12, 20


def show(lines: Iterable[Line]) -> None:
    """Print lines on stdout, in colour where it is a terminal."""
    from rich.console import Console
    from rich.text import Text

    console = Console(file=sys.stdout, highlight=False, soft_wrap=True)
    for line in lines:
        console.print(Text.assemble(*line))
    sys.stdout.flush()


def words(lines: Iterable[Line]) -> str:
    """Return lines as plain text."""
    return "\n".join("".join(piece for piece, _ in line) for line in lines)


# A result


def about_result(
    homework: Homework, task: Task, result: TaskResult, *, is_next: bool = False, tracebacks: bool = False
) -> Iterator[Line]:
    """Yield the feedback on a checked task.

    Args:
        homework: the student's.
        task: the task.
        result: what came out.
        is_next: whether it is the next one to do.
        tracebacks: show the stacks, and every test that fails.
    """
    test = result.first
    place = test.place.short if test is not None and test.place is not None and result.status == TO_DO else ""
    rest = "(your next task)" if is_next and result.status != PASSES else ""
    yield _headline(homework, task, result.status, result.earned, place or rest)
    if result.offence:
        yield from _indented(result.offence)
    if test is not None:
        yield from _about_test(homework, test)
        yield from _where_to_look(task, test, result)
        yield from _about_others(result, test)
    if result.output and result.status != PASSES:
        yield from _about_output(result.output)
    if tracebacks:
        yield from _stacks(result)
    if task.hidden_points and result.status not in (TO_DO, WAITS):
        yield _plain(f"  {_further(task.hidden_checks, task.hidden_points)}")


def _headline(homework: Homework, task: Task, status: str, earned: float, rest: str = "") -> Line:
    names = {other.id: f"{other.id}  {other.title}" for other in homework.tasks}
    width = max(map(len, names.values()))
    points = f"{earned:g}/{task.points} points"
    word = status if status == PASSES else status.upper()
    return (
        ("Task ", "bold"),
        (f"{names[task.id]:{width}}   ", "bold"),
        (f"{word:6}", _STYLES[status]),
        (f"  {points:13}  {rest}".rstrip(), ""),
    )


def _about_test(homework: Homework, test: TestResult) -> Iterator[Line]:
    if test.status == WAITS:
        where = f" ({test.place.short})" if test.place is not None else ""
        yield _plain(f"  needs task {test.task} first, which is not written yet{where}: beras check {test.task}")
    elif test.status == TO_DO:
        yield _plain(f"  {test.message.partition(': ')[2]}")
    else:
        yield from _indented(test.message)
        if test.place is not None:
            yield from _excerpt(homework.folder, test.place)


def _where_to_look(task: Task, test: TestResult, result: TaskResult) -> Iterator[Line]:
    parts = [f"hint: beras hint {task.id}"] if task.hint else []
    if result.status == FAILS:
        parts.append(f"test: {test.name}")
        parts.append("whole traceback: --tb")
    if parts:
        yield _dim("  " + "     ".join(parts))


def _about_others(result: TaskResult, first: TestResult) -> Iterator[Line]:
    others = [test for test in result.tests if test.status == FAILS and test.message != first.message]
    if others:
        names = ", ".join(test.name.rpartition("::")[2] for test in others)
        yield _dim(f"  {len(others)} other {_tests(len(others))} of this task fail{_s(len(others))} too: {names}")
    not_run = [test for test in result.tests if not test.status]
    if not_run:
        yield _dim(f"  {len(not_run)} {_tests(len(not_run))} of this task did not run after that")


def _about_output(output: str) -> Iterator[Line]:
    lines = output.rstrip().splitlines()
    yield _dim("  your code printed:")
    for line in lines[:_OUTPUT_LINES]:
        yield _plain(f"    {line[:200]}")
    if len(lines) > _OUTPUT_LINES:
        yield _dim(f"    ... and {len(lines) - _OUTPUT_LINES} more lines")


def _stacks(result: TaskResult) -> Iterator[Line]:
    for test in result.tests:
        if test.status == FAILS:
            yield _dim(f"  {test.name}")
            yield from _indented(test.stack.rstrip() or test.message, 4, most=None)


def _excerpt(folder: Path, place: Place) -> Iterator[Line]:
    """Yield the line of a place with the one above it."""
    try:
        lines = (folder / place.file).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return
    if not 1 <= place.line <= len(lines):
        return
    yield _dim(f"    {place.file}{f', in {place.function}' if place.function not in ('', '<module>') else ''}")
    first = place.line - 1 if place.line > 1 and lines[place.line - 2].strip() else place.line
    for number in range(first, place.line + 1):
        arrow, style = (">", "") if number == place.line else (" ", "dim")
        yield ((f"    {arrow} {number:4} | {lines[number - 1]}", style),)


# The other commands


def about_next(homework: Homework, task: Task | None, found: Sequence[Stub] = ()) -> Iterator[Line]:
    """Yield what comes next; with ``task`` None everything has passed."""
    if task is None:
        yield (("All tasks pass. ", "bold green"), ("beras status shows the points.", ""))
        yield from _not_checked(homework)
        return
    where = found[0].place if found else Place(task.file, 0)
    yield (("Next: ", "bold"), (f"Task {task.id}  {task.title}", "bold"), (f"   {_points(task.points)}   {where}", ""))
    if found:
        yield _plain(f"  {found[0].what}")
    yield _plain(f"  It teaches: {task.teaches}.")
    yield _dim(f"  beras check {task.id}" + (f"     beras hint {task.id}" if task.hint else ""))


def about_hints(task: Task, hints: Hints) -> Iterator[Line]:
    """Yield the hints for a task that have been asked for."""
    if not hints.total:
        yield _plain(f"There is no hint for task {task.id}; what it asks for stands in the README, and above its line.")
        return
    yield (("Hints for task ", "bold"), (f"{task.id}  {task.title}", "bold"))
    for number, hint in enumerate(hints.shown, 1):
        yield _plain(f"  {number}. {hint}")
    left = hints.total - len(hints.shown)
    yield _dim(f"  {left} more: beras hint {task.id}" if left else "  These are all.")


def about_start(homework: Homework, folder: Path) -> Iterator[Line]:
    """Yield the welcome to a homework that has just been copied."""
    checked = [task for task in homework.tasks if task.points]
    yield (("Begun: ", "bold green"), (homework.title, "bold"), (f"   in {folder}", ""))
    yield _plain(
        f"  {len(checked)} tasks, {_points(homework.points)}, {homework.hours} hours. Read README.md first. Then:"
    )
    yield _plain(f"  cd {folder}")
    yield _plain("  beras next      shows the first task")
    yield _plain("  beras check     says what is right and what is not, as often as you like")


def about_status(homework: Homework, progress: Progress, to_do: dict[str, list[Stub]], code: str) -> Iterator[Line]:
    """Yield a line for each task."""
    yield ((homework.title, "bold"),)
    old = 0
    for task in homework.tasks:
        record = progress.of(task.id)
        status = TO_DO if task.id in to_do and record.status in ("", PASSES, WAITS) else record.status
        if not status:
            yield _plain(f"{_named(homework, task)}   not checked yet")
            continue
        unwritten = to_do.get(task.id) if status in (TO_DO, WAITS) else None
        yield _headline(homework, task, status, record.earned, unwritten[0].place.short if unwritten else "")
        old += status not in (TO_DO, WAITS) and record.code != code
    if old:
        yield _dim(f"{old} of these {'was' if old == 1 else 'were'} checked before your last change: beras check --all")
    yield from _not_checked(homework)


def _named(homework: Homework, task: Task) -> str:
    width = max(len(f"{other.id}  {other.title}") for other in homework.tasks)
    return f"Task {f'{task.id}  {task.title}':{width}}"


def _not_checked(homework: Homework) -> Iterator[Line]:
    """Yield what no check on the student's side can say."""
    points = sum(task.hidden_points for task in homework.tasks)
    if points:
        yield _plain(_further(sum(task.hidden_checks for task in homework.tasks), points))
    if homework.questions:
        worth = sum(question.points for question in homework.questions)
        yield _plain(f"{len(homework.questions)} written questions ({_points(worth)}) are marked by hand.")


def _further(checks: int, points: float) -> str:
    if not checks:
        return f"Further checks ({_points(points)}) run after you submit; passing these does not promise those."
    if checks == 1:
        return f"1 further check ({_points(points)}) runs after you submit; passing these does not promise it."
    return f"{checks} further checks ({_points(points)}) run after you submit; passing these does not promise those."


def _points(points: float) -> str:
    return f"{points:g} point{'' if points == 1 else 's'}"


def _tests(count: int) -> str:
    return "test" if count == 1 else "tests"


def _s(count: int) -> str:
    return "s" if count == 1 else ""


def _plain(text: str) -> Line:
    return ((text, ""),)


def _dim(text: str) -> Line:
    return ((text, "dim"),)


def _indented(text: str, by: int = 2, most: int | None = _MESSAGE_LINES) -> Iterator[Line]:
    lines = text.splitlines()
    for line in lines[:most]:
        yield _plain(f"{' ' * by}{line}")
    if most is not None and len(lines) > most:
        yield _dim(f"{' ' * by}... and {len(lines) - most} more lines: --tb")
