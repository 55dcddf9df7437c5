"""What is changed in the source: for one node of a syntax tree, the nodes that may stand there instead."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import Any

#: An operator and the one that people confuse it with.
BINARY: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mod,
    ast.Mod: ast.FloorDiv,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}

#: Functions of NumPy that are easily taken one for the other: the first is replaced by the second.
_LOOK_ALIKE = """
add subtract, subtract add, multiply divide, divide multiply, true_divide multiply,
sum mean, mean sum, prod sum, cumsum cumprod, cumprod cumsum, any all, all any,
sin cos, cos sin, sinh cosh, cosh sinh, tanh sinh, exp expm1, expm1 exp, exp2 exp, log log1p, log1p log,
sqrt square, square sqrt, maximum minimum, minimum maximum, max min, min max,
less less_equal, less_equal less, greater greater_equal, greater_equal greater, equal not_equal, not_equal equal,
floor ceil, ceil floor, rint floor, isinf isnan, isnan isinf, isfinite isinf,
zeros ones, ones zeros, zeros_like ones_like, ones_like zeros_like, triu tril, tril triu,
deg2rad rad2deg, rad2deg deg2rad, convolve correlate, correlate convolve
"""
CONFUSED: dict[str, str] = dict(pair.split() for pair in _LOOK_ALIKE.split(","))
#: Functions whose first argument may stand in for their answer: calls that are easily forgotten.
FORGOTTEN = frozenset(
    {
        *("transpose", "matrix_transpose", "moveaxis", "swapaxes", "flip", "negative", "abs", "sign", "square"),
        *("masked", "backwards", "squeeze", "unbroadcast", "divided", "_symmetric", "floating", "clipped"),
        *("normalised", "smoothed", "conjugate", "logical_not", "bare"),
    }
)
#: Parameters that are easily taken one for the other.
NAMES: dict[str, tuple[str, ...]] = {
    "x": ("y", "ans"),
    "y": ("x",),
    "ans": ("x", "a"),
    "a": ("b", "ans"),
    "b": ("a",),
    "y_true": ("y_pred",),
    "y_pred": ("y_true",),
    "low": ("high",),
    "high": ("low",),
}


def replacements(node: ast.AST, visible: frozenset[str]) -> Iterator[ast.AST]:
    """Yield what may stand in the place of ``node``; ``visible`` are the parameters of the function around it."""
    for kind, instead in _BY_TYPE.items():
        if isinstance(node, kind):
            yield from instead(node, visible)


def _binary(node: ast.BinOp, visible: frozenset[str]) -> Iterator[ast.AST]:
    other = BINARY.get(type(node.op))
    if other is not None:
        yield ast.BinOp(node.left, other(), node.right)
    if isinstance(node.op, ast.MatMult) and ast.dump(node.left) != ast.dump(node.right):
        yield ast.BinOp(node.right, node.op, node.left)
    if isinstance(node.op, ast.Pow):
        for op in (ast.Add(), ast.Sub()):
            yield ast.BinOp(node.left, node.op, ast.BinOp(node.right, op, ast.Constant(1)))


def _augmented(node: ast.AugAssign, visible: frozenset[str]) -> Iterator[ast.AST]:
    other = BINARY.get(type(node.op))
    if other is not None:
        yield ast.AugAssign(node.target, other(), node.value)
    yield ast.Pass()


def _constant(node: ast.Constant, visible: frozenset[str]) -> Iterator[ast.AST]:
    value = node.value
    if isinstance(value, bool):
        yield ast.Constant(not value)
    elif isinstance(value, int):
        yield ast.Constant(value + 1)
    elif isinstance(value, float):
        yield ast.Constant(value * 2 if value else 1.0)


def _unary(node: ast.UnaryOp, visible: frozenset[str]) -> Iterator[ast.AST]:
    yield node.operand
    if isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant) and type(node.operand.value) is int:
        below = node.operand.value - 1
        yield ast.UnaryOp(ast.USub(), ast.Constant(below)) if below else ast.Constant(0)


def _compare(node: ast.Compare, visible: frozenset[str]) -> Iterator[ast.AST]:
    for place, op in enumerate(node.ops):
        ops = [*node.ops[:place], COMPARISONS[type(op)](), *node.ops[place + 1 :]]
        yield ast.Compare(node.left, ops, node.comparators)


def _bool(node: ast.BoolOp, visible: frozenset[str]) -> Iterator[ast.AST]:
    yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)


def _name(node: ast.Name, visible: frozenset[str]) -> Iterator[ast.AST]:
    if not isinstance(node.ctx, ast.Load) or node.id not in visible:
        return
    for other in NAMES.get(node.id, ()):
        if other in visible:
            yield ast.Name(other, ast.Load())
    if node.id == "g":
        yield ast.Call(ast.Attribute(ast.Name("np", ast.Load()), "ones_like", ast.Load()), [node], [])


def _attribute(node: ast.Attribute, visible: frozenset[str]) -> Iterator[ast.AST]:
    if node.attr in ("T", "mT"):
        yield node.value
    elif isinstance(node.value, ast.Name) and node.value.id == "np" and node.attr in CONFUSED:
        yield ast.Attribute(node.value, CONFUSED[node.attr], ast.Load())


def _call(node: ast.Call, visible: frozenset[str]) -> Iterator[ast.AST]:
    f = node.func
    is_numpys = isinstance(f, ast.Attribute) and isinstance(f.value, ast.Name) and f.value.id == "np"
    name = f.attr if isinstance(f, ast.Attribute) and is_numpys else f.id if isinstance(f, ast.Name) else None
    in_place = any(keyword.arg == "out" for keyword in node.keywords)
    if name in FORGOTTEN and node.args and not in_place:
        yield node.args[0]
    if name in ("matmul", "divide", "subtract", "true_divide") and len(node.args) == 2:
        yield ast.Call(f, node.args[::-1], node.keywords)
    if isinstance(f, ast.Attribute) and not is_numpys and f.attr in ("mean", "sum") and not node.args:
        yield ast.Call(ast.Attribute(f.value, CONFUSED[f.attr], ast.Load()), node.args, node.keywords)


def _conditional(node: ast.IfExp, visible: frozenset[str]) -> Iterator[ast.AST]:
    yield node.body
    yield node.orelse


def _if(node: ast.If, visible: frozenset[str]) -> Iterator[ast.AST]:
    yield ast.If(ast.Constant(False), node.body, node.orelse)
    yield ast.If(ast.Constant(True), node.body, node.orelse)


def _expression(node: ast.Expr, visible: frozenset[str]) -> Iterator[ast.AST]:
    yield ast.Pass()


_BY_TYPE: dict[type[ast.AST], Callable[[Any, frozenset[str]], Iterator[ast.AST]]] = {
    ast.BinOp: _binary,
    ast.AugAssign: _augmented,
    ast.Constant: _constant,
    ast.UnaryOp: _unary,
    ast.Compare: _compare,
    ast.BoolOp: _bool,
    ast.Name: _name,
    ast.Attribute: _attribute,
    ast.Call: _call,
    ast.IfExp: _conditional,
    ast.If: _if,
    ast.Expr: _expression,
}
