"""Nothing public is without an oracle: what a later change adds and forgets here fails.

What is public is taken from the packages themselves: the names in ``__all__``, and every class of the kind that lives
in them under a name without an underscore. What stands against torch is taken from the tables of the tests beside this
one.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from types import ModuleType
from typing import Any, NamedTuple

import pytest

from beras import activations, layers, losses, metrics, optimizers, regularizers
from beras.layers.augmentation import Augmentation
from beras.layers.convolution_layer import ConvolutionLayer
from beras.layers.images import ImageLayer
from beras.layers.normalization_layer import NormalizationLayer

pytestmark = pytest.mark.torch
pytest.importorskip("torch")

from tests.oracle import (  # noqa: E402
    test_activations,
    test_layers,
    test_layers_of_several,
    test_losses,
    test_metrics,
    test_optimizers,
    test_regularizers,
)


class Kind(NamedTuple):
    """A package, the base class of what it holds (``None`` for functions), and what its tests cover.

    ``beside`` are public names that are no such thing: how one is found by name, and how it is written down.
    """

    package: ModuleType
    base: type | None
    covered: set[Any]
    beside: frozenset[str] = frozenset({"get", "serialize", "deserialize"})

    def public(self) -> dict[str, Any]:
        """Return what must be covered, by name."""
        found = {name: getattr(self.package, name) for name in self.package.__all__ if name not in self.beside}
        if self.base is not None:
            for module in modules_of(self.package):
                for name, thing in vars(module).items():
                    if is_public_class(name, thing, self.base, self.package.__name__):
                        found.setdefault(name, thing)
        return found

    def missing(self) -> list[str]:
        return sorted(name for name, thing in self.public().items() if thing not in self.covered)


def modules_of(package: ModuleType) -> list[ModuleType]:
    return [
        importlib.import_module(f"{package.__name__}.{info.name}") for info in pkgutil.iter_modules(package.__path__)
    ]


def is_public_class(name: str, thing: Any, base: type, package: str) -> bool:
    return (
        inspect.isclass(thing)
        and issubclass(thing, base)
        and not name.startswith("_")
        and thing.__module__.startswith(f"{package}.")
    )


#: What holds other things' functions, and is tested as each of them.
WRAPPERS = {losses.loss.FunctionLoss, losses.binding.DiffableLoss, metrics.mean.FunctionMetric}

#: What layers are derived from, tested as each of them.
BASES = {ImageLayer, ConvolutionLayer, Augmentation, NormalizationLayer}

KINDS = {
    "activations": Kind(activations, None, {row.covers for row in test_activations.ROWS}),
    "layers": Kind(
        layers,
        layers.Layer,
        {row.covers for row in (*test_layers.ROWS, test_layers.OWN)} | test_layers_of_several.COVERED | BASES,
    ),
    "losses": Kind(
        losses,
        losses.Loss,
        {losses.Loss} | {thing for row in test_losses.ROWS for thing in (row.covers, row.function)} | WRAPPERS,
    ),
    "metrics": Kind(
        metrics,
        metrics.Metric,
        {row.covers for row in test_metrics.ROWS}
        | {getattr(metrics, name) for name in test_metrics.FUNCTIONS}
        | {metrics.Mean, metrics.Sum, metrics.Metric, metrics.threshold_counts.ThresholdCounts}
        | {row.function for row in test_losses.ROWS}
        | WRAPPERS,
        frozenset({"get", "serialize", "deserialize", "check"}),
    ),
    "regularizers": Kind(
        regularizers,
        regularizers.Regularizer,
        {row.covers for row in (*test_regularizers.ROWS, *test_regularizers.OF_MATRICES, test_regularizers.OWN)},
    ),
    "optimizers": Kind(
        optimizers,
        optimizers.Optimizer,
        {row.covers for row in (*test_optimizers.ROWS, test_optimizers.OWN)},
        frozenset({"get", "serialize", "deserialize", "schedules"}),
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_everything_public_stands_against_an_oracle(kind):
    assert not KINDS[kind].missing(), f"add a row to tests/oracle/test_{kind}.py"


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_forgotten_is_noticed(kind, monkeypatch):
    """A name added to the package, and a class that is not even exported, are missed."""
    package, base = KINDS[kind].package, KINDS[kind].base

    def added(x):
        return x

    monkeypatch.setattr(package, "added", added, raising=False)
    monkeypatch.setattr(package, "__all__", [*package.__all__, "added"])
    assert KINDS[kind].missing() == ["added"]
    if base is not None:
        forgotten = type("Forgotten", (base,), {"__module__": f"{package.__name__}.nowhere"})
        monkeypatch.setattr(modules_of(package)[0], "Forgotten", forgotten, raising=False)
        assert KINDS[kind].missing() == ["Forgotten", "added"]


def test_no_row_has_lost_its_subject():
    """Everything that is covered is still public, under the name that the row gives it."""
    for kind, table in {"activations": test_activations, "layers": test_layers, "losses": test_losses}.items():
        assert {row.name for row in table.ROWS} <= set(KINDS[kind].package.__all__)
