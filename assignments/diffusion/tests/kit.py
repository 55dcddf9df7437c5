"""What the tests of a homework are written with. They need NumPy and pytest only.

With beras installed (``pip install beras``) wrong numbers are held against many more of the well-known mistakes.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pytest

__all__ = [
    "central_differences",
    "check_gradient",
    "check_values",
    "oracle",
    "raises",
    "rel_error",
    "untouched",
]

FROZEN = ("frozen.json", "hidden/frozen.json")

# Values


def check_values(
    ours: Any,
    right: Any,
    name: str,
    sizes: Mapping[str, int] | None = None,
    tolerance: float = 1e-6,
    hint: str = "",
    *,
    dtype: str | None = None,
    mistakes: Mapping[str, Any] | None = None,
    source: str = "expected",
) -> None:
    """Fail with a sentence unless ``ours`` has the shape and the numbers of ``right``.

    Two numbers count as equal when they differ by no more than ``tolerance`` times the largest of ``right``. Of a list
    or tuple of arrays each is compared with its own; a list of lists of numbers is one array.

    Args:
        ours: what the student's code gave; anything.
        right: the right array, number, or list of them.
        name: what the message calls it: "dW".
        sizes: the lengths that a wrong factor may come from: {"batch": 32, "units": 10}.
        tolerance: see above.
        hint: a last line of the message.
        dtype: the dtype that it must have, where that matters: "float32".
        mistakes: arrays that known mistakes give, each under the words that follow "your dW": {"is what the derivative
            at the output gives: take it at the input": wrong}.
        source: who says what is right: "torch".
    """
    __tracebackhide__ = True
    if isinstance(right, (list, tuple)) and any(np.ndim(part) and hasattr(part, "shape") for part in right):
        _check_each(ours, right, name, sizes, tolerance, hint, dtype, mistakes, source)
        return
    theirs = _plain(right)
    mine = _numbers(ours, name, hint)
    if dtype is not None and mine.dtype != np.dtype(dtype):
        _fail(f"your {name} has dtype {mine.dtype} where {np.dtype(dtype)} is right", "", hint)
    if _agree(mine, theirs, tolerance):
        return
    sentence = (
        _known_mistake(mine, theirs, name, mistakes or {}, tolerance)
        or _diagnosis(mine, theirs, name, sizes or {}, tolerance, source)
        or _difference(mine, theirs, name, tolerance)
    )
    _fail(sentence, _worst(mine, theirs, name, source), hint)


def _check_each(ours: Any, right: Sequence[Any], name: str, *rest: Any) -> None:
    __tracebackhide__ = True
    *options, dtype, mistakes, source = rest
    if not isinstance(ours, (list, tuple)):
        _fail(f"your {name} must be a list of {len(right)} arrays. Received: {_kind(ours)}", "", options[-1])
    if len(ours) != len(right):
        _fail(f"your {name} holds {len(ours)} arrays where {len(right)} are right", "", options[-1])
    for number, (mine, theirs) in enumerate(zip(ours, right)):
        check_values(mine, theirs, f"{name}[{number}]", *options, dtype=dtype, mistakes=mistakes, source=source)


def rel_error(x: Any, y: Any) -> float:
    """Return ``max(|x - y| / max(1e-8, |x| + |y|))``, the relative error of Stanford's CS231n."""
    x, y = _plain(x).astype(np.float64), _plain(y).astype(np.float64)
    with np.errstate(invalid="ignore", over="ignore"):
        errors = np.where(x == y, 0.0, np.abs(x - y) / np.maximum(1e-8, np.abs(x) + np.abs(y)))
    return float(np.max(np.where(np.isnan(errors), np.inf, errors)))


# Gradients


def check_gradient(
    f: Callable[[np.ndarray], Any],
    x: Any,
    ours: Any,
    name: str,
    sizes: Mapping[str, int] | None = None,
    *,
    J: Any = None,
    torch: Any = None,
    tolerance: float = 1e-6,
    hint: str = "",
    mistakes: Mapping[str, Any] | None = None,
) -> None:
    """Fail with a sentence unless ``ours`` is the gradient of ``f`` at ``x``, as central differences give it.

    Args:
        f: a function of one float64 array that returns a number, or an array if ``J`` is given.
        x: where; ``ours`` must have its shape.
        J: the cotangent with which an array is contracted: the gradient is that of ``sum(f(x) * J)``.
        torch: the same gradient from `oracle`, shown beside; it must agree, or else the test is wrong.

    The other arguments are those of `check_values`.
    """
    __tracebackhide__ = True
    x = np.array(_plain(x), dtype=np.float64)
    right = central_differences(f, x, J)
    if torch is not None and not _agree(_plain(torch), right, 1e-4):
        raise AssertionError(
            f"The oracles do not agree on {name}, so nothing is said about your code: central differences (of the "
            f"function in the test) and torch are {rel_error(torch, right):.2g} apart."
        )
    mine = _numbers(ours, name, hint)
    if _agree(mine, right, tolerance):
        return
    sentence = (
        _known_mistake(mine, right, name, mistakes or {}, tolerance)
        or _diagnosis(mine, right, name, sizes or {}, tolerance, "central differences", x)
        or _difference(mine, right, name, tolerance)
    )
    _fail(sentence, _worst(mine, right, name, "central differences", torch), hint)


def central_differences(f: Callable[[np.ndarray], Any], x: Any, J: Any = None, step: float = 1e-4) -> np.ndarray:
    """Return the gradient of ``f`` (or of ``sum(f(x) * J)``) at ``x`` from values alone, in float64.

    The differences of two steps are combined, (4 D(h/2) - D(h)) / 3, so that the error is of order h^4.
    """
    __tracebackhide__ = True
    x = np.array(_plain(x), dtype=np.float64)
    gradient = np.empty_like(x)
    for place in np.ndindex(x.shape):
        slopes = []
        for h in (step, step / 2):
            above, below = (_contracted(f, x, place, shift, J) for shift in (h, -h))
            slopes.append((above - below) / (2 * h))
        gradient[place] = (4 * slopes[1] - slopes[0]) / 3
    return gradient


def _contracted(f: Callable[[np.ndarray], Any], x: np.ndarray, place: tuple[int, ...], shift: float, J: Any) -> float:
    __tracebackhide__ = True
    moved = x.copy()  # f may keep or change what it is given
    moved[place] += shift
    value = _numbers(f(moved), "result")
    if value.dtype.kind == "f" and value.dtype.itemsize < 8:
        _fail(
            f"your function gives {value.dtype} for float64 numbers: keep the dtype of what comes in "
            f"(is there an astype, or an array made with a fixed dtype?)"
        )
    if J is None:
        if value.size != 1:
            _fail(f"your function must return one number here. Received: an array of shape {value.shape}")
        return float(value.reshape(()))
    cotangent = _plain(J)
    if cotangent.shape != value.shape:
        _fail(f"your function returns an array of shape {value.shape} where {cotangent.shape} is right")
    return float(np.sum(value * cotangent))


# torch's values


class OracleError(AssertionError):
    """The test itself is broken: torch and the frozen value do not agree, or there is none. No fault of the student."""


def oracle(name: str, function: Callable[[Any], Any]) -> Any:
    """Return torch's value: computed where torch is installed, else the frozen one from ``frozen.json``.

    Where both are there they must agree. The environment variable BERAS_ORACLE=frozen does without torch even where it
    is installed (it takes a second to import).

    Args:
        name: the value's name in ``frozen.json``, unique in the homework: "dense.dW".
        function: called as ``function(torch)``; returns a tensor, an array, a number, or a tuple of them.

    Returns:
        An array; for a tuple or list a tuple of arrays.

    Raises:
        OracleError: when there is no value, or a file of values was changed.
    """
    mode = os.environ.get("BERAS_ORACLE", "")
    frozen = {} if mode == "freeze" else _frozen()
    if mode == "frozen" or find_spec("torch") is None:
        if name not in frozen:
            raise OracleError(f"There is no frozen value {name!r}, and no torch. To make it: beras course freeze")
        return frozen[name]
    import torch

    torch.set_num_threads(1)
    torch.manual_seed(0)
    value = function(torch)
    value = tuple(map(_plain, value)) if isinstance(value, (list, tuple)) else _plain(value)
    if mode == "freeze":
        _freeze(name, value)
    elif name in frozen and not _same_value(value, frozen[name]):
        raise OracleError(f"torch {torch.__version__} and the frozen value {name!r} do not agree: beras course freeze")
    return value


def _same_value(value: Any, frozen: Any) -> bool:
    if isinstance(value, tuple) != isinstance(frozen, tuple):
        return False
    if isinstance(value, tuple):
        return len(value) == len(frozen) and all(map(_same_value, value, frozen))
    single = any(array.dtype.itemsize < 8 and array.dtype.kind == "f" for array in (value, frozen))
    return value.dtype == frozen.dtype and _agree(value, frozen, 1e-4 if single else 1e-9)


@cache
def _frozen() -> dict[str, Any]:
    """Return the frozen values by name; of a file that was changed, none."""
    values: dict[str, Any] = {}
    for path in (Path(__file__).with_name("frozen.json").parent / part for part in FROZEN):
        if path.exists():
            content = json.loads(path.read_text(encoding="utf-8"))
            if content.get("sha256") != checksum(content["values"]):
                raise OracleError(f"{path.name} was changed or cut off: get the file of the homework anew.")
            values.update({name: thaw(name, entry) for name, entry in content["values"].items()})
    return values


def _freeze(name: str, value: Any) -> None:
    entry = [entry_of(name, part) for part in value] if isinstance(value, tuple) else entry_of(name, value)
    test = os.environ.get("PYTEST_CURRENT_TEST", "")
    with open(os.environ["BERAS_FREEZE_TO"], "a", encoding="utf-8") as file:
        file.write(json.dumps({"name": name, "test": test, "value": entry}) + "\n")


def checksum(content: Any) -> str:
    """Return the SHA-256 of anything JSON can hold, the same on every machine."""
    return sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def entry_of(name: str, array: np.ndarray) -> dict[str, Any]:
    """Return an array as an entry of ``frozen.json``: dtype, shape, numbers (as text if not finite), SHA-256."""
    numbers = [x if np.isfinite(x) else str(x) for x in array.ravel().tolist()]
    entry = {"dtype": str(array.dtype), "shape": list(array.shape), "numbers": numbers}
    return {**entry, "sha256": checksum([name, entry])}


def thaw(name: str, entry: Any) -> Any:
    """Return the array of an entry, or the tuple of arrays of a list of entries.

    Raises:
        OracleError: when the entry does not have the checksum that it states.
    """
    if isinstance(entry, list):
        return tuple(thaw(name, part) for part in entry)
    stated = {key: entry[key] for key in ("dtype", "shape", "numbers")}
    if checksum([name, stated]) != entry["sha256"]:
        raise OracleError(f"The frozen value {name!r} was changed: get the file of the homework anew.")
    return np.array([float(x) if isinstance(x, str) else x for x in entry["numbers"]], entry["dtype"]).reshape(
        entry["shape"]
    )


# Inputs and errors


@contextmanager
def untouched(*arrays: Any, **named: Any) -> Iterator[None]:
    """Fail if an array is changed in place within the block; ``untouched(x=x)`` gives it a name in the message."""
    __tracebackhide__ = True
    watched = {**{f"input {number}": array for number, array in enumerate(arrays)}, **named}
    before = {name: np.array(_plain(array), copy=True) for name, array in watched.items()}
    yield
    for name, array in watched.items():
        old, new = before[name], _plain(array)
        what = f"your code changes its {name if name.startswith('input') else f'input {name}'} in place"
        if old.shape != new.shape:
            _fail(f"{what}: its shape was {old.shape} and is {new.shape} now")
        changed = np.argwhere(~((old == new) | ((old != old) & (new != new))))
        if len(changed):
            place = tuple(int(i) for i in changed[0])
            _fail(
                f"{what}: {_at(name, place)} was {float(old[place]):.6g} and is {float(new[place]):.6g} now. "
                f"Work on a copy (out = x.copy(); x = x - c for x -= c)"
            )


@contextmanager
def raises(error: type[BaseException] | tuple[type[BaseException], ...], words: str | Sequence[str] = ()) -> Iterator:
    """Fail unless the block raises ``error`` with all ``words`` in its message (upper or lower case).

    What is still to do is never taken for the error: ``NotImplementedError`` passes on unless it is asked for by name.
    """
    __tracebackhide__ = True
    kinds = error if isinstance(error, tuple) else (error,)
    expected = " or ".join(kind.__name__ for kind in kinds)
    words = [words] if isinstance(words, str) else list(words)
    try:
        yield
    except NotImplementedError as found:
        if NotImplementedError not in kinds:
            raise
        problem: BaseException = found
    except kinds as found:
        problem = found
    except Exception as found:
        _fail(f"your code raises {type(found).__name__} ({found}) where {expected} is right")
    else:
        _fail(f"your code raises nothing where {expected} is right")
    missing = [word for word in words if word.lower() not in str(problem).lower()]
    if missing:
        _fail(
            f"the message of your {type(problem).__name__} must contain {' and '.join(map(repr, missing))}. "
            f"Received: {str(problem)!r}"
        )


# Words


def _fail(sentence: str, worst: str = "", hint: str = "") -> NoReturn:
    __tracebackhide__ = True
    pytest.fail("\n".join(filter(None, (sentence, worst, hint and f"hint: {hint}"))), pytrace=False)


def _plain(array: Any) -> np.ndarray:
    """Return tensors, lists and numbers as arrays of NumPy's own class."""
    if hasattr(array, "detach"):
        array = array.detach().cpu().numpy()
    return np.array(array, copy=None, subok=False)


def _numbers(ours: Any, name: str, hint: str = "") -> np.ndarray:
    __tracebackhide__ = True
    if ours is None:
        _fail(f"your {name} is None: is a return missing?", "", hint)
    try:
        array = _plain(ours)
    except Exception as problem:
        _fail(f"your {name} is no array of numbers. Received: {_kind(ours)} ({problem})", "", hint)
    if array.dtype.kind not in "biuf":
        _fail(f"your {name} holds no real numbers (dtype {array.dtype}). Received: {_kind(ours)}", "", hint)
    return array


def _kind(value: Any) -> str:
    return (
        f"{type(value).__name__} of length {len(value)}" if isinstance(value, (list, tuple)) else type(value).__name__
    )


def _agree(mine: np.ndarray, theirs: np.ndarray, tolerance: float) -> bool:
    # `beras check` wraps this function, and compares once more, in another process, what was found equal here.
    return mine.shape == theirs.shape and not _wrong(mine, theirs, tolerance).any()


def _wrong(mine: np.ndarray, theirs: np.ndarray, tolerance: float) -> np.ndarray:
    """Return the mask of the entries that differ by more than ``tolerance`` times the largest of ``theirs``."""
    return ~(_distance(mine, theirs) <= tolerance * (_peak(theirs) or 1.0))


def _distance(mine: np.ndarray, theirs: np.ndarray) -> np.ndarray:
    """Return ``|mine - theirs|``: 0 for equal infinities and two NaN, infinite where only one is finite."""
    a, b = mine.astype(np.float64), theirs.astype(np.float64)
    with np.errstate(invalid="ignore", over="ignore"):
        distance = np.where((a == b) | (np.isnan(a) & np.isnan(b)), 0.0, np.abs(a - b))
    return np.where(np.isnan(distance), np.inf, distance)


def _peak(array: np.ndarray) -> float:
    finite = np.abs(array.astype(np.float64)[np.isfinite(array)])
    return float(finite.max()) if finite.size else 0.0


def _at(name: str, place: tuple[int, ...]) -> str:
    return f"{name}[{', '.join(map(str, place))}]" if place else name


def _worst(mine: np.ndarray, theirs: np.ndarray, name: str, source: str, torch: Any = None) -> str:
    """Return the line about the entry that is furthest off."""
    if mine.shape != theirs.shape or not mine.size:
        return ""
    place = tuple(int(i) for i in np.unravel_index(int(np.argmax(_distance(mine, theirs))), mine.shape))
    a, b = float(mine[place]), float(theirs[place])
    digits = next((d for d in (4, 8, 12) if f"{a:.{d}g}" != f"{b:.{d}g}"), 17)
    others = "" if torch is None else f", torch {float(_plain(torch)[place]):.{digits}g}"
    error = rel_error(a, b)
    return (
        f"worst at {_at(name, place)}: yours {a:.{digits}g}, {source} {b:.{digits}g}{others}   "
        f"(relative error {error:.2g}: {_verdict(error)})"
    )


def _verdict(error: float) -> str:
    """Return the word for a relative error, as in Stanford's CS231n."""
    words = ((1e-7, "happy"), (1e-4, "fine only where there are kinks"), (1e-2, "uncomfortable"))
    return next((word for limit, word in words if error <= limit), "wrong")


def _known_mistake(
    mine: np.ndarray, theirs: np.ndarray, name: str, mistakes: Mapping[str, Any], tolerance: float
) -> str:
    for words, array in mistakes.items():
        wrong = _plain(array)
        if _agree(mine, wrong, tolerance) and not _agree(wrong, theirs, tolerance):
            return f"your {name} {words}"
    return ""


def _diagnosis(
    mine: np.ndarray,
    theirs: np.ndarray,
    name: str,
    sizes: Mapping[str, int],
    tolerance: float,
    source: str,
    value: np.ndarray | None = None,
) -> str:
    """Return what beras makes of it; without beras, the commonest mistakes."""
    try:
        from beras.oracle.diagnosis import Clues, diagnose
    except ImportError:
        return _common_mistake(mine, theirs, name, sizes, tolerance)
    found = diagnose(mine, theirs, Clues(name, dict(sizes), value), tolerance)
    if found is None:
        return ""
    sentence = found.sentence.replace("your gradient for ", "your ", 1)
    # Of the fixes that speak of gradients none is shown for something else.
    return sentence if value is None and "gradient" in found.fix else f"{sentence}: {found.fix}"


def _common_mistake(mine: np.ndarray, theirs: np.ndarray, name: str, sizes: Mapping[str, int], tolerance: float) -> str:
    if not np.isfinite(mine).all() and np.isfinite(theirs).all():
        return f"your {name} is NaN or infinite in {np.sum(~np.isfinite(mine))} of {mine.size} entries"
    if mine.shape != theirs.shape:
        turned = " (the right one transposed)" if mine.ndim == 2 and _agree(mine.T, theirs, tolerance) else ""
        return f"your {name} has shape {mine.shape} where {theirs.shape} is right{turned}"
    if not mine.any() and theirs.any():
        return f"your {name} is zero everywhere, and the right one is not"
    if mine.ndim == 2 and mine.shape[0] == mine.shape[1] and _agree(mine.T, theirs, tolerance):
        return f"your {name} is the right one transposed"
    for words, factor in _factors(sizes):
        if _agree(mine, factor * theirs, tolerance):
            return f"your {name} is {words}"
    return ""


def _factors(sizes: Mapping[str, int]) -> Iterator[tuple[str, float]]:
    yield "minus the right one everywhere: is a minus sign lost or one too many?", -1.0
    yield "2 times the right one everywhere: is it counted twice, or a 1/2 missing?", 2.0
    yield "1/2 of the right one everywhere: is the 2 that a square gives missing?", 0.5
    for size, length in sizes.items():
        if length > 1:
            yield f"{length} times the right one everywhere: is the average over the {size} ({length}) missing?", length
            yield (
                f"1/{length} of the right one everywhere: is it averaged over the {size} ({length}) where it should be "
                f"summed, or averaged twice?",
                1 / length,
            )


def _difference(mine: np.ndarray, theirs: np.ndarray, name: str, tolerance: float) -> str:
    if mine.shape != theirs.shape:
        return f"your {name} has shape {mine.shape} where {theirs.shape} is right"
    wrong = int(np.count_nonzero(_wrong(mine, theirs, tolerance)))
    entries = f"in {wrong} of {mine.size} entries" if mine.size > 1 else ""
    return f"your {name} is not right {entries}".rstrip()
