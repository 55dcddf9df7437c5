"""Faults in the gradient of a whole call: of activations, losses, layers, regularizers; and in what optimizers get.

The function begins with ``x = _fault(x)`` then, where ``_fault`` returns its argument and has a wrong gradient.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import numpy as np

from beras.autodiff.primitives import primitive
from beras.autodiff.registry import RULES, define
from tests.mutants.areas import AREAS
from tests.mutants.faults import FAULTS
from tests.mutants.live import compiled, running
from tests.mutants.mutant import Mutant

#: In each area the functions whose gradient is made wrong, and the parameter by which.
PARAMETERS = {"activations": "x", "losses": "y_pred", "layers": "inputs", "regularizers": "x", "optimizers": "g"}
METHODS = {"layers": "call", "regularizers": "__call__", "optimizers": "update"}
#: Layers whose inputs are no real numbers.
DISCRETE = frozenset({"Embedding"})

_current: list[Callable[[Any], Any]] = []


@primitive
def gate(x: Any) -> Any:
    """Return ``x``; its gradient has the fault that is planted."""
    return np.array(x)[()]


def _through(x: Any) -> Any:
    """Return ``x``, an array or a list of them, with the wrong gradient."""
    return [gate(part) for part in x] if isinstance(x, (list, tuple)) else gate(x)


def _of_array(g: Any) -> Any:
    return _current[0](g)


if gate not in RULES:
    define(gate, lambda g, ans, x: _current[0](g))


def call_mutants() -> Iterator[Mutant]:
    """Yield a Mutant for every fault in the gradient of every call."""
    from tests.mutants.source import ROOT, first_line

    for area, parameter in PARAMETERS.items():
        for module in AREAS[area].modules:
            path = f"{AREAS[area].folder}/{module}.py"
            tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
            for statement, function in _functions_of(tree, area, parameter):
                owner = f"{statement.name}.{function.name}" if statement is not function else function.name
                for fault in FAULTS:
                    if fault == "transposed" and area == "optimizers":
                        continue  # an update is of a flat block
                    yield Mutant(
                        area,
                        f"{path}::{owner}({parameter}): {fault}",
                        f"{path}:{function.lineno}",
                        f"gradient by {parameter}: {fault}" if area != "optimizers" else f"gradient: {fault}",
                        (("code", path, first_line(function)),),
                        _Plant(path, tree, statement, function, parameter, fault),
                    )


def _functions_of(tree: ast.Module, area: str, parameter: str) -> Iterator[tuple[Any, ast.FunctionDef]]:
    for statement in tree.body:
        if area in METHODS and isinstance(statement, ast.ClassDef):
            for function in statement.body if statement.name not in DISCRETE else ():
                if isinstance(function, ast.FunctionDef) and function.name == METHODS[area] and _computes(function):
                    yield statement, function
        elif (
            area not in METHODS
            and isinstance(statement, ast.FunctionDef)
            and not statement.name.startswith("_")
            and not statement.decorator_list  # a primitive's gradient is a product of the registry
            and parameter in [arg.arg for arg in statement.args.args]
            and statement.name in _public(area)
        ):
            yield statement, statement


def _computes(function: ast.FunctionDef) -> bool:
    return not isinstance(function.body[-1], ast.Raise)


def _public(area: str) -> list[str]:
    """Return what users call: `beras.activations` and `beras.losses` name their functions."""
    return import_module(f"beras.{area}").__all__


class _Plant:
    def __init__(
        self, path: str, tree: ast.Module, statement: Any, function: ast.FunctionDef, parameter: str, fault: str
    ):
        self.path, self.tree, self.statement, self.function = path, tree, statement, function
        self.parameter, self.fault = parameter, fault

    @contextmanager
    def __call__(self) -> Iterator[None]:
        from tests.mutants.source import _functions

        module: Any = sys.modules[self.path.removesuffix(".py").replace("/", ".")]
        body = self.function.body
        right = compiled(self.statement, self.tree, module.__file__)
        first = ast.parse(f"{self.parameter} = _fault({self.parameter})").body[0]
        for node in ast.walk(first):
            ast.copy_location(node, body[0])
        body.insert(1 if ast.get_docstring(self.function) else 0, first)
        try:
            wrong = compiled(self.statement, self.tree, module.__file__)
        finally:
            body.remove(first)
        module._fault = _of_array if self.parameter == "g" else _through
        _current.append(FAULTS[self.fault]())
        try:
            with running(_functions(), right, wrong):
                yield
        finally:
            _current.clear()
            del module._fault
