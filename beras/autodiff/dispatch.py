"""From a NumPy call to a record: the one place where operations are seen.

`apply` receives every NumPy function that is called on a Tensor or a Variable. While a tape follows one of the inputs
it computes the answer on bare arrays, wraps it in a Tensor and leaves a `Record` on the tape; otherwise it is plain
NumPy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from beras.autodiff.registry import (
    CONSTANTS,
    REFUSALS,
    RULES,
    Expansion,
    PositionalRule,
    VariadicRule,
    full_name,
    register_late,
)
from beras.autodiff.state import Home, home, new_key

if TYPE_CHECKING:
    from beras.autodiff.tape import GradientTape

__all__ = ["Record", "Tracked", "apply", "arrays_in", "attach", "bare", "checksum", "is_followed", "note_missed"]


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
    and Tensors when several did (``nested``), because an outer tape then needs to see the rule at work.
    """

    __slots__ = ("ans", "args", "checksums", "function", "key", "nested", "params", "parents", "rule")

    def __init__(
        self, function: Any, rule: Any, parents: list, key: Any, ans: Any, args: tuple, params: dict, nested: bool
    ):
        self.function = function
        self.rule = rule
        self.parents = parents
        self.key = key
        self.ans = ans
        self.args = args
        self.params = params
        self.nested = nested
        self.checksums: tuple[int, ...] | None = None

    @property
    def name(self) -> str:
        return full_name(self.function)

    def take_checksums(self) -> None:
        """Note the content of the recorded arrays (see `beras.debug`)."""
        self.checksums = self._sums()

    def verify_checksums(self) -> None:
        """Raise RuntimeError when a recorded array was written to since."""
        if self.checksums is not None and self.checksums != self._sums():
            raise RuntimeError(
                f"An array that {self.name} had recorded (an input or its answer) was written to before the gradient "
                f"was taken, so the gradient would be wrong. Write into a copy: a = a.copy()."
            )

    def _sums(self) -> tuple[int, ...]:
        return tuple(map(checksum, arrays_in([self.args, self.ans, getattr(self.rule, "kept", None)])))


def arrays_in(value: Any) -> Iterator[np.ndarray]:
    """Yield the arrays in ``value``, however deep in Tensors, lists, tuples and dicts."""
    value = bare(value)
    if isinstance(value, np.ndarray):
        yield value
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from arrays_in(item)
    elif isinstance(value, dict):
        yield from arrays_in(list(value.values()))


def checksum(array: np.ndarray) -> int:
    """Return a number that all but certainly changes when the content of ``array`` does."""
    from zlib import crc32

    if array.dtype.hasobject:
        return id(array)
    return crc32(np.ascontiguousarray(array).view(np.uint8).data) if array.size else 0


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
    rule: Any = RULES.get(function)
    if rule is None:
        register_late(function)
        rule = RULES.get(function)
    if rule is None:
        if function not in CONSTANTS and is_followed((args, params)):
            raise TypeError(_refusal(function))
        return _plain(function, args, params, here)
    if params and not _params_are_plain(function, rule, params):
        if not is_followed((args, params)):
            return _plain(function, args, params, here)
        args, params = _positional(function, rule, args, params)
        _check_params(function, rule, params)
    if type(rule) is PositionalRule and len(tapes) == 1:
        answer = _apply_simply(function, rule, args, params, tapes[0], here)
        if answer is not None:
            return answer
    if type(rule) is Expansion:
        if not is_followed((args, params)):
            return _plain(function, args, params, here)
        _check_count(function, rule, args)
        return rule.body(*args, **params)

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
            # Rules may ask an operand for its shape; einsum's lists of labels stay lists.
            is_operand = at is None and type(rule) is not VariadicRule and rule.differentiates(slot)
            values[slot] = np.asarray(bare(operand)) if is_operand else bare(operand)
    if at is not None:
        stored = _splice(args, at, values)
        values = [bare(value) for value in stored]
    if tracked and len(args) > _positional_count(rule) and is_followed(args):
        _check_count(function, rule, args)
    ans = function(*values, **params)
    if not tracked:
        return ans
    stored_args = tuple(values) if len(tapes) == 1 else _keep_tensors(args, values, tracked, at)
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
        elif (type(operand) is list or type(operand) is tuple) and (vjps[slot] is not None or _holds_tracked(operand)):
            return None
        else:
            values.append(operand)
    ans = function(*values, **params)
    if isinstance(ans, (tuple, list)) or ans.dtype.kind != "f":
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
            _refuse_foreign(value, here)
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
    kept = bare_ans if len(tapes) == 1 else out
    variables = [operand for _, operand in (*tracked, *others) if operand.is_variable]
    for tape, parents in followers:
        record = Record(function, rule, parents, key, kept, args, params, len(tapes) > 1)
        if here.debug:
            record.take_checksums()
        tape.add(record, keys, variables)
    return out


