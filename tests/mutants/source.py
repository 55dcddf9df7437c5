"""Faults in the source: one node of one module changed, planted without importing anything anew."""

from __future__ import annotations

import ast
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from types import CodeType
from typing import Any, NamedTuple

from tests.mutants.areas import AREAS, SILENT, Area
from tests.mutants.live import Functions, attribute, closes_alike, compiled, default, holders, registered_anew, running
from tests.mutants.mutant import Key, Mutant
from tests.mutants.operators import replacements

ROOT = Path(__file__).parents[2]
#: Longest source that stands in a mutant's name: the changed node with as much around it as fits.
WIDTH = 60

Function = ast.FunctionDef | ast.Lambda

#: Functions that run when their module is imported, and never again: only the functions that they make are changed.
REGISTERING = frozenset({"_define_quantiles"})
#: Attributes of a class that are read when a class is derived from it, so that a later change would do nothing.
READ_WHEN_MADE = frozenset({"traced", "_describes_itself"})


def short(filename: str) -> str:
    """Return a path as it is seen from the root of the project."""
    return Path(filename).resolve().relative_to(ROOT).as_posix()


class Spot(NamedTuple):
    """A node, where it hangs, and what stands around it, outermost first."""

    node: ast.AST
    parent: ast.AST
    field: str
    number: int | None
    above: tuple[ast.AST, ...]

    @property
    def functions(self) -> list[Any]:
        return [node for node in self.above if isinstance(node, (ast.FunctionDef, ast.Lambda))]

    def put(self, node: ast.AST) -> None:
        if self.number is None:
            setattr(self.parent, self.field, node)
        else:
            getattr(self.parent, self.field)[self.number] = node


def source_mutants() -> Iterator[Mutant]:
    """Yield a Mutant for every change of every node in the modules of `AREAS`."""
    for name, area in AREAS.items():
        for module in area.modules:
            yield from _mutants_of(name, area, f"{area.folder}/{module}.py")


def _mutants_of(area_name: str, area: Area, path: str) -> Iterator[Mutant]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    seen: Counter[str] = Counter()
    for spot in _spots(tree, area):
        place = f"{path}:{getattr(spot.node, 'lineno', 0)}"
        around = _around(spot)
        before = _shown(around)
        for new in list(replacements(spot.node, _visible(spot))):
            if not hasattr(new, "lineno"):  # else it is a part of the tree
                ast.fix_missing_locations(ast.copy_location(new, spot.node))
            spot.put(new)
            after = _shown(new if around is spot.node else around)
            spot.put(spot.node)
            name = f"{path}::{_owner(spot)}: {before} -> {after}"
            seen[name] += 1
            if seen[name] > 1:
                name += f" #{seen[name]}"
            change = f"{before} -> {after}"
            keys = tuple(_keys(path, spot))
            yield Mutant(area_name, name, place, change, keys, _Plant(path, spot, new))


