"""What a tape keeps of one call of a Diffable that brings its own gradients: its frame, and how to pull back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from beras.autodiff import Variable
from beras.autodiff.record import checksum
from beras.autodiff.state import home
from beras.autodiff.tracked import Tracked, bare, is_followed
from beras.core.weighted import Weighted

if TYPE_CHECKING:
    from beras.core.diffable import Diffable

__all__ = ["PREDICTIONS", "TRUTHS", "CallRule", "content", "first_order_only", "input_position", "new_frame"]

#: Names of parameters that hold what a module is differentiated by, and of those that hold the truth it is told.
PREDICTIONS = ("y_pred", "inputs", "probs", "logits", "predictions")
TRUTHS = ("y_true", "truths", "labels", "targets")


def input_position(module: Diffable, args: tuple, params: dict) -> tuple[str, Any]:
    """Return the name and value of the input that ``input_gradients`` is about.

    It is the parameter called as a prediction (`PREDICTIONS`), else the first one.

    Raises:
        TypeError: when a tape follows another argument, for which the module gives no gradient, or several arrays.
    """
    names = module.input_names
    values = dict(zip([*names, *(f"argument {i}" for i in range(len(names), len(args)))], args)) | params
    chosen = next((name for name in PREDICTIONS if name in values), names[0] if names else next(iter(values), ""))
    for name, value in values.items():
        if name != chosen and is_followed(value):
            raise TypeError(
                f"{type(module).__name__}.forward was given a followed Tensor as {name!r}, but its input_gradients() "
                f"is about {chosen!r}. Pass beras.stop_gradient(...) there, or drop the hand-written gradients: "
                f"a class with only forward is differentiated by all its arguments."
            )
    given = values.get(chosen)
    if isinstance(given, (list, tuple)) and is_followed(given):
        raise TypeError(
            f"{type(module).__name__}.forward was given several Tensors as {chosen!r}, but its hand-written gradients "
            f"are about one array. Drop them (a class with only forward is differentiated by all its inputs), or make "
            f"one array of the inputs first."
        )
    return chosen, given


def new_frame(module: Diffable) -> Any:
    """Return a clone of ``module`` whose attributes, lists and dicts among them, can be changed without changing it."""
    frame = object.__new__(type(module))
    for name, held in module.__dict__.items():
        frame.__dict__[name] = held.copy() if type(held) is list or type(held) is dict else held
    return frame


def content(module: Diffable) -> dict[str, int]:
    """Return a number for each array in the attributes of ``module`` and its parts, and for all else its parts hold.

    Equal numbers, equal content. Variables are left out: they count their versions themselves.
    """
    return dict(_content(module, "self", {id(module)}))


def _content(held: Any, path: str, seen: set[int]) -> Iterator[tuple[str, int]]:
    if isinstance(held, Weighted):
        for name, value in held.__dict__.items():
            if not (isinstance(value, Weighted) and id(value) in seen):
                seen.add(id(value))
                yield from _content(value, f"{path}.{name}", seen)
    elif isinstance(held, (list, tuple, dict)):
        for key, value in held.items() if isinstance(held, dict) else enumerate(held):
            yield from _content(value, f"{path}[{key!r}]", seen)
    elif isinstance(held, np.ndarray):
        yield path, checksum(held)
    elif not isinstance(held, Variable):
        yield path, id(held)


@contextmanager
def first_order_only(what: str) -> Iterator[None]:
    """Say of a TypeError, while a derivative of a derivative is built, that ``what`` is good for first ones only.

    NumPy turns the TypeError of a Tensor that is put into one entry of an array into a ValueError.
    """
    try:
        yield
    except (TypeError, ValueError) as error:
        if not home().recording or not (isinstance(error, TypeError) or isinstance(error.__cause__, TypeError)):
            raise
        raise TypeError(
            f"{what} cannot itself be differentiated, so it is good for first derivatives only. Write it in "
            f"whole-array NumPy, without filling an array item by item ({error})"
        ) from error


class CallRule:
    """The rule of one recorded call: slot 0 is the input, the slots after it are the weights."""

    at = None

    def __init__(self, frame: Diffable, weights: list, given: Any, ans: Any, name: str):
        self.frame, self.weights, self.name = frame, weights, name
        self.shape, self.out_shape = np.shape(bare(given)), ans.shape

    @property
    def kept(self) -> dict[str, Any]:
        """What the call stored on its instance."""
        return self.frame.__dict__

    def pull(self, g: Any, ans: Any, args: tuple, params: dict, slots: list[int]) -> list:
        module = new_frame(self.frame)
        to_input, to_weights = 0 in slots, any(slots)
        label = type(module).__name__
        with first_order_only(f"{label}'s hand-written gradient"):
            self._refuse_ambiguous(module, to_input)
            dx, dws = module.pullback(g, to_input, to_weights)
        if to_input and np.shape(bare(dx)) != self.shape:
            raise ValueError(
                f"{label}.compose_to_input must return the shape of {self.name!r}, {self.shape}. "
                f"Received: {None if dx is None else np.shape(bare(dx))}."
            )
        if to_weights:
            self._check_weights(label, dws)
        return [_as_array(dx if slot == 0 else dws[slot - 1]) for slot in slots]

    def _refuse_ambiguous(self, module: Diffable, to_input: bool) -> None:
        if not to_input or module.composes_itself or module.elementwise is not None:
            return
        if len(self.out_shape) != 2 or len(self.shape) != 2:
            return
        local = np.shape(bare(module.input_gradients()))
        if local == self.shape:
            raise ValueError(
                f"{type(module).__name__}.input_gradients() has the shape of its input, {local}. That may be one "
                f"factor per entry, or one matrix (n_in, n_out) for all samples. Say which in the class: "
                f"elementwise = True, or elementwise = False."
            )

    def _check_weights(self, label: str, dws: Any) -> None:
        if len(dws) != len(self.weights):
            raise ValueError(
                f"{label} has {len(self.weights)} weights, so compose_to_weight() must return as many gradients. "
                f"Received: {len(dws)}."
            )
        for weight, dw in zip(self.weights, dws, strict=True):
            if np.shape(bare(dw)) != weight.shape:
                raise ValueError(
                    f"{label}: the gradient of weight {weight.name!r} must have its shape {weight.shape}. "
                    f"Received: {None if dw is None else np.shape(bare(dw))}."
                )


def _as_array(value: Any) -> Any:
    return value if isinstance(value, Tracked) else np.asarray(value)
