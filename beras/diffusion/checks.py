"""What `generate` is asked for, checked before the first second of work is spent."""

from __future__ import annotations

import math
import operator
from typing import Any

from beras.diffusion.errors import DiffusionError

__all__ = [
    "LARGEST_SEED",
    "check_callable",
    "check_every",
    "check_guidance",
    "check_seed",
    "check_size",
    "check_steps",
    "whole_number",
]

#: ``numpy.random.RandomState``, which makes the noise, takes 32 bits.
LARGEST_SEED = 2**32 - 1


def whole_number(name: str, value: Any, low: int, high: int | None = None, why: str = "") -> int:
    """Return ``value`` as an int.

    Raises:
        DiffusionError: for anything but a whole number from ``low`` to ``high``, with the reason ``why``.

    >>> whole_number("steps", 33, 1)
    33
    """
    try:
        number = None if isinstance(value, bool) else operator.index(value)
    except TypeError:
        number = None
    if number is None or number < low or (high is not None and number > high):
        span = f"of {low} or more" if high is None else f"from {low} to {high}"
        raise DiffusionError(f"{name} takes a whole number {span}{why and f' ({why})'}. Received: {name}={value!r}.")
    return number


def check_callable(name: str, value: Any) -> None:
    """Raise DiffusionError for what is neither a function nor ``None``: it would end the work once it is called."""
    if value is not None and not callable(value):
        raise DiffusionError(f"{name} takes a function, or None. Received: {name}={value!r}.")


def check_seed(seed: Any) -> int:
    """Return the seed of the noise, from 0 to 2**32 - 1."""
    return whole_number("seed", seed, 0, LARGEST_SEED, "32 bits")


def check_steps(steps: Any, trained: int) -> int:
    """Return the number of steps, from 1 to the number of noise levels that the network was ``trained`` on."""
    return whole_number("steps", steps, 1, trained, f"the network knows {trained} levels of noise")


def check_every(every: Any) -> int:
    """Return after how many steps an intermediate picture is wanted; 0 is for the final one alone."""
    return whole_number("every", every, 0, None, "0 shows the final picture only")


def check_guidance(guidance: Any) -> float:
    """Return the strength of the guidance.

    Raises:
        DiffusionError: for what is no finite number. A NaN is not greater than 1, so that it would switch the guidance
            off without a word.

    >>> check_guidance(5)
    5.0
    """
    try:
        number = math.nan if isinstance(guidance, (bool, str)) else float(guidance)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number):
        raise DiffusionError(
            f"guidance takes a finite number: 1 or less for none, 5 to 8 as a rule. Received: guidance={guidance!r}."
        )
    return number


def check_size(size: Any, default: tuple[int, int], scale: int) -> tuple[int, int]:
    """Return ``(height, width)`` in pixels.

    ``size`` is one number for a square, a pair ``(height, width)``, or ``None`` for the ``default``; one latent stands
    for ``scale`` x ``scale`` pixels.

    Raises:
        DiffusionError: for a side that is no positive multiple of ``scale``, with the nearest ones.

    >>> check_size((64, 128), default=(512, 512), scale=8)
    (64, 128)
    """
    if size is None:
        return default
    pair = tuple(size) if isinstance(size, (tuple, list)) else (size, size)
    if len(pair) != 2:
        raise DiffusionError(f"size takes one number or a pair (height, width). Received: size={size!r}.")
    height, width = (whole_number("size", side, scale, None, f"pixels, multiples of {scale}") for side in pair)
    for side in (height, width):
        if side % scale:
            below = side // scale * scale
            raise DiffusionError(
                f"size takes multiples of {scale}, for one latent stands for {scale} x {scale} pixels: "
                f"{below} and {below + scale} are the nearest. Received: size={size!r}."
            )
    return height, width
