"""``beras course``: what an instructor does with the homeworks."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from beras.cli.console import print_json, say, warn
from beras.cli.errors import FAILURE, BadUsage

if TYPE_CHECKING:
    from beras.course.manifest import Homework

__all__ = ["VERBS", "build", "course", "freeze", "prove"]

Names = Annotated[
    list[str] | None,
    typer.Argument(metavar="HOMEWORK", help="Folders in reference/. [default: all]", show_default=False),
]
Root = Annotated[
    Path | None,
    typer.Option("--root", help="The folder with reference/ and assignments/. [default: this one, or one above]"),
]


def course(ctx: typer.Context) -> None:
    """Build the homeworks from their references, and prove them (for instructors).

    \b
    Example:
      beras course build        makes assignments/ from reference/
      beras course prove beras  shows that everything holds
    """
    if ctx.invoked_subcommand is None:
        typer.echo(ctx.get_help())


def build(
    names: Names = None,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit with 1 if anything would change.")
    ] = False,
    root: Root = None,
) -> None:
    """Cut the references into assignments.

    Everything in assignments/ comes from here; what lies there and was not built is removed.

    \b
    Examples:
      beras course build
      beras course build beras --check
    """
    from beras.course.build import contents, differences, write

    changes = 0
    for source, target in _folders(names, root):
        files = contents(_read(source))
        if check:
            different = differences(files, target)
            changes += len(different)
            for path, word in different.items():
                say(f"{word}: {target / path}")
        else:
            written, removed = write(files, target)
            for path in removed:
                say(f"removed, since the build does not make it: {target / path}")
            say(f"{target}: {len(files)} files, {len(written)} written.")
    if changes:
        warn(f"assignments/ is not what the references make ({changes} files). Build it: beras course build")
        raise typer.Exit(FAILURE)
    if check:
        say("assignments/ is what the references make.")


def prove(
    names: Names = None,
    jobs: Annotated[int, typer.Option("--jobs", min=1, help="So many test processes at once.")] = 2,
    messages: Annotated[
        bool, typer.Option("--messages", help="Show the message that each typical mistake gets.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document, and nothing else.")] = False,
    root: Root = None,
) -> None:
    """Prove that the homeworks are sound, tests and points and all.

    The exit status is 0 when everything holds, 1 when anything does not.

    \b
    Examples:
      beras course prove
      beras course prove beras --messages
    """
    from beras.course.proof_table import lines
    from beras.course.prove import prove as prove_one

    _needs_pytest()
    proofs = []
    for source, target in _folders(names, root):
        proofs.append(prove_one(source, target, jobs))
        if not as_json:
            for line in lines(proofs[-1], messages):
                say(line)
    ok = all(proof.ok for proof in proofs)
    if as_json:
        print_json({"ok": ok, "homeworks": [proof.to_dict() for proof in proofs]})
    elif len(proofs) > 1:
        seconds = sum(proof.seconds for proof in proofs)
        say(f"{sum(proof.ok for proof in proofs)} of {len(proofs)} homeworks proven in {seconds:.0f} s.")
    if not ok:
        raise typer.Exit(FAILURE)


def freeze(names: Names = None, root: Root = None) -> None:
    """Have PyTorch make the frozen values of the tests (needs PyTorch).

    They stand in tests/frozen.json and hidden/frozen.json of a reference, and are used where PyTorch is not installed.

    \b
    Example:
      beras course freeze beras
    """
    _needs_pytest()
    from beras.course.freeze import freeze as freeze_one

    for source, _ in _folders(names, root):
        for path, count in freeze_one(_read(source)).items():
            say(f"{path}: {count} values.")


VERBS = (build, prove, freeze)


def _folders(names: list[str] | None, root: Path | None) -> list[tuple[Path, Path]]:
    """Return, for each homework, the folder of its reference and that of its assignment."""
    from beras.course.checkout import ASSIGNMENTS, find_root, homeworks
    from beras.course.errors import CourseError

    try:
        found = find_root(Path.cwd()) if root is None else root
        return [(source, found / ASSIGNMENTS / source.name) for source in homeworks(found, names or ())]
    except CourseError as error:
        raise BadUsage(str(error)) from error


def _read(source: Path) -> Homework:
    from beras.course.errors import CourseError
    from beras.course.manifest import read

    homework = read(source)
    if homework.name != source.name:
        raise CourseError(
            f"{homework.path}: name must be that of the folder, {source.name!r}. Received: {homework.name!r}."
        )
    return homework


def _needs_pytest() -> None:
    from importlib.util import find_spec

    if find_spec("pytest") is None:
        raise BadUsage('The tests of the homeworks run with pytest: pip install "beras[test]".')
