"""GradientTape: a list of records in execution order, swept backwards.

The order in which operations ran is already topological, so the sweep is one loop over the list from its end: no sort
and no recursion.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from beras.autodiff.record import Record
from beras.autodiff.state import Home, home, new_key
from beras.autodiff.structure import leaves, of_the_kind, restore
from beras.autodiff.sweep import sweep
from beras.autodiff.tensor import Tensor, Variable
from beras.autodiff.tracked import Tracked, bare, plain_array

__all__ = ["GradientTape"]


class GradientTape:
    """Record operations on Variables and watched arrays, and give the gradient of one of their results.

    ``GradientTape(persistent=False, watch_accessed_variables=True)``. Inside the ``with`` block trainable Variables are
    followed by themselves; an array is followed after ``x = tape.watch(x)``. A tape is used up by one `gradient` unless
    it is persistent. Tapes nest: the gradient taken inside an outer tape is recorded by it, which gives derivatives of
    any order. Each thread has its own tapes.

    The TensorFlow equivalent is ``tf.GradientTape``.

    >>> import numpy as np
    >>> import beras
    >>> with beras.GradientTape() as outer:
    ...     x = outer.watch(np.array(3.0))
    ...     with beras.GradientTape() as inner:
    ...         x = inner.watch(x)
    ...         y = x**3
    ...     slope = inner.gradient(y, x)
    >>> float(slope), float(outer.gradient(slope, x))
    (27.0, 18.0)
    """

    def __init__(self, persistent: bool = False, watch_accessed_variables: bool = True):
        self.persistent = persistent
        self.watch_accessed_variables = watch_accessed_variables
        #: The Diffables that were called, in order: what `gradient` without arguments differentiates by.
        self.operations: list[Any] = []
        #: The ids of the Diffables with gradients of their own of which a call is recorded.
        self.called: set[int] = set()
        #: The identities that this tape follows.
        self.followed: set[int] = set()
        #: The Variables that it used, with the version that it saw.
        self.variables: dict[int, tuple[Variable, int]] = {}
        self.records: list[Record] = []
        #: Why a result may be missing from this tape, for the error message.
        self.missed: str | None = None
        self._watched: set[int] = set()
        self._open = False
        self._used_up = False
        self._paused = 0
        self._home: Home | None = None

    # Recording

    def __enter__(self) -> GradientTape:
        if self._open:
            raise RuntimeError("This tape is recording already. Make a second GradientTape to nest one in the other.")
        if self._used_up:
            self.reset()
        self._open = True
        self._home = home()
        self._home.tapes.append(self)
        self._home.refresh()
        return self

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        here, self._home = self._home, None
        self._open = False
        if here is not None:
            here.tapes.remove(self)
            here.ended = weakref.ref(self)
            here.refresh()
        if kind is not None:
            self._clear()

    @property
    def is_recording(self) -> bool:
        """Whether operations are recorded at this moment: open, not paused, not used up."""
        return self._open and not self._paused and not self._used_up

    def follows(self, value: Any) -> bool:
        """Say whether operations on this Tensor or Variable are recorded; a trainable Variable is taken up here."""
        if value._key in self.followed:
            return True
        if value.is_variable and value.trainable and self.watch_accessed_variables and not self._used_up:
            self._follow_variable(value)
            return True
        return False

    def _follow_variable(self, variable: Any) -> None:
        self.followed.add(variable._key)
        self.variables[variable._key] = (variable, variable.version)

    def add(self, record: Record, keys: list[int], variables: Sequence[Any]) -> None:
        """Append a record whose answers have the identities ``keys``."""
        for variable in variables:
            self.variables.setdefault(variable._key, (variable, variable.version))
        self.records.append(record)
        self.followed.update(keys)

    def watch(self, value: Any) -> Any:
        """Follow ``value`` and return the Tensor to use from then on: ``x = tape.watch(x)``.

        ``value`` is a floating-point array, number, Tensor or Variable, or a list, tuple or dict of them, of which the
        same structure is returned.

        Raises:
            TypeError: for integers and complex numbers, which have no gradient, and for masked arrays and matrices.
        """
        if isinstance(value, (list, tuple)):
            return of_the_kind(value, [self.watch(item) for item in value])
        if isinstance(value, dict):
            return {name: self.watch(item) for name, item in value.items()}
        if isinstance(value, Tensor):
            self.followed.add(value._key)
            return value
        if isinstance(value, Variable):
            for tape in home().recording:  # the Tensor stands for the Variable on every tape, not on this one alone
                tape.follows(value)
            self._follow_variable(value)
            return Tensor(value._array, value._key, home())
        array = np.asarray(plain_array(value))
        if array.dtype.kind != "f":
            raise TypeError(
                f"Only floating-point values can be watched; {array.dtype} has no gradient. "
                f"Received: {type(value).__name__} of dtype {array.dtype}. Convert first: x.astype('float32')."
            )
        tensor = Tensor(array, new_key(), home())
        self.followed.add(tensor._key)
        self._watched.add(tensor._key)
        return tensor

    @contextmanager
    def stop_recording(self) -> Iterator[None]:
        """Pause this tape: inside, what is computed is not recorded on it."""
        self._paused += 1
        self._refresh()
        try:
            yield
        finally:
            self._paused -= 1
            self._refresh()

    def reset(self) -> None:
        """Forget everything recorded, and start anew."""
        self._clear()
        self._used_up = False
        self.missed = None
        self._refresh()

    def watched_variables(self) -> tuple[Variable, ...]:
        """Return the Variables that this tape follows, in the order of their first use."""
        return tuple(variable for variable, _ in self.variables.values() if variable._key in self.followed)

    def _refresh(self) -> None:
        if self._home is not None:
            self._home.refresh()

    def _clear(self) -> None:
        self.records = []
        self.operations = []
        self.called = set()
        self.followed = set()
        self.variables = {}
        self._watched = set()

    # Differentiating

    def gradient(
        self,
        target: Any = None,
        sources: Any = None,
        output_gradients: Any = None,
        unconnected_gradients: str | None = "none",
    ) -> Any:
        """Return the gradient of ``target`` with respect to ``sources``.

        ``g_s = sum_ij output_gradients_ij * d target_ij / d s`` for each source ``s``. A target that is not a scalar is
        summed (``output_gradients`` of ones). A list of targets counts as their sum.

        Args:
            target: Tensor, or list of them. Without any argument (the course's form): the last recorded scalar, with
                respect to the trainable weights of all Diffables on the tape in the order of their first call.
            sources: Tensor, Variable, or a list, tuple or dict of them.
            output_gradients: weights of the target's entries, of its shape; for a list of targets, a list.
            unconnected_gradients: ``"none"``, or ``"zero"`` to get zeros for a source that the target does not
                depend on, instead of ``None``.

        Returns: the structure of ``sources``, each with its own shape and dtype: plain arrays, or Tensors when an outer
        tape follows the sources.

        Raises:
            RuntimeError: when the tape is used up, or a Variable or (see `beras.debug`) an array was overwritten after
                it was recorded.
            ValueError: when no operation on this tape made ``target``, or, without arguments, when no Diffable with
                weights was called on it.
            TypeError: for a source that is a plain array.

        The TensorFlow equivalent is ``tf.GradientTape.gradient``.
        """
        if unconnected_gradients not in ("none", "zero", None):
            raise ValueError(f"unconnected_gradients is 'none' or 'zero'. Received: {unconnected_gradients!r}.")
        self._check_usable()
        if target is None and sources is None:
            target, sources = self._course_target(), self._course_sources()
        elif target is None or sources is None:
            raise TypeError("gradient(target, sources) takes both or neither: gradient() differentiates the last loss.")
        targets = list(target) if isinstance(target, (list, tuple)) else [target]
        flat = leaves(sources)
        for source in flat:
            self._check_source(source)
        seeds = self._seeds(targets, output_gradients, isinstance(target, (list, tuple)), flat)
        self._check_versions()
        try:
            with self.stop_recording():
                found = self._swept(seeds, flat, unconnected_gradients)
                found = _separate(found, seeds.values())
        finally:
            if not self.persistent:
                self._use_up()
        return restore(sources, iter(found))

    def jacobian(self, target: Any, sources: Any, unconnected_gradients: str | None = "none") -> Any:
        """Return ``d target[i...] / d source[j...]``, of shape ``target.shape + source.shape``, for each source.

        One backward sweep for every entry of ``target``. Arguments and errors are those of `gradient`; the TensorFlow
        equivalent is ``tf.GradientTape.jacobian``.

        >>> import numpy as np
        >>> import beras
        >>> with beras.GradientTape() as tape:
        ...     x = tape.watch(np.array([1.0, 2.0]))
        ...     y = x**2
        >>> tape.jacobian(y, x)
        array([[2., 0.],
               [0., 4.]])
        """
        self._check_usable()
        flat = leaves(sources)
        for source in flat:
            self._check_source(source)
        self._seeds([target], None, False, flat)
        self._check_versions()
        rows: list[list[Any]] = [[] for _ in flat]
        try:
            with self.stop_recording():
                for place in np.ndindex(target.shape):
                    one = np.zeros(target.shape, target.dtype)
                    one[place] = 1
                    found = self._swept({target._key: one}, flat, unconnected_gradients)
                    for column, g in zip(rows, found, strict=True):
                        column.append(g)
                found = [
                    None if column and column[0] is None else _stack(column, target, source)
                    for column, source in zip(rows, flat, strict=True)
                ]
        finally:
            if not self.persistent:
                self._use_up()
        return restore(sources, iter(found))

    def _swept(self, seeds: dict[int, Any], sources: list, unconnected: str | None) -> list:
        """Return the cotangents of ``sources``: ``None`` where there is none, or zeros if ``unconnected`` says so."""
        somebody_follows = bool(home().recording) or home().trace is not None
        found = sweep(self.records, seeds, [s._key for s in sources], wrapped=somebody_follows)
        if unconnected != "zero":
            return found
        return [np.zeros(s.shape, s.dtype) if g is None else g for g, s in zip(found, sources, strict=True)]

    def _use_up(self) -> None:
        self._clear()
        self._used_up = True
        self._refresh()

    def _check_usable(self) -> None:
        if self._used_up:
            raise RuntimeError(
                "This tape is used up: its gradient has been taken. For several gradients of one recording make it "
                "GradientTape(persistent=True); for a derivative of a gradient nest a second tape around this one."
            )

    def _check_versions(self) -> None:
        for variable, version in self.variables.values():
            if variable.version != version:
                raise RuntimeError(
                    f"{variable.name!r} (shape {variable.shape}) was assigned to after this tape had recorded it, so "
                    f"the gradient would be wrong. Take the gradient first and assign afterwards."
                )

    def _check_source(self, source: Any) -> None:
        if not isinstance(source, Tracked):
            kind = "a plain array" if isinstance(source, (np.ndarray, np.generic)) else f"a {type(source).__name__}"
            raise TypeError(
                f"A source must be a Variable, or a Tensor that tape.watch returned. Received: {kind}. "
                f"Write x = tape.watch(x) inside the `with` block, compute with that x, and pass it here."
            )

    def _seeds(self, targets: list, output_gradients: Any, listed: bool, sources: list) -> dict[int, Any]:
        given = output_gradients if listed and output_gradients is not None else [output_gradients] * len(targets)
        if len(given) != len(targets):
            raise ValueError(f"{len(targets)} targets need as many output_gradients. Received: {len(given)}.")
        seeds: dict[int, Any] = {}
        for target, weights in zip(targets, given, strict=True):
            if not isinstance(target, (Tensor, Variable)) or not (target._key in self.followed or self.follows(target)):
                raise ValueError(self._no_record(target, sources))
            if weights is None:
                seed: Any = np.ones(target.shape, target.dtype)
            else:
                seed = weights if isinstance(weights, Tracked) else np.asarray(weights, target.dtype)
                if seed.shape != target.shape:
                    raise ValueError(
                        f"output_gradients must have the target's shape {target.shape}. Received: {seed.shape}."
                    )
            earlier = seeds.get(target._key)
            seeds[target._key] = seed if earlier is None else earlier + seed
        return seeds

    def _no_record(self, target: Any, sources: Sequence[Any] = ()) -> str:
        kind = "a plain array" if isinstance(target, (np.ndarray, np.generic)) else f"a {type(target).__name__}"
        if self.missed is not None:
            return (
                f"No operation on this tape made the target ({kind}): it was computed {self.missed}. "
                f"Compute it where the tape records."
            )
        for value in (target, *sources):
            if not isinstance(value, Variable) or self.follows(value):
                continue
            cause = "this tape has watch_accessed_variables=False" if value.trainable else "it has trainable=False"
            return (
                f"No operation on this tape made the target ({kind}): the tape does not follow the Variable "
                f"{value.name!r}, because {cause}. Watch it inside the `with` block: w = tape.watch(w)."
            )
        if self._watched.difference(key for record in self.records for _, key in record.parents):
            return (
                f"No operation on this tape made the target ({kind}), and what tape.watch returned was never used. "
                f"watch returns the Tensor to compute with: write x = tape.watch(x)."
            )
        return (
            f"No operation on this tape made the target ({kind}). It must be computed inside the `with` block, in "
            f"NumPy, from Variables or from x = tape.watch(x), and with no step that leaves the tape. If it is itself "
            f"a gradient, nest two tapes: the outer one records the inner one's gradient."
        )

    def _course_target(self) -> Any:
        for record in reversed(self.records):
            if isinstance(record.key, int) and np.ndim(bare(record.ans)) == 0:
                break
        else:
            if not self.records:
                raise ValueError(self._no_record(None))
            record = self.records[-1]
        key = record.key if isinstance(record.key, int) else next(k for k in record.key if k is not None)
        return Tensor(bare(record.ans), key, home())

    def _course_sources(self) -> list[Variable]:
        seen: dict[int, Variable] = {}
        for operation in self.operations:
            for weight in operation.trainable_weights:
                seen.setdefault(weight._key, weight)
        if not seen and not any(operation.weights for operation in self.operations):
            raise ValueError(
                "gradient() without arguments differentiates by the weights of the Diffables called on this tape, and "
                "none with weights was called. Name both: tape.gradient(target, sources)."
            )
        return list(seen.values())


def _separate(found: list, seeds: Any) -> list:
    """Copy an array that was handed in, or that stands for two sources, so that each result can be written into."""
    given = {id(bare(seed)) for seed in seeds}
    out = []
    for g in found:
        out.append(g.copy() if isinstance(g, np.ndarray) and id(g) in given else g)
        given.add(id(g))
    return out


def _stack(rows: list, target: Any, source: Any) -> Any:
    shape = target.shape + source.shape
    return np.reshape(np.stack(rows), shape) if rows else np.zeros(shape, source.dtype)
