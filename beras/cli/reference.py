"""From ``module:name`` to what `beras compare` compares."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from beras.cli.compared import Compared
from beras.cli.errors import BadUsage
from beras.errors import did_you_mean

__all__ = ["from_reference", "own_code"]

#: The folder of the library.
_BERAS = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "")


def from_reference(text: str, shapes: Sequence[tuple[int, ...]], batch: int | None, seed: int) -> Compared:
    """Return what ``module:name`` names, with its inputs.

    The name is that of a function of arrays, of a layer, loss or model, of a class that is made without arguments, or
    of a function without parameters that returns ``(target, *inputs)``. Inputs are normal random numbers of the given
    ``shapes``; a model that knows the shape of its input gets ``batch`` samples without being asked.

    Raises:
        BadUsage: for a module or name that there is not, with the nearest one, and where inputs are missing.
    """
    module, _, name = text.partition(":")
    target = _attribute(_module(module), name, text)
    if isinstance(target, type):
        target = _made(target, text)
    elif _is_maker(target, shapes):
        with own_code(f"{text}()"):
            returned = target()
        target, *inputs = returned if isinstance(returned, tuple) and returned else (returned,)
        if not callable(target) or isinstance(target, type):
            raise BadUsage(
                f"{text} takes no arguments, so it must return what to compare: (target, *inputs), the target a "
                f"function, layer or model. Received: {_kind(returned)}."
            )
        if inputs and (shapes or batch is not None):
            option = "--shape" if shapes else "--batch"
            raise BadUsage(f"{text} brings its own inputs, so {option} has nothing to say. Leave it out.")
        if inputs:
            return Compared(text, target, tuple(inputs), is_own=True)
    if not callable(target):
        raise BadUsage(f"{text} must be a function, a layer, a loss or a model. Received: {_kind(target)}.")
    return Compared(text, target, _inputs(text, target, shapes, batch, seed), is_own=True)


@contextmanager
def own_code(what: str) -> Iterator[None]:
    """Within the block the user's code runs: what it raises, or its wish to exit, becomes one sentence."""
    try:
        yield
    except BadUsage:
        raise
    except (Exception, SystemExit) as error:
        frames = _frames(error)
        if frames and frames[-1].filename.startswith(os.path.join(_BERAS, "oracle")):  # it says what to do
            raise BadUsage(str(error)) from error
        places = [frame for frame in frames if not frame.filename.startswith((_BERAS, "<frozen"))]
        place = f" ({os.path.basename(places[-1].filename)}, line {places[-1].lineno})" if places else ""
        if isinstance(error, SyntaxError):
            place = ""  # it is in its message
        raise BadUsage(
            f"{what} raised {type(error).__name__}: {error}{place}. "
            f"`beras --debug compare ...` shows the whole traceback."
        ) from error


def _frames(error: BaseException) -> list[Any]:
    import traceback

    return list(traceback.extract_tb(error.__traceback__))


# The module and the name


def _module(name: str) -> Any:
    from importlib import import_module

    if os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())
    try:
        with own_code(f"Importing {name}"):
            return import_module(name)
    except BadUsage as error:
        cause = error.__cause__
        if isinstance(cause, ModuleNotFoundError) and cause.name and f"{name}.".startswith(f"{cause.name}."):
            parent, _, last = cause.name.rpartition(".")
            near = did_you_mean(last, _modules(parent))
            raise BadUsage(f"There is no module {cause.name!r} here or on Python's path.{near}") from cause
        raise


def _modules(parent: str) -> list[str]:
    """Return the names of the modules in a package, or in this folder."""
    from pkgutil import iter_modules

    folders = list(sys.modules[parent].__path__) if parent else [os.getcwd()]
    return [found.name for found in iter_modules(folders)]


