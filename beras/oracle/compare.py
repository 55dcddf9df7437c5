"""compare: one computation in beras and in torch, and everything that differs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from beras.autodiff import Variable
from beras.autodiff.state import home
from beras.oracle.amplification import Amplification, amplification
from beras.oracle.blame import by_hand, explain, part_report
from beras.oracle.frozen import frozen_note
from beras.oracle.handwritten import HandWritten, hand_written
from beras.oracle.numerical import add_numerical
from beras.oracle.precision import attributes, in_precision, same_draws, unchanged
from beras.oracle.program import trace
from beras.oracle.reference import ask_reference
from beras.oracle.rehearsal import call_at_other_inputs, check_repeatable
from beras.oracle.report import Report, Row
from beras.oracle.rows import agreement, hold, rounding
from beras.oracle.subject import Subject
from beras.oracle.torch_module import has_torch
from beras.oracle.trial import FromTorch, Trial, ask_torch
from beras.oracle.weight_names import weight_names

__all__ = ["assert_matches_torch", "compare"]


def compare(
    target: Callable[..., Any],
    *inputs: Any,
    y: Any = None,
    loss: Any = None,
    order: int = 1,
    reference: Callable[..., Any] | None = None,
    checks: int = 8,
    seed: int = 0,
) -> Report:
    """Hold a computation and its derivatives against torch; return a `Report` that prints as a table.

    The NumPy operations of ``target(*inputs)`` are recorded, replayed in torch one by one, and differentiated there by
    torch's own autograd: nobody writes the torch version. What is held against it is beras' own gradient, and where a
    class or a function brings a gradient of its own, that one. Everything is done in float64 and in float32. Central
    differences, or the complex step where every operation allows it, are a third opinion on some entries.

    The derivative is that of a scalar output, else of the sum of all outputs, each entry weighted with a fixed random
    number. Every call with a gradient of its own is looked at by itself, too, for a random incoming gradient and at
    other inputs, so that a fault shows that this one scalar hides.

    Args:
        target: a function of arrays, a `Diffable` (a layer, a loss) or a model. It must do the same at each call;
            random numbers of beras' and NumPy's global generators are the same for all oracles.
        inputs: its arguments, arrays or lists, tuples and dicts of them; derivatives are taken by what is of floating
            point, and by all trainable Variables that are used.
        y, loss: with them the scalar ``loss(y, target(*inputs))`` is compared, in training mode and with the penalties
            of regularizers, as `fit` computes it. ``loss`` is a name, a loss, a function; by default that of the
            compiled model.
        order: 1, or 2 for the derivative of the gradient besides.
        reference: another implementation, called and differentiated by beras in the same way; weights are copied to it
            where it has as many, of equal shapes.
        checks: how many entries of each array are differentiated numerically.
        seed: for the random weights of the outputs and the choice of those entries.

    Without torch the numerical derivatives decide.

    Raises:
        TypeError: for a target that cannot be called, or no input or weight to differentiate by.
        ValueError: for ``y`` without a loss, another ``order``, a computation that is not repeatable, or a reference
            that gives outputs of other shapes.
        RuntimeError: inside a tape that records.

    >>> import numpy as np
    >>> from beras.oracle import compare
    >>> report = compare(lambda x, w: np.tanh(x @ w), np.ones((2, 3)), np.ones((3, 2)))
    >>> report.ok
    True
    """
    if order not in (1, 2):
        raise ValueError(f"order is 1, or 2 for second derivatives besides. Received: {order!r}.")
    if checks < 0:
        raise ValueError(f"checks is the number of entries that are differentiated numerically. Received: {checks!r}.")
    if home().recording:
        raise RuntimeError("compare records on tapes of its own. Call it outside every tape.")
    subject = Subject(target, inputs, y, loss)
    parts = subject.parts()
    before = {id(part): attributes(part) for part in parts}
    subject.first_call()  # makes the weights; what this call leaves behind stays
    with same_draws(parts) as again, unchanged(parts):
        for part in parts:
            if not part.traced and _same_weights(part, before[id(part)]):
                part.__dict__.clear()
                part.__dict__.update(before[id(part)])
        return _Comparison(subject, order, checks, seed, again).report(reference, before)


def assert_matches_torch(target: Callable[..., Any], *inputs: Any, **options: Any) -> None:
    """Raise AssertionError, with the report as its message, unless `compare` finds that everything agrees.

    >>> import numpy as np
    >>> from beras.oracle import assert_matches_torch
    >>> assert_matches_torch(np.sin, np.array([0.0, 1.0]))
    """
    compare(target, *inputs, **options).raise_if_wrong()


class _Comparison:
    """One comparison on its way to a report."""

    def __init__(self, subject: Subject, order: int, checks: int, seed: int, again: Callable[[], None]):
        self.subject, self.order, self.checks, self.seed, self.again = subject, order, checks, seed, again
        #: Why it cannot be replayed in torch.
        self.untraced = ""

    def report(self, reference: Callable[..., Any] | None, before: dict[int, dict[str, Any]]) -> Report:
        """Compare; ``before`` holds the attributes that the modules had before they were called here."""
        call_at_other_inputs(self.subject, self.again, self.seed)
        check_repeatable(self.subject, self.again)
        variables, modules = self._discovered()
        report = Report(self.subject.title, [])
        with in_precision(variables, modules, "float64"):
            wide = self._trial("float64")
            if not wide.program.sources:
                raise TypeError(self.subject.advice())
            right = None if self.untraced or not has_torch() else self._from_torch(wide)
            amplified = Amplification([], [], [])
            if right is not None and not right.without_twin:
                amplified = amplification(wide.program, wide.cotangents, self._directions(wide))
            report.rows = self._rows(wide, right, amplified)
            if right is not None:
                report.operations, report.without_twin = len(wide.program.records), right.without_twin
            calls = [
                hand_written(owner, args, params, followed, before.get(id(owner)), self.again)
                for owner, args, params, followed in wide.program.passed_over
            ]
            itself = self._itself(calls)
            report.complaint = wide.complaint or wide.complaint_of_second
            if wide.complaint and itself is not None:
                self._ask_by_hand(report, wide, itself)
            self._ask_numerically(report, wide, decides=right is None)
            if reference is not None:
                ask_reference(report, wide, reference)
            if right is None:
                report.complaint = report.complaint or wide.is_not_linear()
            else:
                self._blame(report, wide, calls, itself)
        if right is not None:
            with in_precision(variables, modules, "float32"):
                narrow = self._trial("float32")
                self._add_float32(report, narrow, self._from_torch(narrow), right, amplified)
        report.notes += self._remarks(report, wide, right)
        return report

    def _trial(self, dtype: str) -> Trial:
        return Trial(self.subject, dtype, self.again, self.seed, through=not self.untraced)

    def _from_torch(self, trial: Trial) -> FromTorch:
        return ask_torch(trial.program, trial.cotangents, self._directions(trial))

    def _directions(self, trial: Trial) -> list[np.ndarray] | None:
        return trial.directions if self.order > 1 else None

    def _discovered(self) -> tuple[list[Variable], list[Any]]:
        """Return the Variables and the modules that a call uses."""
        self.again()
        modules = self.subject.parts()
        used: list[Variable] = []
        try:
            program = trace(self.subject.call, self.subject.inputs, self.subject.followed)
        except (TypeError, ValueError) as error:
            self.untraced = str(error)
        else:
            modules = list({id(module): module for module in [*modules, *program.modules]}.values())
            used = [source.variable for source in program.sources if source.variable is not None]
        every = [*used, *(weight for module in modules for weight in module.weights)]
        return list({id(variable): variable for variable in every}.values()), modules

    # Rows

    def _rows(self, trial: Trial, right: FromTorch | None, amplified: Amplification) -> list[Row]:
        program = trial.program
        names = self.subject.input_names()
        names += weight_names(trial.variables, [*self.subject.parts(), *program.modules], self.subject.target)
        several = len(program.outputs) > 1
        rows = [
            Row("output", f"output {number}" if several else "output", y.shape, 0, ours=y)
            for number, y in enumerate(trial.values)
        ]
        numbers = [*range(len(rows))]
        found: list[Any] = [*trial.values]
        theirs: list[Any] = [None] * len(rows) if right is None else [*right.values]
        derivatives = [(1, trial.gradients, None if right is None else right.gradients)]
        if self.order > 1 and not trial.complaint:
            derivatives.append((2, trial.second(), None if right is None else right.second))
        for degree, ours, torchs in derivatives:
            if ours is None and degree == 2:
                continue
            for number, source in enumerate(program.sources):
                kind = "input" if source.variable is None else "weight"
                rows.append(Row(kind, names[number], source.array.shape, degree))
                numbers.append(number)
                found.append(None if ours is None else ours[number])
                theirs.append(None if torchs is None else torchs[number])
        for row, mine, value, number in zip(rows, found, theirs, numbers, strict=True):
            row.ours, row.noise = mine, amplified.rounding(row.order, number, "float64")
            if value is not None and right is not None:
                row.noise = max(row.noise, right.noise(value))
                hold(row, value, "torch")
        return rows

    def _add_float32(
        self, report: Report, narrow: Trial, torchs: FromTorch, exact: FromTorch, amplified: Amplification
    ) -> None:
        second = narrow.second() if self.order > 1 and not narrow.complaint else None
        parts = [
            (0, narrow.values, torchs.values, exact.values),
            (1, narrow.gradients, torchs.gradients, exact.gradients),
            (2, second, torchs.second, exact.second),
        ]
        for degree, ours, theirs, best in parts:
            if ours is None or theirs is None or best is None:
                continue
            rows = [row for row in report.rows if row.order == degree]
            for number, (row, mine, value, precise) in enumerate(zip(rows, ours, theirs, best, strict=True)):
                noise = max(rounding(value, precise), amplified.rounding(degree, number, "float32"))
                row.agreements.append(agreement("torch", "float32", mine, value, noise))

    def _ask_numerically(self, report: Report, trial: Trial, decides: bool) -> None:
        arrays = [source.array.copy() for source in trial.program.sources]
        recorded = None if self.untraced else trial.program
        for degree, f, program in ((1, trial.scalar, recorded), (2, trial.slope, None)):
            rows = [row for row in report.rows if row.order == degree]
            if rows:
                scalar = f if decides else partial(_or_nan, f)
                add_numerical(rows, scalar, arrays, program, trial.cotangents, self.checks, self.seed)
        trial.at(arrays)

    # What went wrong

    def _itself(self, calls: list[HandWritten]) -> HandWritten | None:
        """Return the only hand-written call, if it is what is compared."""
        target = getattr(self.subject.target, "__wrapped__", self.subject.target)
        alone = len(calls) == 1 and calls[0].owner is target and self.subject.call is self.subject.target
        return calls[0] if alone else None

    def _ask_by_hand(self, report: Report, trial: Trial, call: HandWritten) -> None:
        """Ask a module for its gradients directly, where the tape had to refuse them."""
        found, complaint = by_hand(call, trial.cotangents)
        report.complaint = complaint or trial.complaint
        count = len(call.followed)
        of_weights = dict(zip(map(id, call.weights), found[count:], strict=True))
        rows = [row for row in report.rows if row.order == 1]
        for number, (row, source) in enumerate(zip(rows, trial.program.sources, strict=True)):
            mine = found[number] if number < count else of_weights.get(id(source.variable))
            row.ours = None if mine is None else np.asarray(mine)
            if row.right is not None:
                hold(row, row.right, "torch")

    def _blame(self, report: Report, trial: Trial, calls: list[HandWritten], itself: HandWritten | None) -> None:
        """Look at each call with a gradient of its own, and for the mistakes where none of them is at fault."""
        if itself is None or report.ok:
            report.parts = self._faulty(calls)
        if report.parts:
            return
        for order in (1, 2):
            for number, row in enumerate(row for row in report.rows if row.order == order):
                if not row.ok and not (row.ours is None and report.complaint):
                    explain(row, number, trial.program, trial.cotangents, itself)

    def _faulty(self, calls: list[HandWritten]) -> list[Report]:
        """Return the reports on the calls whose own gradients are wrong, one for each module and function."""
        counts = Counter(call.title for call in calls)
        seen: Counter[str] = Counter()
        found: dict[int, Report] = {}
        for call in calls:
            seen[call.title] += 1
            if id(call.owner) not in found:
                part = part_report(call, self.seed)
                if counts[call.title] > 1:
                    part.title += f", call {seen[call.title]} of {counts[call.title]}"
                if not part.ok:
                    found[id(call.owner)] = part
        return list(found.values())

    def _remarks(self, report: Report, trial: Trial, right: FromTorch | None) -> list[str]:
        notes = []
        if self.untraced:
            notes.append(f"It cannot be replayed in torch, so numerical derivatives decide. {self.untraced}")
        elif right is None:
            notes.append('PyTorch is not installed (pip install "beras[oracle]"): numerical derivatives decide.')
            notes += filter(None, [frozen_note([*self.subject.parts(), *trial.program.modules])])
        else:
            if right.without_twin:
                notes.append(
                    f"Without a counterpart in torch: {', '.join(right.without_twin)}. There NumPy computed and "
                    f"central differences differentiated; beras.oracle.twin(function, torch_function) tells torch."
                )
            if right.departs_at:
                notes.append(f"The values differ first after {right.departs_at}.")
        doubted = [row.label for row in report.rows if row.ok and row.numerical is not None and not row.numerical.ok]
        if doubted and not trial.complaint:
            notes.append(
                f"Numerical derivatives differ for {', '.join(doubted)}, where torch agrees with beras: a kink, a "
                f"stop_gradient, or a value that varies too fast for a small step."
            )
        return notes


def _or_nan(f: Callable[..., float], *arrays: np.ndarray) -> float:
    """Return ``f(*arrays)``, or NaN where it refuses inputs that were moved a little."""
    try:
        return f(*arrays)
    except (ValueError, ArithmeticError, AssertionError):
        return float("nan")


def _same_weights(part: Any, held: dict[str, Any]) -> bool:
    """Say whether a module had its weights already when it held these attributes."""
    return {id(v) for v in part.own_weights} == {id(v) for v in held.values() if isinstance(v, Variable)}
