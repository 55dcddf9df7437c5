"""Central differences on chosen entries, with an estimate of how far they can be trusted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from beras.autodiff.tracked import bare

__all__ = ["Slopes", "central_difference", "sample_places"]

Place = tuple[int, ...]

#: The first step, as a share of the entry's size: truncation and rounding then cost about 1e-12 each.
STEP = 4e-3
#: By how much the step is made smaller where steps disagree, or larger where rounding hides the slope; how often.
SMALLER, ROUNDS = 1 / 16, 4
#: Steps agree when what they give differs by less than this share; up to this share rounding is borne.
GOOD, BEARABLE = 1e-9, 1e-6
EPS = float(np.finfo(np.float64).eps)


class Slopes(NamedTuple):
    """Derivatives by some entries of an array, as central differences give them."""

    values: np.ndarray
    #: How far each value may be from the derivative, as the disagreement of two steps and rounding suggest.
    errors: np.ndarray
    #: Where the function has a kink: its slopes to the left and to the right differ, and the value is their mean.
    kinks: np.ndarray


def central_difference(
    f: Callable[..., Any], arrays: Sequence[Any], number: int, places: Iterable[Place], h: float = STEP
) -> Slopes:
    """Return the derivatives of a scalar function by entries of one of its arguments, in float64.

    ``D(h) = (f(x + h) - f(x - h)) / 2h`` is taken for a step, its half and its quarter; ``(4 D(h/2) - D(h)) / 3`` has
    an error of order ``h**4`` (Richardson 1911), and from the two of these comes the estimate of the error. Where they
    disagree (a kink or a pole is near) it is tried again with smaller steps, where they drown in rounding with larger
    ones, and the value with the least error is kept. ``f`` is called 6 times for most entries, and at most 24 times.

    Args:
        f: a function of arrays that returns one number. It gets copies: it may keep them or write into them.
        arrays: its arguments; floating-point ones are given to it in float64, others as they are.
        number: which of the arguments to differentiate by.
        places: the entries, as index tuples; see `sample_places`.
        h: the first step, relative to the size of the entry (or to a tenth of the root mean square of the array's
            entries, if that is larger; 1 for an array of zeros).

    Returns: `Slopes`: for each place the value, an estimate of its error, and whether there is a kink. A value is NaN,
    with an infinite error, where the function is not finite around the entry.

    Raises:
        TypeError: when that argument is no floating-point array, or ``f`` does not return one number.

    >>> slopes = central_difference(lambda x: np.exp(x).sum(), [np.array([0.0, 1.0])], 0, [(0,), (1,)])
    >>> slopes.values.round(9)
    array([1.        , 2.71828183])
    """
    given = [_wide(array) for array in arrays]
    x = given[number]
    if not isinstance(x, np.ndarray) or x.dtype.kind != "f":
        kind = getattr(x, "dtype", type(x).__name__)
        raise TypeError(f"Central differences need a floating-point array as argument {number}. Received: {kind}.")
    typical = 0.1 * float(np.sqrt(np.mean(np.square(x)))) if x.size else 0.0
    if not np.isfinite(typical):
        typical = 0.0

    def at(place: Place, value: float) -> float:
        moved = [np.array(a) if isinstance(a, np.ndarray) else a for a in given]
        moved[number][place] = value
        return _number(f(*moved))

    with np.errstate(all="ignore"):
        middle = None
        rows = []
        for place in places:
            here = float(x[place])
            if middle is None:
                middle = at(place, here)
            scale = max(abs(here), typical) or 1.0
            rows.append(_slope(partial(at, place), here, middle, h * scale))
    values, errors, kinks = zip(*rows, strict=True) if rows else ((), (), ())
    return Slopes(np.array(values, np.float64), np.array(errors, np.float64), np.array(kinks, bool))


def _wide(value: Any) -> Any:
    value = bare(value)
    kind = getattr(value, "dtype", np.dtype(float if isinstance(value, float) else object)).kind
    return np.asarray(value, np.float64) if kind == "f" else value


def _number(value: Any) -> float:
    array = np.asarray(bare(value))
    if array.size != 1 or array.dtype.kind not in "fiub":
        raise TypeError(
            f"Central differences need a function that returns one real number. "
            f"Received: {array.dtype} of shape {array.shape}. Sum it, or weight it with a cotangent and sum."
        )
    return float(array.reshape(()))


def _slope(f: Callable[[float], float], x: float, middle: float, h: float) -> tuple[float, float, bool]:
    """Return the derivative at ``x``, its error, and whether there is a kink at ``x`` itself."""
    best = (float("nan"), float("inf"), False)
    factor = 1.0
    for _ in range(ROUNDS):
        value, disagreement, noise, jump = _three_steps(f, x, middle, h)
        error = disagreement + noise + jump / 2
        if error < best[1]:
            best = (value, error, jump > 0)
        if jump or disagreement > max(noise, GOOD * abs(value)):
            wanted = SMALLER
        elif noise > BEARABLE * abs(value) and (value or disagreement):
            wanted = 1 / SMALLER
        else:
            break
        if factor not in (1.0, wanted):  # back where it came from
            break
        factor = wanted
        h *= factor
    return best


def _three_steps(f: Callable[[float], float], x: float, middle: float, h: float) -> tuple[float, float, float, float]:
    """Return the derivative, the disagreement of the steps, the effect of rounding, and how far a kink turns it."""
    slopes, bends, noise = [], [], 0.0
    for step in (h, h / 2, h / 4):
        above, below = x + step, x - step
        if not below < x < above:  # the step is lost in rounding, or x is not finite
            return float("nan"), float("inf"), 0.0, 0.0
        f_above, f_below = f(above), f(below)
        slopes.append((f_above - f_below) / (above - below))
        bends.append(abs((f_above - middle) / (above - x) - (middle - f_below) / (x - below)))
        noise = 4 * EPS * max(abs(f_above), abs(f_below), abs(middle)) / step
    first, value = (fine + (fine - coarse) / 3 for coarse, fine in pairwise(slopes))
    if not np.isfinite(first + value + sum(bends)):
        return float("nan"), float("inf"), 0.0, 0.0
    # The slopes to the two sides differ by h f'' where f is smooth, so by half as much for half the step. At a kink
    # they differ by the same for every step.
    is_kink = bends[2] > 0.75 * bends[1] and bends[2] > 64 * noise + 1e-6 * abs(value)
    return value, abs(value - first), noise, bends[2] if is_kink else 0.0


def sample_places(shape: Sequence[int], count: int, seed: int, also: Iterable[Sequence[int]] = ()) -> list[Place]:
    """Return the places of entries to check in an array of ``shape``: all of them when there are at most ``count``.

    Otherwise ``count`` different ones, drawn from ``seed``, and those in ``also`` besides; in the order of the array.

    >>> sample_places((2, 2), 10, seed=0)
    [(0, 0), (0, 1), (1, 0), (1, 1)]
    >>> len(sample_places((1000, 1000), 5, seed=0, also=[(3, 4)]))
    6
    """
    shape = tuple(shape)
    size = int(np.prod(shape, dtype=np.int64))
    if size <= count:
        return [*np.ndindex(shape)]
    drawn = np.random.default_rng(seed).choice(size, count, replace=False, shuffle=False)
    named = [int(np.ravel_multi_index(tuple(place), shape)) for place in also]
    flat = sorted({*drawn.tolist(), *named})
    return [tuple(int(i) for i in np.unravel_index(number, shape)) for number in flat]
