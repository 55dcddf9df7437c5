"""The student's verbs: ``beras start``, ``check``, ``next``, ``hint``, ``status``, ``watch``, ``reset``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from beras.cli.console import print_json, say
from beras.cli.errors import FAILURE, BadUsage

if TYPE_CHECKING:
    from beras.course.loop.progress import Progress
    from beras.course.manifest import Homework, Task

__all__ = ["VERBS", "check", "hint", "next", "reset", "start", "status", "watch"]

OneTask = Annotated[
    str | None,
    typer.Argument(metavar="TASK", help="Its id, such as 2.3. [default: the next unfinished]", show_default=False),
]
InProcess = Annotated[
    bool,
    typer.Option("--in-process", help="Run in this process, with a budget of steps in place of all other limits."),
]
Tracebacks = Annotated[bool, typer.Option("--tb", help="Show the whole traceback of each error.")]


def start(
    name: Annotated[
        str | None,
        typer.Argument(metavar="HOMEWORK", help="Its name; without one they are listed.", show_default=False),
    ] = None,
    folder: Annotated[
        Path | None,
        typer.Argument(metavar="FOLDER", help="Where to. [default: beras-hw-HOMEWORK]", show_default=False),
    ] = None,
) -> None:
    """Begin a homework: copy its folder. Without a name: list the homeworks.

    Nothing is ever overwritten.

    \b
    Examples:
      beras start beras
      beras start two_layer my_homework
    """
    from beras.course.errors import CourseError
    from beras.course.feedback import about_start, show
    from beras.course.loop.locate import handed_out, handed_out_names
    from beras.course.loop.start import start as begin
    from beras.course.manifest import read

    try:
        if name is None:
            for known in handed_out_names():
                homework = read(handed_out(known))
                typer.echo(f"{known:12}  {homework.title}  ({homework.hours} hours)")
            return
        homework = begin(name, folder)
    except CourseError as error:
        raise BadUsage(str(error)) from error
    show(about_start(homework, homework.folder))


def check(
    task: Annotated[
        str | None,
        typer.Argument(
            metavar="TASK",
            help="Its id, such as 2.3; 2 for 2.1, 2.2 ... [default: the next unfinished]",
            show_default=False,
        ),
    ] = None,
    whole: Annotated[bool, typer.Option("--all", help="Check all tasks.")] = False,
    tracebacks: Tracebacks = False,
    in_process: InProcess = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document, and nothing else.")] = False,
) -> None:
    """Run the tests of a task on your code, and say what is right and what is not.

    Your code runs in a process of its own, with limits of time, memory and output. The exit status is 0 when all that
    was checked passes, else 1.

    \b
    Examples:
      beras check
      beras check 2.3 --tb
      beras check --all
    """
    from contextlib import redirect_stdout
    from io import StringIO

    from beras.course.runner import PASSES
    from beras.course.student import check_and_show

    homework = _homework()
    if task is not None and whole:
        raise BadUsage(f"--all checks all tasks, and {task} is one: leave one of the two out.")
    _meant(homework, task)
    with redirect_stdout(StringIO() if as_json else sys.stdout):
        results = check_and_show(homework, task, whole=whole, tracebacks=tracebacks, in_process=in_process or None)
    if as_json:
        found = [result.as_dict() for result in results]
        print_json({"homework": homework.name, "earned": sum(result.earned for result in results), "tasks": found})
    if any(result.status != PASSES for result in results):
        raise typer.Exit(FAILURE)


def next() -> None:
    """Show the next unfinished task: where it is, what it asks for, what it teaches.

    \b
    Example:
      beras next
    """
    from beras.course.feedback import about_next, show
    from beras.course.loop.choice import next_task
    from beras.course.loop.stubs import stubs

    homework, progress = _remembered()
    found = stubs(homework)
    task = next_task(homework, progress, found)
    show(about_next(homework, task, found.get(task.id, ()) if task else ()))


def hint(task: OneTask = None) -> None:
    """Show a hint for a task; asked again, one more.

    \b
    Examples:
      beras hint
      beras hint 2.3
    """
    from beras.course.declared import declared
    from beras.course.feedback import about_hints, show
    from beras.course.loop.hint import next_hint

    homework, progress = _remembered()
    for one in _tasks(homework, progress, task):
        tests = [test for test in declared(homework) if test.task == one.id]
        show(about_hints(one, next_hint(one, progress, tests)))


def status() -> None:
    """Show all tasks with their points, as they were last checked.

    \b
    Example:
      beras status
    """
    from rich.console import Console
    from rich.progress_bar import ProgressBar
    from rich.table import Table

    from beras.course.feedback import about_next, about_status, show
    from beras.course.loop.choice import next_task
    from beras.course.loop.progress import code_digest
    from beras.course.loop.stubs import stubs
    from beras.course.runner import PASSES

    homework, progress = _remembered()
    found = stubs(homework)
    show(about_status(homework, progress, found, code_digest(homework)))
    earned = sum(progress.of(task.id).earned for task in homework.tasks if task.id not in found)
    points = sum(task.points for task in homework.tasks)
    done = sum(progress.of(task.id).status == PASSES and task.id not in found for task in homework.tasks)
    bar = Table.grid(padding=(0, 2, 0, 0))
    bar.add_row(
        ProgressBar(total=points or 1, completed=earned, width=40),
        f"{earned:g} of {points:g} points, {done} of {len(homework.tasks)} tasks",
    )
    Console(file=sys.stdout, highlight=False).print(bar)
    task = next_task(homework, progress, found)
    if task is not None:
        show(about_next(homework, task, found.get(task.id, ())))


def watch(task: OneTask = None, tracebacks: Tracebacks = False, in_process: InProcess = False) -> None:
    """Check now, and again whenever you save a file; Ctrl-C ends it.

    \b
    Examples:
      beras watch
      beras watch 2.3
    """
    import time

    from beras.course.errors import CourseError
    from beras.course.loop.locate import student_homework
    from beras.course.loop.watch import saves
    from beras.course.student import check_and_show

    homework = _homework()
    _meant(homework, task)
    try:
        for files in saves(homework):
            what = f"saved: {', '.join(files)}" if files else "Watching; Ctrl-C ends."
            say(f"{time.strftime('%H:%M:%S')}  {what}", style="dim")
            try:
                check_and_show(student_homework(), task, tracebacks=tracebacks, in_process=in_process or None)
            except CourseError as error:  # a file that is gone may come back
                say(str(error), style="red")
    except KeyboardInterrupt:
        say("Stopped watching.")


def reset(
    task: Annotated[str, typer.Argument(metavar="TASK", help="Its id, such as 2.3.")],
    whole_file: Annotated[
        bool, typer.Option("--file", help="Put back the task's whole file, with all tasks in it.")
    ] = False,
) -> None:
    """Put back the stencil of one task; your file as it was is kept.

    \b
    Example:
      beras reset 2.3
    """
    from beras.course.loop.reset import reset as put_back

    homework, progress = _remembered()
    for one in _meant(homework, task, several=False):
        kept = put_back(homework, progress, one, whole_file)
        if not kept:
            say(f"Task {one.id} is as it was handed out; nothing was changed.")
        for file, copy in kept.items():
            what = "all of it" if whole_file else f"task {one.id}"
            say(f"{file}: {what} is as it was handed out. Your version: {copy.relative_to(homework.folder).as_posix()}")


VERBS = (start, check, next, hint, status, watch, reset)


def _homework() -> Homework:
    from beras.course.errors import CourseError
    from beras.course.loop.locate import student_homework

    try:
        return student_homework()
    except CourseError as error:
        raise BadUsage(str(error)) from error


def _remembered() -> tuple[Homework, Progress]:
    from beras.course.loop.progress import Progress

    homework = _homework()
    progress = Progress.load(homework)
    if progress.note:
        say(progress.note, style="yellow")
    return homework, progress


def _meant(homework: Homework, text: str | None, several: bool = True) -> list[Task]:
    """Return the tasks that a text on the command line means."""
    from beras.course.errors import CourseError
    from beras.course.loop.choice import meant

    if text is None:
        return []
    try:
        found = meant(homework, text)
    except CourseError as error:
        raise BadUsage(str(error)) from error
    if len(found) > 1 and not several:
        raise BadUsage(f"{text} is several tasks ({', '.join(task.id for task in found)}); name one.")
    return found


def _tasks(homework: Homework, progress: Progress, text: str | None) -> list[Task]:
    """Return the one task that is meant, by default the next unfinished."""
    from beras.course.loop.choice import next_task
    from beras.course.loop.stubs import stubs

    if text is not None:
        return _meant(homework, text, several=False)
    following = next_task(homework, progress, stubs(homework))
    if following is None:
        say("All tasks pass: there is nothing left to hint at. For a certain one: beras hint 2.3")
    return [] if following is None else [following]