def _attribute(module: Any, name: str, text: str) -> Any:
    found = module
    for part in name.split("."):
        if not hasattr(found, part):
            names = [known for known in vars(found) if not known.startswith("_")]
            own = [known for known in names if _is_subject(getattr(found, known), getattr(found, "__name__", ""))]
            what = f"It has: {', '.join(sorted(own))}." if own else "It has nothing that can be compared."
            kind = "module " if found is module else ""
            raise BadUsage(f"The {kind}{found.__name__!r} has no {part!r}.{did_you_mean(part, names)} {what}")
        found = getattr(found, part)
    return found


def _is_subject(value: Any, module: str) -> bool:
    """Say whether something of a module may be meant: what it defines itself, and can be called."""
    return callable(value) and getattr(value, "__module__", module) == module


def _made(cls: type, text: str) -> Any:
    needed = _required(cls)
    if needed:
        raise BadUsage(
            f"{text} is a class that needs {_joined(needed)}. Write a function without parameters that makes it and "
            f"returns (target, *inputs): def case(): return {cls.__name__}(...), x; and name that one."
        )
    with own_code(f"{text}()"):
        return cls()


def _is_maker(target: Any, shapes: Sequence[Any]) -> bool:
    """Say whether a function makes what to compare: it has no parameters, or none that must be given."""
    from inspect import isfunction

    return isfunction(target) and (_most(target) == 0 or (not shapes and _required(target) == []))


# The inputs


def _inputs(
    text: str, target: Any, shapes: Sequence[tuple[int, ...]], batch: int | None, seed: int
) -> tuple[np.ndarray, ...]:
    known = getattr(target, "input_shape", None)
    if not shapes and known is not None and None not in known[1:]:
        shapes = [(batch or 32, *known[1:])]
    elif batch is not None:
        raise BadUsage("--batch is for models that know the shape of their inputs; here --shape says everything.")
    _check_count(text, target, len(shapes))
    rng = np.random.default_rng(seed)
    return tuple(np.asarray(rng.standard_normal(shape)) for shape in shapes)


def _check_count(text: str, target: Any, count: int) -> None:
    needed, most = _required(target), _most(target)
    if count and (needed is None or (count >= len(needed) and (most is None or count <= most))):
        return
    names = needed or ["arrays"]
    which = "its shape" if len(names) == 1 else "the shape of each, in this order"
    example = " ".join(["--shape 4,3"] * len(names))
    received = f"{count} shape{'' if count == 1 else 's'}" if count else "no shapes"
    raise BadUsage(
        f"{text} takes {_joined(names)}. Give {which}, for normal random numbers: {example}; or name a "
        f"function without parameters that returns (target, *inputs). Received: {received}."
    )


def _parameters(target: Any) -> list[Any] | None:
    """Return the parameters that take arrays; ``None`` where Python does not know them."""
    from inspect import signature

    from beras.core import Diffable
    from beras.layers import Layer
    from beras.losses import Loss

    function = target
    if isinstance(target, Diffable) and not isinstance(target, (Layer, Loss)):
        function = target.call if type(target).forward is Diffable.forward else target.forward
    try:
        parameters = list(signature(function).parameters.values())
    except (TypeError, ValueError):
        return None
    return [p for p in parameters if p.kind is not p.KEYWORD_ONLY and p.kind is not p.VAR_KEYWORD]


def _required(target: Any) -> list[str] | None:
    parameters = _parameters(target)
    if parameters is None:
        return None
    return [p.name for p in parameters if p.default is p.empty and p.kind is not p.VAR_POSITIONAL]


def _takes_any_number(target: Any) -> bool:
    return any(p.kind is p.VAR_POSITIONAL for p in _parameters(target) or ())


def _most(target: Any) -> int | None:
    """Return how many arrays can be passed, ``None`` for any number."""
    parameters = _parameters(target)
    return None if parameters is None or _takes_any_number(target) else len(parameters)


def _joined(names: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def _kind(value: Any) -> str:
    return f"the class {value.__name__}" if isinstance(value, type) else f"{type(value).__name__}"
