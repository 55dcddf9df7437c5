"""What the caller knows about a gradient, and what is answered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

__all__ = ["Alternative", "Clues", "Diagnosis"]


@dataclass(frozen=True)
class Alternative:
    """A wrong gradient that a named mistake would give, computed by the caller.

    ``mistake`` is a key of the table (``"stale"``, ``"term missing"``, see ``diagnosis.alternatives``; another word is
    reported as it is), ``array`` has the shape of the gradient that it is held against, and ``detail`` goes into the
    sentence: ``"the contribution through np.multiply (argument 1)"``.
    """

    mistake: str
    array: np.ndarray
    detail: str = ""


@dataclass(frozen=True)
class Clues:
    """What is known about the gradient besides its numbers.

    ``name`` is what the report calls the array (``"kernel"``, ``"input x"``); ``sizes`` holds the lengths that a factor
    may come from (``{"batch": 32, "inputs": 784, "units": 10}``); ``value`` is the weight or the input itself;
    ``alternatives`` is walked at most once, and only when the comparisons that need no further work found nothing;
    ``what`` is what the sentences call the array.
    """

    name: str
    sizes: Mapping[str, int]
    value: np.ndarray | None = None
    alternatives: Iterable[Alternative] = ()
    what: str = "gradient"


@dataclass(frozen=True)
class Diagnosis:
    """A named mistake: ``mistake`` for programs, ``sentence`` says what is seen, ``fix`` what to do.

    Several that hold together are joined: ``"transposed and not averaged"``. Regions begin with ``"region: "``.

    >>> print(Diagnosis("sign", "your gradient for bias is minus the right one everywhere", "is a minus sign lost?"))
    your gradient for bias is minus the right one everywhere: is a minus sign lost?
    """

    mistake: str
    sentence: str
    fix: str

    def __str__(self) -> str:
        return f"{self.sentence}: {self.fix}"
