"""Every import resolves in the student's folder alone."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from importlib.metadata import packages_distributions
from pathlib import Path

from beras.course.build import KIT
from beras.course.declared import PUBLIC
from beras.course.proof.case import Case
from beras.course.proof.finding import Finding, each_once
from beras.course.proof.pool import lay_out
from beras.errors import did_you_mean

__all__ = ["imports"]

_CLAIM = "every import resolves in the folder alone"
#: What may be missing: an import in such a ``try`` resolves whatever comes.
_CAUGHT = {"ImportError", "ModuleNotFoundError", "Exception"}


def imports(case: Case) -> Finding:
    """Read every import of the built files, solutions included, and load the student's modules in a bare process.

    What is imported must be the standard library, something that ``needs`` lists (in tests pytest too), or a module of
    the folder that has the name that is asked of it. Imports whose failure is caught need not resolve.
    """
    known = _known(case)
    problems: list[str] = []
    for path, content in {**case.built, **case.solved, **case.hidden}.items():
        if path.endswith(".py") and path not in {f"{PUBLIC}/{name}" for name in KIT}:
            problems += [f"{path}:{line}" for line in _unresolved(path, content.decode(), case.built, known)]
    problems += _loading(case)
    return Finding("imports", _CLAIM, each_once(problems))


def _known(case: Case) -> set[str]:
    """Return the top-level modules that come from outside: of the standard library and of what ``needs`` lists."""
    wanted = {_plain(re.split(r"[^\w.-]", need, maxsplit=1)[0]) for need in case.homework.needs}
    installed = {
        module for module, names in packages_distributions().items() if {_plain(name) for name in names} & wanted
    }
    return {*sys.stdlib_module_names, *installed, *(name.replace("-", "_") for name in wanted)}


def _plain(distribution: str) -> str:
    return re.sub(r"[-_.]+", "-", distribution).lower()


def _unresolved(path: str, text: str, files: Mapping[str, bytes], known: set[str]) -> Iterator[str]:
    in_tests = path.startswith(f"{PUBLIC}/")
    tree = ast.parse(text)
    caught = _caught(tree)
    for node in ast.walk(tree):
        if id(node) in caught:
            continue
        if isinstance(node, ast.Import):
            wanted: list[tuple[str, str | None]] = [(alias.name, None) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = _base(path, node)
            wanted = [(base, alias.name) for alias in node.names]
        else:
            continue
        for module, name in wanted:
            problem = _problem(module, name, files, known, in_tests)
            if problem:
                yield f"{node.lineno}: {problem}"


def _base(path: str, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    package = path.split("/")[: -node.level]
    return ".".join([*package, *([node.module] if node.module else [])])


def _problem(module: str, name: str | None, files: Mapping[str, bytes], known: set[str], in_tests: bool) -> str:
    if module.split(".")[0] in known or (in_tests and module.split(".")[0] in ("pytest", "_pytest")):
        return ""
    places = [f"{PUBLIC}/", ""] if in_tests else [""]
    for place in places:
        file = _file(module, place, files)
        if file is not None:
            return _lacking(module, name, file, place, files)
    own = [path.removesuffix(".py").replace("/", ".") for path in files if path.endswith(".py")]
    return f"{module} is neither in the folder nor in needs.{did_you_mean(module, own)}"


def _file(module: str, place: str, files: Mapping[str, bytes]) -> str | None:
    """Return the file of a module; of a package without ``__init__.py`` an empty text."""
    path = place + module.replace(".", "/")
    for candidate in (f"{path}.py", f"{path}/__init__.py"):
        if candidate in files:
            return candidate
    return "" if any(file.startswith(f"{path}/") and file.endswith(".py") for file in files) else None


def _lacking(module: str, name: str | None, file: str, place: str, files: Mapping[str, bytes]) -> str:
    if name is None or name == "*" or _file(f"{module}.{name}", place, files) is not None:
        return ""
    names = _names(ast.parse(files[file].decode())) if file else set()
    if name in names or "*" in names or "__getattr__" in names:
        return ""
    return f"{module} has no {name}.{did_you_mean(name, names)}"


def _names(tree: ast.Module) -> set[str]:
    """Return what a module's top level binds, branches and loops included."""
    names: set[str] = set()
    todo: list[ast.AST] = [tree]
    while todo:
        node = todo.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
            continue
        if isinstance(node, ast.Import | ast.ImportFrom):
            names |= {(alias.asname or alias.name).split(".")[0] for alias in node.names}
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        todo += ast.iter_child_nodes(node)
    return names


def _caught(tree: ast.Module) -> set[int]:
    """Return the imports that stand in a ``try`` whose ``except`` expects them to fail."""
    found: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Try):
            types = {ast.unparse(kind) for handler in node.handlers for kind in _kinds(handler)}
            if types & _CAUGHT:
                found |= {id(inner) for statement in node.body for inner in ast.walk(statement)}
    return found


def _kinds(handler: ast.ExceptHandler) -> list[ast.expr]:
    if handler.type is None:
        return []
    return handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]


_LOAD = """
import importlib, sys
sys.path.insert(0, sys.argv[1])
for name in sys.argv[2:]:
    try:
        importlib.import_module(name)
    except BaseException as error:
        print(f"{name} cannot be imported: {type(error).__name__}: {error}", file=sys.stderr)
"""


def _loading(case: Case) -> list[str]:
    """Import each of the stencil's modules in a process that knows of nothing but the folder and what is installed."""
    with tempfile.TemporaryDirectory(prefix="beras-prove-", ignore_cleanup_errors=True) as temporary:
        folder = Path(temporary)
        lay_out(case.built, folder)
        try:
            done = subprocess.run(
                [sys.executable, "-I", "-B", "-X", "utf8", "-c", _LOAD, temporary, *case.modules],
                cwd=folder,
                capture_output=True,
                encoding="utf-8",
                timeout=60,
            )
        except subprocess.TimeoutExpired:
            return ["importing the stencil's modules takes more than 60 s."]
    problems = [line for line in done.stderr.splitlines() if " cannot be imported: " in line]
    return problems or ([f"importing the stencil's modules fails: {done.stderr[-500:]}"] if done.returncode else [])