class _Plant:
    """The context in which ``new`` stands in place of the node at ``spot``."""

    def __init__(self, path: str, spot: Spot, new: ast.AST):
        self.path, self.spot, self.new = path, spot, new
        tree = spot.above[0]
        assert isinstance(tree, ast.Module)
        self.tree = tree

    @contextmanager
    def __call__(self) -> Iterator[None]:
        module = sys.modules[self.path.removesuffix(".py").replace("/", ".")]
        filename = str(module.__file__)
        statement = self.spot.above[1]
        assert isinstance(statement, ast.stmt)
        functions = self.spot.functions
        parameter = _parameter(self.spot)
        if parameter is not None:
            owner, number, keyword = parameter
            node = (owner.args.defaults if keyword is None else owner.args.kw_defaults)[number]
            value = self._evaluated(node, module)
            position = number if keyword is None else 0
            found = _functions().of(self._code_of(statement, owner, filename))
            with default(found, position, keyword, value):
                yield
        elif functions:
            right = compiled(statement, self.tree, filename)
            with running(_functions(), right, self._wrong(statement, filename, right)):
                yield
        elif isinstance(statement, ast.ClassDef):
            node = self.spot.above[2]
            assert isinstance(node, (ast.Assign, ast.AnnAssign))
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            assert isinstance(target, ast.Name)
            with attribute([vars(module)[statement.name]], target.id, self._evaluated(node.value, module)):
                yield
        elif isinstance(statement, ast.Expr):
            self.spot.put(self.new)
            try:
                code = compiled(statement, self.tree, filename)
            finally:
                self.spot.put(self.spot.node)
            with registered_anew(code, vars(module)):
                yield
        else:
            with self._reassigned(statement, module):
                yield

    @contextmanager
    def _reassigned(self, statement: ast.stmt, module: Any) -> Iterator[None]:
        assert isinstance(statement, (ast.Assign, ast.AnnAssign))
        target = statement.targets[0] if isinstance(statement, ast.Assign) else statement.target
        names = [n.id for n in (target.elts if isinstance(target, ast.Tuple) else [target]) if isinstance(n, ast.Name)]
        value = self._evaluated(statement.value, module)
        values = value if isinstance(target, ast.Tuple) else (value,)
        with ExitStack() as stack:
            for name, new in zip(names, values, strict=True):
                stack.enter_context(attribute(holders(name, vars(module)[name]), name, new))
            yield

    def _evaluated(self, node: ast.AST | None, module: Any) -> Any:
        """Return the value of an expression at ``node`` that holds the changed one, or is it."""
        self.spot.put(self.new)
        try:
            assert isinstance(node, ast.expr)
            expression = self.new if node is self.spot.node else node
            return eval(compile(ast.Expression(expression), str(module.__file__), "eval"), dict(vars(module)))  # type: ignore[arg-type]
        finally:
            self.spot.put(self.spot.node)

    def _wrong(self, statement: ast.stmt, filename: str, right: CodeType) -> CodeType:
        """Compile the changed statement, such that every function closes over the same variables as before."""
        self.spot.put(self.new)
        try:
            wrong = compiled(statement, self.tree, filename)
            old, new = self.spot.node, self.new
            if isinstance(old, ast.expr) and isinstance(new, ast.expr) and not closes_alike(_functions(), right, wrong):
                both = ast.copy_location(ast.IfExp(ast.Constant(True), new, old), old)
                self.spot.put(ast.fix_missing_locations(both))
                wrong = compiled(statement, self.tree, filename)
            return wrong
        finally:
            self.spot.put(self.spot.node)

    def _code_of(self, statement: ast.stmt, owner: Function, filename: str) -> CodeType:
        wanted = first_line(owner), getattr(owner, "name", "<lambda>")
        for code in _inside(compiled(statement, self.tree, filename)):
            if (code.co_firstlineno, code.co_name) == wanted:
                return code
        raise LookupError(f"no code at {wanted}")


_found: list[Functions] = []


def _functions() -> Functions:
    if not _found:
        _found.append(Functions(str(ROOT / "beras")))
    return _found[0]


def _inside(code: CodeType) -> Iterator[CodeType]:
    for const in code.co_consts:
        if isinstance(const, CodeType):
            yield const
            yield from _inside(const)


def first_line(function: Function) -> int:
    """Return the first line of a function's code: that of its first decorator."""
    return min([function.lineno, *(d.lineno for d in getattr(function, "decorator_list", ()))])


# Which nodes are changed


def _spots(tree: ast.Module, area: Area) -> Iterator[Spot]:
    for index, statement in enumerate(tree.body):
        yield from _below(statement, tree, "body", index, (tree,), area)


def _below(
    node: ast.AST, parent: ast.AST, field: str, index: int | None, above: tuple[ast.AST, ...], area: Area
) -> Iterator[Spot]:
    if _is_left_out(node, parent, field, above, area):
        return
    spot = Spot(node, parent, field, index, above)
    if _is_changed(spot):
        yield spot
    above = (*above, node)
    if isinstance(node, ast.UnaryOp) and isinstance(node.operand, ast.Constant):
        return
    for name, value in ast.iter_fields(node):
        if isinstance(value, ast.AST):
            yield from _below(value, node, name, None, above, area)
        elif isinstance(value, list):
            for number, item in enumerate(value):
                if isinstance(item, ast.AST):
                    yield from _below(item, node, name, number, above, area)


