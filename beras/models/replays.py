"""Replays: the steps of a model as programs, one for each shape of a batch, made when it first comes up."""

from __future__ import annotations

from _thread import RLock
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import repeat
from typing import TYPE_CHECKING, Any, NamedTuple
from weakref import ref

import numpy as np

from beras.autodiff import GradientTape
from beras.autodiff.state import Untraceable, home, refuse_looking
from beras.autodiff.structure import leaves, restore
from beras.autodiff.tracked import Tracked, bare
from beras.core.changes import TRANSIENT, changes
from beras.core.weighted import Weighted
from beras.lazy import lazily
from beras.models.batches import Batches

if TYPE_CHECKING:
    from beras import replay
    from beras.models.model import Model
else:
    replay = lazily("beras.replay")  # which the first model loads

__all__ = ["Replays", "Step"]

#: A batch of more bytes is computed anew each time: there the calls cost nothing beside the work, but memory would.
LARGEST_BATCH = 1 << 23
#: All programs of a model together hold no more bytes, and are no more than so many.
MOST_BYTES = 1 << 28
MOST_PROGRAMS = 16
#: How often a batch of a new shape must come before a program makes room for its own: making one costs ten steps.
OFTEN = 64
#: After how many attempts in vain no more are made. The first step may change settings: it may make weights.
PATIENCE = 3


class Step(NamedTuple):
    """What a step gives: the loss, the output, the activation that it still lacks, and the gradients if it trains.

    ``program`` is the replay that gave it, if one did; all arrays are in the same memory each time.
    """

    loss: Any
    output: Any
    activation: Any
    gradients: list[Any]
    program: replay.Program | None = None


class _Steps:
    """The programs of one plan: on memory of its own, and on the buffers of batches that are lent for a while."""

    def __init__(self, made: replay.Plan, step: Step, program: replay.Program):
        self._plan, self._activation = made, step.activation
        #: The list, tuple or dict in which several outputs stand, and how many they are.
        self._form = restore(step.output, repeat(None))
        self._several = None if self._form is None else len(leaves(self._form))
        self._own = self._latest = program
        self.nbytes = program.nbytes

    def run(self, inputs: Sequence[np.ndarray], lender: Batches | None) -> Step:
        program = self._latest
        if not all(map(_is, program.inputs, inputs)):
            if lender is not None and lender.owns(inputs):
                program = self._latest = self._plan.bind(inputs)
            else:
                program = self._own
                for place, array in zip(program.inputs, inputs, strict=True):
                    np.copyto(place, array)
        loss, output, *gradients = program.run()
        if self._several is not None:
            found = [output, *gradients]
            output, gradients = restore(self._form, iter(found)), found[self._several :]
        return Step(loss, output, self._activation, gradients, program)


class _Quick:
    """The way to the prediction that was made last, for who makes one after the other: an image is a few calls."""

    __slots__ = ("_dtype", "_program", "_shape", "_strides", "_thread")

    def __init__(self, x: np.ndarray, program: replay.Program):
        self._shape, self._dtype, self._strides = x.shape, x.dtype, x.strides
        self._thread, self._program = home().thread, program

    def fits(self, x: Any) -> bool:
        here = home()
        return (
            type(x) is np.ndarray
            and x.shape == self._shape
            and x.dtype is self._dtype
            and x.strides == self._strides
            and here.thread == self._thread
            and here.trace is None
            and here.computes_plainly
        )

    def predict(self, x: np.ndarray) -> Any:
        np.copyto(self._program.inputs[0], x)
        return self._program.run()[1]


