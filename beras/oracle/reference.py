"""A reference implementation as one more oracle: beras differentiates it in the same way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from beras.autodiff.tracked import bare
from beras.oracle.precision import in_precision
from beras.oracle.report import Report
from beras.oracle.rows import hold
from beras.oracle.trial import Trial, float_leaves

__all__ = ["ask_reference"]


def ask_reference(report: Report, trial: Trial, reference: Callable[..., Any]) -> None:
    """Hold the outputs and the gradients in ``report`` against those of ``reference(*inputs)``.

    Where it has weights of the same shapes in the same order, it is given the values of ours, for the time of the
    comparison; where it has others, only the outputs and the inputs are held against it, and the report says so.

    Raises:
        TypeError: when it cannot be called.
        ValueError: when it gives outputs of other shapes.
    """
    if not callable(reference):
        raise TypeError(f"reference is a function, a layer or a model. Received: {type(reference).__name__}.")
    given = [np.shape(bare(y)) for y in float_leaves(reference(*trial.subject.inputs))]  # makes its weights
    expected = [y.shape for y in trial.values]
    if given != expected:
        raise ValueError(f"The reference must give outputs of the shapes {expected}. Received: {given}.")
    weights = list(getattr(reference, "trainable_weights", ()))
    if weights and [w.shape for w in weights] != [v.shape for v in trial.variables]:
        report.notes.append("The reference has other weights: only outputs and inputs are held against it.")
        weights = []
    modules = [reference] if weights else []
    with in_precision(weights, modules, "float64"):
        for weight, variable in zip(weights, trial.variables, strict=False):
            weight._buffer[...] = variable._array
        values, gradients = trial.differentiated(reference, trial.inputs, weights)
    outputs = [row for row in report.rows if row.order == 0]
    derivatives = [row for row in report.rows if row.order == 1]
    for row, theirs in [*zip(outputs, values, strict=True), *zip(derivatives, gradients, strict=False)]:
        hold(row, theirs, "reference")
