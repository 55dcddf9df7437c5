"""Part 5: the safety checker over a folder. The network sees; what it concludes is arithmetic, and you write it.

The checker makes a vector of a picture and compares its direction with those of 17 forbidden concepts, and of 3 more
that call for special care. Each has a threshold of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

__all__ = ["MEAN", "STANDARD_DEVIATION", "Scan", "clip_pixels", "cosines", "scan", "verdicts"]

#: Of the red, green and blue of the pictures that CLIP was trained on, 0 being black and 1 white.
MEAN = np.array([0.48145466, 0.4578275, 0.40821073], np.float32)
STANDARD_DEVIATION = np.array([0.26862954, 0.26130258, 0.27577711], np.float32)


def clip_pixels(pictures: np.ndarray) -> np.ndarray:
    """Return pictures in the form that CLIP was trained on.

    Bytes from 0 to 255 become shares from 0 to 1, minus `MEAN`, divided by `STANDARD_DEVIATION`, colour by colour.

    Args:
        pictures: uint8 of shape ``(batch, y, x, 3)``, cut to 224 x 224 already.

    Returns:
        float32 of shape ``(batch, 3, y, x)``.

    Raises:
        ValueError: for another dtype, since pictures that are shares already would be divided twice.
    """
    # TASK 5.1: shares, normalised, channels first
    raise NotImplementedError("Task 5.1: shares, normalised, channels first")


def cosines(vectors: np.ndarray, concepts: np.ndarray) -> np.ndarray:
    """Return the cosine of the angle between each vector and each concept: ``(n, width), (m, width) -> (n, m)``.

    ``<v, c> / (|v| |c|)``: 1 where they point the same way, whatever their lengths.
    """
    # TASK 5.2: the products of the directions
    raise NotImplementedError("Task 5.2: the products of the directions")


def verdicts(
    special_cosines: np.ndarray,
    concept_cosines: np.ndarray,
    special_thresholds: np.ndarray,
    concept_thresholds: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Return the checker's scores and verdicts, by the rule of Stable Diffusion's own safety checker.

    1. A score is ``cosine - threshold + adjustment``, **rounded to 3 decimals**. It counts when it is above 0.
    2. The adjustment of a picture is 0 at first. The special-care concepts are looked at in order; once the score of
       one counts, the adjustment is 0.01 for all that come after it: the special ones that are left, and all concepts.
    3. A picture is flagged when the score of at least one *concept* counts. Special care alone does not flag.

    All pictures are judged at once; a loop over the special-care concepts is all that is needed.

    Args:
        special_cosines: ``(pictures, special)``.
        concept_cosines: ``(pictures, concepts)``.
        special_thresholds: ``(special,)``.
        concept_thresholds: ``(concepts,)``.

    Returns:
        the scores of the concepts, ``(pictures, concepts)``, and the flags, bool of shape ``(pictures,)``.

    Raises:
        ValueError: when a cosine is NaN: NaN is above no threshold, and a broken picture would pass as safe.
    """
    # TASK 5.3: special care first, then the concepts
    raise NotImplementedError("Task 5.3: special care first, then the concepts")


@dataclass
class Scan:
    """What came out of `scan`; a picture's number is its place in the list of files, from 0."""

    #: The flagged pictures as they were read: number -> uint8 ``(y, x, 3)``.
    flagged: dict[int, np.ndarray] = field(default_factory=dict)
    #: Why a file could not be read: number -> the error's words. There is no verdict on these.
    errors: dict[int, str] = field(default_factory=dict)


def scan(
    paths: Sequence[Any],
    read: Callable[[Any], np.ndarray],
    look: Callable[[np.ndarray], Sequence[bool]],
    batch_size: int = 10,
) -> Scan:
    """Show every picture of a folder to a checker, in batches, and return the flagged ones.

    Args:
        paths: the files, in the order in which they are numbered.
        read: ``read(path) -> picture``, uint8 of shape ``(y, x, 3)``, all of one size; raises ``OSError`` for a broken
            file, which is noted, and the others are still looked at.
        look: ``look(pictures) -> flags``, one for each of ``(batch, y, x, 3)``, at least one picture. **It may
            overwrite what it is given**: diffusers' checker paints flagged pictures black. The pictures that are
            returned must be the originals.
        batch_size: so many files make a batch (with a broken one among them it has fewer pictures); the last may be
            shorter. No more than one batch is read at a time.
    """
    # TASK 5.4: read a batch, look at it, note what is flagged and what could not be read
    raise NotImplementedError("Task 5.4: read a batch, look at it, note what is flagged and what could not be read")
