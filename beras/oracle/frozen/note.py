"""What `compare` says where there is no torch: do the frozen values hold of what is compared?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from beras.core import Weighted
from beras.losses import Loss
from beras.oracle.frozen import made_by_beras
from beras.oracle.frozen.cases import CASES
from beras.oracle.frozen.check import check_frozen

__all__ = ["frozen_note", "things_in", "things_of"]


def things_of(modules: Iterable[Any]) -> list[str]:
    """Return the names of what has frozen values among layers and losses, and among their activations.

    A subclass is another thing than its base.

    >>> from beras.layers import Dense
    >>> things_of([Dense(2, "gelu")])
    ['Dense', 'gelu']
    """
    known = {id(made_by_beras.public(case)): case.thing for case in CASES}
    found: dict[str, None] = {}
    for module in modules:
        for thing in (type(module), getattr(module, "activation", None)):
            name = known.get(id(thing))
            if name is not None and name != "linear":  # which is to have none
                found[name] = None
    return list(found)


def things_in(targets: Iterable[Any]) -> list[str]:
    """Return the names of what has frozen values among modules and all their parts, and the losses of models."""
    return things_of(module for target in targets for module in _modules(target))


def _modules(target: Any) -> Iterator[Any]:
    if isinstance(target, Weighted):
        yield target
        for _, part in target._parts():
            yield from _modules(part)
    loss = getattr(target, "loss", None)
    if isinstance(loss, Loss):
        yield loss


def frozen_note(modules: Iterable[Any]) -> str:
    """Return a sentence on whether the frozen values hold of layers, losses and their activations; ``""`` for none."""
    things = things_of(modules)
    if not things:
        return ""
    report = check_frozen(things)
    wrong = [row.name for row in report.rows if not row.ok]
    if wrong:
        return f"{report.title} differ for {_joined(wrong)}: see beras.oracle.check_frozen()."
    return f"{report.title} hold for {_joined(things)}."


def _joined(names: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
