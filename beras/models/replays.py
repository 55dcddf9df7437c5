"""Replays: the steps of a model as programs, one for each shape of a batch, made when it first comes up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from beras import config
from beras.autodiff import GradientTape
from beras.autodiff.memory import aligned
from beras.autodiff.state import Untraceable, home
from beras.autodiff.tracked import bare
from beras.core.changes import TRANSIENT, changes
from beras.core.weighted import Weighted
from beras.models.batches import Batches
from beras.replay import Plan, Program, Trace, plan, reason_against

if TYPE_CHECKING:
    from beras.models.model import Model

__all__ = ["Replays", "Step"]

#: A batch of more bytes is computed anew each time: there the calls cost nothing beside the work, but memory would.
LARGEST_BATCH = 1 << 23
MOST_PROGRAMS = 16


class Step(NamedTuple):
    """What a step gives: the loss, the output, the activation that it still lacks, and the gradients if it trains.

    ``program`` is the replay that gave it, if one did; its gradients are in the same memory each time.
    """

    loss: Any
    output: Any
    activation: Any
    gradients: list[Any]
    program: Program | None = None


class _Steps:
    """The programs of one plan: on memory of its own, and on the buffers of batches that are lent for a while."""

    def __init__(self, made: Plan, activation: Any, inputs: Sequence[np.ndarray]):
        self._plan, self._activation = made, activation
        self._own = made.bind([aligned(array.shape, array.dtype) for array in inputs])
        self._lent = self._own

    def run(self, inputs: Sequence[np.ndarray], lender: Batches | None) -> Step:
        program = self._lent
        if not all(map(_is, program.inputs, inputs)):
            if lender is not None and lender.owns(inputs):
                program = self._lent = self._plan.bind(inputs)
            else:
                program = self._own
                for place, array in zip(program.inputs, inputs, strict=True):
                    np.copyto(place, array)
        loss, output, *gradients = program.run()
        return Step(loss, output, self._activation, gradients, program)


class Replays:
    """Takes a model's steps by replaying them where that is right, and says why where it is not.

    A program is made for each kind of step, shape and dtype. When a setting of the model changes, all are forgotten.
    """

    def __init__(self, model: Model):
        self._model = model
        self._steps: dict[tuple, _Steps | None] = {}
        self._seen = -1
        self._settings: list[Any] = []
        self._weights: list[Any] = []
        self._bound: tuple[Program, Any, Callable[[], None]] | None = None
        #: Why no step is replayed, or ``None``.
        self.reason: str | None = None
        #: The batches whose buffers may be read where they are.
        self.lender: Batches | None = None

    def __deepcopy__(self, memo: Any) -> Replays:
        return Replays(memo.get(id(self._model), self._model))

    def __reduce__(self) -> tuple:
        return Replays, (self._model,)

    def train(self, x: np.ndarray, y: np.ndarray, weights: list[Any]) -> Step | None:
        """Return the loss, the output and the gradients by ``weights`` for a batch; ``None`` where it is not replayed.

        All but the first result are memory of the program, good until its next run.
        """
        if weights is not self._weights:
            if len(weights) != len(self._weights) or not all(map(_is, weights, self._weights)):
                self._steps.clear()
            self._weights = weights
        return self._step("train", (x, y), self._trace_training)

    def test(self, x: np.ndarray, y: np.ndarray) -> Step | None:
        """Return the loss and the output for a batch; ``None`` where it is not replayed."""
        return self._step("test", (x, y), self._trace_test)

    def predict(self, x: np.ndarray) -> np.ndarray | None:
        """Return the predictions for a batch, in memory of the program; ``None`` where it is not replayed."""
        step = self._step("predict", (x,), self._trace_prediction)
        return None if step is None else step.output

    def update(self, optimizer: Any, step: Step, weights: list[Any]) -> None:
        """Let ``optimizer`` make its update; for a replayed step its arrays are checked the first time only."""
        if step.program is None:
            optimizer.apply(step.gradients, weights)
            return
        if self._bound is None or self._bound[0] is not step.program or self._bound[1] is not optimizer:
            self._bound = step.program, optimizer, optimizer.bind(step.gradients, weights)
        self._bound[2]()

    def refresh(self) -> None:
        """Look whether a setting has changed; all programs are forgotten then."""
        self._seen = changes.count
        loss = self._model.loss
        settings = _settings_of(self._model, loss)
        if len(settings) != len(self._settings) or not all(map(_same, settings, self._settings)):
            self._settings = settings
            self._steps.clear()
            self.reason = reason_against(self._model, loss)

    def _step(self, kind: str, inputs: tuple[np.ndarray, ...], trace: Callable[..., Any]) -> Step | None:
        if self._seen != changes.count:
            self.refresh()
        if self.reason is not None:
            return None
        here = home()
        if here.recording or here.paused or here.debug or here.trace or here.through_forward is not None:
            return None
        signature = (kind, *[array.shape for array in inputs], *[array.dtype for array in inputs])
        steps = self._steps.get(signature, _UNKNOWN)
        if steps is _UNKNOWN:
            return self._first(signature, inputs, trace)
        return None if steps is None else steps.run(inputs, self.lender)

    def _first(self, signature: tuple, inputs: tuple[np.ndarray, ...], trace: Callable[..., Any]) -> Step | None:
        """Compute a step for the first time, and make a program of it."""
        if inputs[0].nbytes > LARGEST_BATCH:
            return None
        generator = config.generator().bit_generator
        before = generator.state
        made: _Steps | None = None
        step = None
        written = Trace()
        try:
            with written:
                step = trace(*map(written.enter, inputs))
            made = _Steps(plan(written, [step.loss, step.output, *step.gradients]), step.activation, inputs)
            step = Step(bare(step.loss), bare(step.output), step.activation, bare(step.gradients))
        except Untraceable as refused:
            self.reason = str(refused)
        except Exception:  # whatever
            self.reason = "it could not be traced"
        finally:
            _forget_latest(self._model, self._model.loss)
        if made is None:
            generator.state = before
            written.undo_assignments()
            return None
        if len(self._steps) >= MOST_PROGRAMS:
            self._steps.clear()
        self._steps[signature] = made
        self._seen = changes.count
        return step

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


def _same(a: Any, b: Any) -> bool:
    return a is b or (type(a) is type(b) and type(a) in _PLAIN and a == b)


_PLAIN = (bool, int, float, str, tuple)


def _settings_of(*parts: Any) -> list[Any]:
    """Return everything that decides what is computed: the parts, their parts, and the attributes of all."""
    found: list[Any] = []
    for part in parts:
        found.append(part)
        for name, value in getattr(part, "__dict__", {}).items():
            if name in TRANSIENT or isinstance(value, Replays) or name in ("optimizer", "history"):
                continue
            found.append(name)
            if isinstance(value, (list, tuple)):
                found.extend(value)
            elif isinstance(value, dict):
                found.extend(value.values())
            elif hasattr(value, "get_config") and not isinstance(value, Weighted):
                found.append(value)
                found.extend(vars(value).values())
            else:
                found.append(value)
        if isinstance(part, Weighted):
            found.extend(_settings_of(*(inner for _, inner in part._parts())))
    return found


def _forget_latest(*parts: Any) -> None:
    """Take off what a traced call left behind: it is no value, and a replayed call leaves nothing."""
    for part in parts:
        for name in TRANSIENT:
            getattr(part, "__dict__", {}).pop(name, None)
        if isinstance(part, Weighted):
            _forget_latest(*(inner for _, inner in part._parts()))
