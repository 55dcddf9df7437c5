"""From a NumPy call to a record: the one place where operations are seen.

`apply` receives every NumPy function that is called on a Tensor or a Variable. While a tape follows one of the inputs
it computes the answer on bare arrays, wraps it in a Tensor and leaves a `Record` on the tape; otherwise it is plain
NumPy.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from beras.autodiff.registry import CONSTANTS, REFUSALS, RULES, Expansion, full_name
from beras.autodiff.state import Home, home, new_key

if TYPE_CHECKING:
    from beras.autodiff.tape import GradientTape

__all__ = ["Record", "Tracked", "apply", "attach", "bare", "is_followed"]


class Tracked:
    """What a Tensor and a Variable share: an array, and an identity that tapes follow."""

    __slots__ = ("_array", "_home", "_key")
    _array: Any
    _key: int
    _home: Home | None

    #: The class of recorded answers; the tensor module sets it.
    tensor_type: ClassVar[Callable[[Any, int, Home], Any]]
    trainable: bool = False
    is_variable: ClassVar[bool] = False


class Record:
    """One operation on a tape: which rule answers for it, what it was given, and what it gave.

    ``parents`` pairs each followed input's slot with its identity; ``key`` is the identity of the answer, or a tuple of
    them (``None`` where an output is not differentiable). ``args`` and ``ans`` hold bare arrays when one tape recorded,
    and Tensors when several did, because an outer tape then needs to see the rule at work.
    """

    __slots__ = ("ans", "args", "checksums", "function", "key", "params", "parents", "rule")

    def __init__(self, function: Any, rule: Any, parents: list, key: Any, ans: Any, args: tuple, params: dict):
        self.function, self.rule, self.parents, self.key = function, rule, parents, key
        self.ans, self.args, self.params = ans, args, params
        self.checksums: tuple | None = None

    @property
    def name(self) -> str:
        return full_name(self.function)


def bare(value: Any) -> Any:
    """Return ``value`` with every Tensor and Variable in it, however deep in lists and tuples, as a bare array."""
    if isinstance(value, Tracked):
        return value._array
    kind = type(value)
    if kind is tuple or kind is list:
        return kind(bare(item) for item in value)
    if kind is dict:
        return {name: bare(item) for name, item in value.items()}
    return type(value)(*map(bare, value)) if isinstance(value, tuple) and hasattr(value, "_fields") else value


def is_followed(value: Any) -> bool:
    """Say whether a recording tape follows ``value``, or any Tensor or Variable inside it."""
    if isinstance(value, Tracked):
        here = value._home or home()
        return any(tape.follows(value) for tape in here.recording)
    if isinstance(value, (list, tuple)):
        return any(map(is_followed, value))
    return isinstance(value, dict) and any(map(is_followed, value.values()))


def apply(function: Callable[..., Any], args: tuple, params: dict) -> Any:
    """Call the NumPy ``function``; record it on every tape of this thread that follows one of its inputs.

    Returns a Tensor (or a list, tuple or named tuple of them) when a tape follows an input, else what NumPy returns.

    Raises:
        TypeError: for a function without a gradient rule, or a parameter that its rule does not know, when a followed
            value goes in. The message names what to write instead.
        RuntimeError: for a Tensor that a tape of another thread follows.
    """
    here = home()
    tapes = here.recording
    if not tapes:
        return _plain(function, args, params, here)
    rule = RULES.get(function)
    if rule is None:
        if function not in CONSTANTS and is_followed((args, params)):
            raise TypeError(_refusal(function))
        return _plain(function, args, params, here)
    if params and not _params_are_plain(function, rule, params):
        if not is_followed((args, params)):
            return _plain(function, args, params, here)
        args, params = _positional(function, args, params)
        _check_params(function, rule, params)
    if type(rule) is Expansion:
        return rule.body(*args, **params) if is_followed(args) else _plain(function, args, params, here)

    at = rule.at
    operands = args if at is None else list(args[at])
    values = list(operands)
    tracked = []
    others = []
    for slot, operand in enumerate(operands):
        if isinstance(operand, Tracked):
            if operand._home is not here and operand._home is not None:
                _refuse_foreign(operand, here)
            values[slot] = operand._array
            if rule.differentiates(slot):
                tracked.append((slot, operand))
            else:
                if slot >= len(getattr(rule, "vjps", ())):
                    _refuse_slot(function, slot, operand)
                others.append((slot, operand))
        elif type(operand) is list or type(operand) is tuple:
            if is_followed(operand):
                raise TypeError(
                    f"{full_name(function)} was given a list or tuple that holds a Tensor as argument {slot}. Build "
                    f"one Tensor first: np.stack([...]) for values of equal shape, np.concatenate([...]) to join them."
                )
            values[slot] = bare(operand)
    if at is not None:
        stored = _splice(args, at, values)
        values = [bare(value) for value in stored]
    ans = function(*values, **params)
    if not tracked:
        return ans
    stored_args = tuple(values) if len(tapes) == 1 else _keep_tensors(args, values, tracked, at)
    return _record(function, rule, tapes, tracked, ans, stored_args, params, here, others)


def attach(function: Any, rule: Any, inputs: Sequence[Any], ans: Any) -> Any:
    """Record on every tape that follows one of ``inputs`` that ``ans`` came from them, and that ``rule`` says how.

    ``ans`` gets a new identity, which only this record makes. Used for calls that bring a gradient of their own.
    """
    here = home()
    tracked = [(slot, value) for slot, value in enumerate(inputs) if isinstance(value, Tracked)]
    return _record(function, rule, here.recording, tracked, ans, (), {}, here)


def _record(
    function: Any,
    rule: Any,
    tapes: list[GradientTape],
    tracked: list,
    ans: Any,
    args: tuple,
    params: dict,
    here: Home,
    others: Sequence = (),
) -> Any:
    followers = []
    for tape in tapes:
        parents = [(slot, operand._key) for slot, operand in tracked if tape.follows(operand)]
        if parents:
            followers.append((tape, parents))
    bare_ans = bare(ans)
    if not followers:
        return bare_ans
    key: Any
    if isinstance(bare_ans, (tuple, list)):
        outputs = [_wrap(item, here) for item in bare_ans]
        key = tuple(output._key if isinstance(output, Tracked) else None for output in outputs)
        keys = [k for k in key if k is not None]
        out = type(bare_ans)(*outputs) if hasattr(bare_ans, "_fields") else type(bare_ans)(outputs)
    else:
        out = _wrap(bare_ans, here)
        if not isinstance(out, Tracked):
            return out
        key = out._key
        keys = [key]
    if not keys:
        return out
    kept = bare_ans if len(tapes) == 1 else out
    variables = [operand for _, operand in (*tracked, *others) if operand.is_variable]
    for tape, parents in followers:
        record = Record(function, rule, parents, key, kept, args, params)
        tape.add(record, keys, variables)
    return out


def _wrap(value: Any, here: Home) -> Any:
    return Tracked.tensor_type(value, new_key(), here) if value.dtype.kind == "f" else value


def _splice(args: tuple, at: int, items: list) -> tuple:
    return (*args[:at], items, *args[at + 1 :])


def _keep_tensors(args: tuple, values: list, tracked: list, at: int | None) -> tuple:
    kept = list(values) if at is None else list(values[at])
    for slot, operand in tracked:
        kept[slot] = operand
    return tuple(kept) if at is None else _splice(tuple(values), at, kept)


def _plain(function: Callable[..., Any], args: tuple, params: dict, here: Home) -> Any:
    if params and isinstance(params.get("out"), Tracked | tuple) and _holds_tracked(params["out"]):
        raise TypeError(
            f"{full_name(function)} cannot write its result into a Tensor or Variable (out=...). "
            f"Assign the result instead: w.assign(...), or w[...] = ..."
        )
    _note_missed((args, params), here)
    return function(*bare(args), **bare(params))


def _holds_tracked(value: Any) -> bool:
    return isinstance(value, Tracked) or (isinstance(value, (tuple, list)) and any(map(_holds_tracked, value)))


def _note_missed(value: Any, here: Home) -> None:
    """Remember on its tape that a followed Tensor was used while nothing recorded, for the error that may come."""
    if isinstance(value, Tracked):
        owner = value._home
        if owner is not None and owner is not here:
            _refuse_foreign(value, here)
        for tape in here.tapes:
            if value._key in tape.followed and not tape.is_recording:
                tape.missed = "while its recording was paused"
        ended = here.ended() if here.ended is not None else None
        if ended is not None and value._key in ended.followed:
            ended.missed = "after its `with` block had ended"
    elif isinstance(value, (list, tuple)):
        for item in value:
            _note_missed(item, here)
    elif isinstance(value, dict):
        for item in value.values():
            _note_missed(item, here)


def _params_are_plain(function: Callable[..., Any], rule: Any, params: dict) -> bool:
    return not any(_holds_tracked(value) for value in params.values()) and not _unknown_params(rule, params)


_known_params: dict[Any, frozenset[str] | None] = {}


def _unknown_params(rule: Any, params: dict) -> list[str]:
    known = _known_params.get(rule, False)
    if known is False:
        known = _known_params[rule] = _signature_names(rule)
    return [] if known is None else [name for name in params if name not in known]


def _signature_names(rule: Any) -> frozenset[str] | None:
    """Return the parameter names that all functions of a rule take, or ``None`` when they take any."""
    from inspect import Parameter, signature

    bodies = [rule.body] if type(rule) is Expansion else [v for v in getattr(rule, "vjps", (None,)) if v] or [rule.vjp]
    names: set[str] | None = None
    for body in bodies:
        parameters = signature(body).parameters.values()
        if any(p.kind is Parameter.VAR_KEYWORD for p in parameters):
            continue
        mine = {p.name for p in parameters}
        names = mine if names is None else names & mine
    return None if names is None else frozenset(names)


def _positional(function: Callable[..., Any], args: tuple, params: dict) -> tuple[tuple, dict]:
    """Move array arguments that were given by keyword to their positions, so that the rule finds them."""
    from inspect import Parameter, signature

    by_name = [name for name, value in params.items() if _holds_tracked(value)]
    if not by_name:
        return args, params
    if "out" in by_name or isinstance(function, np.ufunc):
        return args, params
    rest = dict(params)
    moved = list(args)
    positional = [
        p
        for p in signature(function).parameters.values()
        if p.kind in (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)
    ]
    for parameter in positional[len(args) :]:
        if not any(name in rest for name in by_name):
            break
        if parameter.name not in rest and parameter.default is Parameter.empty:
            break
        moved.append(rest.pop(parameter.name, parameter.default))
    return tuple(moved), rest


def _check_params(function: Callable[..., Any], rule: Any, params: dict) -> None:
    name = full_name(function)
    if params.get("out") is not None:
        raise TypeError(
            f"{name}(..., out=...) cannot be recorded: it would overwrite an array that a gradient may need. "
            f"Use the returned Tensor instead."
        )
    params.pop("out", None)
    followed = [key for key, value in params.items() if _holds_tracked(value)]
    if followed and type(rule) is not Expansion:
        raise TypeError(
            f"{name}(..., {followed[0]}=Tensor) has no gradient with respect to {followed[0]}. Pass a plain array: "
            f"{followed[0]}=beras.stop_gradient(t), or write the operation out in arithmetic."
        )
    unknown = _unknown_params(rule, params)
    if unknown:
        raise TypeError(
            f"{name}(..., {unknown[0]}=...) is not recorded by beras. Leave {unknown[0]} out and say the same with "
            f"another operation: np.where for a mask, t.astype(dtype) for a dtype, + for an initial value."
        )


def _refuse_slot(function: Callable[..., Any], slot: int, operand: Any) -> None:
    if is_followed(operand):
        raise TypeError(
            f"{full_name(function)} has no gradient with respect to its argument {slot}. "
            f"Pass a plain array there: beras.stop_gradient(t)."
        )


def _refuse_foreign(tensor: Any, here: Home) -> None:
    if any(tensor._key in tape.followed for tape in tensor._home.tapes):
        raise RuntimeError(
            f"This Tensor belongs to a tape of thread {tensor._home.name!r} that is still open; it was used in thread "
            f"{here.name!r}, where that tape does not record. Open a tape in the thread that computes, "
            f"or pass t.numpy()."
        )


def _refusal(function: Callable[..., Any]) -> str:
    instead = REFUSALS.get(function)
    name = full_name(function)
    if instead is None:
        instead = (
            "Give it one with beras.custom_gradient, or take the value out of the tape with beras.stop_gradient(t)."
        )
        return f"{name} has no gradient rule. {instead}"
    return f"{name} cannot be recorded on a tape. {instead}"
