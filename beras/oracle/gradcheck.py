"""gradcheck and gradgradcheck: Jacobians against central differences, with the arguments of torch's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from beras.autodiff import GradientMismatch, GradientTape, Variable
from beras.autodiff.state import home
from beras.autodiff.structure import leaves
from beras.autodiff.tracked import Tracked, bare
from beras.oracle.bands import largest

__all__ = ["gradcheck", "gradgradcheck"]

Function = Callable[..., Any]

#: torch's options for things that do not exist here, with the only value each may have, and why.
NO_MEANING = {
    "check_batched_grad": (False, "beras has no vmap"),
    "check_batched_forward_grad": (False, "beras has no vmap"),
    "check_forward_ad": (False, "beras differentiates backwards; its jvp is made of two backward sweeps"),
    "check_fwd_over_rev": (False, "beras differentiates backwards; its jvp is made of two backward sweeps"),
    "check_backward_ad": (True, "without the backward sweep there is nothing to check"),
    "check_rev_over_rev": (True, "without the backward sweep there is nothing to check"),
    "masked": (False, "beras has no sparse arrays"),
}


def gradcheck(
    func: Function,
    inputs: Any,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    raise_exception: bool = True,
    nondet_tol: float = 0.0,
    check_undefined_grad: bool = True,
    check_grad_dtypes: bool = False,
    check_batched_grad: bool = False,
    check_batched_forward_grad: bool = False,
    check_forward_ad: bool = False,
    check_backward_ad: bool = True,
    fast_mode: bool = False,
    masked: bool | None = None,
) -> bool:
    """Hold the Jacobians of ``func`` against central differences: ``torch.autograd.gradcheck``, for NumPy code.

    For every output and every input, entry by entry, ``|ours - numerical| <= atol + rtol * |numerical|``, where
    numerical is ``(f(x + eps) - f(x - eps)) / (2 eps)``, computed in the dtype of the input.

    Args:
        func: a function of arrays that returns an array or a list, tuple or dict of them; of what it returns only
            floating-point arrays are checked.
        inputs: its argument, or a tuple or list of them. Floating-point arrays and trainable Variables are checked,
            everything else is handed on as it is. A Variable is changed in place and put back, so a layer that uses it
            by itself is checked too: ``gradcheck(lambda x, *weights: layer(x), (x, *layer.weights))``.
        eps: the step.
        atol, rtol: the absolute and the relative tolerance.
        raise_exception: whether to raise when the check fails, instead of returning ``False``.
        nondet_tol: by how much two runs on the same inputs, forward or backward, may differ.
        fast_mode: compare ``v^T J u`` for one random pair of directions per output and input, instead of all of ``J``.
        check_undefined_grad, check_grad_dtypes: accepted, since what they ask for always holds: a tape puts zeros in
            the place of a cotangent that is missing, and gives every gradient the dtype of its source.
        check_batched_grad, check_batched_forward_grad, check_forward_ad, check_backward_ad, masked: torch's; only with
            their defaults.

    Returns: ``True``; ``False`` where the check fails and ``raise_exception`` is off.

    Raises:
        beras.GradientMismatch: naming output, input, the entry that is farthest off, both values and both Jacobians.
        ValueError: when no input is floating-point, or an option without meaning here is set.

    Warns: UserWarning for float32 and float16 inputs, for which the defaults are too strict.

    >>> gradcheck(lambda x, y: np.sin(x) * y, (np.array([0.1, 0.7]), np.array(2.0)))
    True
    """
    _refuse(
        check_batched_grad=check_batched_grad,
        check_batched_forward_grad=check_batched_forward_grad,
        check_forward_ad=check_forward_ad,
        check_backward_ad=check_backward_ad,
        masked=bool(masked),
    )
    given = _as_list(inputs)
    checked = _checked(given)
    tolerance = _Tolerance(eps, atol, rtol, nondet_tol)
    try:
        _check(func, given, checked, tolerance, fast_mode)
    except GradientMismatch:
        if raise_exception:
            raise
        return False
    return True


def gradgradcheck(
    func: Function,
    inputs: Any,
    grad_outputs: Any = None,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    gen_non_contig_grad_outputs: bool = False,
    raise_exception: bool = True,
    nondet_tol: float = 0.0,
    check_undefined_grad: bool = True,
    check_grad_dtypes: bool = False,
    check_batched_grad: bool = False,
    check_fwd_over_rev: bool = False,
    check_rev_over_rev: bool = True,
    fast_mode: bool = False,
    masked: bool = False,
) -> bool:
    """Hold the second derivatives of ``func`` against central differences of the first: ``torch``'s ``gradgradcheck``.

    `gradcheck` of the function that takes the inputs and the cotangents of the outputs to the gradients by the inputs.

    Args:
        func, inputs: as in `gradcheck`.
        grad_outputs: the cotangents of the floating-point outputs, an array or a tuple or list of them; drawn at
            random, always the same, when they are not given.
        gen_non_contig_grad_outputs: draw them into arrays whose entries are not side by side in memory.
        eps, atol, rtol, raise_exception, nondet_tol, fast_mode, and the rest: as in `gradcheck`.

    Returns: ``True``; ``False`` where the check fails and ``raise_exception`` is off.

    Raises:
        beras.GradientMismatch: as in `gradcheck`; input numbers from ``len(inputs)`` on are cotangents.
        ValueError: when no input is floating-point, an option without meaning here is set, or ``grad_outputs`` do not
            fit the outputs.

    >>> gradgradcheck(lambda x: x**3, np.array([0.5, -1.0]))
    True
    """
    _refuse(
        check_batched_grad=check_batched_grad,
        check_fwd_over_rev=check_fwd_over_rev,
        check_rev_over_rev=check_rev_over_rev,
        masked=bool(masked),
    )
    given = _as_list(inputs)
    checked = _checked(given)
    outputs = _floats(_evaluate(func, given))
    if grad_outputs is None:
        cotangents = [_drawn(y, number, gen_non_contig_grad_outputs) for number, y in enumerate(outputs)]
    else:
        cotangents = [np.asarray(bare(g)) for g in _as_list(grad_outputs)]
        shapes = [g.shape for g in cotangents], [y.shape for y in outputs]
        if shapes[0] != shapes[1]:
            raise ValueError(f"grad_outputs must have the outputs' shapes, {shapes[1]}. Received: {shapes[0]}.")

    def gradients(*args: Any) -> list:
        points, weights = args[: len(given)], args[len(given) :]
        with GradientTape() as tape:
            own = [tape.watch(x) if number in checked else x for number, x in enumerate(points)]
            pairs = [pair for pair in zip(_floats(func(*own)), weights, strict=True) if _is_on(tape, pair[0])]
        sources = [own[number] for number in checked]
        if not pairs:
            return [np.zeros(source.shape, source.dtype) for source in sources]
        ys, gs = map(list, zip(*pairs, strict=True))
        return tape.gradient(ys, sources, gs, unconnected_gradients="zero")

    return gradcheck(
        gradients,
        [*given, *cotangents],
        eps=eps,
        atol=atol,
        rtol=rtol,
        raise_exception=raise_exception,
        nondet_tol=nondet_tol,
        check_undefined_grad=check_undefined_grad,
        check_grad_dtypes=check_grad_dtypes,
        fast_mode=fast_mode,
    )


class _Tolerance(NamedTuple):
    eps: float
    atol: float
    rtol: float
    nondet: float


# Arguments


def _refuse(**options: bool) -> None:
    for name, value in options.items():
        only, why = NO_MEANING[name]
        if value != only:
            raise ValueError(f"{name}={value} has no meaning here: {why}. Leave it out.")


def _as_list(value: Any) -> list:
    return list(value) if isinstance(value, (tuple, list)) else [value]


def _checked(inputs: list) -> list[int]:
    """Return the numbers of the inputs that are differentiated by."""
    if home().recording:
        raise RuntimeError("gradcheck compares plain arrays. Call it outside every tape.")
    if any(hasattr(x, "requires_grad_") for x in inputs):
        raise TypeError(
            "This gradcheck is for NumPy functions. Received: a tensor of torch. Give it an array, "
            "x.numpy(force=True); for a function of tensors there is torch.autograd.gradcheck."
        )
    numbers = [number for number, x in enumerate(inputs) if _is_differentiated(x)]
    if not numbers:
        raise ValueError(
            f"gradcheck needs at least one floating-point array or trainable Variable among its inputs. "
            f"Received: {', '.join(str(getattr(x, 'dtype', type(x).__name__)) for x in inputs) or 'none'}."
        )
    narrow = [number for number in numbers if inputs[number].dtype.itemsize < 8]
    if narrow:
        from warnings import warn

        warn(
            f"Input {narrow[0]} of gradcheck is of dtype {inputs[narrow[0]].dtype}: central differences with a small "
            f"step are mostly rounding there, so the check will probably fail. Give it float64.",
            stacklevel=3,
        )
    return numbers


def _is_differentiated(x: Any) -> bool:
    if isinstance(x, Variable) and not x.trainable:
        return False
    return isinstance(x, (np.ndarray, np.generic, Tracked)) and bare(x).dtype.kind == "f"


def _drawn(output: np.ndarray, number: int, scattered: bool) -> np.ndarray:
    drawn = np.random.default_rng(number).uniform(-1.0, 1.0, output.shape).astype(output.dtype)
    if not scattered:
        return drawn
    memory = np.empty((*output.shape, 2), output.dtype)
    memory[..., 0] = drawn
    return memory[..., 0]


# Values and Jacobians


def _floats(value: Any) -> list:
    """Return the floating-point arrays among what a function returned."""
    return [part for part in leaves(value) if np.asarray(bare(part)).dtype.kind == "f"]


def _evaluate(func: Function, inputs: Sequence[Any]) -> Any:
    """Return what ``func`` gives for copies of the arrays, so that it cannot change them."""
    return bare(func(*[np.array(bare(x)) if _is_copied(x) else x for x in inputs]))


def _is_copied(x: Any) -> bool:
    return isinstance(x, (np.ndarray, np.generic, Tracked)) and not isinstance(x, Variable)


def _is_on(tape: GradientTape, value: Any) -> bool:
    return isinstance(value, Tracked) and tape.follows(value)


def _output_values(func: Function, inputs: Sequence[Any]) -> list[np.ndarray]:
    return [np.array(part) for part in _floats(_evaluate(func, inputs))]


class _Swept:
    """One recorded run of a function: its outputs, and its cotangents pulled back to the checked inputs."""

    def __init__(self, func: Function, inputs: list, checked: list[int]):
        self.tape = GradientTape(persistent=True)
        with self.tape:
            given = [self.tape.watch(x) if number in checked else x for number, x in enumerate(inputs)]
            self.outputs = _floats(func(*given))
        self.sources = [given[number] for number in checked]

    def pull(self, number: int, cotangent: np.ndarray) -> list[np.ndarray]:
        """Return the gradients of ``sum(cotangent * output)``, by each source."""
        output = self.outputs[number]
        if not _is_on(self.tape, output):
            return [np.zeros(source.shape, source.dtype) for source in self.sources]
        return self.tape.gradient(output, self.sources, cotangent, unconnected_gradients="zero")

    def jacobians(self, number: int) -> list[np.ndarray]:
        """Return ``d output / d source`` for each source: a row for each entry of the output."""
        output = np.asarray(bare(self.outputs[number]))
        rows: list[list[np.ndarray]] = [[] for _ in self.sources]
        for place in np.ndindex(output.shape):
            one = np.zeros(output.shape, output.dtype)
            one[place] = 1
            for row, g in zip(rows, self.pull(number, one), strict=True):
                row.append(np.ravel(g))
        return [
            np.stack(row) if row else np.zeros((0, source.size), source.dtype)
            for row, source in zip(rows, self.sources, strict=True)
        ]


def _moved_outputs(func: Function, inputs: list, number: int, step: np.ndarray) -> list[np.ndarray]:
    """Return the outputs with ``step`` added to one of the inputs."""
    x = inputs[number]
    if not isinstance(x, Variable):
        moved = (np.asarray(bare(x)) + step).astype(x.dtype)
        return _output_values(func, [*inputs[:number], moved, *inputs[number + 1 :]])
    kept, version = x.numpy(), x.version
    x.assign(kept + step)
    try:
        return _output_values(func, inputs)
    finally:
        x.assign(kept)
        x.version = version  # nothing has changed


def _along(func: Function, inputs: list, number: int, step: np.ndarray, eps: float) -> list[np.ndarray]:
    """Return the central difference of each output along ``step``, an array of the input's shape."""
    above = _moved_outputs(func, inputs, number, eps * step)
    below = _moved_outputs(func, inputs, number, -eps * step)
    with np.errstate(invalid="ignore"):
        return [(a - b) / (2 * eps) for a, b in zip(above, below, strict=True)]


