"""Comparisons with the real Keras, counted: how many there were in each area, and how large the differences."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np

__all__ = ["agree", "report"]

#: For each area: how many arrays were compared, and the largest difference, relative to the larger of 1 and the value.
_SEEN: dict[str, list[float]] = defaultdict(lambda: [0, 0.0])


def agree(area: str, ours: Any, theirs: Any, rtol: float, atol: float, message: str = "") -> None:
    """Assert that both are equal within the tolerance, infinities and NaN included, and count the comparison."""
    ours, theirs = np.asarray(ours), np.asarray(theirs)
    assert ours.shape == theirs.shape, f"{message}: shape {ours.shape}, Keras has {theirs.shape}"
    np.testing.assert_allclose(ours, theirs, rtol=rtol, atol=atol, err_msg=message)
    seen = _SEEN[area]
    seen[0] += 1
    if theirs.size:
        finite = np.isfinite(np.asarray(theirs, float))
        gaps = np.abs(np.asarray(ours, float) - theirs)[finite] / np.maximum(
            1, np.abs(np.asarray(theirs, float)[finite])
        )
        seen[1] = max(seen[1], float(np.max(gaps, initial=0.0)))


def report() -> list[str]:
    """Return one line per area."""
    return [
        f"{area}: {int(count)} comparisons with Keras, largest difference {gap:.1e}"
        for area, (count, gap) in sorted(_SEEN.items())
    ]
