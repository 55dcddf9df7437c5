"""Mutants of the rules that no test can catch, grouped by the reason."""

from __future__ import annotations

#: Of what is named here only the folder, ``beras/autodiff/rules/``, is left out.
REASONS: dict[str, tuple[str, ...]] = {
    "np.copysign takes the magnitude alone of its first argument, and |sign(ans)| is |sign(x)|.": (
        (
            "arithmetic.py::np.copysign[0]: g * np.sign(x) * np.copysign(np.sign(x), sign) -> "
            "g * np.sign(x) * np.copysign(np.sign(ans), sign)"
        ),
    ),
    "It divides only zeros or masked slopes, at a kink that has no second derivative to be right about.": (
        (
            "arithmetic.py::np.hypot[0]: g * (x / np.where(ans == 0, 1.0, ans)) -> "
            "g * (x / np.where(ans == 0, 2.0, ans))"
        ),
        (
            "arithmetic.py::np.hypot[1]: g * (y / np.where(ans == 0, 1.0, ans)) -> "
            "g * (y / np.where(ans == 0, 2.0, ans))"
        ),
        "trigonometric.py::_radius: np.where(r == 0, 1.0, r) -> np.where(r == 0, 2.0, r)",
        (
            "variances.py::root_of_variance[0]: np.where(np.equal(ans, 0), 1.0, 2 * ans) -> "
            "np.where(np.equal(ans, 0), 2.0, 2 * ans)"
        ),
    ),
    "The condition chooses a quicker way to the same numbers.": (
        "arithmetic.py::_by_base: if isinstance(y, (int, float)) and y == 2: -> if False:",
        "axes.py::count: if axis is None: -> if False:",
        "axes.py::spread: if axis is not None and (not keepdims): -> if True:",
        "axes.py::spread: axis is not None and (not keepdims) -> axis is not None or not keepdims",
        "axes.py::spread: if x.size <= SMALL and g.ndim == 0 and (not isinstance(g, Tracked)): -> if False:",
        "joining.py::_split: if joined.shape == x.shape: -> if False:",
        "samples.py::_diff: np.concatenate(parts, axis) if len(parts) > 1 else x -> np.concatenate(parts, axis)",
        (
            "samples.py::_diff: np.concatenate(parts, axis) if len(parts) > 1 else x -> "
            "np.concatenate(parts, axis) if len(parts) >= 1 else x"
        ),
        "shapes.py::_reshape: if order in ('C', 'F'): -> if False:",
        "shapes.py::_ravel: if order in ('C', 'F'): -> if False:",
        "shapes.py::_repeat: if np.size(repeats) != 1: -> if True:",
        (
            "shapes.py::np.diag[0]: np.diagonal(g, k) if x.ndim == 1 else put_back(g, np.diag(numbered(x), k), "
            "x.shape) -> "
            "put_back(g, np.diag(numbered(x), k), x.shape)"
        ),
    ),
    "Of this array only the dtype is read.": (
        "arithmetic.py::_by_base: _widened(y, g) - 1 -> _widened(y, np.ones_like(g)) - 1",
        "arithmetic.py::_by_exponent: _widened(x, g) -> _widened(x, np.ones_like(g))",
    ),
    "Without a zero among the exponents np.where leaves them as they are.": (
        "arithmetic.py::_by_base: if np.any(np.equal(y, 0)): -> if True:",
    ),
    "The power stands behind the factor y = 0, and x**1 is as good as 0 there: x is subnormal.": (
        "arithmetic.py::_by_base: 1 -> 2",
    ),
    "Where the condition is false, what is added, masked or divided by changes nothing.": (
        (
            "arithmetic.py::_by_exponent: np.log(np.where(flat, 1.0, x) if np.any(flat) else x) -> "
            "np.log(np.where(flat, 1.0, x))"
        ),
        "choosing.py::won: if np.any(ties): -> if True:",
        (
            "exponential.py::_gap: np.where(stuck, 0.0, x) - np.where(stuck, 0.0, ans) if np.any(stuck) else x - "
            "ans -> "
            "np.where(stuck, 0.0, x) - np.where(stuck, 0.0, ans)"
        ),
        "exponential.py::_log_sum_exp: if np.any(stuck): -> if True:",
        "reductions.py::share: if not (somebody_wins and np.count_nonzero(wins) == g.size): -> if True:",
        (
            "reductions.py::_extreme: share(g, winning(x, ans, axis, keepdims), axis, True) -> "
            "share(g, winning(x, ans, axis, keepdims), axis, False)"
        ),
        ("reductions.py::winning: wins | np.isnan(x) if np.any(np.isnan(extreme)) else wins -> wins | np.isnan(x)"),
        "shapes.py::_pad: padded + border if np.any(border) else padded -> padded + border",
    ),
    "Up to that size an array is filled, beyond it a view is made: the numbers are the same.": (
        "axes.py::SMALL: 4096 -> 4097",
        "axes.py::spread: x.size <= SMALL -> x.size < SMALL",
    ),
    "Both formulas hold around the limit, to rounding.": (
        "axes.py::FLOAT16_MAX: 65504 -> 65505",
        "axes.py::divided: g / n if n <= FLOAT16_MAX else g * (1 / n) -> g / n if n < FLOAT16_MAX else g * (1 / n)",
        "trigonometric.py::sinc_derivative: np.abs(z) <= n + 1 -> np.abs(z) < n + 1",
        "trigonometric.py::sinc_derivative: np.abs(z) <= n + 1 -> np.abs(z) <= n + 2",
    ),
    "np.full spreads a cotangent that kept its axes as np.broadcast_to does.": (
        "axes.py::spread: g.ndim == 0 -> g.ndim != 0",
        "axes.py::spread: g.ndim == 0 -> g.ndim == 1",
    ),
    "A NaN compares false either way, and ties are masked out by name: the masks are equal.": (
        "choosing.py::np.maximum[0]: _winner(g, np.less(x, y), x, y) -> _winner(g, np.less_equal(x, y), x, y)",
        "choosing.py::np.maximum[1]: _winner(g, np.less(y, x), x, y) -> _winner(g, np.less_equal(y, x), x, y)",
        "choosing.py::np.maximum[1]: _winner(g, np.less(y, x), x, y) -> _winner(g, np.less(y, ans), x, y)",
        "choosing.py::np.minimum[0]: _winner(g, np.greater(x, y), x, y) -> _winner(g, np.greater_equal(x, y), x, y)",
        "choosing.py::np.minimum[1]: _winner(g, np.greater(y, x), x, y) -> _winner(g, np.greater_equal(y, x), x, y)",
        "choosing.py::np.minimum[1]: _winner(g, np.greater(y, x), x, y) -> _winner(g, np.greater(y, ans), x, y)",
    ),
    "Where a term has no ellipsis none of its operand's axes are left for one: it is written out as nothing.": (
        "einsum.py::_split: [*before, ..., *after] if dots else list(term) -> [*before, ..., *after]",
    ),
    "It decides in which order einsum contracts, which changes no more than the last digit.": (
        "einsum.py::_pull_operand: False -> True",
        (
            "einsum.py::_pull_operand: optimize is not False or len(factors) > 2 -> "
            "optimize is not False and len(factors) > 2"
        ),
        (
            "einsum.py::_pull_operand: optimize is not False or len(factors) > 2 -> "
            "optimize is False or len(factors) > 2"
        ),
        (
            "einsum.py::_pull_operand: optimize is not False or len(factors) > 2 -> "
            "optimize is not True or len(factors) > 2"
        ),
        (
            "einsum.py::_pull_operand: optimize is not False or len(factors) > 2 -> "
            "optimize is not False or len(factors) >= 2"
        ),
        (
            "einsum.py::_pull_operand: optimize is not False or len(factors) > 2 -> "
            "optimize is not False or len(factors) > 3"
        ),
    ),
    "An identity matrix also for a label that occurs once: the sum over it gives the same entry.": (
        "einsum.py::_pull_operand: if label in wanted: -> if True:",
        "einsum.py::_pull_operand: label in wanted -> label not in wanted",
    ),
    "A factor of ones more: it changes no product.": (
        "einsum.py::_pull_operand: if lengths.get(label, 0) < length: -> if True:",
        "einsum.py::_pull_operand: lengths.get(label, 0) < length -> lengths.get(label, 0) <= length",
    ),
    "Both are the same number where they are equal, and elsewhere the mask is false.": (
        "exponential.py::_gap: np.isinf(ans) & np.equal(x, ans) -> np.isinf(x) & np.equal(x, ans)",
    ),
    "Both arrays have the same shape here, or the same number of axes.": (
        (
            "indexing.py::_compress: (slice(None),) * (axis % x.ndim) + (chosen,) -> "
            "(slice(None),) * (axis % ans.ndim) + (chosen,)"
        ),
        "running.py::_running_extreme: np.arange(x.size).reshape(x.shape) -> np.arange(ans.size).reshape(x.shape)",
        "running.py::_running_extreme: np.arange(x.size).reshape(x.shape) -> np.arange(x.size).reshape(ans.shape)",
        (
            "running.py::_running_extreme: scatter_add(np.ravel(g), latest.ravel(), (x.size,)) -> "
            "scatter_add(np.ravel(g), latest.ravel(), (ans.size,))"
        ),
        "running.py::_running_extreme: x.shape -> ans.shape",
        "shapes.py::_transpose: axes is None or x.ndim < 2 -> axes is None or ans.ndim < 2",
        "shapes.py::_repeat: axis % x.ndim -> axis % ans.ndim",
        (
            "shapes.py::_repeat: (*x.shape[:axis + 1], count, *x.shape[axis + 1:]) -> "
            "(*x.shape[:axis + 1], count, *ans.shape[axis + 1:])"
        ),
    ),
    "The array has one axis here, which is both.": (
        (
            "joining.py::_concatenate: _pieces(g, arrays, [np.size(array) for array in arrays], 0) -> "
            "_pieces(g, arrays, [np.size(array) for array in arrays], 1)"
        ),
    ),
    "An empty list is refused either way, as np.block does.": (
        "joining.py::_depth: 1 + max(map(_depth, arrays), default=0) -> 1 + max(map(_depth, arrays), default=1)",
    ),
    "A NaN among the entries makes the extreme of its row NaN, and no other does.": (
        "reductions.py::winning: np.any(np.isnan(extreme)) -> np.any(np.isnan(x))",
    ),
    "A linear recurrence does not read the factor of its first entry: nothing stands before it.": (
        "running.py::_cumprod: moved_on(np.flip(x, axis), axis, 0.0) -> moved_on(np.flip(x, axis), axis, 1.0)",
        "running.py::_recurrence: moved_on(np.flip(a, axis), axis, 0.0) -> moved_on(np.flip(a, axis), axis, 1.0)",
    ),
    "Times one or divided by one: what counts is that integers become floating-point numbers.": (
        "samples.py::_step: np.diff(spacing * 1.0) -> np.diff(spacing / 1.0)",
    ),
    "The general formula gives the same for even steps, to rounding.": (
        (
            "samples.py::_step: steps[0] if isinstance(steps, np.ndarray) and np.all(steps == steps[0]) else "
            "steps -> "
            "steps"
        ),
        (
            "samples.py::_step: isinstance(steps, np.ndarray) and np.all(steps == steps[0]) -> "
            "isinstance(steps, np.ndarray) and np.all(steps != steps[0])"
        ),
    ),
    "With one sample the slope is 0 and the answer that sample, by the general formula too.": (
        "samples.py::_interp: if xp.size > 1: -> if True:",
        "samples.py::_interp: xp.size > 1 -> xp.size >= 1",
    ),
    "Where the width is 0, x lies beyond the samples, and an end is the answer.": (
        "samples.py::_interp: np.where(np.equal(width, 0), 1.0, width) -> np.where(np.equal(width, 0), 2.0, width)",
    ),
    "Every entry of the list is overwritten.": ("shapes.py::_transpose: [0] * len(axes) -> [1] * len(axes)",),
    "A negative number of ones is none, and else the two numbers of axes are equal.": (
        "shapes.py::_tile: (1,) * (ans.ndim - len(counts)) + counts -> (1,) * (x.ndim - len(counts)) + counts",
    ),
    "The rule of np.sort does not read the answer.": (
        (
            "sorting.py::_sort: np.reshape(_sort(g, ans, np.ravel(x), 0), x.shape) -> "
            "np.reshape(_sort(g, x, np.ravel(x), 0), x.shape)"
        ),
    ),
    "There are no entries: x is empty.": (
        "statistics.py::_share_out: np.zeros(x.shape, g.dtype) -> np.ones(x.shape, g.dtype)",
    ),
    "The place of a single entry is 0, which it is already.": (
        (
            "statistics.py::_share_out: np.unique(lengths[lengths > 0]).tolist() -> "
            "np.unique(lengths[lengths > 1]).tolist()"
        ),
    ),
    "One more term of the series, far below rounding.": (
        "trigonometric.py::sinc_derivative: range(n % 2, 40 + n, 2) -> range(n % 2, 41 + n, 2)",
    ),
}

EQUIVALENT: dict[str, str] = {
    "np.bincount[1]: transposed": "Weights have one axis: there is nothing to transpose.",
    **{f"beras/autodiff/rules/{name}": reason for reason, names in REASONS.items() for name in names},
}
