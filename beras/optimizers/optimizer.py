"""Optimizer: what all optimizers share. Each of them adds the formula of one update."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from beras import schedules
from beras.autodiff import Variable
from beras.autodiff.memory import aligned
from beras.optimizers.arguments import (
    UNBUILT,
    check_accumulation,
    check_averaging,
    check_choice_of_clipping,
    refuse_unbuilt,
    refuse_unknown,
    to_learning_rate,
)
from beras.optimizers.averages import Averages
from beras.optimizers.flushing import flush, steps_between
from beras.optimizers.gradients import accept, norm
from beras.optimizers.stored_state import read_state, write_state

__all__ = ["Block", "Optimizer"]

#: Bytes of one block: with its gradient, two moments and scratch it stays in a core's second-level cache.
BLOCK_BYTES = 196_608


class Block(NamedTuple):
    """A part of a Variable that is updated at once: flat views of its weights, their gradient and slots, and room."""

    part: slice
    w: np.ndarray
    g: np.ndarray
    slots: tuple[np.ndarray, ...]
    scratch: np.ndarray


class Optimizer:
    """The base of all optimizers: it changes Variables in place, given their gradients.

    A subclass says what it keeps per weight (`slot_names`), which numbers an update needs (`coefficients`, Python
    floats, once a step) and the update itself (`update`), which works in place on flat blocks that fit into the cache.
    Before the update gradients are clipped (at most one of ``clipnorm``, per Variable; ``global_clipnorm``, over all
    of them; ``clipvalue``, per entry), and with ``weight_decay`` every weight is multiplied by
    ``1 - learning_rate * weight_decay``.

    ``learning_rate`` is a finite number, 0 or more, or a `LearningRateSchedule`.

    With ``use_ema`` an average of every weight follows it, ``a = ema_momentum * a + (1 - ema_momentum) * w`` (the
    weight itself after the first step). It takes the weight's place every ``ema_overwrite_frequency`` steps, and when
    `fit` ends (`finalize_variable_values`).

    With ``gradient_accumulation_steps`` n (2 or more) gradients are gathered for n - 1 calls, and the n-th updates
    with the mean of all n; `iterations` counts the updates, while a schedule is asked for each call, as in Keras.

    Raises:
        ValueError: for a learning rate that is negative or no finite number, for two ways of clipping, and for an
            ``ema_momentum`` outside [0, 1] or a count that is none.
        NotImplementedError: for ``loss_scale_factor``, an argument of Keras that is not built here.

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
        refuse_unbuilt({"loss_scale_factor": loss_scale_factor})
        check_accumulation(gradient_accumulation_steps)
        if use_ema:
            check_averaging(ema_momentum, ema_overwrite_frequency)
        check_choice_of_clipping(clipnorm=clipnorm, clipvalue=clipvalue, global_clipnorm=global_clipnorm)
        self.weight_decay = weight_decay
        self.clipnorm = clipnorm
        self.clipvalue = clipvalue
        self.global_clipnorm = global_clipnorm
        self.use_ema = bool(use_ema)
        self.ema_momentum = ema_momentum
        self.ema_overwrite_frequency = ema_overwrite_frequency
        self.gradient_accumulation_steps = gradient_accumulation_steps
        self.name = name or type(self).__name__.lower()
        self.built = False
        self._iterations = Variable(0, trainable=False, dtype="int64", name="iteration")
        self._schedule: Any = None
        self._rate: Variable | None = None
        self._set_learning_rate(learning_rate)
        self._slots: dict[Variable, tuple[Variable, ...]] = {}
        self._gathered: dict[Variable, Variable] = {}
        self._averages = Averages(self.ema_momentum)
        self._undecayed: tuple[set[Variable], tuple[str, ...]] = (set(), ())
        self._rooms: dict[np.dtype, tuple[np.ndarray, np.ndarray, np.ndarray]] = {}
        self._more_room: dict[np.dtype, np.ndarray] = {}
        self._blocks: dict[Variable, list[tuple]] = {}

    # What a subclass adds

    def slot_names(self) -> tuple[str, ...]:
        """Return the names of the arrays that are kept for each weight, in its shape, zero at first."""
        return ()

    def slot_names_of(self, variable: Variable) -> tuple[str, ...]:
        """Return the names of the arrays that are kept for ``variable``, where they depend on its shape or name."""
        return self.slot_names()

    def first_value(self, slot: str, variable: Variable, dtype: np.dtype) -> np.ndarray:
        """Return what a slot holds before the first update: zeros in the shape of the weight."""
        return np.zeros(variable.shape, dtype)

    def weight_decay_of(self, variable: Variable) -> float | None:
        """Return the weight decay of ``variable``, where it is not the same for all."""
        return self.weight_decay

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

    def update_variable(self, variable: Variable, blocks: Iterator[Block], coefficients: Any) -> None:
        """Update ``variable``, whose ``blocks`` come once and in order; override it where all of them are needed.

        A slot of another shape than the weight's is in no block; `arrays_of` has it.
        """
        for block in blocks:
            self.update(block.w, block.g, block.slots, block.scratch, coefficients)

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
        if self.gradient_accumulation_steps is None:
            return self._iterations
        done = int(self._iterations.value) // self.gradient_accumulation_steps
        return Variable(done, trainable=False, dtype="int64", name="iteration")

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
        if self.use_ema:
            self._averages.build(variables)
        if self.gradient_accumulation_steps is not None:
            self._gathered = {w: _kept(w, "gathered", np.zeros(w.shape, _working_dtype(w.dtype))) for w in variables}
        self._slots = {
            w: tuple(
                _kept(w, slot, self.first_value(slot, w, _working_dtype(w.dtype))) for slot in self.slot_names_of(w)
            )
            for w in variables
        }
        self.built = True

    @property
    def variables(self) -> list[Variable]:
        """What the optimizer keeps: the count of calls, the learning rate (if it is no schedule), and the slots.

        Averages and gathered gradients come before the slots, as in Keras.
        """
        return list(self._stored_in_order().values())

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
        self._make_step(self._accepted(list(grads), trainable_variables))

    def bind(self, grads: Sequence[Any], trainable_variables: Iterable[Variable] | None = None) -> Callable[[], None]:
        """Return what makes one update from what these arrays hold at that time; they are checked once, here.

        For a step whose gradients come into the same memory each time. Errors are those of `apply`.
        """
        if type(self).apply is not Optimizer.apply:
            return lambda: self.apply(grads, trainable_variables)
        pairs = self._accepted(list(grads), trainable_variables)
        return lambda: self._make_step(pairs)

    def _accepted(self, grads: list[Any], given: Iterable[Variable] | None) -> list[tuple[np.ndarray, Variable]]:
        variables = self._variables_of(grads, given)
        if not grads:
            return []
        if not self.built:
            self.build(variables)
        self._check_known(variables)
        return accept(grads, variables)

    def _make_step(self, pairs: list[tuple[np.ndarray, Variable]]) -> None:
        if not pairs:
            return
        call = int(self._iterations.value) + 1
        if self.gradient_accumulation_steps is None:
            self._update(pairs, call)
        elif call % self.gradient_accumulation_steps:
            self._gather(pairs)
        else:
            self._update(pairs, call // self.gradient_accumulation_steps)
        if self.use_ema:
            done = (call - 1) // (self.gradient_accumulation_steps or 1)
            self._averages.follow(self._room, call, first=done == 0)
            if self.ema_overwrite_frequency and (done + 1) % self.ema_overwrite_frequency == 0:
                self._averages.overwrite()
        for _, variable in pairs:
            if variable.constraint is not None:
                variable.assign(variable.constraint(variable.value))
        self._iterations.writable()[...] = call
        decays = self.decays()
        if decays and call % steps_between([rate for rate, _ in decays.values()]) == 0:
            self._flush(decays)

    def _update(self, pairs: list[tuple[np.ndarray, Variable]], step: int) -> None:
        """Make the ``step``-th update (1 for the first)."""
        rate = self.learning_rate
        coefficients = self.coefficients(rate, step)
        buffers = [w.writable() for _, w in pairs]
        if self._gathered:
            pairs = self._mean_gradients(pairs)
        factors = self._clip_factors([g for g, _ in pairs])
        for (g, variable), buffer, factor in zip(pairs, buffers, factors, strict=True):
            decay = self.weight_decay_of(variable)
            keep = 1 - rate * decay if decay and self._shrinks(variable) else 1.0
            if keep != 1.0 and np.may_share_memory(g, buffer):
                g = g.copy()
            self.update_variable(variable, self._blocks_with(variable, buffer, g, factor, keep), coefficients)
        for gathered in self._gathered.values():
            gathered.writable().fill(0)

    def _gather(self, pairs: list[tuple[np.ndarray, Variable]]) -> None:
        """Add gradients to those that wait for the next update."""
        for g, variable in pairs:
            total = self._gathered[variable].writable()
            np.add(total, g, out=total, casting="same_kind")

    def _mean_gradients(self, pairs: list[tuple[np.ndarray, Variable]]) -> list[tuple[np.ndarray, Variable]]:
        """Return the pairs with the mean of the gathered gradients and these, in the memory of the gathered ones."""
        self._gather(pairs)
        assert self.gradient_accumulation_steps is not None
        for _, variable in pairs:
            total = self._gathered[variable].writable()
            np.divide(total, self.gradient_accumulation_steps, out=total)
        return [(self._gathered[variable].writable(), variable) for _, variable in pairs]

    def finalize_variable_values(self, var_list: Iterable[Variable]) -> None:
        """Put the averages in the place of the weights, with ``use_ema``; `fit` does it at its end.

        Raises:
            ValueError: for a Variable that the optimizer was not built for.
        """
        if self.use_ema and int(self._iterations.value):
            variables = list(var_list)
            self._check_known(variables)
            self._averages.finalize(variables)

    def swap_averages(self) -> None:
        """Exchange every weight with its average, in place; a second call undoes the first.

        Nothing happens before the first step. The callback `SwapEMAWeights` evaluates and saves averages by it.

        Raises:
            ValueError: without ``use_ema``.
        """
        if not self.use_ema:
            raise ValueError(
                f"{self.name!r} keeps no averages of the weights. Make it with use_ema=True: "
                f"{type(self).__name__}(..., use_ema=True)."
            )
        if int(self._iterations.value):
            self._averages.swap()

    @property
    def has_swapped_averages(self) -> bool:
        """Whether the weights are the averages at the moment (`swap_averages`)."""
        return self._averages.swapped

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

    def _blocks_with(
        self, variable: Variable, buffer: np.ndarray, gradient: np.ndarray, factor: float, keep: float
    ) -> Iterator[Block]:
        """Yield the blocks of a Variable with their clipped gradients, the weights decayed."""
        blocks = self._blocks.get(variable)
        if blocks is None:
            blocks = self._blocks[variable] = self._cut(buffer, self._slots[variable])
        g = gradient.reshape(-1)
        dtype = _working_dtype(variable.dtype)
        if g.dtype != dtype:
            g = g.astype(dtype)
        for part, w, slots, scratch, room in blocks:
            gradients = g[part]
            if factor != 1.0:
                gradients = np.multiply(gradients, factor, out=room)
            elif self.clipvalue is not None:
                gradients = np.clip(gradients, -self.clipvalue, self.clipvalue, out=room)
            if keep != 1.0:
                np.multiply(w, keep, out=w)
            yield Block(part, w, gradients, slots, scratch)

    def blocks_again(self, variable: Variable) -> Iterator[Block]:
        """Yield the blocks that `update_variable` has been through once more; their ``g`` is room, no gradient."""
        for part, w, slots, scratch, room in self._blocks[variable]:
            yield Block(part, w, room, slots, scratch)

    def arrays_of(self, variable: Variable) -> tuple[np.ndarray, ...]:
        """Return the memory of the slots of ``variable``, in their own shapes."""
        return tuple(slot.writable() for slot in self._slots[variable])

    def second_scratch(self, scratch: np.ndarray) -> np.ndarray:
        """Return more room of the length and dtype of ``scratch``."""
        more = self._more_room.get(scratch.dtype)
        if more is None:
            size = BLOCK_BYTES // scratch.dtype.itemsize
            more = self._more_room[scratch.dtype] = aligned((size,), scratch.dtype)
        return more[: scratch.size]

    def _cut(self, buffer: np.ndarray, slots: tuple[Variable, ...]) -> list[tuple]:
        """Return the blocks of a Variable's memory, views that stay good because it is only ever written in place.

        Each is its place, itself, its slots, and scratch and room of its length.
        """
        scratch, room, _ = self._room(_working_dtype(buffer.dtype))
        alike = [slot.writable() for slot in slots if slot.shape == buffer.shape]
        w, *moments = (array.reshape(-1) for array in (buffer, *alike))
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
            room = self._rooms[dtype] = (aligned((size,), dtype), aligned((size,), dtype), np.empty(size, bool))
        return room

    def _flush(self, decays: dict[str, tuple[float, float]]) -> None:
        for variable, slots in self._slots.items():
            for name, slot in zip(self.slot_names_of(variable), slots, strict=True):
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

        ``<index>`` counts the variables as `build` got them. With a schedule there is no ``learning_rate``. Averages
        are called ``<index>/average``, gradients that wait for an update ``<index>/gathered``.
        """
        return read_state(self._stored_in_order())

    def load_state(self, state: dict[str, np.ndarray]) -> None:
        """Take over what `state` returned. Nothing is changed unless all of it fits.

        Raises:
            RuntimeError: before the optimizer is built.
            ValueError: when names or shapes differ.
        """
        if not self.built:
            raise RuntimeError(f"{self.name!r} is not built: call optimizer.build(model.trainable_variables) first.")
        write_state(type(self).__name__, self._stored_in_order(), state)

    def _stored_in_order(self) -> dict[str, Variable]:
        stored = {"iteration": self._iterations}
        if self._rate is not None:
            stored["learning_rate"] = self._rate
        stored |= {f"{index}/average": average for index, average in enumerate(self._averages)}
        stored |= {f"{index}/gathered": gathered for index, gathered in enumerate(self._gathered.values())}
        for index, (variable, slots) in enumerate(self._slots.items()):
            names = self.slot_names_of(variable)
            stored |= {f"{index}/{name}": slot for name, slot in zip(names, slots, strict=True)}
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
            "use_ema": self.use_ema,
            "ema_momentum": self.ema_momentum,
            "ema_overwrite_frequency": self.ema_overwrite_frequency,
            "gradient_accumulation_steps": self.gradient_accumulation_steps,
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


def _kept(variable: Variable, name: str, value: np.ndarray) -> Variable:
    return Variable(value, trainable=False, name=f"{variable.name}_{name}")
