"""Eigenvectors and singular vectors have no sign of their own: those of torch are given the signs of NumPy's."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["SIGNED"]


def _signs(made: Any, answer: Any) -> Any:
    """Return 1 or -1 for each column: which sign makes it the recorded one."""
    return 1 - 2 * ((made * answer).sum(-2) < 0).to(made.dtype)


def _eigh(made: Any, answers: list[Any]) -> tuple:
    return made[0], made[1] * _signs(made[1], answers[1])[..., None, :]


def _svd(made: Any, answers: list[Any]) -> Any:
    if len(answers) == 1:  # the singular values alone
        return made
    u, s, vh = made
    left, right = _signs(u, answers[0]), _signs(vh.mT, answers[2].mT)
    pairs = s.shape[-1]  # a left and a right vector of one pair change their signs together
    right = right.clone()
    right[..., :pairs] = left[..., :pairs]
    return u * left[..., None, :], s, vh * right[..., :, None]


#: For a NumPy function the signs that its twin's result is given, from the recorded one.
SIGNED = {np.linalg.eigh: _eigh, np.linalg.svd: _svd}