def _numerical(func: Function, inputs: list, number: int, outputs: list[np.ndarray], eps: float) -> list[np.ndarray]:
    """Return ``d output / d input`` for each output: a row for each entry of the output."""
    shape = np.shape(bare(inputs[number]))
    columns: list[list[np.ndarray]] = [[] for _ in outputs]
    for place in np.ndindex(shape):
        one = np.zeros(shape)
        one[place] = 1
        for column, slope in zip(columns, _along(func, inputs, number, one, eps), strict=True):
            column.append(np.ravel(slope))
    return [
        np.stack(column, axis=1) if column else np.zeros((y.size, 0))
        for column, y in zip(columns, outputs, strict=True)
    ]


# The check


def _check(func: Function, inputs: list, checked: list[int], tolerance: _Tolerance, fast: bool) -> None:
    outputs = _output_values(func, inputs)
    _check_same(outputs, _output_values(func, inputs), tolerance.nondet, "func", "output")
    run = _Swept(func, inputs, checked)
    rng = np.random.default_rng(0)
    for number, output in enumerate(outputs):
        cotangent = rng.uniform(0.5, 1.5, output.shape).astype(output.dtype)
        given = cotangent.copy()
        pulled = run.pull(number, given)
        if not np.array_equal(given, cotangent):
            raise GradientMismatch(
                f"The backward sweep of func wrote into the cotangent of output {number}, which others may use too. "
                f"Make a new array instead: g = g * factor."
            )
        _check_same(pulled, run.pull(number, cotangent), tolerance.nondet, "The backward sweep of func", "gradient")
    if fast:
        _check_fast(func, inputs, checked, outputs, run, tolerance)
        return
    numerical = [_numerical(func, inputs, number, outputs, tolerance.eps) for number in checked]
    for i in range(len(outputs)):
        for j, ours in enumerate(run.jacobians(i)):
            theirs = numerical[j][i]
            if not np.all(np.isclose(ours, theirs, tolerance.rtol, tolerance.atol)):
                raise GradientMismatch(_difference(ours, theirs, i, checked[j], outputs[i], inputs, tolerance))


