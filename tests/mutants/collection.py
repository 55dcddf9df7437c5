"""All mutants, in an order that every process agrees on."""

from __future__ import annotations

from tests.mutants.areas import UPDATE_RULES
from tests.mutants.calls import call_mutants
from tests.mutants.mutant import Mutant
from tests.mutants.products import product_mutants
from tests.mutants.source import source_mutants

__all__ = ["all_mutants", "is_essential"]

#: Where changes of the source are essential: what changes weights, which has no gradient that could be made wrong.
WITHOUT_GRADIENT = ("beras/constraints/", *(f"beras/optimizers/{name}.py::" for name in UPDATE_RULES))


def all_mutants() -> dict[str, Mutant]:
    """Return every mutant by its name."""
    found: dict[str, Mutant] = {}
    for mutant in (*product_mutants(), *call_mutants(), *source_mutants()):
        if mutant.name in found:
            raise ValueError(f"two mutants have one name: {mutant.name}")
        found[mutant.name] = mutant
    return found


def is_essential(mutant: Mutant) -> bool:
    """Say whether it is one of the well-known mistakes in a gradient, or a change of an update rule or a constraint."""
    return "::" not in mutant.name or mutant.name.startswith(WITHOUT_GRADIENT)
