"""Faults in what the rules of the registry return."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from importlib import import_module
from typing import Any

import numpy as np

from beras.autodiff.registry import (
    RULES,
    Expansion,
    JointRule,
    PositionalRule,
    SequenceRule,
    VariadicRule,
    full_name,
    register_rare,
)
from tests.mutants.areas import AREAS
from tests.mutants.faults import FAULTS, first_copy, first_row
from tests.mutants.mutant import Mutant

#: ``change(compute, g, operands, slot)``: the wrong product, where ``compute(g)`` gives the right one.
Change = Callable[[Callable[[Any], Any], Any, Any, Any], Any]


def library_rules() -> list[tuple[Any, Any]]:
    """Return the functions of the library that have a rule with products."""
    register_rare()
    for area in AREAS.values():
        for module in area.modules:  # some of which beras loads when they are first used
            import_module(f"{area.folder.replace('/', '.')}.{module}")
    return [
        (function, rule)
        for function, rule in RULES.items()
        if not isinstance(rule, Expansion) and not function.__module__.startswith("tests")
    ]


def slots(function: Any, rule: Any) -> list[Any]:
    """Return the positions that ``rule`` answers for; of any number of operands the first and the last."""
    if isinstance(rule, PositionalRule):
        return [slot for slot, vjp in enumerate(rule.vjps) if vjp is not None]
    return sorted(rule.differentiable) if isinstance(rule, JointRule) else ["first", "last"]


def product_name(function: Any, slot: Any) -> str:
    return f"{full_name(function)}[{slot}]"


@contextmanager
def changed(rule: Any, slot: Any, change: Change) -> Iterator[None]:
    """Let ``rule`` return for ``slot`` what ``change`` makes of its product."""
    attribute = "vjps" if isinstance(rule, PositionalRule) else "vjp"
    kept = getattr(rule, attribute)
    setattr(rule, attribute, _wrapped(rule, slot, change))
    try:
        yield
    finally:
        setattr(rule, attribute, kept)


def _wrapped(rule: Any, slot: Any, change: Change) -> Any:
    if isinstance(rule, PositionalRule):
        vjp: Any = rule.vjps[slot]

        @wraps(vjp)  # beras reads the signature of a rule
        def one(g: Any, ans: Any, *args: Any, **params: Any) -> Any:
            return change(lambda g: vjp(g, ans, *args, **params), g, args, slot)

        return (*rule.vjps[:slot], one, *rule.vjps[slot + 1 :])

    inner = rule.vjp
    if isinstance(rule, VariadicRule):

        @wraps(inner)
        def each(at: int, g: Any, ans: Any, *args: Any, **params: Any) -> Any:
            operands = [place for place, arg in enumerate(args) if hasattr(arg, "shape")]
            if at != operands[0 if slot == "first" else -1]:
                return inner(at, g, ans, *args, **params)
            return change(lambda g: inner(at, g, ans, *args, **params), g, args, at)

        return each

    @wraps(inner)
    def several(g: Any, ans: Any, *args: Any, **params: Any) -> Any:
        operands = args if rule.at is None else args[rule.at]
        at = {"first": 0, "last": len(operands) - 1}.get(slot, slot) if isinstance(rule, SequenceRule) else slot
        products = list(inner(g, ans, *args, **params))
        products[at] = change(lambda g: inner(g, ans, *args, **params)[at], g, operands, at)
        return products

    return several


def _of_product(fault: Callable[[Any], Any]) -> Change:
    def change(compute: Callable[[Any], Any], g: Any, operands: Any, slot: Any) -> Any:
        product = compute(g)
        return product if product is None else fault(product)

    return change


def _one_row(compute: Callable[[Any], Any], g: Any, operands: Any, slot: Any) -> Any:
    return compute(first_row(g))


def _one_copy(compute: Callable[[Any], Any], g: Any, operands: Any, slot: Any) -> Any:
    product = compute(g)
    return product if product is None else first_copy(product, np.shape(operands[slot]))


def changes(function: Any, rule: Any) -> dict[str, Callable[[], Change]]:
    """Return the faults that a product of ``function`` can have."""
    found: dict[str, Callable[[], Change]] = {
        name: lambda make=make: _of_product(make())  # type: ignore[misc]
        for name, make in FAULTS.items()
    }
    found["first row only"] = lambda: _one_row
    if isinstance(function, np.ufunc) and function.nin > 1 and function.signature is None:
        found["broadcast not summed"] = lambda: _one_copy
    return found


def product_mutants() -> Iterator[Mutant]:
    """Yield a Mutant for every fault in every product of the registry."""
    for function, rule in library_rules():
        for slot in slots(function, rule):
            name = product_name(function, slot)
            vjp: Any = rule.vjps[slot] if isinstance(rule, PositionalRule) else rule.vjp
            place = _place(vjp)
            area = _area(place)
            for fault, make in changes(function, rule).items():
                yield Mutant(
                    area,
                    f"{name}: {fault}",
                    place,
                    fault,
                    (("product", name),),
                    lambda rule=rule, slot=slot, make=make: changed(rule, slot, make()),  # type: ignore[misc]
                )


def _place(vjp: Any) -> str:
    from tests.mutants.source import short

    code = vjp.__code__
    return f"{short(code.co_filename)}:{code.co_firstlineno}"


def _area(place: str) -> str:
    folder = place.rpartition("/")[0]
    return next((name for name, area in AREAS.items() if area.folder == folder), "engine")
