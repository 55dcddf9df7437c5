"""The registry: what beras knows about every NumPy function.

A function stands in exactly one of three tables:

``RULES``
    It has a gradient. `define` enters it, one line per function.
``CONSTANTS``
    Its result does not vary with its input (comparisons, indices, shapes, rounding), so it is computed on bare arrays
    and nothing is recorded. `constant` enters it.
``REFUSALS``
    Recording it would be wrong or impossible; the entry says what to write instead. `refuse` enters it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

__all__ = [
    "CONSTANTS",
    "REFUSALS",
    "RULES",
    "Expansion",
    "JointRule",
    "PositionalRule",
    "SequenceRule",
    "VariadicRule",
    "constant",
    "define",
    "define_joint",
    "define_sequence",
    "define_variadic",
    "expand",
    "full_name",
    "refuse",
    "register_rare",
]

Vjp = Callable[..., Any]


class PositionalRule:
    """One vector-Jacobian product per positional argument: ``vjps[i](g, ans, *args, **params)``.

    ``g`` is the cotangent of ``ans``; the product has the shape of ``ans`` broadcast against argument ``i`` (the sweep
    sums it back to the argument's own shape). An entry that is ``None`` is a stated constant: a condition, an index.
    """

    __slots__ = ("compute", "vjps")
    at: int | None = None

    def __init__(self, vjps: Sequence[Vjp | None], compute: Callable[..., Any]):
        self.vjps = tuple(vjps)
        #: What computes the answer from bare arrays: the function, or what a primitive wraps.
        self.compute = compute

    def differentiates(self, slot: int) -> bool:
        return slot < len(self.vjps) and self.vjps[slot] is not None

    def pull(self, g: Any, ans: Any, args: tuple, params: dict, slots: list[int]) -> list:
        vjps: Any = self.vjps
        return [vjps[slot](g, ans, *args, **params) for slot in slots]


class JointRule:
    """One function for several arguments: ``vjp(g, ans, *args, **params)`` gives a tuple, one entry per argument.

    For operations whose products share work. ``differentiable`` lists the positions that it answers for.
    """

    __slots__ = ("differentiable", "vjp")
    at: int | None = None

    def __init__(self, vjp: Vjp, differentiable: Iterable[int]):
        self.vjp, self.differentiable = vjp, frozenset(differentiable)

    def differentiates(self, slot: int) -> bool:
        return slot in self.differentiable

    def pull(self, g: Any, ans: Any, args: tuple, params: dict, slots: list[int]) -> list:
        products = self.vjp(g, ans, *args, **params)
        return [products[slot] for slot in slots]


class VariadicRule:
    """Any number of array arguments from position ``first`` on: ``vjp(slot, g, ans, *args, **params)`` (einsum)."""

    __slots__ = ("first", "vjp")
    at: int | None = None

    def __init__(self, vjp: Vjp, first: int = 0):
        self.vjp, self.first = vjp, first

    def differentiates(self, slot: int) -> bool:
        return slot >= self.first

    def pull(self, g: Any, ans: Any, args: tuple, params: dict, slots: list[int]) -> list:
        return [self.vjp(slot, g, ans, *args, **params) for slot in slots]


class SequenceRule:
    """Argument ``at`` is a sequence of arrays: ``vjp(g, ans, *args, **params)`` gives one product per item.

    The slots of a record are then positions in that sequence (concatenate, stack, multi_dot).
    """

    __slots__ = ("at", "vjp")

    def __init__(self, vjp: Vjp, at: int = 0):
        self.vjp, self.at = vjp, at

    def differentiates(self, slot: int) -> bool:
        return True

    def pull(self, g: Any, ans: Any, args: tuple, params: dict, slots: list[int]) -> list:
        products = self.vjp(g, ans, *args, **params)
        return [products[slot] for slot in slots]


class Expansion:
    """The function is written out in other functions of the table, which then record themselves."""

    __slots__ = ("body",)

    def __init__(self, body: Callable[..., Any]):
        self.body = body


Rule = PositionalRule | JointRule | VariadicRule | SequenceRule | Expansion

RULES: dict[Callable[..., Any], Rule] = {}
CONSTANTS: set[Callable[..., Any]] = set()
REFUSALS: dict[Callable[..., Any], str] = {}


def register_rare() -> None:
    """Register the functions that few programs use, when one without an entry comes up; see ``rules/rare.py``."""
    from importlib import import_module

    import_module("beras.autodiff.rules.rare")


def _enter(function: Callable[..., Any], rule: Rule) -> None:
    if function in RULES or function in CONSTANTS or function in REFUSALS:
        raise ValueError(f"{full_name(function)} stands in the registry already.")
    RULES[function] = rule


def define(function: Callable[..., Any], *vjps: Vjp | None) -> None:
    """Give ``function`` one vector-Jacobian product per positional argument.

    Each is called as ``vjp(g, ans, *args, **params)``, with ``g`` the cotangent of the answer ``ans``, and returns the
    cotangent of its argument, un-summed over broadcast axes. ``None`` marks an argument that is a stated constant.
    Written in NumPy and beras primitives, so that it can be differentiated again.

    >>> import numpy as np
    >>> from beras.autodiff.registry import RULES
    >>> vjp_x, vjp_y = RULES[np.multiply].vjps
    >>> float(vjp_x(1.0, 6.0, 2.0, 3.0)), float(vjp_y(1.0, 6.0, 2.0, 3.0))
    (3.0, 2.0)
    """
    _enter(function, PositionalRule(vjps, getattr(function, "compute", function)))


def define_joint(function: Callable[..., Any], vjp: Vjp, differentiable: Iterable[int]) -> None:
    """Give ``function`` one rule that answers for all the positions in ``differentiable`` at once."""
    _enter(function, JointRule(vjp, differentiable))


def define_variadic(function: Callable[..., Any], vjp: Vjp, first: int = 0) -> None:
    """Give ``function`` a rule ``vjp(slot, g, ans, *args, **params)`` for every position from ``first`` on."""
    _enter(function, VariadicRule(vjp, first))


def define_sequence(function: Callable[..., Any], vjp: Vjp, at: int = 0) -> None:
    """Give ``function``, whose argument ``at`` is a sequence of arrays, a rule that returns one product per item."""
    _enter(function, SequenceRule(vjp, at))


def expand(function: Callable[..., Any], body: Callable[..., Any]) -> None:
    """Let ``body``, written in functions that have rules, stand for ``function`` while a tape records."""
    _enter(function, Expansion(body))


def constant(*functions: Callable[..., Any]) -> None:
    """State that the results of ``functions`` do not vary with their inputs: they are not recorded."""
    for function in functions:
        if function in RULES or function in REFUSALS:
            raise ValueError(f"{full_name(function)} stands in the registry already.")
        CONSTANTS.add(function)


def refuse(instead: str, *functions: Callable[..., Any]) -> None:
    """Refuse ``functions`` on a Tensor that a tape follows; ``instead`` says what to write."""
    for function in functions:
        if function in RULES or function in CONSTANTS or function in REFUSALS:
            raise ValueError(f"{full_name(function)} stands in the registry already.")
        REFUSALS[function] = instead


def full_name(function: Callable[..., Any]) -> str:
    """Return the name under which people write ``function``: ``np.linalg.inv``."""
    module = (getattr(function, "__module__", None) or "numpy").replace("numpy", "np", 1)
    name = getattr(function, "__name__", type(function).__name__)
    return name if module.startswith("beras") else f"{module}.{name}"
