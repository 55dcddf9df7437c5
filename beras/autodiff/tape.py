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

from beras.autodiff.dispatch import Record, Tracked, bare
from beras.autodiff.primitives import cast, unbroadcast
from beras.autodiff.state import Home, home, new_key
from beras.autodiff.tensor import Tensor, Variable

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
        #: The identities that this tape follows.
        self.followed: set[int] = set()
        #: The Variables that it used, with the version that it saw.
        self.variables: dict[int, tuple[Variable, int]] = {}
        self.records: list[Record] = []
        #: Why a result may be missing from this tape, for the error message.
        self.missed: str | None = None
        self._watched_unused: set[int] = set()
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
        if self._watched_unused:
            self._watched_unused.difference_update(key for _, key in record.parents)
        for variable in variables:
            self.variables.setdefault(variable._key, (variable, variable.version))
        if self._home is not None and self._home.debug:
            record.checksums = _checksums(record)
        self.records.append(record)
        self.followed.update(keys)

    def watch(self, value: Any) -> Any:
        """Follow ``value`` and return the Tensor to use from then on: ``x = tape.watch(x)``.

        ``value`` is a floating-point array, number, Tensor or Variable, or a list, tuple or dict of them, of which the
        same structure is returned.

        Raises:
            TypeError: for integers and complex numbers, which have no gradient.
        """
        if isinstance(value, (list, tuple)):
            return type(value)([self.watch(item) for item in value])
        if isinstance(value, dict):
            return {name: self.watch(item) for name, item in value.items()}
        if isinstance(value, Tensor):
            self.followed.add(value._key)
            return value
        if isinstance(value, Variable):
            self._follow_variable(value)
            return Tensor(value._array, value._key, home())
        array = np.asarray(value)
        if array.dtype.kind != "f":
            raise TypeError(
                f"Only floating-point values can be watched; {array.dtype} has no gradient. "
                f"Received: {type(value).__name__} of dtype {array.dtype}. Convert first: x.astype('float32')."
            )
        tensor = Tensor(array, new_key(), home())
        self.followed.add(tensor._key)
        self._watched_unused.add(tensor._key)
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
        self.followed = set()
        self.variables = {}
        self._watched_unused = set()

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
            ValueError: when no operation on this tape made ``target``.
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
        flat = list(_leaves(sources))
        for source in flat:
            self._check_source(source)
        seeds = self._seeds(targets, output_gradients, isinstance(target, (list, tuple)))
        self._check_versions()
        try:
            with self.stop_recording():
                found = _sweep(self.records, seeds, [s._key for s in flat], wrapped=self._outer_tape_records())
                found = [_finish(g, s, unconnected_gradients) for g, s in zip(found, flat, strict=True)]
                found = _separate(found, seeds.values())
        finally:
            if not self.persistent:
                self._use_up()
        return _restore(sources, iter(found))

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
        flat = list(_leaves(sources))
        for source in flat:
            self._check_source(source)
        self._seeds([target], None, False)
        self._check_versions()
        rows: list[list[Any]] = [[] for _ in flat]
        try:
            with self.stop_recording():
                for place in np.ndindex(target.shape):
                    one = np.zeros(target.shape, target.dtype)
                    one[place] = 1
                    keys = [s._key for s in flat]
                    found = _sweep(self.records, {target._key: one}, keys, wrapped=self._outer_tape_records())
                    for column, g, source in zip(rows, found, flat, strict=True):
                        column.append(_finish(g, source, unconnected_gradients))
                found = [
                    None if not column or column[0] is None else _stack(column, target.shape + source.shape)
                    for column, source in zip(rows, flat, strict=True)
                ]
        finally:
            if not self.persistent:
                self._use_up()
        return _restore(sources, iter(found))

    def _outer_tape_records(self) -> bool:
        return bool(home().recording)

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

    def _seeds(self, targets: list, output_gradients: Any, listed: bool) -> dict[int, Any]:
        given = output_gradients if listed and output_gradients is not None else [output_gradients] * len(targets)
        if len(given) != len(targets):
            raise ValueError(f"{len(targets)} targets need as many output_gradients. Received: {len(given)}.")
        seeds: dict[int, Any] = {}
        for target, weights in zip(targets, given, strict=True):
            if not isinstance(target, Tracked) or not (target._key in self.followed or self.follows(target)):
                raise ValueError(self._no_record(target))
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

    def _no_record(self, target: Any) -> str:
        kind = "a plain array" if isinstance(target, (np.ndarray, np.generic)) else f"a {type(target).__name__}"
        if self._watched_unused:
            return (
                f"No operation on this tape made the target ({kind}), and what tape.watch returned was never used. "
                f"watch returns the Tensor to compute with: write x = tape.watch(x)."
            )
        if self.missed is not None:
            return (
                f"No operation on this tape made the target ({kind}): it was computed {self.missed}. "
                f"Compute it where the tape records."
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
        return list(seen.values())


def _sweep(records: list[Record], seeds: dict[int, Any], sources: list[int], wrapped: bool) -> list[Any]:
    """Pull the cotangents ``seeds`` back through ``records``; return those that arrive at ``sources``.

    ``wrapped`` says that an outer tape records: then the rules see Tensors, and record themselves there.
    """
    needed = set(sources)
    for record in records:
        if any(key in needed for _, key in record.parents):
            needed.update(_keys(record.key))
    wanted = set(sources)
    cotangents = dict(seeds) if wrapped else {key: bare(g) for key, g in seeds.items()}
    owned: set[int] = set()
    for record in reversed(records):
        key = record.key
        if isinstance(key, int):
            g = cotangents.get(key) if key in wanted else cotangents.pop(key, None)
            if g is None:
                continue
        else:
            parts = [None if k is None else cotangents.get(k) if k in wanted else cotangents.pop(k, None) for k in key]
            if all(part is None for part in parts):
                continue
            outputs = bare(record.ans)
            g = [np.zeros_like(y) if part is None else part for part, y in zip(parts, outputs, strict=True)]
        parents = [pair for pair in record.parents if pair[1] in needed]
        if not parents:
            continue
        if record.checksums is not None:
            _verify(record)
        rule, args, ans = record.rule, record.args, record.ans
        if not wrapped:
            args, ans = bare(args), bare(ans)
        products = rule.pull(g, ans, args, record.params, [slot for slot, _ in parents])
        operands = args if rule.at is None else args[rule.at]
        for (slot, parent), product in zip(parents, products, strict=True):
            if product is None:
                continue
            if operands:
                product = _fit(product, operands[slot])
            earlier = cotangents.get(parent)
            if earlier is None:
                cotangents[parent] = product
            elif parent in owned and not wrapped and type(earlier) is np.ndarray:
                np.add(earlier, product, out=earlier)
            else:
                cotangents[parent] = earlier + product
                owned.add(parent)
    return [cotangents.get(key) for key in sources]


def _keys(key: Any) -> tuple:
    return (key,) if isinstance(key, int) else tuple(k for k in key if k is not None)


def _fit(product: Any, operand: Any) -> Any:
    """Give a cotangent its operand's shape and dtype."""
    shape = operand.shape
    if product.shape != shape:
        product = unbroadcast(product, shape)
    dtype = operand.dtype
    return product if product.dtype == dtype else cast(product, dtype)


def _finish(g: Any, source: Any, unconnected: str | None) -> Any:
    if g is None:
        return np.zeros(source.shape, source.dtype) if unconnected == "zero" else None
    if isinstance(g, np.ndarray) and (g.base is not None or not g.flags.writeable):
        return g.copy()
    return g


def _separate(found: list, seeds: Any) -> list:
    """Copy an array that was handed in, or that stands for two sources, so that each result can be written into."""
    given = {id(bare(seed)) for seed in seeds}
    out = []
    for g in found:
        out.append(g.copy() if isinstance(g, np.ndarray) and id(g) in given else g)
        given.add(id(g))
    return out


def _stack(rows: list, shape: tuple[int, ...]) -> Any:
    return np.reshape(np.stack(rows), shape)


def _leaves(structure: Any) -> Iterator[Any]:
    if isinstance(structure, dict):
        structure = structure.values()
    elif not isinstance(structure, (list, tuple)):
        yield structure
        return
    for item in structure:
        yield from _leaves(item)


def _restore(structure: Any, found: Iterator[Any]) -> Any:
    if isinstance(structure, dict):
        return {name: _restore(item, found) for name, item in structure.items()}
    if isinstance(structure, (list, tuple)):
        return type(structure)([_restore(item, found) for item in structure])
    return next(found)


def _checksums(record: Record) -> tuple[int, ...]:
    from zlib import crc32

    arrays = [*_leaves(bare(list(record.args))), *_leaves(bare(record.ans))]
    return tuple(crc32(np.ascontiguousarray(a)) if isinstance(a, np.ndarray) else 0 for a in arrays)


def _verify(record: Record) -> None:
    if _checksums(record) != record.checksums:
        raise RuntimeError(
            f"An array that {record.name} had recorded (an input or its answer) was written to before the gradient "
            f"was taken, so the gradient would be wrong. Write into a copy: a = a.copy()."
        )
