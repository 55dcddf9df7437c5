"""Changing a module that is in use: code for code, in the functions that everybody holds already."""

from __future__ import annotations
import __future__

import ast
import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import CodeType, FunctionType
from typing import Any

CodeKey = tuple[Any, ...]


def code_key(code: CodeType) -> CodeKey:
    """Return what tells a code object from all others, whichever process compiled it."""
    return code.co_filename, code.co_qualname, code.co_firstlineno, tuple(code.co_positions())


class Functions:
    """The functions of beras that exist now, by the code that they run; closures of one code stand together."""

    def __init__(self, root: str):
        self.by_code: dict[CodeKey, list[FunctionType]] = {}
        for thing in gc.get_objects():
            if type(thing) is FunctionType and thing.__code__.co_filename.startswith(root):
                self.by_code.setdefault(code_key(thing.__code__), []).append(thing)

    def of(self, code: CodeType) -> list[FunctionType]:
        return self.by_code.get(code_key(code), [])


def compiled(statement: ast.stmt, tree: ast.Module, filename: str) -> CodeType:
    """Compile one statement of a module as the import system does, to whom an imported name's methods are functions."""
    imports = [node for node in tree.body if isinstance(node, (ast.Import, ast.ImportFrom))]
    module = ast.Module(body=[*imports, statement], type_ignores=[])
    return compile(module, filename, "exec", __future__.annotations.compiler_flag, dont_inherit=True)


def pairs(right: CodeType, wrong: CodeType) -> Iterator[tuple[CodeType, CodeType]]:
    """Yield the codes inside two compilations of one statement that differ, outer ones included."""
    others = list(_inner(wrong))
    for one in _inner(right):
        # A function may be missing on the other side, where the compiler sees that it is never made.
        other = next((code for code in others if _stands(code) == _stands(one)), None)
        if other is not None:
            others.remove(other)
            if one != other:
                yield one, other
                yield from pairs(one, other)


def _inner(code: CodeType) -> Iterator[CodeType]:
    return (const for const in code.co_consts if isinstance(const, CodeType))


def _stands(code: CodeType) -> tuple[Any, ...]:
    return code.co_qualname, code.co_firstlineno, code.co_varnames[: code.co_argcount]


def closes_alike(functions: Functions, right: CodeType, wrong: CodeType) -> bool:
    """Say whether no function in use would close over other variables than it does."""
    return all(old.co_freevars == new.co_freevars for old, new in pairs(right, wrong) if functions.of(old))


@contextmanager
def running(functions: Functions, right: CodeType, wrong: CodeType) -> Iterator[None]:
    """Let every function that runs a code inside ``right`` run its counterpart inside ``wrong``.

    Raises:
        LookupError: when nobody holds a function whose code differs.
        ValueError: when a function closes over other variables than before.
    """
    kept: list[tuple[FunctionType, CodeType]] = []
    try:
        for old, new in pairs(right, wrong):
            for function in functions.of(old):
                kept.append((function, function.__code__))
                function.__code__ = new
        if not kept:
            raise LookupError("no function in use has the changed code")
        yield
    finally:
        for function, code in reversed(kept):
            function.__code__ = code


@contextmanager
def default(functions: list[FunctionType], number: int, keyword: str | None, value: Any) -> Iterator[None]:
    """Give a parameter of ``functions`` another default: the positional one at ``number``, or a keyword-only one."""
    kept = [(f, f.__defaults__, dict(f.__kwdefaults__ or {})) for f in functions]
    try:
        if not kept:
            raise LookupError("no function in use has this default")
        for f, positional, by_name in kept:
            if keyword is None:
                assert positional is not None
                f.__defaults__ = (*positional[:number], value, *positional[number + 1 :])
            else:
                f.__kwdefaults__ = by_name | {keyword: value}
        yield
    finally:
        for f, positional, by_name in kept:
            f.__defaults__ = positional
            f.__kwdefaults__ = by_name or None


@contextmanager
def attribute(owners: list[Any], name: str, value: Any) -> Iterator[None]:
    """Give classes or modules another value of ``name``."""
    kept = [(owner, owner.__dict__[name]) for owner in owners]
    try:
        for owner in owners:
            setattr(owner, name, value)
        yield
    finally:
        for owner, old in kept:
            setattr(owner, name, old)


def holders(name: str, value: Any) -> list[Any]:
    """Return the modules of beras that hold ``value`` under ``name``: that which makes it, and those that import it."""
    return [
        module
        for path, module in list(sys.modules.items())
        if path.startswith("beras") and vars(module).get(name) is value
    ]


@contextmanager
def registered_anew(code: CodeType, namespace: dict[str, Any]) -> Iterator[None]:
    """Run a statement that fills the registry, in place of what it had entered before."""
    from beras.autodiff.registry import CONSTANTS, REFUSALS, RULES

    tables: tuple[Any, ...] = (RULES, CONSTANTS, REFUSALS)
    kept = [table.copy() for table in tables]
    try:
        for table in tables:
            table.clear()
        exec(code, dict(namespace))
        fresh = dict(RULES)
        for table, copy in zip(tables, kept, strict=True):
            table.update(copy)
        RULES.update(fresh)
        yield
    finally:
        for table, copy in zip(tables, kept, strict=True):
            table.clear()
            table.update(copy)
