"""How NumPy functions may be called on a tape: parameters by position and by name, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from beras.autodiff.registry import REFUSALS, Expansion, full_name
from beras.autodiff.tracked import holds_tracked, is_followed

__all__ = [
    "check_count",
    "check_params",
    "out_position",
    "params_are_plain",
    "positional",
    "positional_count",
    "refusal",
    "refuse_slot",
]


_out_positions: dict[Any, int] = {}


def out_position(function: Callable[..., Any]) -> int:
    """Return the position at which a function takes ``out``, or one beyond all arguments."""
    position = _out_positions.get(function)
    if position is None:
        from inspect import signature

        try:
            names = list(signature(function).parameters)
        except (TypeError, ValueError):  # some functions written in C
            names = []
        position = _out_positions[function] = names.index("out") if "out" in names else 1 << 30
    return position


def params_are_plain(function: Callable[..., Any], rule: Any, params: dict) -> bool:
    return not any(holds_tracked(value) for value in params.values()) and not _unknown_params(rule, params)


_positional_counts: dict[Any, float] = {}


def positional_count(rule: Any) -> float:
    """Return how many arguments a rule takes by position: those beyond are ``out`` and what NumPy has behind it."""
    count = _positional_counts.get(rule)
    if count is None:
        from inspect import Parameter, signature

        count = float("inf")
        for vjp in _bodies(rule):
            kinds = [p.kind for p in signature(vjp).parameters.values()]
            if Parameter.VAR_POSITIONAL not in kinds:
                by_position = kinds.count(Parameter.POSITIONAL_OR_KEYWORD) + kinds.count(Parameter.POSITIONAL_ONLY)
                count = min(count, by_position - (0 if type(rule) is Expansion else 2))
        _positional_counts[rule] = count
    return count


def check_count(function: Callable[..., Any], rule: Any, args: tuple) -> None:
    count = positional_count(rule)
    if len(args) > count:
        raise TypeError(
            f"{full_name(function)} is recorded by beras with at most {count} arguments by position. "
            f"Received: {len(args)}. Give the others by name, and no out=: a result that overwrites an array cannot be "
            f"recorded."
        )


def _bodies(rule: Any) -> list[Callable[..., Any]]:
    if type(rule) is Expansion:
        return [rule.body]
    return [vjp for vjp in rule.vjps if vjp] if hasattr(rule, "vjps") else [rule.vjp]


_known_params: dict[Any, Any] = {}


def _unknown_params(rule: Any, params: dict) -> list[str]:
    known = _known_params.get(rule, False)
    if known is False:
        known = _known_params[rule] = _signature_names(rule)
    return [] if known is None else [name for name in params if name not in known]


def _operand_count(rule: Any) -> int:
    """Return how many arguments of a rule are operands, each in a position of its own."""
    if hasattr(rule, "vjps"):
        return len(rule.vjps)
    return 1 + max(rule.differentiable) if hasattr(rule, "differentiable") else 0


def _signature_names(rule: Any) -> frozenset[str] | None:
    """Return the parameter names that all functions of a rule take, or ``None`` when they take any.

    Operands are not among them: those given by name go to their positions first.
    """
    from inspect import Parameter, signature

    operands = _operand_count(rule)
    names: set[str] | None = None
    for body in _bodies(rule):
        parameters = signature(body).parameters.values()
        if any(p.kind is Parameter.VAR_KEYWORD for p in parameters):
            continue
        mine = {p.name for p in list(parameters)[2 + operands if operands else 0 :]}
        names = mine if names is None else names & mine
    return None if names is None else frozenset(names)


def positional(function: Callable[..., Any], rule: Any, args: tuple, params: dict) -> tuple[tuple, dict]:
    """Move array arguments that were given by keyword to their positions, so that the rule finds them."""
    from inspect import Parameter, signature

    by_name = [name for name, value in params.items() if holds_tracked(value)]
    if "out" in by_name or isinstance(function, np.ufunc):
        return args, params
    rest = dict(params)
    moved = list(args)
    try:
        parameters = list(signature(function).parameters.values())
    except ValueError:  # written in C, before NumPy 2.4: its rule has the same parameters
        body = _bodies(rule)[0]
        parameters = list(signature(body).parameters.values())[0 if type(rule) is Expansion else 2 :]
    places = [p for p in parameters if p.kind in (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)]
    left = places[len(args) :]
    by_name += [p.name for p in places[: _operand_count(rule)] if p.name in rest]  # plain operands too
    last = max((place for place, parameter in enumerate(left) if parameter.name in by_name), default=-1)
    for parameter in left[: last + 1]:
        if parameter.name not in rest and parameter.default is Parameter.empty:
            break
        moved.append(rest.pop(parameter.name, parameter.default))
    return tuple(moved), rest


def check_params(function: Callable[..., Any], rule: Any, params: dict) -> None:
    name = full_name(function)
    if params.get("out") is not None:
        raise TypeError(
            f"{name}(..., out=...) cannot be recorded: it would overwrite an array that a gradient may need. "
            f"Use the returned Tensor instead."
        )
    params.pop("out", None)
    followed = [key for key, value in params.items() if holds_tracked(value)]
    if followed and type(rule) is not Expansion:
        raise TypeError(
            f"{name}(..., {followed[0]}=Tensor) has no gradient with respect to {followed[0]}. Pass a plain array: "
            f"{followed[0]}=beras.stop_gradient(t), or write the operation out in arithmetic."
        )
    unknown = _unknown_params(rule, params)
    if unknown:
        raise TypeError(
            f"{name}(..., {unknown[0]}=...) is not recorded by beras. Leave {unknown[0]} out. "
            f"{_instead(function, unknown[0])}"
        )


#: What to write instead of a parameter that no rule takes, by the parameter and the function's name without ``nan``.
INSTEAD_OF = {
    ("initial", "sum"): "Add it to the result: result + initial.",
    ("initial", "prod"): "Multiply the result by it: result * initial.",
    ("initial", "max"): "Compare the result with it: np.maximum(result, initial).",
    ("initial", "min"): "Compare the result with it: np.minimum(result, initial).",
    ("where", "sum"): "Set the others to zero: np.sum(np.where(mask, x, 0)).",
    ("where", "prod"): "Set the others to one: np.prod(np.where(mask, x, 1)).",
    ("where", "max"): "Set the others to -inf: np.max(np.where(mask, x, -np.inf)).",
    ("where", "min"): "Set the others to inf: np.min(np.where(mask, x, np.inf)).",
    ("where", "mean"): "Select the entries first, x[mask], or multiply by the mask and divide the sum by the mask's.",
    ("where", "var"): "Select the entries first: x[mask].",
    ("where", "std"): "Select the entries first: x[mask].",
    ("where", None): "Choose afterwards: np.where(mask, result, other).",
    ("dtype", None): "Convert first: x.astype(dtype).",
}


def _instead(function: Callable[..., Any], parameter: str) -> str:
    name = getattr(function, "__name__", "").removeprefix("nan").removeprefix("a")
    general = INSTEAD_OF.get((parameter, None), "Write the same with other operations, as its formula says.")
    return INSTEAD_OF.get((parameter, name), general)


def refuse_slot(function: Callable[..., Any], slot: int, operand: Any) -> None:
    if is_followed(operand):
        raise TypeError(
            f"{full_name(function)} has no gradient with respect to its argument {slot}. "
            f"Pass a plain array there: beras.stop_gradient(t)."
        )


def refusal(function: Callable[..., Any]) -> str:
    instead = REFUSALS.get(function)
    name = full_name(function)
    if instead is None:
        instead = (
            "Give it one with beras.custom_gradient, or take the value out of the tape with beras.stop_gradient(t)."
        )
        return f"{name} has no gradient rule. {instead}"
    return f"{name} cannot be recorded on a tape. {instead}"