def _is_left_out(node: ast.AST, parent: ast.AST, field: str, above: tuple[ast.AST, ...], area: Area) -> bool:
    """Leave out what makes no numbers: messages, types, imports, and the functions that an area does not list."""
    if isinstance(node, (ast.Raise, ast.JoinedStr, ast.Import, ast.ImportFrom, ast.operator, ast.cmpop, ast.Assert)):
        return True
    if field in ("annotation", "returns", "decorator_list", "bases", "ctx", "keywords_of_class"):
        return True
    if isinstance(node, ast.FunctionDef):
        outer = any(isinstance(a, (ast.FunctionDef, ast.Lambda)) for a in above)
        return not outer and (node.name in SILENT or (bool(area.functions) and node.name not in area.functions))
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return True
    if isinstance(node, (ast.Assign, ast.AnnAssign)) and len(above) == 1:
        return not _is_numeric(node)
    return _is_guard(parent)


def _is_guard(node: ast.AST) -> bool:
    """Say whether ``node`` is an ``if`` that ends in an error: that is the business of the tests of misuse."""
    return isinstance(node, ast.If) and not node.orelse and isinstance(node.body[-1], ast.Raise)


def _is_numeric(statement: ast.Assign | ast.AnnAssign) -> bool:
    """Say whether a module's own assignment holds numbers or functions, rather than names and types."""
    return statement.value is not None and any(
        isinstance(node, ast.Lambda) or (isinstance(node, ast.Constant) and type(node.value) in (int, float))
        for node in ast.walk(statement.value)
    )


def _is_changed(spot: Spot) -> bool:
    if isinstance(spot.node, ast.Constant) and isinstance(spot.parent, ast.keyword) and spot.parent.arg == "strict":
        return False
    if isinstance(spot.node, ast.If) and _is_guard(spot.node):
        return False
    if isinstance(spot.node, ast.Name) and _only_described(spot.node.id, spot.parent):
        return False
    if _is_unread(spot):
        return False
    if spot.functions and getattr(spot.functions[-1], "name", "") in REGISTERING:
        return False
    inside = bool(spot.functions)
    if len(spot.above) < 2:  # a statement of the module itself
        return False
    statement = spot.above[1]
    if not inside:
        if isinstance(statement, ast.ClassDef):
            inner = spot.above[2] if len(spot.above) > 2 else spot.node
            is_attribute = isinstance(inner, (ast.Assign, ast.AnnAssign)) and inner is not spot.node
            return is_attribute and not any(isinstance(n, ast.Name) and n.id in READ_WHEN_MADE for n in ast.walk(inner))
        if isinstance(statement, (ast.Assign, ast.AnnAssign)):
            return isinstance(spot.node, (ast.Constant, ast.BinOp, ast.UnaryOp))
        return isinstance(statement, ast.Expr) and isinstance(spot.node, (ast.Constant, ast.UnaryOp))
    return True


def _only_described(name: str, parent: ast.AST) -> bool:
    """Say whether ``parent`` asks an array for what all arrays have that may stand in its place."""
    described = {"dtype"} if name != "g" else {"dtype", "ndim", "shape", "size"}
    if isinstance(parent, ast.Attribute):
        return parent.attr in described
    return isinstance(parent, ast.Call) and ast.unparse(parent.func) in {f"np.{each}" for each in described}


def _is_unread(spot: Spot) -> bool:
    """Say whether the node is the default of a parameter, or given for one, that the function never reads."""
    default = _parameter(spot)
    if default is not None:
        owner, number, keyword = default
        positional = [*owner.args.posonlyargs, *owner.args.args]
        name = keyword or positional[len(positional) - len(owner.args.defaults) + number].arg
        return name not in _read_in_body(owner)
    call = spot.parent
    if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and spot.field == "args"):
        return False
    tree, name = spot.above[0], call.func.id
    assert isinstance(tree, ast.Module)
    assert spot.number is not None
    callee = next((f for f in tree.body if isinstance(f, ast.FunctionDef) and f.name == name), None)
    if callee is None or spot.number >= len(callee.args.args):
        return False
    return callee.args.args[spot.number].arg not in _read_in_body(callee)


