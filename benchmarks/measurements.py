"""THE TABLE: what is measured, and which code measures it for which contender."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from benchmarks.workloads import BATCHES, GROWTH, WORKLOADS, Size

__all__ = ["MEASUREMENTS", "Band", "Entry", "Measurement", "Variant"]


@dataclass(frozen=True)
class Entry:
    """A contender's part.

    ``part`` is ``"module:name"``, or a word that is passed as it is; ``options`` are its own arguments, ``arguments``
    are added to those of the measuring. ``label`` is what the contender is called here, where that of `PEERS` misleads.
    """

    part: str
    options: dict[str, Any] = field(default_factory=dict)
    arguments: dict[str, Any] = field(default_factory=dict)
    label: str | None = None


@dataclass(frozen=True)
class Band:
    """The test accuracy that counts: ``floor`` or more, and within ``tolerance`` of the median of all."""

    floor: float
    tolerance: float


@dataclass(frozen=True)
class Variant:
    """One of the cases of a measurement: the arguments of the measuring, and the accuracy that is asked for."""

    arguments: dict[str, Any]
    band: Band | None = None
    workload: str | None = None


@dataclass(frozen=True)
class Measurement:
    """A row of the table.

    ``measure`` is ``"module:function"``, called with a contender's part and a variant's arguments; its value is in
    seconds, or bytes, and shown times ``factor`` in ``unit``. The variants of one ``process`` share it.
    """

    title: str
    measure: str
    unit: str
    factor: float
    variants: Callable[[Size], dict[str, Variant]]
    entries: dict[str, Entry]
    baseline: str = "beras"
    share_process: bool = False


def _epochs(size: Size) -> dict[str, Variant]:
    return {
        name: Variant(
            {"widths": w.widths, "batch": w.batch, "epochs": size.epochs, "samples": size.samples},
            Band(w.quick_floor, 0.1) if size.is_quick else Band(w.floor, w.tolerance),
            name,
        )
        for name, w in WORKLOADS.items()
    }


def _batches(size: Size) -> dict[str, Variant]:
    widths, found = WORKLOADS["mlp"].widths, {}
    for batch, (samples, floor, tolerance) in BATCHES.items():
        arguments = {"widths": widths, "batch": batch, "epochs": size.epochs, "samples": samples}
        band: Band | None = Band(floor, tolerance)
        if size.is_quick:
            arguments, band = arguments | {"samples": batch * size.steps}, None
        found[f"batch {batch}"] = Variant(arguments, band, "mlp")
    return found


def _growth(size: Size) -> dict[str, Variant]:
    return {
        f"{axis} {point}": Variant(
            {"widths": widths, "batch": batch, "epochs": 2, "samples": min(batch * size.steps, size.samples)}
        )
        for axis, points in GROWTH.items()
        for point, (widths, batch) in points.items()
    }


def _calls(names: tuple[str, ...], **arguments: Any) -> Callable[[Size], dict[str, Variant]]:
    """Return the variants of a measurement that repeats a call for `Size.seconds`."""

    def variants(size: Size) -> dict[str, Variant]:
        return {
            name: Variant({"widths": WORKLOADS[name].widths, "seconds": size.seconds, **arguments}, workload=name)
            for name in names
        }

    return variants


def _memory(size: Size) -> dict[str, Variant]:
    workload = WORKLOADS["mlp"]
    arguments = {"widths": workload.widths, "batch": workload.batch, "epochs": 1, "samples": size.samples}
    band = Band(0.5, 0.3) if size.is_quick else Band(0.93, 0.02)
    return {"mlp": Variant(arguments, band, "mlp")}


def _import(size: Size) -> dict[str, Variant]:
    return {"import": Variant({"interpreters": 1 if size.is_quick else 7})}


def _tape(size: Size) -> dict[str, Variant]:
    return {"operation": Variant({"seconds": size.seconds})}


_TRAINERS = {
    "products": Entry("benchmarks.training.products:Products"),
    "beras": Entry("benchmarks.training.fit:Fit", {"package": "beras"}),
    "numpy": Entry("benchmarks.training.with_numpy:Loop"),
    "jax": Entry("benchmarks.training.with_jax:Steps"),
    "jax-scan": Entry("benchmarks.training.with_jax:Scan"),
    "keras-jax": Entry("benchmarks.training.fit:Fit", {"package": "keras"}),
    "torch-compile": Entry("benchmarks.training.with_torch:Eager", {"fused": True, "compiled": True}),
    "torch-fused": Entry("benchmarks.training.with_torch:Eager", {"fused": True}),
    "torch": Entry("benchmarks.training.with_torch:Eager"),
    "torch-loader": Entry("benchmarks.training.with_torch:Eager", {"loader": True}),
    "keras-torch": Entry("benchmarks.training.fit:Fit", {"package": "keras"}),
    "sklearn": Entry("benchmarks.training.with_sklearn:Classifier"),
}
_PREDICTORS = {
    "beras": Entry("benchmarks.prediction.with_keras:bind", {"package": "beras"}),
    "numpy": Entry("benchmarks.prediction.with_numpy:bind"),
    "jax": Entry("benchmarks.prediction.with_jax:bind", label="JAX, jitted"),
    "torch": Entry("benchmarks.prediction.with_torch:bind", label="PyTorch, inference_mode"),
    "torch-compile": Entry(
        "benchmarks.prediction.with_torch:bind", {"compiled": True}, label="PyTorch, torch.compile, inference_mode"
    ),
    "keras-jax": Entry("benchmarks.prediction.with_keras:bind", {"package": "keras"}),
    "keras-torch": Entry("benchmarks.prediction.with_keras:bind", {"package": "keras"}),
    "sklearn": Entry("benchmarks.prediction.with_sklearn:bind"),
}
_IMPORTS = {
    "numpy": Entry("numpy", label="numpy"),
    "beras": Entry("beras"),
    "autograd": Entry("autograd", label="autograd"),
    "jax": Entry("jax", label="jax"),
    "sklearn": Entry("sklearn.neural_network", label="sklearn.neural_network"),
    "torch": Entry("torch", label="torch"),
    "keras-jax": Entry("keras", label="keras, on JAX"),
    "keras-torch": Entry("keras", label="keras, on PyTorch"),
}
#: The derivatives of a function that is no library's own.
_LABELS = {"numpy": "NumPy, derived by hand", "jax": "JAX, jitted"}


def _only(entries: dict[str, Entry], *names: str) -> dict[str, Entry]:
    return {name: entries[name] for name in names}


def _functions(name: str, *libraries: str) -> dict[str, Entry]:
    return {
        library: Entry(f"benchmarks.{name.replace('*', library)}", label=_LABELS.get(library)) for library in libraries
    }


MEASUREMENTS = {
    "epoch": Measurement(
        "Training, an epoch",
        "benchmarks.training.measure:epoch",
        "s",
        1,
        _epochs,
        _TRAINERS,
    ),
    "batch": Measurement(
        "Training the mlp, an update",
        "benchmarks.training.measure:step",
        "ms",
        1e3,
        _batches,
        _only(_TRAINERS, *(name for name in _TRAINERS if name != "torch-loader")),
    ),
    "latency": Measurement(
        "Probabilities of one image",
        "benchmarks.prediction.measure:predict",
        "µs",
        1e6,
        _calls(("mlp", "softmax"), images=1, block=1),
        _PREDICTORS,
    ),
    "throughput": Measurement(
        "Probabilities of 10,000 images, 1,000 at a time",
        "benchmarks.prediction.measure:predict",
        "ms",
        1e3,
        _calls(("mlp",), images=10_000, block=1_000),
        _PREDICTORS,
    ),
    "memory": Measurement(
        "Peak memory of training on MNIST, above an idle interpreter",
        "benchmarks.startup.training_memory:training_peak",
        "MB",
        1e-6,
        _memory,
        _only(_TRAINERS, "numpy", "jax", "keras-jax", "torch-fused", "keras-torch", "sklearn")
        | {"beras": Entry("benchmarks.training.fit:Fit", {"package": "beras"}, {"reader": "beras"})},
    ),
    "import": Measurement(
        "Import in a fresh interpreter",
        "benchmarks.startup.import_time:seconds_of_import",
        "ms",
        1e3,
        _import,
        _IMPORTS,
        baseline="numpy",
    ),
    "tape": Measurement(
        "What recording adds to an operation",
        "benchmarks.tape.measure:recording",
        "µs",
        1e6,
        _tape,
        _functions("tape.with_*:bind", "beras", "autograd", "torch"),
    ),
    "sweep": Measurement(
        "The backward sweep, for an operation",
        "benchmarks.tape.measure:sweeping",
        "µs",
        1e6,
        _tape,
        _functions("tape.with_*:bind", "beras", "autograd", "torch"),
    ),
    "plain": Measurement(
        "The mlp written by a user: loss and gradient",
        "benchmarks.derivatives.measure:gradient",
        "ms",
        1e3,
        _calls(("mlp",), batch=128),
        _functions("derivatives.with_*:bind_gradient", "beras", "autograd", "numpy", "torch", "jax"),
    ),
    "hvp": Measurement(
        "The mlp written by a user: Hessian times vector",
        "benchmarks.derivatives.measure:hessian_product",
        "ms",
        1e3,
        _calls(("mlp",), batch=128),
        _functions("derivatives.with_*:bind_product", "beras", "autograd", "torch", "jax"),
    ),
    "growth": Measurement(
        "An update, as the network and the batch grow",
        "benchmarks.training.measure:step",
        "ms",
        1e3,
        _growth,
        _only(_TRAINERS, "products", "beras", "numpy", "jax", "torch-fused"),
        share_process=True,
    ),
}
