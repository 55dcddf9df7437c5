"""Imports go in one direction: a file imports only from lines above its own, or from its own line without a cycle."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "beras"

#: The lines of the design, lowest first; within ``autodiff`` each module is a line of its own.
LINES = [
    ["errors", "config", "files", "lazy"],
    ["autodiff.registry"],
    ["autodiff.state", "autodiff.memory"],
    ["autodiff.tracked"],
    ["autodiff.record"],
    ["autodiff.arguments"],
    ["autodiff.dispatch"],
    ["autodiff.array_methods"],
    ["autodiff.tensor"],
    ["autodiff.primitives"],
    ["autodiff.structure"],
    ["autodiff.sweep"],
    ["autodiff.tape"],
    ["autodiff.rules"],
    ["autodiff.functional"],
    ["autodiff.check"],
    ["autodiff"],
    ["core"],
    ["initializers", "regularizers", "constraints", "activations", "preprocessing"],
    ["schedules"],
    ["layers", "losses", "metrics", "optimizers"],
    ["saving", "callbacks"],
    ["replay"],
    ["models"],
    ["datasets"],
    ["viz"],
    ["utils"],
    ["oracle"],
    ["diffusion"],
    ["course"],
    ["training"],
    ["cli"],
    ["__main__", ""],
]

#: Methods that reach down to a higher line for convenience, inside the function: (file, module that it imports).
REACHING_DOWN = {
    ("preprocessing/mnist.py", "datasets.mnist"),
    ("autodiff/array_methods.py", "autodiff.primitives"),
    ("saving/model_file.py", "models"),
    ("models/model.py", "oracle.convert"),
    ("models/sequential.py", "oracle.convert"),
}


def place(module: str) -> int:
    parts = module.split(".")
    for length in range(len(parts), 0, -1):
        name = ".".join(parts[:length])
        for number, line in enumerate(LINES):
            if name in line:
                return number
    raise AssertionError(f"beras.{module} is in no line of the design; add it to LINES in {__file__}")


def imports(path: Path) -> set[str]:
    """Return the beras modules that a file imports when it runs (not those for type checkers only)."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    skipped = {
        id(node)
        for test in ast.walk(tree)
        if isinstance(test, ast.If) and "TYPE_CHECKING" in ast.unparse(test.test)
        for node in ast.walk(test)
    }
    found = set()
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "beras":
            base = node.module.removeprefix("beras").removeprefix(".")
            for alias in node.names:
                whole = f"{base}.{alias.name}".removeprefix(".")
                is_module = (PACKAGE / whole.replace(".", "/")).with_suffix(".py").exists()
                is_package = (PACKAGE / whole.replace(".", "/")).is_dir()
                found.add(whole if is_module or is_package else base)
        elif isinstance(node, ast.Import):
            found.update(
                alias.name.removeprefix("beras").removeprefix(".")
                for alias in node.names
                if alias.name.split(".")[0] == "beras"
            )
    return found


def module_of(path: Path) -> str:
    parts = list(path.relative_to(PACKAGE).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


FILES = sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_a_file_imports_only_from_lines_above(path):
    own = place(module_of(path)) if module_of(path) else len(LINES)
    name = path.relative_to(PACKAGE).as_posix()
    too_high = {m for m in imports(path) if m and place(m) > own and (name, m) not in REACHING_DOWN}
    assert not too_high, f"beras/{name} imports from a line below its own: {sorted(too_high)}"


def test_there_is_no_cycle():
    graph = {
        module_of(path): {
            m for m in imports(path) if m and (path.relative_to(PACKAGE).as_posix(), m) not in REACHING_DOWN
        }
        for path in FILES
        if path.name != "__init__.py"
    }
    done: set[str] = set()

    def visit(module: str, trail: tuple[str, ...]) -> None:
        assert module not in trail, f"a cycle of imports: {' -> '.join((*trail, module))}"
        if module in done or module not in graph:
            return
        for other in graph[module]:
            visit(other, (*trail, module))
        done.add(module)

    for module in graph:
        visit(module, ())


def test_every_exception_is_still_needed():
    used = {
        (path.relative_to(PACKAGE).as_posix(), module)
        for path in FILES
        for module in imports(path)
        if module and module_of(path) and place(module) > place(module_of(path))
    }
    assert used >= REACHING_DOWN, f"no longer needed in REACHING_DOWN: {REACHING_DOWN - used}"
