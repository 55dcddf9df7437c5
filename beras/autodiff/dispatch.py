"""From a NumPy call to a record: the one place where operations are seen.

`apply` receives every NumPy function that is called on a Tensor or a Variable. While a tape follows one of the inputs
it computes the answer on bare arrays, wraps it in a Tensor and leaves a `Record` on the tape; otherwise it is plain
NumPy.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from beras.autodiff.arguments import (
    check_count,
    check_params,
    out_position,
    params_are_plain,
    positional,
    positional_count,
    refusal,
    refuse_slot,
)
from beras.autodiff.record import Record
from beras.autodiff.registry import (
    CONSTANTS,
    RULES,
    Expansion,
    PositionalRule,
    VariadicRule,
    full_name,
    register_rare,
)
from beras.autodiff.state import Home, home, new_key
from beras.autodiff.tracked import Tracked, bare, holds_tracked, is_followed, note_missed, plain_array, refuse_foreign

if TYPE_CHECKING:
    from beras.autodiff.tape import GradientTape

__all__ = ["apply", "attach"]

ARRAYS = (np.ndarray, np.generic)


def apply(function: Callable[..., Any], args: tuple, params: dict) -> Any:
    """Call the NumPy ``function``; record it on every tape of this thread that follows one of its inputs.

    Returns a Tensor (or a list, tuple or named tuple of them) when a tape follows an input, else what NumPy returns.

    Raises:
        TypeError: for a function without a gradient rule, or a parameter that its rule does not know, when a followed
            value goes in. The message names what to write instead.
        RuntimeError: for a Tensor that a tape of another thread follows.
    """
    here = home()
    trace = here.trace
    if trace is not None and not trace.is_busy:
        return trace.intercept(function, args, params)
    tapes = here.recording
    if not tapes:
        return _plain(function, args, params, here)
    rule: Any = RULES.get(function)
    if rule is None and function not in CONSTANTS:
        register_rare()
        rule = RULES.get(function)
    if rule is None:
        if function not in CONSTANTS and is_followed((args, params)):
            raise TypeError(refusal(function))
        return _plain(function, args, params, here)
    if params and not params_are_plain(function, rule, params):
        if not is_followed((args, params)):
            return _plain(function, args, params, here)
        args, params = positional(function, rule, args, params)
        check_params(function, rule, params)
    if type(rule) is PositionalRule and len(tapes) == 1 and trace is None:
        answer = _apply_simply(function, rule, args, params, tapes[0], here)
        if answer is not None:
            return answer
    if type(rule) is Expansion:
        if not is_followed((args, params)):
            return _plain(function, args, params, here)
        check_count(function, rule, args)
        return rule.body(*args, **params)

    at = rule.at
    operands = args if at is None else list(args[at])
    values = list(operands)
    tracked = []
    others = []
    inside: list = []  # what a trace must see in a rule: an index that holds integers of this batch
    for slot, operand in enumerate(operands):
        if isinstance(operand, Tracked):
            if operand._home is not here and operand._home is not None:
                refuse_foreign(operand, here)
            values[slot] = operand._array
            if rule.differentiates(slot):
                tracked.append((slot, operand))
            else:
                if slot >= len(getattr(rule, "vjps", ())):
                    refuse_slot(function, slot, operand)
                others.append((slot, operand))
        elif type(operand) is list or type(operand) is tuple:
            if is_followed(operand):
                raise TypeError(
                    f"{full_name(function)} was given a list or tuple that holds a Tensor as argument {slot}. Build "
                    f"one Tensor first: np.stack([...]) for values of equal shape, np.concatenate([...]) to join them."
                )
            # Rules may ask an operand for its shape; einsum's lists of labels stay lists.
            is_operand = at is None and type(rule) is not VariadicRule and rule.differentiates(slot)
            values[slot] = np.asarray(bare(operand)) if is_operand else bare(operand)
            if trace is not None and holds_tracked(operand):
                inside.append((slot, operand))
        elif type(operand) is not np.ndarray and isinstance(operand, np.ndarray) and is_followed(args):
            values[slot] = plain_array(operand)
    if at is not None:
        stored = _splice(args, at, values)
        values = [bare(value) for value in stored]
    if tracked and len(args) > positional_count(rule) and is_followed(args):
        check_count(function, rule, args)
    ans = function(*values, **params)
    if not tracked:
        return ans
    if len(tapes) == 1 and trace is None:
        stored_args = tuple(values)
    else:
        stored_args = _keep_tensors(args, values, tracked if trace is None else [*tracked, *others, *inside], at)
    return _record(function, rule, tapes, tracked, ans, stored_args, params, here, others)


def _apply_simply(
    function: Callable[..., Any], rule: PositionalRule, args: tuple, params: dict, tape: GradientTape, here: Home
) -> Any:
    """Do what `apply` does, in the fewest steps, for the commonest case; return ``None`` when it is another one.

    The case: one tape records, and every operand is an array, a number, a followed value or (a shape, an index) plain.
    """
    vjps = rule.vjps
    followed = tape.followed
    if len(args) > len(vjps):
        return None
    values = []
    parents = []
    for slot, operand in enumerate(args):
        if isinstance(operand, Tracked):
            key = operand._key
            if vjps[slot] is None or not (key in followed or tape.follows(operand)):
                return None
            owner = operand._home
            if owner is not here and owner is not None:
                return None
            parents.append((slot, key))
            values.append(operand._array)
        elif type(operand) is np.ndarray:
            values.append(operand)
        elif (type(operand) is list or type(operand) is tuple) and (vjps[slot] is not None or holds_tracked(operand)):
            return None
        elif isinstance(operand, np.ndarray):
            return None  # of a subclass, which is taken down to a plain array or refused
        else:
            values.append(operand)
    ans = rule.compute(*values, **params)
    if not isinstance(ans, ARRAYS) or ans.dtype.kind != "f":
        tracked = [(slot, args[slot]) for slot, _ in parents]
        return _record(function, rule, [tape], tracked, ans, tuple(values), params, here)
    key = new_key()
    record = Record(function, rule, parents, key, ans, tuple(values), params, False)
    if here.debug:
        record.take_checksums()
    tape.records.append(record)
    followed.add(key)
    return Tracked.tensor_type(ans, key, here)


def attach(function: Any, rule: Any, inputs: Sequence[Any], ans: Any) -> Any:
    """Record on every tape that follows one of ``inputs`` that ``ans`` came from them, and that ``rule`` says how.

    ``ans`` gets a new identity, which only this record makes. Used for calls that bring a gradient of their own.
    """
    here = home()
    tracked = [(slot, value) for slot, value in enumerate(inputs) if isinstance(value, Tracked)]
    for _, value in tracked:
        if value._home is not here and value._home is not None:
            refuse_foreign(value, here)
    return _record(function, rule, here.recording, tracked, ans, tuple(map(bare, inputs)), {}, here)


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
    nested = len(tapes) > 1 or here.trace is not None
    kept = out if nested else bare_ans
    variables = [operand for _, operand in (*tracked, *others) if operand.is_variable]
    for tape, parents in followers:
        record = Record(function, rule, parents, key, kept, args, params, nested)
        if here.debug:
            record.take_checksums()
        tape.add(record, keys, variables)
    return out


def _wrap(value: Any, here: Home) -> Any:
    dtype = getattr(value, "dtype", np.dtype(object))  # NumPy gives an object array without axes as the object
    kind = dtype.kind
    if kind == "f":
        return Tracked.tensor_type(value, new_key(), here)
    if kind in "iub":
        return value
    raise TypeError(
        f"The result is of dtype {dtype}, through which a tape cannot follow a value: only real floating-point "
        f"numbers have gradients here. Keep the other operands real (no 1j, Fraction or object array), or take "
        f"the value out of the tape with beras.stop_gradient(t)."
    )


def _splice(args: tuple, at: int, items: list) -> tuple:
    return (*args[:at], items, *args[at + 1 :])


def _keep_tensors(args: tuple, values: list, tracked: list, at: int | None) -> tuple:
    kept = list(values) if at is None else list(values[at])
    for slot, operand in tracked:
        kept[slot] = operand
    return tuple(kept) if at is None else _splice(tuple(values), at, kept)


def _plain(function: Callable[..., Any], args: tuple, params: dict, here: Home) -> Any:
    out = params.get("out") if params else None
    if out is None and len(args) > 1 and not isinstance(function, np.ufunc):
        out = args[out_position(function) :][:1]
    if out is not None and holds_tracked(out):
        raise TypeError(
            f"{full_name(function)} cannot write its result into a Tensor or Variable (out=...). "
            f"Assign the result instead: w.assign(...), or w[...] = ..."
        )
    note_missed((args, params), here)
    return function(*bare(args), **bare(params))