def _check_same(first: list, second: list, limit: float, what: str, kind: str) -> None:
    if [np.shape(a) for a in first] != [np.shape(b) for b in second]:
        raise GradientMismatch(f"{what} is not deterministic: two runs on the same inputs gave different shapes.")
    for number, (a, b) in enumerate(zip(first, second, strict=True)):
        worst = largest(a, b)
        if not np.all(np.isclose(a, b, 0.0, limit, equal_nan=True)):
            raise GradientMismatch(
                f"{what} is not deterministic: two runs on the same inputs gave {worst.ours:.10g} and "
                f"{worst.theirs:.10g} at {worst.place} of {kind} {number}, farther apart than nondet_tol={limit:g}. "
                f"If it draws random numbers, seed the generator inside it."
            )


def _check_fast(
    func: Function, inputs: list, checked: list[int], outputs: list, run: _Swept, tolerance: _Tolerance
) -> None:
    """Compare ``v^T J u`` for random directions of length 1 with positive entries.

    An error of ``atol`` in every entry of ``J`` would change it by ``atol * sum(u) * sum(v)``: that is the tolerance.
    """
    rng = np.random.default_rng(0)
    directions = [_direction(rng, np.shape(bare(inputs[number]))) for number in checked]
    numerical = [_along(func, inputs, number, u, tolerance.eps) for number, u in zip(checked, directions, strict=True)]
    for i, output in enumerate(outputs):
        v = _direction(rng, output.shape)
        pulled = run.pull(i, v.astype(output.dtype))
        for j, (g, u) in enumerate(zip(pulled, directions, strict=True)):
            ours, theirs = float(np.sum(g * u)), float(np.sum(numerical[j][i] * v))
            if not np.isclose(ours, theirs, tolerance.rtol, tolerance.atol * float(np.sum(u) * np.sum(v))):
                raise GradientMismatch(
                    f"The Jacobian of output {i} with respect to input {checked[j]} differs from central differences, "
                    f"as one pair of random directions shows: {ours:.10g}, central differences {theirs:.10g}. "
                    f"Without fast_mode the entry is named."
                )