def _wrap(value: Any, here: Home) -> Any:
    kind = value.dtype.kind
    if kind == "f":
        return Tracked.tensor_type(value, new_key(), here)
    if kind in "iub":
        return value
    raise TypeError(
        f"The result is of dtype {value.dtype}, through which a tape cannot follow a value: only real floating-point "
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
        out = args[_out_position(function) :][:1]
    if out is not None and _holds_tracked(out):
        raise TypeError(
            f"{full_name(function)} cannot write its result into a Tensor or Variable (out=...). "
            f"Assign the result instead: w.assign(...), or w[...] = ..."
        )
    note_missed((args, params), here)
    return function(*bare(args), **bare(params))


_out_positions: dict[Any, int] = {}


def _out_position(function: Callable[..., Any]) -> int:
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


def _holds_tracked(value: Any) -> bool:
    return isinstance(value, Tracked) or (isinstance(value, (tuple, list)) and any(map(_holds_tracked, value)))


def note_missed(value: Any, here: Home) -> None:
    """Remember on its tape that a followed Tensor was used while nothing recorded, for the error that may come."""
    if isinstance(value, Tracked):
        owner = value._home
        if owner is not None and owner is not here:
            _refuse_foreign(value, here)
        for tape in here.tapes:
            if value._key in tape.followed and (here.paused or not tape.is_recording):
                tape.missed = "while its recording was paused"
        ended = here.ended() if here.ended is not None else None
        if ended is not None and value._key in ended.followed:
            ended.missed = "after its `with` block had ended"
    elif isinstance(value, (list, tuple)):
        for item in value:
            note_missed(item, here)
    elif isinstance(value, dict):
        for item in value.values():
            note_missed(item, here)


def _params_are_plain(function: Callable[..., Any], rule: Any, params: dict) -> bool:
    return not any(_holds_tracked(value) for value in params.values()) and not _unknown_params(rule, params)


_positional_counts: dict[Any, float] = {}


def _positional_count(rule: Any) -> float:
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


def _check_count(function: Callable[..., Any], rule: Any, args: tuple) -> None:
    count = _positional_count(rule)
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


def _positional(function: Callable[..., Any], rule: Any, args: tuple, params: dict) -> tuple[tuple, dict]:
    """Move array arguments that were given by keyword to their positions, so that the rule finds them."""
    from inspect import Parameter, signature

    by_name = [name for name, value in params.items() if _holds_tracked(value)]
    if "out" in by_name or isinstance(function, np.ufunc):
        return args, params
    rest = dict(params)
    moved = list(args)
    try:
        parameters = list(signature(function).parameters.values())
    except ValueError:  # written in C, before NumPy 2.4: its rule has the same parameters
        body = _bodies(rule)[0]
        parameters = list(signature(body).parameters.values())[0 if type(rule) is Expansion else 2 :]
    positional = [p for p in parameters if p.kind in (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)]
    left = positional[len(args) :]
    by_name += [p.name for p in positional[: _operand_count(rule)] if p.name in rest]  # plain operands too
    last = max((place for place, parameter in enumerate(left) if parameter.name in by_name), default=-1)
    for parameter in left[: last + 1]:
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
