"""Case: one computation of the library, and how torch does it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Case"]


@dataclass(frozen=True)
class Case:
    """A layer, activation, loss or regularizer with its arguments, on inputs that are stored.

    >>> Case("activations.elu", {"x": "line"}, lambda torch, x: torch.nn.functional.elu(x, 2.0), {"alpha": 2.0}).name
    'elu(alpha=2.0)'
    """

    #: Where beras has it: ``"activations.elu"``.
    target: str
    #: What it is called on, in this order: the argument's or weight's name, and that of an array in `INPUTS`.
    arrays: Mapping[str, str]
    #: ``f(torch, *arrays)``, the same in torch's own functions.
    torch: Callable[..., Any]
    #: The arguments that it is made with, or, of a function, called with.
    config: Mapping[str, Any] = field(default_factory=dict)
    #: What it is differentiated by; of ``arrays`` all but the truth, labels and sample weights.
    by: tuple[str, ...] = ("x",)
    #: The arguments of the call besides.
    call: Mapping[str, Any] = field(default_factory=dict)
    #: How often it is differentiated.
    order: int = 2
    #: What tells it from another case with the same arguments.
    variant: str = ""

    @property
    def thing(self) -> str:
        """The name of what is computed: ``elu``."""
        return self.target.rpartition(".")[2]

    @property
    def results(self) -> tuple[str, ...]:
        """The names of what is computed of it: ``value``, ``gradient/x``, ``second/x``."""
        derivatives = ("gradient", "second")[: self.order]
        return ("value", *(f"{derivative}/{name}" for derivative in derivatives for name in self.by))

    @property
    def name(self) -> str:
        """The name of the case, unique: ``elu(alpha=2.0), far out``."""
        arguments = ", ".join(f"{key}={value!r}" for key, value in self.config.items())
        return f"{self.thing}{f'({arguments})' if arguments else ''}{f', {self.variant}' if self.variant else ''}"