class Replays:
    """Takes a model's steps by replaying them where that is right, and says why where it is not.

    A program is made for each kind of step, shape and dtype, and for each thread, because its memory is its own. When
    a setting of the model changes, all are forgotten.
    """

    def __init__(self, model: Model):
        self._reference = ref(model)  # no cycle: a model that nobody holds any more frees its weights at once
        self._steps: dict[tuple, _Steps | None] = {}
        self._sightings: Counter[tuple] = Counter()
        self._seen = -1
        self._settings = replay.Settings()
        self._weights: list[Any] = []
        self._quick: _Quick | None = None
        self._bound: tuple[replay.Program, Any, Callable[[], None]] | None = None
        self._lock = RLock()
        self._failures = 0
        self._given_up: tuple[Any, str] | None = None
        #: Why no step is replayed, or ``None``.
        self.reason: str | None = None
        #: The batches whose buffers may be read where they are.
        self.lender: Batches | None = None

    @property
    def _model(self) -> Model:
        model = self._reference()
        assert model is not None
        return model

    def train(self, x: np.ndarray, y: np.ndarray, weights: list[Any]) -> Step | None:
        """Return the loss, the output and the gradients by ``weights`` for a batch; ``None`` where it is not replayed.

        All but the first result are memory of the program, good until its next run.
        """
        for weight in weights:
            if not weight.trainable:
                return None  # frozen since they were looked up
        if weights is not self._weights:
            if len(weights) != len(self._weights) or not all(map(_is, weights, self._weights)):
                self._forget()
            self._weights = weights
        return self._step("train", (x, y), self._trace_training)

    def test(self, x: np.ndarray, y: np.ndarray) -> Step | None:
        """Return the loss and the output for a batch; ``None`` where it is not replayed."""
        return self._step("test", (x, y), self._trace_test)

    def predict(self, x: np.ndarray) -> np.ndarray | None:
        """Return the predictions for a batch, in memory of the program; ``None`` where it is not replayed."""
        found = self.predict_again(x)
        if found is not None:
            return found
        step = self._step("predict", (x,), self._trace_prediction)
        if step is None:
            return None
        if step.program is not None and type(x) is type(step.output) is np.ndarray:
            self._quick = _Quick(x, step.program)
        return step.output

    def predict_again(self, x: Any, check: Callable[[str, Any], None] | None = None) -> Any:
        """Return the predictions for a batch that is laid out like the last, else ``None``; ``check`` sees it first."""
        quick = self._quick
        if quick is None or not quick.fits(x) or self._seen != changes.count or self._settings.have_moved():
            return None
        if check is not None:
            check("x", x)
        try:
            return quick.predict(x)
        except Untraceable:
            self._quick = None  # the longer way says why
            return None

    def update(self, optimizer: Any, step: Step, weights: list[Any]) -> None:
        """Let ``optimizer`` make its update; for a replayed step its arrays are checked the first time only.

        An optimizer of the user's gets arrays of its own, which it may keep.
        """
        if step.program is None:
            optimizer.apply(step.gradients, weights)
            return
        if self._bound is None or self._bound[0] is not step.program or self._bound[1] is not optimizer:
            if not replay.is_replayable(type(optimizer)):
                optimizer.apply([None if g is None else g.copy() for g in step.gradients], weights)
                return
            self._bound = step.program, optimizer, optimizer.bind(step.gradients, weights)
        self._bound[2]()

    def refresh(self) -> None:
        """Look whether a setting has changed; all programs are forgotten then."""
        with self._lock:
            seen, loss = changes.count, self._model.loss
            settings = replay.Settings(self._model, loss)
            if not settings.equal(self._settings):
                self._forget()
                given_up = self._given_up
                if given_up is not None and given_up[0] is self._model._compiled:
                    self.reason = given_up[1]
                else:
                    self.reason = replay.reason_against(self._model, loss)
            self._settings = settings.without_parts()
            self._seen = seen

    def _forget(self) -> None:
        self._quick = None
        self._steps.clear()
        self._sightings.clear()
        self._bound = None

    def _step(self, kind: str, inputs: tuple[np.ndarray, ...], trace: Callable[..., Any]) -> Step | None:
        if self._seen != changes.count or self._settings.have_moved():
            self.refresh()
        if self.reason is not None:
            return None
        here = home()
        if here.trace is not None:
            refuse_looking()
        if not here.computes_plainly:
            return None
        for part in inputs:
            if type(part) is not np.ndarray:
                kind, inputs, trace = _unfolded(kind, inputs, trace)
                if not all(type(array) is np.ndarray for array in inputs):
                    return None
                break
        signature = (kind, here.thread, *[(array.shape, array.dtype, array.strides) for array in inputs])
        steps = self._steps.get(signature, _UNKNOWN)
        if steps is _UNKNOWN:
            return self._first(signature, inputs, trace)
        if steps is None:
            return None
        try:
            return steps.run(inputs, self.lender)
        except Untraceable as refused:
            self._refuse(str(refused))
            return None

    def _first(self, signature: tuple, inputs: tuple[np.ndarray, ...], trace: Callable[..., Any]) -> Step | None:
        """Compute a step for the first time, and make a program of it; not before there are weights."""
        if not self._model.built:
            return None
        places = [place for array in inputs if (place := replay.place_for(array)) is not None]
        if (
            max(array.nbytes for array in inputs) > LARGEST_BATCH
            or len(places) < len(inputs)
            or not self._is_worth(signature)
        ):
            return None
        settings = replay.Settings(self._model, self._model.loss)
        before = settings.snapshot()
        written = replay.Trace(before.generators)
        failure: Exception | None = None
        try:
            with written:
                step = trace(*map(written.enter, inputs))
            outputs = leaves(step.output)
            if not outputs or not all(isinstance(output, (Tracked, np.ndarray, np.generic)) for output in outputs):
                raise Untraceable("The output is no array, and no list or dict of arrays.")
            made = replay.plan(written, [step.loss, *outputs, *step.gradients])
            steps = _Steps(made, step, made.bind(places))
        except Exception as error:
            failure = error
        finally:
            _forget_latest(self._model, self._model.loss)
        if failure is None:
            self._keep(signature, steps, settings)
            return _computed(step)
        written.undo_assignments()
        before.restore()
        changes.note()
        if isinstance(failure, Untraceable):
            self._refuse(str(failure))
            return None
        failure = None
        step = _computed(trace(*inputs))  # an error that comes again is the caller's, and says nothing of replaying
        self._refuse("it could not be traced")
        return step

    def _refuse(self, reason: str) -> None:
        """Replay no more, until a setting changes; after several attempts, until the model is compiled anew."""
        self.reason = reason
        self._failures += 1
        if self._failures > PATIENCE:
            self._given_up = self._model._compiled, reason

    def _is_worth(self, signature: tuple) -> bool:
        """Say whether a program shall be made: while there is room, and for what comes often."""
        if len(self._steps) < MOST_PROGRAMS:
            return True
        if len(self._sightings) > 1000:
            self._sightings.clear()
        self._sightings[signature] += 1
        return self._sightings[signature] > OFTEN

    def _keep(self, signature: tuple, steps: _Steps, before: replay.Settings) -> None:
        """Keep a program, unless settings have changed while it was made."""
        with self._lock:
            seen, settings = changes.count, replay.Settings(self._model, self._model.loss)
            if not settings.equal(before) or before.have_moved():
                self._failures += 1
                if self._failures > PATIENCE:
                    self._refuse("its call sets attributes, which a replay would not do")
                return
            self._failures = 0
            if not settings.equal(self._settings):
                return
            if steps.nbytes > MOST_BYTES:
                self._steps[signature] = None
                return
            held = sum(kept.nbytes for kept in self._steps.values() if kept is not None)
            while self._steps and (len(self._steps) >= MOST_PROGRAMS or held + steps.nbytes > MOST_BYTES):
                dropped = self._steps.pop(next(iter(self._steps)))
                held -= 0 if dropped is None else dropped.nbytes
            self._steps[signature] = steps
            self._settings, self._seen = settings.without_parts(), seen

    def _trace_training(self, x: Any, y: Any) -> Step:
        with GradientTape() as tape:
            output, loss, activation = self._model.score(x, y, None, training=True)
        return Step(loss, output, activation, tape.gradient(loss, self._weights))

    def _trace_test(self, x: Any, y: Any) -> Step:
        output, loss, activation = self._model.score(x, y, None, training=False)
        return Step(loss, output, activation, [])

    def _trace_prediction(self, x: Any) -> Step:
        return Step(None, self._model(x, training=False), None, [])


_UNKNOWN: Any = object()


def _is(a: Any, b: Any) -> bool:
    return a is b


def _unfolded(kind: str, parts: tuple, trace: Callable[..., Any]) -> tuple[str, tuple, Callable[..., Any]]:
    """Return the arrays in ``parts``, some of them lists or dicts, with ``trace`` as a function of these arrays."""

    def of_arrays(*arrays: Any) -> Any:
        return trace(*restore(parts, iter(arrays)))

    return f"{kind} {restore(parts, repeat(0))}", tuple(leaves(parts)), of_arrays


def _computed(step: Step) -> Step:
    """Return a step with plain arrays; the gradients belong to nobody else."""
    gradients = [None if g is None else np.array(g) for g in bare(step.gradients)]
    return Step(bare(step.loss), bare(step.output), step.activation, gradients)


def _forget_latest(*parts: Any) -> None:
    """Take off what a traced call left behind: it is no value, and a replayed call leaves nothing."""
    for part in parts:
        for name in TRANSIENT:
            getattr(part, "__dict__", {}).pop(name, None)
        if isinstance(part, Weighted):
            _forget_latest(*(inner for _, inner in part._parts()))
