"""The table of mistakes, each part from the most to the least specific; see also ``alternatives`` and ``factors``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from beras.oracle.diagnosis import additions, digits, entrywise, order, partly, presence, shapes, sums
from beras.oracle.diagnosis.comparison import Comparison
from beras.oracle.diagnosis.mistake import Mistake, like

__all__ = ["ABSENT", "EXACT", "FALLBACK", "ROUNDED", "SHAPES", "VAGUE"]


def _itself(case: Comparison) -> Iterator[tuple[np.ndarray, Mapping[str, str]]]:
    yield case.right, {}


ABSENT = (
    Mistake(
        "missing",
        presence.missing,
        "is missing (None)",
        "is it returned, and is it reached from the output without a plain array or stop_gradient in between?",
    ),
    Mistake(
        "not numbers",
        presence.not_numbers,
        "holds no real numbers (dtype {dtype})",
        "return an array of floats.",
    ),
    Mistake(
        "nan",
        presence.not_a_number,
        "is NaN or infinite {where}{rest}",
        "look for 0 / 0, inf - inf, 0 * inf, the log or root of a negative number.",
    ),
    Mistake(
        "infinite",
        presence.infinite,
        "is infinite {where}{rest}",
        "look for a division by zero, log(0), or an exp that overflows (subtract the maximum first).",
    ),
    Mistake(
        "right not finite",
        presence.right_not_finite,
        "is finite {where}, and the right one is not",
        "is an epsilon or a clip inside, or the gradient asked for at a point where there is none?",
    ),
)

SHAPES = (
    Mistake(
        "transposed",
        like(shapes.transposed_shape, "any"),
        "is {times}the right one transposed (shape {shape}, and {expected} is right)",
        "transpose it, or exchange the factors of the matrix product (x.T @ g, g @ w.T).",
    ),
    Mistake(
        "unit axes",
        like(shapes.unit_axes, "any", least=1),
        "is {times}the right one with another number of axes of length 1 (shape {shape}, and {expected} is right)",
        "drop or add the axis: check keepdims, and vectors kept as columns.",
    ),
    Mistake(
        "repeated",
        shapes.repeated,
        "is {times}the right one repeated along {axes} (shape {shape}, and {expected} is right)",
        "return it once, do not broadcast it.",
    ),
    Mistake(
        "not summed",
        shapes.not_summed,
        "is not summed over {axes}: its sum is {times}the right one (shape {shape}, and {expected} is right)",
        "sum over the axis that was broadcast in the forward pass.",
    ),
    Mistake(
        "mean not taken",
        shapes.not_averaged_over,
        "is not averaged over {axes}: its mean is {times}the right one (shape {shape}, and {expected} is right)",
        "take the mean over this axis.",
    ),
    Mistake(
        "not summed",
        shapes.not_summed_times,
        "is not summed over {axes}: its sum is {times}the right one (shape {shape}, and {expected} is right)",
        "sum over the axis that was broadcast in the forward pass.",
    ),
    Mistake(
        "one slice",
        like(shapes.one_slice, "sign", least=1),
        "is {times}{slice} of the right one alone (shape {shape}, and {expected} is right)",
        "give the gradient of every entry, not of one slice.",
    ),
    Mistake(
        "summed",
        like(shapes.summed_away, "sign", least=1),
        "is {times}the right one summed over {axes} (shape {shape}, and {expected} is right)",
        "do not sum over this axis: every entry has a gradient of its own.",
    ),
    Mistake(
        "averaged over an axis",
        like(shapes.averaged_away, "named", least=1),
        "is {times}the right one averaged over {axes} (shape {shape}, and {expected} is right)",
        "do not average over this axis: every entry has a gradient of its own.",
    ),
    Mistake(
        "cut",
        like(shapes.cut, "sign"),
        "is {times}the right one without {slice} (shape {shape}, and {expected} is right)",
        "does a slice or a loop stop early?",
    ),
    Mistake(
        "padded",
        shapes.padded,
        "is {times}the right one and more: {slice} too many (shape {shape}, and {expected} is right)",
        "remove it: is a column of ones (the bias) or padding still there?",
    ),
    Mistake(
        "flattened",
        like(shapes.flattened, "named"),
        "has {times}the right numbers, {how}, in shape {shape}, and {expected} is right",
        "reshape it to the shape of what it is the gradient of.",
    ),
)

FALLBACK = (
    Mistake(
        "shape",
        shapes.any_shape,
        "has shape {shape} where {expected} is right, and its numbers fit no known mistake",
        "a gradient has the shape of what it is the gradient of.",
    ),
)

EXACT = (
    Mistake(
        "integers",
        entrywise.integers,
        "holds whole numbers, the right ones with the fraction cut off (dtype {dtype})",
        "is an integer array filled (zeros_like of an integer array), or // used?",
    ),
    Mistake(
        "zero",
        presence.all_zero,
        "is zero everywhere, and the right one is not",
        "is the array filled at all, the mask always false, or the chain cut by a constant?",
    ),
    Mistake("", like(_itself), "is {times}the right one everywhere", "{why}?"),
    Mistake(
        "transposed",
        like(order.transposed),
        "is {times}the right one transposed (axes {axes})",
        "transpose it, or exchange the factors of the matrix product (x.T @ g, g @ w.T).",
    ),
    Mistake(
        "reversed",
        like(order.reversed_order),
        "is {times}the right one back to front along {axes}",
        "turn it round: is a loop run backwards, a kernel flipped (convolution for correlation)?",
    ),
    Mistake(
        "reshaped",
        like(order.reshaped),
        "has {times}the right numbers read in the wrong order",
        "is it reshaped where it must be transposed, or is order='F' mixed with 'C'?",
    ),
    Mistake(
        "shifted",
        order.shifted,
        "is the right one moved {direction} by one along {axis}; {fill}",
        "is an index off by one (i for i - 1, a slice 1: for :-1)?",
    ),
    Mistake(
        "summed",
        like(sums.summed, "sign", least=1),
        "is {times}the sum of the right one over {axes}, the same in each place",
        "do not sum over this axis: every entry has a gradient of its own.",
    ),
    Mistake(
        "averaged over an axis",
        like(sums.averaged, least=1),
        "is {times}the mean of the right one over {axes}, the same in each place",
        "do not average over this axis: every entry has a gradient of its own.",
    ),
    Mistake(
        "running sum",
        sums.running_sum,
        "is the running sum of the right one along {axis}, {direction}",
        "is a sum carried on in a loop where it must start anew for each entry?",
    ),
    Mistake(
        "sign lost",
        like(entrywise.sign_lost),
        "is {times}the absolute value of the right one",
        "is an abs or a square too many?",
    ),
    Mistake(
        "positive part",
        like(entrywise.positive_part),
        "is {times}the right one where that is positive, and zero elsewhere",
        "is a ReLU's mask laid on the gradient where it belongs to the ReLU's input (g * (x > 0))?",
    ),
    Mistake(
        "only signs",
        entrywise.only_signs,
        "is {times}the sign of the right one, the sizes are lost",
        "is the derivative of an absolute value used where that of a square is meant?",
    ),
    Mistake(
        "clipped",
        entrywise.clipped,
        "is the right one clipped at {limit} ({count} entries are beyond it)",
        "is gradient clipping left on, or a clip inside the function?",
    ),
    Mistake(
        "value added",
        additions.value_added,
        "is the right one plus {factor} times {name} itself",
        "is a weight decay or an L2 penalty added here that the right one does not have, or added twice?",
    ),
    Mistake(
        "value missing",
        additions.value_missing,
        "is the right one minus {factor} times {name} itself",
        "is the gradient of an L2 penalty (weight decay) missing, or its sign wrong?",
    ),
    Mistake(
        "sign added",
        additions.sign_added,
        "is the right one plus {factor} times the sign of {name}",
        "is the gradient of an L1 penalty added that the right one does not have, or added twice?",
    ),
    Mistake(
        "sign missing",
        additions.sign_missing,
        "is the right one minus {factor} times the sign of {name}",
        "is the gradient of an L1 penalty missing, or its sign wrong?",
    ),
    Mistake(
        "constant added",
        additions.constant_added,
        "is the right one plus {constant} in each place",
        "is a constant added, or a term whose gradient is the same everywhere?",
    ),
    Mistake(
        "value itself",
        like(entrywise.value_itself, "sign"),
        "is {times}{name} itself",
        "is the array returned in place of its gradient?",
    ),
    Mistake(
        "times value",
        like(entrywise.times_value),
        "is {times}the right one times {name}, entry by entry",
        "is it multiplied by its own value once too often?",
    ),
    Mistake(
        "without value",
        like(entrywise.without_value),
        "is {times}the right one divided by {name}, entry by entry",
        "is a multiplication by its own value missing?",
    ),
    Mistake(
        "sorted",
        like(order.sorted_order, "one"),
        "is the right one sorted {direction} along {axis}",
        "put the entries back to where they belong: the gradient of a sort is scattered by its argsort.",
    ),
    Mistake(
        "permuted",
        order.permuted,
        "has the right slices in another order along {axis} ({order})",
        "undo the shuffle or the sort: the inverse permutation belongs to the backward pass.",
    ),
)

ROUNDED = (
    Mistake(
        "single precision",
        digits.single_precision,
        "agrees with the right one to {digits} digits (relative error {error})",
        "is it computed in single precision (float32)?",
    ),
)

VAGUE = (
    Mistake("", like(_itself, "any"), "is {times}the right one everywhere", "{why}?"),
    Mistake(
        "transposed",
        like(order.transposed, "any"),
        "is {times}the right one transposed (axes {axes})",
        "transpose it, or exchange the factors of the matrix product (x.T @ g, g @ w.T).",
    ),
    Mistake(
        "region: {region}",
        partly.wrong_only,
        "is wrong only {where} ({count}{there})",
        "{advice}",
    ),
    Mistake(
        "scrambled",
        order.scrambled,
        "has the right numbers in other places ({example})",
        "check the order of the axes in reshape, and the indices written to.",
    ),
    Mistake(
        "region: right only {region}",
        partly.right_only,
        "is right only {where}, and wrong in {count}{there}",
        "what is done there that is not done elsewhere?",
    ),
    Mistake(
        "region: some entries",
        partly.some_entries,
        "is wrong in {count}{there}; most at {worst}: {ours} where {right} is right",
        "what do these entries have in common?",
    ),
    Mistake(
        "factor per slice",
        partly.factor_per_slice,
        "is the right one times a number that changes along {axis}, from {low} to {high}",
        "is a factor that belongs to each of them missing or too many (a weight, a norm, the incoming gradient)?",
    ),
    Mistake(
        "not zero",
        presence.should_be_zero,
        "is up to {peak}, and the right one is zero everywhere",
        "does the output depend on it at all, or do the terms cancel?",
    ),
    *ROUNDED,
    Mistake(
        "half precision",
        digits.half_precision,
        "agrees with the right one to {digits} digits (relative error {error})",
        "is it computed in half precision (float16)?",
    ),
    Mistake(
        "few digits",
        digits.few_digits,
        "agrees with the right one to {digits} digits only (relative error {error})",
        "are finite differences or an epsilon inside?",
    ),
)