def _direction(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    drawn = rng.uniform(size=shape)
    length = float(np.sqrt(np.sum(drawn * drawn)))
    return drawn / length if length else drawn


def _difference(
    ours: np.ndarray,
    theirs: np.ndarray,
    output: int,
    number: int,
    value: np.ndarray,
    inputs: list,
    tolerance: _Tolerance,
) -> str:
    """Return the message: where the two Jacobians are farthest apart, and both of them."""
    wrong = ~np.isclose(ours, theirs, tolerance.rtol, tolerance.atol)
    worst = largest(np.where(wrong, ours, 0.0), np.where(wrong, theirs, 0.0), tolerance.atol)
    row, column = worst.place
    of_output = tuple(int(k) for k in np.unravel_index(row, value.shape))
    of_input = tuple(int(k) for k in np.unravel_index(column, np.shape(bare(inputs[number]))))
    advice = ""
    if value.dtype.itemsize < 8:
        advice = f"\nThe output is {value.dtype}, where differences are mostly rounding: make it in float64."
    return (
        f"The Jacobian of output {output} with respect to input {number} differs from central differences in "
        f"{int(wrong.sum())} of {wrong.size} entries.\n"
        f"worst: d output[{_index(of_output)}] / d input[{_index(of_input)}]: beras {worst.ours:.10g}, central "
        f"differences {worst.theirs:.10g}, relative difference {worst.relative:.2e} ({worst.verdict})\n"
        f"numerical (a row for each entry of the output):\n{_shown(theirs)}\n"
        f"analytical:\n{_shown(ours)}{advice}"
    )


def _index(place: tuple[int, ...]) -> str:
    return ", ".join(map(str, place)) or "()"


def _shown(matrix: np.ndarray) -> str:
    return np.array2string(matrix, precision=6, threshold=60, edgeitems=3, max_line_width=100)
