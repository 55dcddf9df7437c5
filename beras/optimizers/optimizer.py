"""Optimizer: what all optimizers share. Each of them adds the formula of one update."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from beras import schedules
from beras.autodiff import Variable
from beras.optimizers.arguments import (
    UNBUILT,
    check_choice_of_clipping,
    refuse_unbuilt,
    refuse_unknown,
    to_learning_rate,
)
from beras.optimizers.flushing import flush, steps_between
from beras.optimizers.gradients import accept, norm
from beras.optimizers.stored_state import read_state, write_state

__all__ = ["Optimizer"]

#: Bytes of one block: with its gradient, two moments and scratch it stays in a core's second-level cache.
BLOCK_BYTES = 196_608


class Optimizer:
    """The base of all optimizers: it changes Variables in place, given their gradients.

    A subclass says what it keeps per weight (`slot_names`), which numbers an update needs (`coefficients`, Python
    floats, once a step) and the update itself (`update`), which works in place on flat blocks that fit into the cache.
    Before the update gradients are clipped (at most one of ``clipnorm``, per Variable; ``global_clipnorm``, over all
    of them; ``clipvalue``, per entry), and with ``weight_decay`` every weight is multiplied by
    ``1 - learning_rate * weight_decay``.

    ``learning_rate`` is a finite number, 0 or more, or a `LearningRateSchedule`. ``use_ema``, ``ema_momentum``,
    ``ema_overwrite_frequency``, ``loss_scale_factor`` and ``gradient_accumulation_steps`` are accepted with their
    default only.

    Raises:
        ValueError: for a learning rate that is negative or no finite number, and for two ways of clipping.
        NotImplementedError: for an argument of Keras that is not built here.

    The Keras equivalent is ``keras.optimizers.Optimizer``.

    >>> import numpy as np
    >>> import beras
    >>> class SignDescent(Optimizer):
    ...     def coefficients(self, learning_rate, step):
    ...         return learning_rate
    ...     def update(self, w, g, slots, scratch, coefficients):
    ...         np.sign(g, out=scratch)
    ...         np.multiply(scratch, coefficients, out=scratch)
    ...         np.subtract(w, scratch, out=w)
    >>> w = beras.Variable([1.0, 2.0])
    >>> SignDescent(0.5).apply([np.array([3.0, -0.1])], [w])
    >>> w
    Variable([0.5, 2.5], shape=(2,), dtype=float32)
    """

    def __init__(
        self,
        learning_rate: Any,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str | None = None,
        **kwargs: Any,
    ):
        refuse_unknown(type(self), kwargs)
        given = (use_ema, ema_momentum, ema_overwrite_frequency, loss_scale_factor, gradient_accumulation_steps)
        refuse_unbuilt(dict(zip(UNBUILT, given, strict=True)))
        check_choice_of_clipping(clipnorm=clipnorm, clipvalue=clipvalue, global_clipnorm=global_clipnorm)
        self.weight_decay = weight_decay
        self.clipnorm = clipnorm
        self.clipvalue = clipvalue
        self.global_clipnorm = global_clipnorm
        self.name = name or type(self).__name__.lower()
        self.built = False
        self._iterations = Variable(0, trainable=False, dtype="int64", name="iteration")
        self._schedule: Any = None
        self._rate: Variable | None = None
        self._set_learning_rate(learning_rate)
        self._slots: dict[Variable, tuple[Variable, ...]] = {}
        self._undecayed: tuple[set[Variable], tuple[str, ...]] = (set(), ())
        self._rooms: dict[np.dtype, tuple[np.ndarray, np.ndarray, np.ndarray]] = {}
        self._blocks: dict[Variable, list[tuple]] = {}

    # What a subclass adds

    def slot_names(self) -> tuple[str, ...]:
        """Return the names of the arrays that are kept for each weight, in its shape, zero at first."""
        return ()

    def coefficients(self, learning_rate: float, step: int) -> Any:
        """Return the numbers of the ``step``-th update (1 for the first), as `update` wants them."""
        raise NotImplementedError(f"{type(self).__name__} must define coefficients(learning_rate, step).")

    def update(
        self, w: np.ndarray, g: np.ndarray, slots: tuple[np.ndarray, ...], scratch: np.ndarray, coefficients: Any
    ) -> None:
        """Update the flat block ``w`` and its ``slots`` in place; ``g``, the gradient, must not be written to.

        ``scratch`` is room of the same length. Slots are in the order of `slot_names`; a float16 weight has float32
        slots, gradient and scratch.
        """
        raise NotImplementedError(f"{type(self).__name__} must define update(w, g, slots, scratch, coefficients).")

    def decays(self) -> dict[str, tuple[float, float]]:
        """Return, for each slot that decays, the factor per step, and a bound below which a value does not matter."""
        return {}

    # The learning rate and the count of steps

    @property
    def learning_rate(self) -> float:
        """The current learning rate; setting it takes a number, or a schedule.

        Raises (when set): TypeError, as in Keras, for a number where the optimizer was made with a schedule.
        """
        if self._rate is not None:
            return float(self._rate.value)
        return to_learning_rate(self._schedule(int(self._iterations.value)))

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        if isinstance(self._schedule, schedules.LearningRateSchedule) and not callable(value):
            raise TypeError(
                f"{self.name!r} was made with a {type(self._schedule).__name__} as its learning rate, so a number "
                f"cannot be set. Make the optimizer with a number, or set another schedule."
            )
        self._set_learning_rate(value)

    def _set_learning_rate(self, value: Any) -> None:
        if callable(value) and not isinstance(value, type):
            self._schedule, self._rate = value, None
        else:
            rate = to_learning_rate(value)
            if self._rate is None:
                self._rate = Variable(rate, trainable=False, dtype="float64", name="learning_rate")
            else:
                self._rate.assign(rate)
            self._schedule = None

    @property
    def iterations(self) -> Variable:
        """The number of updates so far, an integer Variable of shape ``()``."""
        return self._iterations

    # Variables

    def build(self, variables: Iterable[Variable]) -> None:
        """Make the slots of ``variables``; the first `apply` does it too. A second time only the same are accepted."""
        variables = list(variables)
        if self.built:
            self._check_known(variables)
            return
        for variable in variables:
            if not isinstance(variable, Variable):
                raise TypeError(f"An optimizer changes Variables. Received: {type(variable).__name__}.")
        self._slots = {w: tuple(_new_slot(w, slot) for slot in self.slot_names()) for w in variables}
        self.built = True

    @property
    def variables(self) -> list[Variable]:
        """What the optimizer keeps: the count of steps, the learning rate (if it is no schedule), and the slots."""
        rate = [] if self._rate is None else [self._rate]
        return [self._iterations, *rate, *(slot for slots in self._slots.values() for slot in slots)]

    def _check_known(self, variables: Iterable[Variable]) -> None:
        for variable in variables:
            if variable not in self._slots:
                raise ValueError(
                    f"{self.name!r} was built for other variables: {variable.name!r} (shape {variable.shape}) is not "
                    f"among them. Make a new optimizer, or compile the model anew."
                )

    def exclude_from_weight_decay(
        self, var_list: Iterable[Variable] | None = None, var_names: Iterable[str] | None = None
    ) -> None:
        """Leave Variables out of the weight decay: those in ``var_list``, and those that bear one of ``var_names``.

        Raises:
            ValueError: once the optimizer is built.
        """
        if self.built:
            raise ValueError(
                "exclude_from_weight_decay must be called before the optimizer is built, or has made a step."
            )
        self._undecayed = (set(var_list or ()), tuple(var_names or ()))

    def _shrinks(self, variable: Variable) -> bool:
        excluded, words = self._undecayed
        return variable not in excluded and not any(word in variable.name for word in words)

    # A step

    def apply_gradients(self, grads_and_vars: Iterable[tuple[Any, Variable]]) -> Variable:
        """Make one update from pairs ``(gradient, variable)``, usually ``zip(grads, variables)``; return `iterations`.

        Errors are those of `apply`.
        """
        pairs = list(grads_and_vars)
        for pair in pairs:
            if not isinstance(pair, (tuple, list)) or len(pair) != 2 or not isinstance(pair[1], Variable):
                received = f"({', '.join(type(p).__name__ for p in pair)})" if isinstance(pair, tuple) else repr(pair)
                raise TypeError(
                    f"apply_gradients takes pairs (gradient, Variable): zip(grads, variables). Received: {received}."
                )
        self.apply([g for g, _ in pairs], [w for _, w in pairs])
        return self._iterations

    def apply(self, grads: Sequence[Any], trainable_variables: Iterable[Variable] | None = None) -> None:
        """Make one update; without ``trainable_variables`` the gradients belong to those of `build`, in order.

        Everything is checked before anything is written. A gradient ``None`` leaves its Variable as it is.

        Raises:
            ValueError: for a gradient of another shape than its Variable, for as many gradients as there are not
                Variables, when all are ``None``, for a Variable that the optimizer was not built for, and when a
                schedule gives no finite number.
            TypeError: for a gradient that is a Tensor of a tape that still records.
            RuntimeError: while a tape that has used one of the Variables still records.
        """
        grads = list(grads)
        variables = self._variables_of(grads, trainable_variables)
        if not grads:
            return
        if not self.built:
            self.build(variables)
        self._check_known(variables)
        pairs = accept(grads, variables)
        step = int(self._iterations.value) + 1
        rate = self.learning_rate
        coefficients = self.coefficients(rate, step)
        factors = self._clip_factors([g for g, _ in pairs])
        buffers = [w.writable() for _, w in pairs]
        for (g, variable), buffer, factor in zip(pairs, buffers, factors, strict=True):
            keep = 1 - rate * self.weight_decay if self.weight_decay and self._shrinks(variable) else 1.0
            if keep != 1.0 and np.may_share_memory(g, buffer):
                g = g.copy()
            self._update_blocks(variable, buffer, g, factor, keep, coefficients)
        self._iterations.assign(step)
        decays = self.decays()
        if decays and step % steps_between([rate for rate, _ in decays.values()]) == 0:
            self._flush(decays)

    def _variables_of(self, grads: list, given: Iterable[Variable] | None) -> list[Variable]:
        if given is None and not self.built:
            raise ValueError(
                "apply(grads) needs to know the variables: pass them too, or call optimizer.build(variables) first."
            )
        variables = list(self._slots if given is None else given)
        if len(grads) != len(variables):
            raise ValueError(
                f"There must be one gradient for each of the {len(variables)} variables. Received: {len(grads)}."
            )
        return variables

    def _clip_factors(self, grads: list[np.ndarray]) -> list[float]:
        if self.clipnorm is not None:
            return [self.clipnorm / max(norm(g), self.clipnorm) for g in grads]
        if self.global_clipnorm is not None:
            total = math.hypot(*(norm(g) for g in grads))
            return [self.global_clipnorm / max(total, self.global_clipnorm)] * len(grads)
        return [1.0] * len(grads)

    def _update_blocks(
        self,
        variable: Variable,
        buffer: np.ndarray,
        gradient: np.ndarray,
        factor: float,
        keep: float,
        coefficients: Any,
    ) -> None:
        blocks = self._blocks.get(variable)
        if blocks is None:
            blocks = self._blocks[variable] = self._cut(buffer, self._slots[variable])
        g = gradient.reshape(-1)
        dtype = _working_dtype(variable.dtype)
        if g.dtype != dtype:
            g = g.astype(dtype)
        for part, block, moments, scratch, room in blocks:
            gradients = g[part]
            if factor != 1.0:
                gradients = np.multiply(gradients, factor, out=room)
            elif self.clipvalue is not None:
                gradients = np.clip(gradients, -self.clipvalue, self.clipvalue, out=room)
            if keep != 1.0:
                np.multiply(block, keep, out=block)
            self.update(block, gradients, moments, scratch, coefficients)

    def _cut(self, buffer: np.ndarray, slots: tuple[Variable, ...]) -> list[tuple]:
        """Return the blocks of a Variable's memory, views that stay good because it is only ever written in place.

        Each is its place, itself, its slots, and scratch and room of its length.
        """
        scratch, room, _ = self._room(_working_dtype(buffer.dtype))
        w, *moments = (array.reshape(-1) for array in (buffer, *(slot.writable() for slot in slots)))
        blocks = []
        for start in range(0, w.size, scratch.size):
            part = slice(start, min(start + scratch.size, w.size))
            length = part.stop - start
            blocks.append((part, w[part], tuple(m[part] for m in moments), scratch[:length], room[:length]))
        return blocks

    def __getstate__(self) -> dict[str, Any]:
        """Leave the views into the Variables out of a copy, which has Variables of its own."""
        return self.__dict__ | {"_blocks": {}}

    def _room(self, dtype: np.dtype) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        room = self._rooms.get(dtype)
        if room is None:
            size = BLOCK_BYTES // dtype.itemsize
            room = self._rooms[dtype] = (np.empty(size, dtype), np.empty(size, dtype), np.empty(size, bool))
        return room

    def _flush(self, decays: dict[str, tuple[float, float]]) -> None:
        for slots in self._slots.values():
            for name, slot in zip(self.slot_names(), slots, strict=True):
                if name not in decays:
                    continue
                values = slot.writable().reshape(-1)
                scratch, _, mask = self._room(values.dtype)
                for start in range(0, values.size, scratch.size):
                    part = values[start : start + scratch.size]
                    flush(part, decays[name][1], scratch[: part.size], mask[: part.size])

    # Saving

    def state(self) -> dict[str, np.ndarray]:
        """Return copies of what a continued run needs: ``iteration``, ``learning_rate`` and ``<index>/<slot>``.

        ``<index>`` counts the variables as `build` got them. With a schedule there is no ``learning_rate``.
        """
        return read_state(self._stored())

    def load_state(self, state: dict[str, np.ndarray]) -> None:
        """Take over what `state` returned. Nothing is changed unless all of it fits.

        Raises:
            RuntimeError: before the optimizer is built.
            ValueError: when names or shapes differ.
        """
        if not self.built:
            raise RuntimeError(f"{self.name!r} is not built: call optimizer.build(model.trainable_variables) first.")
        write_state(type(self).__name__, self._stored(), state)

    def _stored(self) -> dict[str, Variable]:
        stored = {"iteration": self._iterations}
        if self._rate is not None:
            stored["learning_rate"] = self._rate
        for index, slots in enumerate(self._slots.values()):
            stored.update({f"{index}/{name}": slot for name, slot in zip(self.slot_names(), slots, strict=True)})
        return stored

    def get_arguments(self) -> dict[str, Any]:
        """Return the arguments that the constructor has beyond those of `Optimizer`, by name."""
        return {}

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make an equal optimizer, as plain values; the keys are Keras's.

        Raises:
            TypeError: when the learning rate is a plain function, of which nothing could be saved.
        """
        rate: Any
        if self._schedule is None:
            rate = self.learning_rate
        elif isinstance(self._schedule, schedules.LearningRateSchedule):
            rate = schedules.serialize(self._schedule)
        else:
            raise TypeError(
                "A learning rate that is a plain function cannot be saved. Derive a class from "
                "beras.optimizers.schedules.LearningRateSchedule."
            )
        return {
            "name": self.name,
            "learning_rate": rate,
            "weight_decay": self.weight_decay,
            "clipnorm": self.clipnorm,
            "global_clipnorm": self.global_clipnorm,
            "clipvalue": self.clipvalue,
            **UNBUILT,
            **self.get_arguments(),
        }

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: dict[str, Any] | None = None) -> Optimizer:
        """Make an optimizer from what `get_config` returned; ``custom_objects`` maps names to the user's schedules."""
        from beras.schedules import deserialize

        config = dict(config)
        if isinstance(config.get("learning_rate"), dict):
            config["learning_rate"] = deserialize(config["learning_rate"], custom_objects)
        return cls(**config)


def _working_dtype(dtype: np.dtype) -> np.dtype:
    """Return the dtype in which an update is computed: squares of gradients leave the range of float16."""
    return dtype if dtype.itemsize >= 4 else np.dtype(np.float32)


def _new_slot(variable: Variable, name: str) -> Variable:
    zeros = np.zeros(variable.shape, _working_dtype(variable.dtype))
    return Variable(zeros, trainable=False, name=f"{variable.name}_{name}")
