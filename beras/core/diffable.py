"""Diffable: a module that a tape can differentiate, by its own gradients or by following its NumPy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np

from beras.autodiff import GradientTape, Variable, no_gradient
from beras.autodiff.dispatch import attach
from beras.autodiff.state import home, refuse_looking
from beras.autodiff.tracked import Tracked, bare, is_followed, note_missed
from beras.config import floatx
from beras.core.call_record import CallRule, content, first_order_only, input_position, new_frame
from beras.core.callable import Callable
from beras.core.shapes import shapes_of_batches, zeros_of
from beras.core.weighted import Weighted

__all__ = ["Diffable", "default_composition"]

F = TypeVar("F", bound=Any)

#: The methods with which a class brings its own gradients, and the names that later years of the course gave them.
ALIASES = {
    "input_gradients": "get_input_gradients",
    "weight_gradients": "get_weight_gradients",
    "compose_to_input": "compose_input_gradients",
    "compose_to_weight": "compose_weight_gradients",
}


def default_composition(method: F) -> F:
    """Mark a method that composes whatever local Jacobian a class gives, so that its shape must not be ambiguous."""
    method.is_default = True
    return method


class _CurrentTape:
    def __get__(self, instance: Any, owner: Any) -> GradientTape | None:
        recording = home().recording
        return recording[-1] if recording else None


class Diffable(Callable, Weighted):
    """A Callable that a tape can differentiate.

    A subclass that defines only ``forward`` (or ``call``) is followed through its NumPy. One that also defines
    ``input_gradients``, ``weight_gradients`` or a ``compose_*`` brings its own gradients, and a call of it is one
    record on the tape:

    - ``input_gradients()``: the local Jacobian of the latest call. ``(n_in, n_out)`` for every sample alike,
      ``(batch, n_in, n_out)`` for each, ``(batch, n_in)`` for a loss, the input's own shape where ``elementwise``.
    - ``weight_gradients()``: for each weight the factor with which a cotangent of shape ``(batch, n_out)`` is
      multiplied; it has a batch axis when it has one dimension more than the weight. ``()`` without weights.
    - ``compose_to_input(J)``, ``compose_to_weight(J)``: the cotangents of the input and of each weight, given the
      cotangent ``J`` of the output. The defaults make them of the two above. Weights are **summed** over the batch: a
      mean belongs to the loss.

    ``elementwise = True`` says that output ``i`` depends on input ``i`` alone; ``False`` that a two-dimensional local
    Jacobian is one matrix for all samples. Nothing is guessed from shapes that happen to be equal.

    Inside a tape each call keeps its own frame: what ``forward`` stores on ``self`` belongs to that call, and backward
    finds it there, so one instance may be called several times. From the 2022 edition of Brown's CS1470.

    >>> import numpy as np
    >>> import beras
    >>> class Sin(Diffable):
    ...     elementwise = True
    ...     def forward(self, inputs):
    ...         self.inputs = inputs
    ...         return np.sin(inputs)
    ...     def input_gradients(self):
    ...         return np.cos(self.inputs)
    >>> with beras.GradientTape() as tape:
    ...     x = tape.watch(np.zeros(2))
    ...     y = Sin()(x)
    >>> tape.gradient(y, x)
    array([1., 1.])
    """

    #: The innermost tape that records in this thread, or ``None``.
    gradient_tape = _CurrentTape()
    #: Whether the local Jacobian has the input's shape; ``None`` where nothing is declared.
    elementwise: bool | None = None
    #: Whether a tape follows the NumPy inside ``forward`` rather than asking for the class's own gradients.
    traced: bool = True
    #: Whether the class composes the cotangent of its input by a method of its own.
    composes_itself: bool = False
    #: The names of the parameters of ``forward``.
    input_names: tuple[str, ...] = ()
    #: Whether ``forward`` has a parameter ``training``.
    takes_training: bool = False
    #: Whether the weights exist. Only a Layer makes them later than in its constructor.
    built: bool = True
    #: The activation function that the module ends in; a loss may be fused with it.
    final_activation: Any = None

    def __init__(self) -> None:
        self.trainable = True

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        own = cls.__dict__
        for name, alias in ALIASES.items():
            if alias in own and name not in own:
                setattr(cls, name, own[alias])
        for base in cls.__mro__:  # the nearest class that says how it is differentiated, a mixin too
            if "traced" in base.__dict__ or any(name in base.__dict__ for name in ALIASES):
                cls.traced = base.__dict__.get("traced", False)
                break
        compositions = (cls.compose_to_input, cls.pullback)
        cls.composes_itself = not all(getattr(method, "is_default", False) for method in compositions)
        function: Any = own.get("forward") or own.get("call")
        while hasattr(function, "__wrapped__"):
            function = function.__wrapped__
        code = getattr(function, "__code__", None)
        if code is not None:
            cls.input_names = code.co_varnames[1 : code.co_argcount]
            cls.takes_training = "training" in code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]

    def __call__(self, *args: Any, **params: Any) -> Any:
        here = home()
        tapes = here.recording
        if not tapes and here.trace is None:
            note_missed((args, params), here)
            return self.forward(*bare(args), **bare(params))
        for tape in tapes:
            tape.operations.append(self)
        passed_over = here.through_forward
        if not self.traced and passed_over is not None:
            followed = [place for place, arg in (*enumerate(args), *params.items()) if is_followed(arg)]
            passed_over.append((self, bare(args), bare(params), followed))
        if self.traced or passed_over is not None:
            args = tuple(_as_tensor(arg) if isinstance(arg, Variable) else arg for arg in args)
            return self.forward(*args, **params)
        return self._call_with_own_gradients(tapes, args, params)

    def _call_with_own_gradients(self, tapes: list[GradientTape], args: tuple, params: dict) -> Any:
        refuse_looking()
        place, given = input_position(self, args, params)
        weights = self.weights
        before = content(self) if any(id(self) in tape.called for tape in tapes) else {}
        frame = new_frame(self)
        start = dict(frame.__dict__)
        if len(tapes) == 1:
            with no_gradient():
                ans = frame.forward(*bare(args), **bare(params))
        else:
            args = tuple(_as_tensor(arg) if isinstance(arg, Variable) else arg for arg in args)
            with first_order_only(f"{type(self).__name__}.forward"):
                ans = frame.forward(*args, **params)
        if before:
            self._refuse_overwritten(before)
        self._take_over(frame, start)
        bare_ans = bare(ans)
        if not isinstance(bare_ans, (np.ndarray, np.generic)):
            raise TypeError(
                f"{type(self).__name__}.forward must return one array, since it brings its own gradients. "
                f"Received: {type(bare_ans).__name__}."
            )
        rule = CallRule(new_frame(frame), weights, given, bare_ans, place)
        out = attach(type(self), rule, [given, *weights], bare_ans)
        if isinstance(out, Tracked):
            for tape in tapes:
                tape.called.add(id(self))
        return out

    def _take_over(self, frame: Any, start: dict[str, Any]) -> None:
        """Let this instance show what the call stored: it then holds what it would hold without a tape."""
        held = self.__dict__
        for name, value in frame.__dict__.items():
            if value is not start.get(name) or name not in held:
                held[name] = value
            elif type(value) is list:
                held[name][:] = value
            elif type(value) is dict:
                held[name].clear()
                held[name].update(value)

    def _refuse_overwritten(self, before: dict[str, int]) -> None:
        after = content(self)
        changed = [path for path in before.keys() | after.keys() if before.get(path) != after.get(path)]
        if changed:
            label, path = type(self).__name__, min(changed)
            raise RuntimeError(
                f"{label}.forward wrote into {path} in place; an earlier call on this tape still needs the old content "
                f"for its gradient. Bind a new array to an attribute of self instead: self.x = ..."
            )

    # What a model asks of its parts

    @property
    def name(self) -> str:
        """The class's name in lower case; a Layer has a name of its own."""
        return type(self).__name__.lower()

    def build_for(self, input_shape: Sequence[int | None]) -> None:
        """Make the weights for inputs of ``input_shape``, if that was not done before."""

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the output's shape for inputs of ``input_shape``; the default tries it on one sample of zeros.

        For several outputs it is a list, tuple or dict of shapes, in their form.
        """
        self.build_for(input_shape)
        with no_gradient():
            sample = zeros_of(input_shape, getattr(self, "dtype", floatx()))
            return shapes_of_batches(new_frame(self)(sample))

    # Local Jacobians

    def input_gradients(self) -> Any:
        """Return the local Jacobian of the latest call with respect to its input."""
        raise NotImplementedError(
            f"{type(self).__name__} does not define input_gradients(). A tape needs it of a class that brings "
            f"gradients of its own; a class with only forward has none, because the tape follows its NumPy."
        )

    def weight_gradients(self) -> Any:
        """Return the local Jacobians of the latest call with respect to each weight; ``()`` where there is none."""
        return ()

    # Their composition with the cotangent of the output

    @default_composition
    def compose_to_input(self, J: Any) -> Any:
        """Return the cotangent of the input, given ``J``, that of the output.

        ``J`` has the output's shape. With a local Jacobian ``A`` this is ``J[b] A[b]^T`` for each sample ``b``, or the
        product ``A * J`` for an elementwise module and for a loss.
        """
        local = _single(self.input_gradients())
        ndim = np.ndim(bare(J))
        if self.elementwise or ndim == 0:
            return local * J
        if local.ndim == 3 and ndim == 2:
            return np.squeeze(np.matmul(local, np.expand_dims(J, -1)), -1)
        if local.ndim == 2 and ndim == 2:
            return np.matmul(J, np.transpose(local))
        if local.ndim == 2 and ndim == 1 and local.shape[0] == J.shape[0]:
            return local * np.expand_dims(J, -1)
        raise ValueError(
            f"{type(self).__name__}.input_gradients() must have shape (n_in, n_out), (batch, n_in, n_out), or for "
            f"elementwise = True the input's. Received: {local.shape}, with an output gradient of shape {J.shape}. "
            f"Mend it, or define compose_to_input(J)."
        )

    def compose_to_weight(self, J: Any) -> list:
        """Return the cotangent of each weight, summed over the batch, given ``J``, that of the output.

        For a factor with a batch axis ``sum_b factor[b] * J[b]``, else ``factor * sum_b J[b]``.
        """
        factors, weights = self.weight_gradients(), self.weights
        factors = factors if isinstance(factors, (list, tuple)) else (factors,)
        if len(factors) != len(weights):
            raise ValueError(
                f"{type(self).__name__} has {len(weights)} weights, so weight_gradients() must return as many factors, "
                f"in the order of `weights`. Received: {len(factors)}."
            )
        composed = []
        for weight, factor in zip(weights, factors, strict=True):
            batched = np.ndim(bare(factor)) == weight.ndim + 1
            upstream = J if batched else np.sum(J, axis=0)
            missing = np.ndim(bare(factor)) - np.ndim(bare(upstream))
            if batched and missing > 0:
                shape = (upstream.shape[0],) + (1,) * missing + tuple(upstream.shape[1:])
                upstream = np.reshape(upstream, shape)
            product = factor * upstream
            composed.append(np.sum(product, axis=0) if batched else product)
        return composed

    @default_composition
    def pullback(self, J: Any, to_input: bool, to_weights: bool) -> tuple[Any, Any]:
        """Return the cotangents of the input and of the weights, each where it is wanted: what a tape calls."""
        return (self.compose_to_input(J) if to_input else None, self.compose_to_weight(J) if to_weights else ())

    # The names of later years

    def get_input_gradients(self) -> Any:
        """Return `input_gradients`, under the name of later years of the course."""
        return self.input_gradients()

    def get_weight_gradients(self) -> Any:
        """Return `weight_gradients`, under the name of later years of the course."""
        return self.weight_gradients()

    def compose_input_gradients(self, J: Any) -> Any:
        """Return `compose_to_input`, under the name of later years of the course."""
        return self.compose_to_input(J)

    def compose_weight_gradients(self, J: Any) -> Any:
        """Return `compose_to_weight`, under the name of later years of the course."""
        return self.compose_to_weight(J)


def _single(value: Any) -> Any:
    return value[0] if isinstance(value, (list, tuple)) and len(value) == 1 else value


def _as_tensor(variable: Variable) -> Any:
    followers = [tape for tape in home().recording if tape.follows(variable)]
    if followers:
        return followers[0].watch(variable)
    return variable.value if home().trace is None else variable