def _read_in_body(function: Any) -> set[str]:
    body = function.body if isinstance(function.body, list) else [function.body]
    return set().union(*map(_read, body))


def _parameter(spot: Spot) -> tuple[Any, int, str | None] | None:
    """Return the function, the place and the keyword of the parameter whose default holds the node, if it is in one."""
    chain = (*spot.above, spot.node)
    for place, node in enumerate(chain[:-1]):
        if isinstance(node, ast.arguments):
            owner = chain[place - 1]
            below = chain[place + 1]
            for number, item in enumerate(node.defaults):
                if item is below:
                    return owner, number, None
            for number, by_name in enumerate(node.kw_defaults):
                if by_name is below:
                    return owner, number, node.kwonlyargs[number].arg
    return None


def _visible(spot: Spot) -> frozenset[str]:
    functions = spot.functions
    if not functions or _parameter(spot) is not None:
        return frozenset()
    a = functions[-1].args
    return frozenset(arg.arg for arg in (*a.posonlyargs, *a.args, *a.kwonlyargs))


def _keys(path: str, spot: Spot) -> Iterator[Key]:
    functions = spot.functions
    if functions:
        yield ("code", path, first_line(functions[-1]))
        return
    concerned = list(_concerned(spot))
    for function in concerned:
        yield ("code", path, first_line(function))
    if not concerned:
        yield ("module", path)


def _concerned(spot: Spot) -> Iterator[Function]:
    """Yield the functions of the module that a changed statement of its own concerns.

    For an assignment those that read the name; for a call those that it names, with what they define.
    """
    tree, statement = spot.above[0], spot.above[1]
    if isinstance(statement, (ast.Assign, ast.AnnAssign)):
        target = statement.targets[0] if isinstance(statement, ast.Assign) else statement.target
        names = {node.id for node in ast.walk(target) if isinstance(node, ast.Name)}
        for node in ast.walk(tree):
            if isinstance(node, (ast.FunctionDef, ast.Lambda)) and names & _read(node):
                yield node
    elif isinstance(statement, ast.Expr):
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and node.name in _read(statement):
                yield from (inner for inner in ast.walk(node) if isinstance(inner, (ast.FunctionDef, ast.Lambda)))


def _read(node: ast.AST) -> set[str]:
    return {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Load)}


# How a mutant is named


def _owner(spot: Spot) -> str:
    """Return the name of what the node belongs to: functions and classes, or what a statement of the module names."""
    names = [node.name for node in spot.above if isinstance(node, (ast.FunctionDef, ast.ClassDef))]
    if names:
        return ".".join(names)
    statement = spot.above[1]
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call) and statement.value.args:
        call = statement.value
        slot = next((place for place, arg in enumerate(call.args) if arg in (*spot.above, spot.node)), 0)
        return f"{ast.unparse(call.args[0])}[{slot - 1}]"
    if isinstance(statement, (ast.Assign, ast.AnnAssign)):
        return ast.unparse(statement.targets[0] if isinstance(statement, ast.Assign) else statement.target)
    inner = next((node for node in spot.above[2:] if isinstance(node, ast.Expr)), None)
    return ast.unparse(inner.value.args[0]) if inner is not None and isinstance(inner.value, ast.Call) else "module"


def _around(spot: Spot) -> ast.AST:
    """Return the largest expression around the node that is not too long to show, or the node itself."""
    best = spot.node
    for node in reversed(spot.above):
        if not isinstance(node, (ast.expr, ast.keyword)) or isinstance(node, ast.Lambda):
            break
        if isinstance(node, ast.expr):
            if len(ast.unparse(node)) > WIDTH:
                break
            best = node
    return best


def _shown(node: ast.AST) -> str:
    text = ast.unparse(ast.If(node.test, [ast.Pass()], [])).split("\n")[0] if isinstance(node, ast.If) else ""
    text = text or ("pass" if isinstance(node, ast.Pass) else ast.unparse(node))
    text = " ".join(text.split())
    return text if len(text) <= 2 * WIDTH else text[: 2 * WIDTH - 3] + "..."


@cache
def own_code(filename: str) -> bool:
    return filename.startswith(str(ROOT / "beras"))
